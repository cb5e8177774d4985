"""Opening a database: SQLite or PostgreSQL, made to behave alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import DatabaseError as SqlDatabaseError

from variorum.errors import BadInputError, DatabaseError, NotNowError

__all__ = ["Connection", "Engine", "open_engine", "plain_errors", "reading", "writing"]

LOCK_WAIT_MS = 30_000
"""How long a writer waits for another before it gives up and asks to be run again."""


def open_engine(url: str, *, must_exist: bool = False) -> Engine:
    """An engine for ``url``.

    SQLite gets WAL, foreign keys, a busy timeout, and transactions that take the write lock at once
    (``BEGIN IMMEDIATE``): a reader that turns writer half-way could otherwise be refused with work done.
    Raises ``BadInputError`` for a URL that cannot be used and, with ``must_exist``, for a missing file.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            _check_sqlite_file(parsed.database, must_exist=must_exist)
            # The driver's own transaction handling is switched off; _begin below takes over.
            engine = create_engine(parsed, connect_args={"isolation_level": None, "timeout": LOCK_WAIT_MS / 1000})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
        elif backend == "postgresql":
            engine = create_engine(parsed, connect_args={"connect_timeout": 10})
        else:
            raise BadInputError(f"{backend} databases are not supported; use sqlite or postgresql+psycopg")
    except (ArgumentError, NoSuchModuleError):
        raise BadInputError(f"not a database URL: {url!r}, e.g. sqlite:///variorum.db") from None
    except ModuleNotFoundError as error:
        raise BadInputError(f"{error.name} is missing: pip install 'variorum[postgres]'") from None
    return engine


def _check_sqlite_file(name: str | None, *, must_exist: bool) -> None:
    if not name or name == ":memory:":
        return
    path = Path(name)
    if must_exist and not path.exists():
        raise BadInputError(f"there is no database at {path}; import something first, or give --db", code="no_database")
    if not path.resolve().parent.is_dir():
        raise BadInputError(f"the folder of {path} does not exist", code="no_database")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS:d}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB:d}")
    finally:
        cursor.close()


def _begin_immediate(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("variorum_read", False):
        connection.exec_driver_sql("BEGIN")
        return
    # Set each time: the connection comes from a pool, and who had it before may have waited otherwise.
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {options.get('variorum_wait_ms', LOCK_WAIT_MS):d}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


CACHE_KIB = 128 * 1024
"""Pages of a large store that SQLite keeps at hand; of a small one it keeps no more than there is."""

WRITE_LOCK = 0x766172696F  # "vario"


@contextmanager
def writing(engine: Engine, wait_ms: int = LOCK_WAIT_MS) -> Iterator[Connection]:
    """One transaction that may write: committed at the end, rolled back on any error.

    Raises ``NotNowError`` (``locked``) when another writer does not end within ``wait_ms``.
    """
    options: dict[str, Any] = {"variorum_wait_ms": wait_ms}
    with plain_errors(), engine.connect().execution_options(**options) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            # One writer at a time, as in SQLite: pages and dedup runs never see each other half-done.
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms:d}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK:d})")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database and never blocks a writer."""
    options: dict[str, Any] = {"variorum_read": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with plain_errors(), engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def plain_errors() -> Iterator[None]:
    """Driver errors in words that say what to do."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if any(word in reason for word in ("locked", "busy", "lock timeout")):
            raise NotNowError("another command is writing to the database; try again", code="locked") from error
        raise DatabaseError(f"the database cannot be used: {reason.strip()}") from error
    except SqlDatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(error.orig, sqlite3.IntegrityError):
            raise DatabaseError(f"the database is damaged: {error.orig}", code="damaged") from error
        raise
