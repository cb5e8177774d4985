"""The ledger of runs: what was executed, when, by which version, and what it counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from variorum.store.tables import COUNTS, harvest, run, work


@dataclass(frozen=True)
class RunRow:
    """One run as the ledger has it. ``status``: running, ok, needs_a_human, failed."""

    id: int
    command: str
    arguments: list[str]
    software: str
    started_at: str
    finished_at: str | None
    status: str
    message: str | None
    counts: dict[str, int]


def start(connection: Connection, command: str, arguments: list[str], software: str, now: str) -> int:
    """Open a run and return its number."""
    statement = insert(run).values(
        command=command, arguments=json.dumps(arguments), software=software, started_at=now, status="running"
    )
    key = connection.execute(statement).inserted_primary_key
    assert key is not None  # noqa: S101 - an insert of one row has a key
    return int(key[0])


def add_counts(connection: Connection, run_id: int, counts: Mapping[str, int]) -> None:
    """Add to a run's counts, in the transaction that stores what was counted."""
    changes = {name: run.c[name] + number for name, number in counts.items() if number}
    if changes:
        connection.execute(update(run).where(run.c.id == run_id).values(changes))


def finish(connection: Connection, run_id: int, status: str, message: str | None, now: str) -> None:
    """Close a run; the number of works is what the store then holds."""
    values = {"status": status, "message": message, "finished_at": now, "works": live_works(connection)}
    connection.execute(update(run).where(run.c.id == run_id).values(values))


def unfinished(connection: Connection) -> list[int]:
    """Runs that are called running: under way, or killed."""
    return list(connection.execute(select(run.c.id).where(run.c.status == "running")).scalars())


def close_killed(connection: Connection, run_id: int, now: str) -> None:
    """Close a run whose process is gone, with the harvests it left open."""
    values = {"status": "not_now", "message": "the process was killed", "finished_at": now}
    connection.execute(update(run).where(run.c.id == run_id, run.c.status == "running").values(values))
    of_run = harvest.c.run_id == run_id, harvest.c.status == "running"
    connection.execute(update(harvest).where(*of_run).values(code="cut_off", **values))


def live_works(connection: Connection) -> int:
    """How many works there are, redirects not counted."""
    statement = select(func.count()).select_from(work).where(work.c.redirect_to.is_(None))
    return int(connection.execute(statement).scalar_one())


def get(connection: Connection, run_id: int | None) -> RunRow | None:
    """A run by number, the newest for None; None when there is no such run."""
    statement = select(run).order_by(run.c.id.desc()).limit(1)
    if run_id is not None:
        statement = select(run).where(run.c.id == run_id)
    row = connection.execute(statement).mappings().one_or_none()
    return _run(row) if row is not None else None


def newest(connection: Connection, limit: int) -> list[RunRow]:
    """The newest runs, newest first."""
    rows = connection.execute(select(run).order_by(run.c.id.desc()).limit(limit)).mappings()
    return [_run(row) for row in rows]


def _run(row: Mapping[Any, Any]) -> RunRow:
    return RunRow(
        id=row["id"],
        command=row["command"],
        arguments=json.loads(row["arguments"]),
        software=row["software"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        status=row["status"],
        message=row["message"],
        counts={name: row[name] for name in COUNTS},
    )
