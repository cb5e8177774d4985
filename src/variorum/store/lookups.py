"""Look-ups in registries: what was asked about which work, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from variorum.store.pages import chunks
from variorum.store.tables import lookup

Outcome = Literal["accepted", "refused", "not_found", "failed"]


@dataclass(frozen=True)
class Lookup:
    """One question to one registry about one work. ``query``: what was asked by, e.g. ``doi:10.5555/a``."""

    work_id: str
    source: str
    query: str
    outcome: Outcome
    message: str | None = None


def answered(connection: Connection, work_ids: Sequence[str]) -> set[tuple[str, str, str]]:
    """Work, source and query of all look-ups that were answered, whatever the answer."""
    found: set[tuple[str, str, str]] = set()
    for some in chunks(work_ids):
        columns = lookup.c.work_id, lookup.c.source, lookup.c.query
        where = lookup.c.work_id.in_(some), lookup.c.outcome != "failed"
        found.update((row.work_id, row.source, row.query) for row in connection.execute(select(*columns).where(*where)))
    return found


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
