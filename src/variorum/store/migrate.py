"""The schema's version: what a database has, what this program needs, and getting from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from variorum.errors import DatabaseError
from variorum.store.engine import plain_errors, reading, writing
from variorum.store.tables import metadata

HEAD = "0006"
"""The version this program reads and writes."""


def version_of(connection: Connection) -> str | None:
    """The database's version; None when it holds no Variorum tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(version) if version is not None else None


def is_empty(engine: Engine) -> bool:
    """Whether the database holds none of this program's tables."""
    with reading(engine) as connection:
        return not set(inspect(connection).get_table_names()) & {"alembic_version", *metadata.tables}


def check_version(engine: Engine) -> None:
    """Raise ``DatabaseError`` unless the database is exactly at this program's version."""
    with reading(engine) as connection:
        version = version_of(connection)
    if version is None:
        raise DatabaseError("the database holds no Variorum tables; run: variorum db upgrade", code="behind")
    if version < HEAD:
        raise DatabaseError(
            f"the database is at version {version}, {HEAD} is needed; run: variorum db upgrade", code="behind"
        )
    if version > HEAD:
        raise DatabaseError(
            f"the database is at version {version}, made by a newer Variorum; this one knows {HEAD}",
            code="ahead",
        )


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to this program's version, in one transaction. Returns versions before and after."""
    opened = _sqlite_upgrading(engine) if engine.dialect.name == "sqlite" else writing(engine)
    with opened as connection:
        before = version_of(connection)
        if before is not None and before > HEAD:
            raise DatabaseError(f"the database is at version {before}, made by a newer Variorum", code="ahead")
        if before != HEAD:
            _run_migrations(connection)
            _check_references(connection)
    return before, HEAD


def _check_references(connection: Connection) -> None:
    """Raise ``DatabaseError`` for rows of SQLite without what they refer to, which it did not look at meanwhile."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise DatabaseError(f"rows without what they refer to: {broken[0]}", code="damaged")


@contextmanager
def _sqlite_upgrading(engine: Engine) -> Iterator[Connection]:
    """A write transaction for changing SQLite's tables.

    Changing a table there means copying it, dropping it and renaming the copy, which only works while
    foreign keys are not enforced; they are checked at the end instead. Enforcement and WAL (readers and
    a writer at the same time, kept in the file from then on) can only be set outside a transaction.
    """
    with plain_errors(), engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.commit()
        finally:
            # Not given back to the pool: others must find foreign keys enforced.
            connection.invalidate()


def _run_migrations(connection: Connection) -> None:
    # Imported here: alembic is only needed when the version differs, and importing it takes a while.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
