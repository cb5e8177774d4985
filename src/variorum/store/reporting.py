"""Counts over the whole store, for reports and listings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, distinct, func, or_, select, update

from variorum.store.tables import award, capture, metadata, pair, quarantine, record, sighting, work, work_record


def by_source(connection: Connection) -> list[dict[str, Any]]:
    """For each source: captures, sightings, open or settled quarantine rows, records, works."""
    columns: Mapping[str, Any] = {
        "captures": select(capture.c.source, func.count()).group_by(capture.c.source),
        "sightings": select(capture.c.source, func.count())
        .join(sighting, sighting.c.capture_id == capture.c.id)
        .group_by(capture.c.source),
        "quarantined": select(capture.c.source, func.count())
        .join(quarantine, quarantine.c.capture_id == capture.c.id)
        .where(quarantine.c.status == "open")
        .group_by(capture.c.source),
        "records": select(record.c.source, func.count()).group_by(record.c.source),
        "works": select(record.c.source, func.count(distinct(work_record.c.work_id)))
        .join(work_record, work_record.c.record_id == record.c.id)
        .group_by(record.c.source),
    }
    counts = {name: dict(map(tuple, connection.execute(query))) for name, query in columns.items()}
    names = sorted({source for found in counts.values() for source in found})
    return [{"source": name, **{column: counts[column].get(name, 0) for column in columns}} for name in names]


def quarantined(
    connection: Connection, *, status: str | None = None, source: str | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Quarantine rows with the page they come from, oldest first."""
    statement = (
        select(quarantine, capture.c.source, capture.c.uri, capture.c.sha256, capture.c.captured_at)
        .join(capture, capture.c.id == quarantine.c.capture_id)
        .order_by(quarantine.c.id)
        .limit(limit)
    )
    if status is not None:
        statement = statement.where(quarantine.c.status == status)
    if source is not None:
        statement = statement.where(capture.c.source == source)
    return [dict(row) for row in connection.execute(statement).mappings()]


def dismiss(connection: Connection, row_id: int) -> bool:
    """Settle an open quarantine row as needing nothing more; False when there is no such row."""
    where = quarantine.c.id == row_id, quarantine.c.status == "open"
    return connection.execute(update(quarantine).where(*where).values(status="dismissed")).rowcount == 1


def quarantine_row(connection: Connection, row_id: int) -> dict[str, Any] | None:
    """One quarantine row, or None."""
    statement = (
        select(quarantine, capture.c.source, capture.c.uri, capture.c.sha256, capture.c.captured_at)
        .join(capture, capture.c.id == quarantine.c.capture_id)
        .where(quarantine.c.id == row_id)
    )
    row = connection.execute(statement).mappings().one_or_none()
    return dict(row) if row is not None else None


def sightings_of(connection: Connection, record_id: int) -> list[dict[str, Any]]:
    """Where a record was seen: page, digest, place, time."""
    statement = (
        select(capture.c.uri, capture.c.sha256, capture.c.captured_at, sighting.c.place)
        .join(sighting, sighting.c.capture_id == capture.c.id)
        .where(sighting.c.record_id == record_id)
        .order_by(sighting.c.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def guards(connection: Connection) -> dict[str, int]:
    """How many of the pairs kept each guard objected to, the most first."""
    found: Counter[str] = Counter()
    for (codes,) in connection.execute(select(pair.c.reasons).where(pair.c.reasons.contains(f'"{_GUARD}'))):
        found.update(code.removeprefix(_GUARD) for code in json.loads(codes) if code.startswith(_GUARD))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


_GUARD = "guard_"


def table_sizes(connection: Connection) -> dict[str, int]:
    """Rows in each table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def captures_without_content(connection: Connection) -> list[int]:
    """Captures off which neither a sighting, a rejection nor an award is stored; there should be none."""
    has_sighting = select(sighting.c.id).where(sighting.c.capture_id == capture.c.id)
    has_rejection = select(quarantine.c.id).where(quarantine.c.capture_id == capture.c.id)
    has_award = select(award.c.id).where(award.c.capture_id == capture.c.id)
    statement = select(capture.c.id).where(~has_sighting.exists(), ~has_rejection.exists(), ~has_award.exists())
    return list(connection.execute(statement).scalars())


def records_without_live_work(connection: Connection) -> list[int]:
    """Records that are in no work or in one that redirects elsewhere; there should be none."""
    statement = (
        select(record.c.id)
        .outerjoin(work_record, work_record.c.record_id == record.c.id)
        .outerjoin(work, work.c.id == work_record.c.work_id)
        .where(or_(work.c.id.is_(None), work.c.redirect_to.is_not(None)))
    )
    return list(connection.execute(statement).scalars())


def redirects_astray(connection: Connection) -> list[str]:
    """Works that do not lead where the record that founded them is; there should be none.

    With every record in a live work (I3) this means: each id is live, or one hop from the live work that
    its founder is in.
    """
    leads_to = func.coalesce(work.c.redirect_to, work.c.id)
    statement = (
        select(work.c.id)
        .outerjoin(work_record, work_record.c.record_id == work.c.founder_id)
        .where(leads_to.is_distinct_from(work_record.c.work_id))
    )
    return sorted(connection.execute(statement).scalars())


def settle_quarantine(
    connection: Connection, rows: Sequence[Mapping[str, Any]], capture_ids: Mapping[int, int]
) -> None:
    """Give quarantine rows the status that the same rows have elsewhere; ``capture_ids``: captures there and here."""
    for row in rows:
        if row["status"] != "open":
            same = quarantine.c.place == row["place"], quarantine.c.code == row["code"]
            of_page = quarantine.c.capture_id == capture_ids[row["capture_id"]]
            connection.execute(update(quarantine).where(of_page, *same).values(status=row["status"]))
