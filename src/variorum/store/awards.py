"""Awards: what pages state of them, and which there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from variorum.schema import AwardDetails, AwardSighting
from variorum.store.pages import chunks
from variorum.store.tables import award, capture, record, record_award, work_record


@dataclass(frozen=True)
class StatedAward:
    """A page's statement about an award, and the page: its source, address and time."""

    statement: AwardDetails
    source: str
    uri: str
    place: str
    captured_at: str


def put(connection: Connection, capture_id: int, sightings: Sequence[AwardSighting]) -> None:
    """Store what a page says of awards, in place of what was stored of it before."""
    stated = select(award.c.place, award.c.document).where(award.c.capture_id == capture_id)
    before = {row.place: row.document for row in connection.execute(stated)}
    now = {one.place: one for one in sightings}
    if before == {place: one.statement.model_dump_json() for place, one in now.items()}:
        return
    connection.execute(delete(award).where(award.c.capture_id == capture_id))
    rows = [
        {
            "capture_id": capture_id,
            "place": place,
            "funder": one.statement.funder,
            "number": one.statement.id,
            "document": one.statement.model_dump_json(),
        }
        for place, one in now.items()
    ]
    if rows:
        connection.execute(insert(award), rows)


def statements(connection: Connection, numbers: Sequence[str]) -> dict[str, list[StatedAward]]:
    """All that is stated about awards, the newest page first, by award number."""
    found: defaultdict[str, list[StatedAward]] = defaultdict(list)
    for some in chunks(numbers):
        statement = (
            select(award, capture.c.source, capture.c.uri, capture.c.captured_at)
            .join(capture, capture.c.id == award.c.capture_id)
            .where(award.c.number.in_(some))
            .order_by(award.c.capture_id.desc(), award.c.id)
        )
        for row in connection.execute(statement):
            details = AwardDetails.model_validate_json(row.document)
            found[row.number].append(StatedAward(details, row.source, row.uri, row.place, row.captured_at))
    return dict(found)


def details(stated: Sequence[StatedAward]) -> AwardDetails:
    """What statements about one award add up to, given newest first: what the newest leaves out, the older tell."""
    newest = stated[0].statement
    lacking = {name for name in AwardDetails.model_fields if getattr(newest, name) in (None, ())}
    filled = {
        name: next(
            (value for one in stated if (value := getattr(one.statement, name)) not in (None, ())),
            getattr(newest, name),
        )
        for name in lacking
    }
    return newest.model_copy(update=filled)


def numbers(connection: Connection) -> list[str]:
    """The numbers of all awards that a page describes or a publication names, in order."""
    described = connection.execute(select(award.c.number).distinct()).scalars()
    named = connection.execute(select(record_award.c.award).distinct()).scalars()
    return sorted({*described, *named})


def works_of(connection: Connection, asked: Sequence[str]) -> Mapping[str, list[str]]:
    """Ids of the live works with a record that names the award, in order, by award number."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for some in chunks(asked):
        statement = (
            select(record_award.c.award, work_record.c.work_id)
            .join(work_record, work_record.c.record_id == record_award.c.record_id)
            .where(record_award.c.award.in_(some))
            .distinct()
        )
        for row in connection.execute(statement):
            found[row.award].add(row.work_id)
    return {number: sorted(ids) for number, ids in found.items()}


def first_seen_in(connection: Connection, work_ids: Sequence[str], run_id: int) -> set[str]:
    """Those of the works all of whose records were first seen in a run or after it."""
    found: set[str] = set()
    for some in chunks(work_ids):
        statement = (
            select(work_record.c.work_id)
            .join(record, record.c.id == work_record.c.record_id)
            .where(work_record.c.work_id.in_(some))
            .group_by(work_record.c.work_id)
            .having(func.min(record.c.first_run_id) >= run_id)
        )
        found.update(connection.execute(statement).scalars())
    return found
