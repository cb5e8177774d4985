"""What monitoring asks the ledger of harvests over all runs."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from variorum.store.tables import harvest


def completed_at(connection: Connection) -> dict[tuple[str, str], str]:
    """When a harvest of each source and scope last came to its end and counted."""
    statement = (
        select(harvest.c.source, harvest.c.scope, func.max(harvest.c.finished_at))
        .where(harvest.c.entries.is_not(None), harvest.c.finished_at.is_not(None))
        .group_by(harvest.c.source, harvest.c.scope)
    )
    return {(source, scope): at for source, scope, at in connection.execute(statement)}
