"""Works: which records make up each, what they say together, where old ids lead."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from variorum.schema import Record
from variorum.store.pages import chunks
from variorum.store.tables import (
    capture,
    event,
    record,
    record_award,
    sighting,
    work,
    work_field,
    work_record,
)


@dataclass(frozen=True)
class WorkRow:
    """A work's row: who founded it, since which run its id is public, where it redirects to."""

    id: str
    founder_id: int
    published_run_id: int | None
    redirect_to: str | None


@dataclass(frozen=True)
class FieldRow:
    """A merged value with its proof. ``ref`` is the record's ``source:source_key``."""

    work_id: str
    field: str
    position: int
    value: Any
    source: str
    ref: str
    rule: str


@dataclass(frozen=True)
class SeenRecord:
    """A record of a work, and when it was last seen."""

    id: int
    work_id: str
    record: Record
    seen_at: str
    sightings: int


def rows_of_records(connection: Connection, record_ids: Sequence[int]) -> dict[int, WorkRow]:
    """The works that records founded, by record number. Every record founded exactly one."""
    found: dict[int, WorkRow] = {}
    # Without the text to be searched, which is most of the row.
    columns = work.c.id, work.c.founder_id, work.c.published_run_id, work.c.redirect_to
    for some in chunks(record_ids):
        for row in connection.execute(select(*columns).where(work.c.founder_id.in_(some))):
            found[row.founder_id] = WorkRow(row.id, row.founder_id, row.published_run_id, row.redirect_to)
    return found


def homes(connection: Connection, record_ids: Sequence[int]) -> dict[int, str]:
    """The work each record is in."""
    found: dict[int, str] = {}
    for some in chunks(record_ids):
        rows = connection.execute(select(work_record).where(work_record.c.record_id.in_(some)))
        found.update({row.record_id: row.work_id for row in rows})
    return found


def member_ids(connection: Connection, work_ids: Sequence[str]) -> list[int]:
    """The numbers of the records in works."""
    found: list[int] = []
    for some in chunks(work_ids):
        found += connection.execute(select(work_record.c.record_id).where(work_record.c.work_id.in_(some))).scalars()
    return found


def ids_in_company(connection: Connection) -> list[int]:
    """The numbers of the records that share their work with another."""
    shared = select(work_record.c.work_id).group_by(work_record.c.work_id).having(func.count() > 1)
    statement = select(work_record.c.record_id).where(work_record.c.work_id.in_(shared))
    return list(connection.execute(statement.order_by(work_record.c.record_id)).scalars())


def members(connection: Connection, work_ids: Sequence[str]) -> dict[str, list[SeenRecord]]:
    """The records of works, with the newest time each was seen."""
    found: defaultdict[str, list[SeenRecord]] = defaultdict(list)
    for some in chunks(work_ids):
        statement = (
            select(
                record.c.id,
                work_record.c.work_id,
                record.c.document,
                func.max(capture.c.captured_at).label("seen_at"),
                func.count(sighting.c.id).label("sightings"),
            )
            .join(work_record, work_record.c.record_id == record.c.id)
            .outerjoin(sighting, sighting.c.record_id == record.c.id)
            .outerjoin(capture, capture.c.id == sighting.c.capture_id)
            .where(work_record.c.work_id.in_(some))
            .group_by(record.c.id, work_record.c.work_id, record.c.document)
            .order_by(record.c.source, record.c.source_key)
        )
        for row in connection.execute(statement):
            parsed = Record.model_validate_json(row.document)
            found[row.work_id].append(SeenRecord(row.id, row.work_id, parsed, row.seen_at or "", row.sightings))
    return dict(found)


def publish(connection: Connection, run_id: int, work_ids: Sequence[str]) -> None:
    """Mark works as public since this run: from now on their ids outlive merges with younger ones."""
    for some in chunks(work_ids):
        connection.execute(
            update(work).where(work.c.id.in_(some), work.c.published_run_id.is_(None)).values(published_run_id=run_id)
        )


def move(connection: Connection, run_id: int, moves: Iterable[tuple[WorkRow, str]], detail: Mapping[str, Any]) -> None:
    """Put records' homes to surviving works and let the works they founded redirect there, noting the events."""
    homes: list[dict[str, Any]] = []
    redirects: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for row, survivor in moves:
        target = None if row.id == survivor else survivor
        homes.append({"record": row.founder_id, "home": survivor})
        if target == row.redirect_to:
            continue
        redirects.append({"work": row.id, "target": target})
        text = json.dumps({"into": target, "was": row.redirect_to, **detail}, sort_keys=True)
        events.append({"run_id": run_id, "kind": "merge" if target else "split", "work_id": row.id, "detail": text})
    if homes:
        whose = work_record.c.record_id == bindparam("record")
        connection.execute(update(work_record).where(whose).values(work_id=bindparam("home")), homes)
    if redirects:
        which = work.c.id == bindparam("work")
        connection.execute(update(work).where(which).values(redirect_to=bindparam("target")), redirects)
        for some in chunks([one["work"] for one in redirects if one["target"]]):
            connection.execute(delete(work_field).where(work_field.c.work_id.in_(some)))
        connection.execute(insert(event), events)


def replace_fields(connection: Connection, merged: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write the merged fields of works anew: per work, mappings with field, position, value, record_id, rule."""
    for some in chunks(list(merged)):
        connection.execute(delete(work_field).where(work_field.c.work_id.in_(some)))
    rows = [
        {**row, "work_id": work_id, "value": json.dumps(row["value"], sort_keys=True)}
        for work_id, own in merged.items()
        for row in own
    ]
    if rows:
        connection.execute(insert(work_field), rows)
    texts = [{"key": work_id, "text": _search_text(own)} for work_id, own in merged.items()]
    if texts:
        statement = update(work).where(work.c.id == bindparam("key")).values(search_text=bindparam("text"))
        connection.execute(statement, texts)


def _search_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """The words of a work by which it is found, case folded, a value a line."""
    words: list[str] = []
    for row in rows:
        if row["field"] == "authors":
            words += [author["name"] for author in row["value"]]
        elif row["field"] == "identifiers":
            words.append(row["value"]["value"])
        elif row["field"] in {"title", "abstract", "venue"}:
            words.append(row["value"])
    return "\n".join(words).casefold()


def fields(connection: Connection, work_ids: Sequence[str]) -> dict[str, list[FieldRow]]:
    """The merged fields of works, each with its proof."""
    found: defaultdict[str, list[FieldRow]] = defaultdict(list)
    for some in chunks(work_ids):
        statement = (
            select(work_field, record.c.source, record.c.source_key)
            .join(record, record.c.id == work_field.c.record_id)
            .where(work_field.c.work_id.in_(some))
            .order_by(work_field.c.field, work_field.c.position)
        )
        for row in connection.execute(statement):
            value, ref = json.loads(row.value), f"{row.source}:{row.source_key}"
            found[row.work_id].append(FieldRow(row.work_id, row.field, row.position, value, row.source, ref, row.rule))
    return dict(found)


def resolve_id(connection: Connection, work_id: str) -> str | None:
    """The live work an id leads to, in one hop; None when there never was such a work."""
    row = connection.execute(select(work.c.id, work.c.redirect_to).where(work.c.id == work_id)).one_or_none()
    return None if row is None else row.redirect_to or row.id


def live_ids(connection: Connection, *, limit: int | None = None) -> list[str]:
    """Ids of live works in a fixed order."""
    statement = select(work.c.id).where(work.c.redirect_to.is_(None)).order_by(work.c.id)
    return list(connection.execute(statement.limit(limit)).scalars())


def search(
    connection: Connection, words: Sequence[str], *, award: str | None, source: str | None, limit: int
) -> list[str]:
    """Ids of works that have every word in a title, author or abstract (case ignored), an award, a source."""
    statement = (
        select(work_record.c.work_id)
        .join(record, record.c.id == work_record.c.record_id)
        .join(work, work.c.id == work_record.c.work_id)
    )
    for word in words:
        statement = statement.where(work.c.search_text.contains(word.casefold(), autoescape=True))
    if award is not None:
        has_award = select(record_award.c.record_id).where(
            record_award.c.record_id == record.c.id, record_award.c.award == award
        )
        statement = statement.where(has_award.exists())
    if source is not None:
        statement = statement.where(record.c.source == source)
    # By title, works without one at the end.
    found, title = statement.distinct().subquery(), work_field.alias()
    named = and_(title.c.work_id == found.c.work_id, title.c.field == "title")
    ordered = (
        select(found.c.work_id)
        .outerjoin(title, named)
        .order_by(title.c.value.is_(None), title.c.value, found.c.work_id)
    )
    return list(connection.execute(ordered.limit(limit)).scalars())


def history(connection: Connection, work_id: str) -> list[dict[str, Any]]:
    """The merges and splits that touched a work, oldest first."""
    touched = select(work.c.id).where(or_(work.c.id == work_id, work.c.redirect_to == work_id))
    statement = select(event).where(or_(event.c.work_id.in_(touched), event.c.detail.contains(work_id)))
    return [
        {"run": row.run_id, "kind": row.kind, "work": row.work_id, **json.loads(row.detail)}
        for row in connection.execute(statement.order_by(event.c.id))
    ]
