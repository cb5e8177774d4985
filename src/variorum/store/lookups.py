"""Look-ups in registries: what was asked about which work, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, and_, delete, insert, or_, select

from variorum.store.tables import lookup, run

Outcome = Literal["accepted", "refused", "not_found", "failed"]


@dataclass(frozen=True)
class Lookup:
    """One question to one registry about one work. ``query``: what was asked by, e.g. ``doi:10.5555/a``."""

    work_id: str
    source: str
    query: str
    outcome: Outcome
    message: str | None = None


def answered(connection: Connection, work_id: str, *, unknown_since: str) -> set[tuple[str, str]]:
    """Source and query of the look-ups about a work that were answered.

    "Not found" counts as an answer for a while: when it was given after ``unknown_since`` (ISO time).
    """
    statement = (
        select(lookup.c.source, lookup.c.query)
        .join(run, run.c.id == lookup.c.run_id)
        .where(
            lookup.c.work_id == work_id,
            or_(
                lookup.c.outcome.in_(("accepted", "refused")),
                and_(lookup.c.outcome == "not_found", run.c.started_at >= unknown_since),
            ),
        )
    )
    return {(row.source, row.query) for row in connection.execute(statement)}


def note(connection: Connection, run_id: int, one: Lookup) -> None:
    """Write down what came of a look-up, over what came of it before."""
    same = lookup.c.work_id == one.work_id, lookup.c.source == one.source, lookup.c.query == one.query
    connection.execute(delete(lookup).where(*same))
    connection.execute(
        insert(lookup).values(
            work_id=one.work_id,
            source=one.source,
            query=one.query,
            outcome=one.outcome,
            message=one.message,
            run_id=run_id,
        )
    )
