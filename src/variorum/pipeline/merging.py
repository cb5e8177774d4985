"""Writing works: which records share one, and what each says, both derived from the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from variorum.dedup.survivorship import Member, merge
from variorum.schema.record import UNSTATED
from variorum.scrapers import find_source
from variorum.store import works
from variorum.store.engine import Connection
from variorum.store.pages import chunks
from variorum.store.works import SeenRecord, WorkRow

_AT_ONCE = 2_000
"""Works whose records are held in memory at a time."""


def category_of(source_name: str) -> str:
    """What sort of place a record's source is; unknown sources rank with listings."""
    source = find_source(source_name)
    return source.category if source else "listing"


def refresh_fields(connection: Connection, record_ids: Sequence[int]) -> None:
    """Merge anew the fields of the works that hold the given records."""
    work_ids = sorted(set(works.homes(connection, record_ids).values()))
    for some in chunks(work_ids, _AT_ONCE):
        members = works.members(connection, some)
        works.replace_fields(connection, {work_id: _merged(seen) for work_id, seen in members.items()})


def _merged(seen: Sequence[SeenRecord]) -> list[dict[str, Any]]:
    """A work's merged fields as rows that name records by number."""
    # What no page states any more says nothing where something else is stated.
    seen = [member for member in seen if UNSTATED not in member.record.flags] or seen
    numbers = {member.record.ref: member.id for member in seen}
    return [
        {
            "field": value.field,
            "position": value.position,
            "value": value.value,
            "record_id": numbers[value.ref],
            "rule": value.rule,
        }
        for value in merge([Member(m.record, category_of(m.record.source), m.seen_at) for m in seen])
    ]


def survivor_of(founded: Iterable[WorkRow]) -> str:
    """Which of the works that a cluster's records founded stands for all of them.

    The one whose id has been public longest, then the smallest id: it depends on the cluster alone,
    so taking a merge back gives every record the work it had before, and the order in which pages were
    imported before the first dedup run does not show.
    """
    never = float("inf")
    return min(founded, key=lambda row: (row.published_run_id or never, row.id)).id


def assign(connection: Connection, run_id: int, clusters: Iterable[Sequence[int]], detail: Mapping[str, Any]) -> int:
    """Give each cluster of records one work and merge the fields of those that changed.

    The clusters must hold whole works: every record that shares a work with one of theirs.
    Returns how many records changed their work.
    """
    clusters = [list(members) for members in clusters]
    everyone = [record_id for members in clusters for record_id in members]
    founded = works.rows_of_records(connection, everyone)
    homes = works.homes(connection, everyone)
    moved: set[int] = set()
    moves: list[tuple[WorkRow, str]] = []
    for members in clusters:
        survivor = survivor_of(founded[record_id] for record_id in members)
        for record_id in members:
            row = founded[record_id]
            if homes[record_id] != survivor:
                moved.add(record_id)
            if homes[record_id] != survivor or row.redirect_to != (None if row.id == survivor else survivor):
                moves.append((row, survivor))
    works.move(connection, run_id, moves, detail)
    if moved:
        left = {homes[record_id] for record_id in moved}
        touched = moved | {record_id for record_id in everyone if homes[record_id] in left}
        refresh_fields(connection, sorted(touched))
    return len(moved)
