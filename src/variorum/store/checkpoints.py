"""How far each scope of each source has been harvested, what its servers said of their pages, which keys failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from variorum.store.pages import chunks
from variorum.store.tables import backfill, checkpoint, validator


@dataclass(frozen=True)
class Checkpoint:
    """Where a scope stands.

    ``harvested_to``: day up to which all is here. ``position``: where a harvest under way goes on, None
    when none is. ``asked``: what that harvest was begun with (address, first day). ``began_on``: day on
    which it began. ``entries``: seen in it so far. ``pages`` and ``kept``: pages taken since ever, and
    those of them that said anything new.
    """

    id: int
    source: str
    scope: str
    harvested_to: str | None
    began_on: str | None
    position: str | None
    asked: str | None
    entries: int
    pages: int
    kept: int


_COLUMNS = [checkpoint.c[name] for name in Checkpoint.__dataclass_fields__]


def get(connection: Connection, source: str, scope: str) -> Checkpoint | None:
    """The checkpoint of a source's scope, if it has one."""
    where = checkpoint.c.source == source, checkpoint.c.scope == scope
    row = connection.execute(select(*_COLUMNS).where(*where)).one_or_none()
    return Checkpoint(*row) if row is not None else None


def every(connection: Connection) -> list[Checkpoint]:
    """All checkpoints, by source and scope."""
    order = checkpoint.c.source, checkpoint.c.scope
    return [Checkpoint(*row) for row in connection.execute(select(*_COLUMNS).order_by(*order))]


def begin(
    connection: Connection,
    run_id: int,
    source: str,
    scope: str,
    *,
    began_on: str,
    position: str,
    asked: str | None = None,
) -> Checkpoint:
    """Begin a harvest of the scope from ``position``."""
    values: dict[str, Any] = {"began_on": began_on, "position": position, "asked": asked, "entries": 0}
    known = get(connection, source, scope)
    if known is None:
        connection.execute(insert(checkpoint).values(source=source, scope=scope, run_id=run_id, **values))
    else:
        connection.execute(update(checkpoint).where(checkpoint.c.id == known.id).values(run_id=run_id, **values))
    begun = get(connection, source, scope)
    assert begun is not None  # noqa: S101 - written just now
    return begun


def advance(connection: Connection, run_id: int, number: int, position: str, *, entries: int, kept: bool) -> None:
    """Take one step: in the transaction that stores what the step brought."""
    values = {
        "position": position,
        "entries": checkpoint.c.entries + entries,
        "pages": checkpoint.c.pages + 1,
        "kept": checkpoint.c.kept + int(kept),
        "run_id": run_id,
    }
    connection.execute(update(checkpoint).where(checkpoint.c.id == number).values(values))


def complete(connection: Connection, run_id: int, number: int, harvested_to: str | None) -> None:
    """End the harvest under way; with ``harvested_to``, all up to that day is here (it never moves back)."""
    values: dict[str, Any] = {"position": None, "began_on": None, "run_id": run_id}
    if harvested_to is not None:
        before = connection.execute(select(checkpoint.c.harvested_to).where(checkpoint.c.id == number)).scalar_one()
        values["harvested_to"] = max(before or "", harvested_to)
    connection.execute(update(checkpoint).where(checkpoint.c.id == number).values(values))


def catch_up(
    connection: Connection, run_id: int, source: str, scope: str, *, since: str, first: str | None, harvested_to: str
) -> None:
    """Move a scope's checkpoint after another harvest of the same selection, which began at ``since``.

    A scope that has never been harvested takes it as its beginning, unless its own ``first`` day is
    earlier; one that would be left with a gap, or that is being harvested, is not moved.
    """
    known = get(connection, source, scope)
    if known is None:
        if since > (first or since):
            return
        known = begin(connection, run_id, source, scope, began_on=harvested_to, position="")
    elif known.position is not None or since > (known.harvested_to or ""):
        return
    complete(connection, run_id, known.id, harvested_to)


def validators_of(connection: Connection, source: str, url: str) -> tuple[str | None, str | None]:
    """The ETag and Last-Modified that came with the source's page last time."""
    where = validator.c.source == source, validator.c.url == url
    row = connection.execute(select(validator.c.etag, validator.c.last_modified).where(*where)).one_or_none()
    return (row.etag, row.last_modified) if row is not None else (None, None)


def put_validators(connection: Connection, source: str, url: str, etag: str | None, last_modified: str | None) -> None:
    """Keep what a server said of its page, for asking next time whether it has changed."""
    if validators_of(connection, source, url) == (etag, last_modified):
        return
    connection.execute(delete(validator).where(validator.c.source == source, validator.c.url == url))
    if etag or last_modified:
        values = {"source": source, "url": url, "etag": etag, "last_modified": last_modified}
        connection.execute(insert(validator).values(values))


@dataclass(frozen=True)
class Missed:
    """A key that a backfill asked for and did not get."""

    key: str
    code: str
    message: str


def note_backfill(
    connection: Connection, run_id: int, source: str, kind: str, done: Iterable[str], missed: Sequence[Missed]
) -> None:
    """Write down which keys of a backfill were answered and which were not, over what was known of them."""
    rows: dict[str, Mapping[str, Any]] = {
        key: {"key": key, "status": "done", "code": None, "message": None} for key in done
    }
    rows |= {one.key: {"key": one.key, "status": "failed", "code": one.code, "message": one.message} for one in missed}
    for keys in chunks(list(rows)):
        where = backfill.c.source == source, backfill.c.kind == kind, backfill.c.key.in_(keys)
        connection.execute(delete(backfill).where(*where))
    if rows:
        shared = {"source": source, "kind": kind, "run_id": run_id}
        connection.execute(insert(backfill), [{**shared, **row} for row in rows.values()])


def missed_keys(connection: Connection, source: str, kind: str) -> list[Missed]:
    """The keys whose last backfill failed, in alphabetical order."""
    where = backfill.c.source == source, backfill.c.kind == kind, backfill.c.status == "failed"
    statement = select(backfill.c.key, backfill.c.code, backfill.c.message).where(*where).order_by(backfill.c.key)
    return [Missed(row.key, row.code or "", row.message or "") for row in connection.execute(statement)]


@dataclass(frozen=True)
class Asked:
    """How the last backfill that asked a source for a key ended: ``done``, or ``failed`` with a reason."""

    source: str
    key: str
    status: str
    code: str | None
    message: str | None


def asked_for(connection: Connection, kind: str, keys: Sequence[str]) -> dict[str, list[Asked]]:
    """What came of asking for keys, by key, sources in alphabetical order."""
    found: defaultdict[str, list[Asked]] = defaultdict(list)
    columns = [backfill.c[one.name] for one in fields(Asked)]
    for some in chunks(keys):
        where = backfill.c.kind == kind, backfill.c.key.in_(some)
        for row in connection.execute(select(*columns).where(*where).order_by(backfill.c.source)):
            found[row.key].append(Asked(*row))
    return dict(found)


def keys_asked_for(connection: Connection, kind: str) -> list[str]:
    """All keys of a kind that were ever asked for."""
    return sorted(connection.execute(select(backfill.c.key).where(backfill.c.kind == kind).distinct()).scalars())
