"""What is known of awards: the grant itself, its publications, and what these still lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from variorum.pipeline.holes import holes_of
from variorum.pipeline.plans import SCOPE_NAMES
from variorum.schema import AwardDetails
from variorum.schema.harvest import Awards
from variorum.store import awards, checkpoints, works
from variorum.store.awards import StatedAward
from variorum.store.checkpoints import Asked
from variorum.store.engine import Connection
from variorum.store.works import FieldRow, SeenRecord


@dataclass(frozen=True)
class Publication:
    """A work of an award. ``new``: whether the run that was asked about brought its first record."""

    work_id: str
    fields: tuple[FieldRow, ...]
    members: tuple[SeenRecord, ...]
    holes: tuple[str, ...]
    new: bool


@dataclass(frozen=True)
class AwardSummary:
    """An award with its publications.

    ``details``: what pages state of the award, None where none does; ``stated``: by which pages, the newest
    first. ``asked``: how the last backfills that asked sources for it ended.
    """

    number: str
    details: AwardDetails | None
    stated: tuple[StatedAward, ...]
    publications: tuple[Publication, ...]
    asked: tuple[Asked, ...]

    @property
    def new(self) -> int:
        """Publications that the run brought."""
        return sum(one.new for one in self.publications)

    @property
    def incomplete(self) -> int:
        """Publications that lack something."""
        return sum(bool(one.holes) for one in self.publications)

    @property
    def failed(self) -> tuple[Asked, ...]:
        """The sources that did not answer."""
        return tuple(one for one in self.asked if one.status == "failed")


def summarise(connection: Connection, numbers: Sequence[str], run_id: int | None = None) -> list[AwardSummary]:
    """The awards, in the order given. ``run_id``: the run whose new publications are to be told."""
    stated = awards.statements(connection, numbers)
    ids = awards.works_of(connection, numbers)
    every = sorted({work_id for own in ids.values() for work_id in own})
    members, fields = works.members(connection, every), works.fields(connection, every)
    new = awards.first_seen_in(connection, every, run_id) if run_id is not None else set()
    asked = checkpoints.asked_for(connection, SCOPE_NAMES[Awards], numbers)

    def publication(work_id: str) -> Publication:
        own, seen = tuple(fields.get(work_id, ())), tuple(members[work_id])
        return Publication(work_id, own, seen, holes_of(own, seen), work_id in new)

    return [
        AwardSummary(
            number,
            awards.details(stated[number]) if number in stated else None,
            tuple(stated.get(number, ())),
            tuple(map(publication, ids.get(number, ()))),
            tuple(asked.get(number, ())),
        )
        for number in numbers
    ]
