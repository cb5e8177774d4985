"""Locks that die with whoever holds them: no clock, no heartbeat, nothing left behind by a crash.

Beside an SQLite file they are locked files, which the system lets go when a process ends; in PostgreSQL
they are advisory locks of a connection, which the server lets go when the connection ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, Engine, NullPool, create_engine, text

Release = Callable[[], None]


def try_lock(engine: Engine, name: str, *, once: bool = False) -> Release | None:
    """Take the lock of that name and return what gives it back; None when somebody holds it.

    ``once``: nobody will ever wait for a lock of this name, so that its file need not stay. (Taking away
    the file of a lock that others wait for would let two of them have it.)
    """
    if engine.dialect.name == "postgresql":
        return _advisory_lock(engine, name)
    database = engine.url.database
    if not database or database == ":memory:":
        return lambda: None  # nobody else can reach this database
    return _file_lock(Path(database), name, once=once)


def _file_lock(database: Path, name: str, *, once: bool) -> Release | None:
    folder = database.with_name(database.name + ".locks")
    folder.mkdir(exist_ok=True)
    path = folder / f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)}.lock"
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None

    def release() -> None:
        if once:
            path.unlink(missing_ok=True)
        lock.release()

    return release


def _advisory_lock(engine: Engine, name: str) -> Release | None:
    number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
    connection = _lock_engine(engine.url).connect()
    if not connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}).scalar_one():
        connection.close()
        return None
    # Closing ends the session, and the lock with it.
    return connection.close


@cache
def _lock_engine(url: URL) -> Engine:
    """Connections for locks alone: they are held for minutes, and the pool for pages must not run dry.

    Not in a transaction, because an open one would hold up VACUUM.
    """
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
