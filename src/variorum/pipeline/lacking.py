"""Which works lack something that registries can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from variorum.errors import BadInputError
from variorum.pipeline.holes import HOLES, holes_of
from variorum.pipeline.looking_up import Question, questions, record_of_work, registries
from variorum.pipeline.workspace import Workspace
from variorum.schema import Record
from variorum.scrapers import Endpoint, sources
from variorum.store import lookups, works
from variorum.store.engine import Connection, reading
from variorum.store.pages import chunks

DAYS_UNKNOWN = 30
"""For so long a registry's "not found" stands; then it is asked again, for registries grow."""


@dataclass(frozen=True)
class Wish:
    """What is to be looked up.

    ``missing``: works that lack one of these fields (any of ``HOLES`` if none is named). ``work_id``: only this one.
    ``limit``: works at most. ``only``: registries to ask, all if none is named. ``again``: ask also what was
    answered before.
    """

    missing: tuple[str, ...] = ()
    work_id: str | None = None
    limit: int | None = None
    only: tuple[str, ...] = ()
    again: bool = False

    @property
    def registries(self) -> tuple[str, ...]:
        """The registries to ask. Raises ``BadInputError`` (``bad_registry``)."""
        known = registries()
        strangers = [name for name in self.only if name not in known]
        if strangers:
            told = f"{', '.join(strangers)} cannot be looked up in; there are: {', '.join(known)}"
            raise BadInputError(told, code="bad_registry")
        return tuple(name for name in known if not self.only or name in self.only)


@dataclass(frozen=True)
class Lacking:
    """A work with holes, and all that is known of it as one record."""

    work_id: str
    known: Record
    holes: tuple[str, ...]


def lacking_works(workspace: Workspace, wish: Wish) -> list[Lacking]:
    """The works to look up, in a fixed order: those that lack what is wished for, and about which there is to ask.

    Raises ``BadInputError`` (``bad_field``, ``bad_registry``, ``no_work``).
    """
    unknown = sorted(set(wish.missing) - set(HOLES))
    if unknown:
        told = f"no field {', '.join(unknown)} is looked up; there are: {', '.join(HOLES)}"
        raise BadInputError(told, code="bad_field")
    found: list[Lacking] = []
    for work in _works_with_holes(workspace, wish.work_id):
        if set(work.holes) & set(wish.missing or HOLES) and open_questions(workspace, work, wish):
            found.append(work)
        if wish.limit is not None and len(found) >= wish.limit:
            break
    return found


def _works_with_holes(workspace: Workspace, work_id: str | None) -> Iterator[Lacking]:
    with reading(workspace.engine) as connection:
        ids = works.live_ids(connection) if work_id is None else [_live(connection, work_id)]
        for some in chunks(ids):
            members, fields = works.members(connection, some), works.fields(connection, some)
            for one in some:
                own, seen = fields.get(one, []), members.get(one, [])
                holes = holes_of(own, seen)
                if holes:
                    yield Lacking(one, record_of_work(one, own, seen), holes)


def _live(connection: Connection, work_id: str) -> str:
    live = works.resolve_id(connection, work_id)
    if live is None:
        raise BadInputError(f"there is no work {work_id}; see: variorum works list", code="no_work")
    return live


def holes_now(workspace: Workspace, work_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What works lack now, by ids they had before; those that were merged lack what their survivor does."""
    with reading(workspace.engine) as connection:
        live = {work_id: _live(connection, work_id) for work_id in work_ids}
        ids = sorted(set(live.values()))
        members, fields = works.members(connection, ids), works.fields(connection, ids)
    return {work_id: holes_of(fields.get(one, []), members.get(one, [])) for work_id, one in live.items()}


def open_questions(workspace: Workspace, work: Lacking, wish: Wish) -> list[Question]:
    """What would be asked about a work now."""
    oldest = (datetime.fromisoformat(workspace.clock()) - timedelta(days=DAYS_UNKNOWN)).isoformat()
    with reading(workspace.engine) as connection:
        answered = set() if wish.again else lookups.answered(connection, work.work_id, unknown_since=oldest)
    possible = filter(_can_be_asked, questions(work.known, wish.registries))
    return [one for one in possible if (one.source, one.query) not in answered]


def _can_be_asked(question: Question) -> bool:
    """Whether enough is known for the registry to search by, and it can be searched so."""
    search = sources()[question.source].search
    if question.wanted is None or search is None:
        return bool(question.key)
    by = search.by_abstract if question.by_abstract else search.by_title
    return by(Endpoint(""), question.wanted) is not None
