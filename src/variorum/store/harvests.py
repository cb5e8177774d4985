"""The ledger of harvests: what each source brought in each run, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from variorum.store.tables import HARVEST_COUNTS, harvest, run


@dataclass(frozen=True)
class HarvestRow:
    """One source's part in a run. ``entries``: seen in the whole harvest, which runs before may have begun."""

    id: int
    run_id: int
    source: str
    scope: str
    status: str
    code: str | None
    message: str | None
    alarms: tuple[tuple[str, str], ...]
    resume_at: str | None
    started_at: str
    finished_at: str | None
    pages: int
    entries: int | None
    counts: dict[str, int]


def start(connection: Connection, run_id: int, source: str, scope: str, now: str) -> int:
    """Open a harvest and return its number."""
    values = {"run_id": run_id, "source": source, "scope": scope, "status": "running", "alarms": "[]"}
    key = connection.execute(insert(harvest).values(started_at=now, **values)).inserted_primary_key
    assert key is not None  # noqa: S101 - an insert of one row has a key
    return int(key[0])


def add_page(connection: Connection, number: int, counts: Mapping[str, int]) -> None:
    """Count a page and what it brought, in the transaction that stores it."""
    changes = {name: harvest.c[name] + counts[name] for name in HARVEST_COUNTS if counts.get(name)}
    connection.execute(update(harvest).where(harvest.c.id == number).values(pages=harvest.c.pages + 1, **changes))


def finish(
    connection: Connection,
    number: int,
    *,
    status: str,
    now: str,
    code: str | None = None,
    message: str | None = None,
    alarms: Sequence[tuple[str, str]] = (),
    resume_at: str | None = None,
    entries: int | None = None,
) -> None:
    """Close a harvest. ``entries`` only when it is complete: such harvests are what later ones are measured by."""
    values = {"status": status, "finished_at": now, "code": code, "message": message, "resume_at": resume_at}
    alarms_text = json.dumps([list(alarm) for alarm in alarms])
    connection.execute(
        update(harvest).where(harvest.c.id == number).values(alarms=alarms_text, entries=entries, **values)
    )


def of_run(connection: Connection, run_id: int) -> list[HarvestRow]:
    """What the sources of a run brought, by source."""
    rows = connection.execute(
        select(harvest).where(harvest.c.run_id == run_id).order_by(harvest.c.source, harvest.c.id)
    )
    return [_row(row) for row in rows.mappings()]


def latest(connection: Connection) -> list[HarvestRow]:
    """The newest harvest of each source and scope."""
    rows = connection.execute(select(harvest).order_by(harvest.c.id)).mappings()
    newest = {(row["source"], row["scope"]): row for row in rows}
    return [_row(newest[key]) for key in sorted(newest)]


def yields(connection: Connection, source: str, scope: str, limit: int = 7) -> list[int]:
    """How many entries the last complete harvests of a scope brought, newest first."""
    where = harvest.c.source == source, harvest.c.scope == scope, harvest.c.entries.is_not(None)
    statement = select(harvest.c.entries).where(*where).order_by(harvest.c.id.desc()).limit(limit)
    return list(connection.execute(statement).scalars())


def finished_before_a_cut(
    connection: Connection, command: str, arguments: Sequence[str], since: str
) -> set[tuple[str, str]]:
    """Sources and scopes that were harvested to the end by runs of a command that itself was cut off.

    Those runs count that came since the last one of the same command and arguments that got to its end, and
    not before ``since`` (ISO time).
    """
    same = run.c.command == command, run.c.arguments == json.dumps(list(arguments))
    last = select(func.max(run.c.id)).where(*same, run.c.status.not_in(("running", "not_now"))).scalar_subquery()
    statement = (
        select(harvest.c.source, harvest.c.scope)
        .join(run, run.c.id == harvest.c.run_id)
        .where(*same, run.c.id > func.coalesce(last, 0), run.c.started_at >= since, harvest.c.entries.is_not(None))
    )
    return {(row.source, row.scope) for row in connection.execute(statement)}


_PLAIN = [one.name for one in fields(HarvestRow) if one.name not in {"alarms", "counts"}]


def _row(row: Mapping[Any, Any]) -> HarvestRow:
    return HarvestRow(
        **{name: row[name] for name in _PLAIN},
        alarms=tuple((code, message) for code, message in json.loads(row["alarms"])),
        counts={name: row[name] for name in HARVEST_COUNTS},
    )
