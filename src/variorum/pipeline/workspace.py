"""A database and its archive, opened for a command, and the clock that dates what is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from variorum.config import Settings
from variorum.store.engine import Engine, open_engine
from variorum.store.migrate import check_version, is_empty, upgrade
from variorum.transport.archive import Archive

Clock = Callable[[], str]


def utc_now() -> str:
    """The time as ISO 8601 text in UTC, microseconds included."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Workspace:
    """What a command works on."""

    engine: Engine
    archive: Archive
    max_file_mib: int = 64
    clock: Clock = utc_now


def open_workspace(settings: Settings, *, create: bool = False) -> Workspace:
    """Open the database and archive of ``settings``.

    With ``create``, an empty database gets its tables; one that is behind is never changed without
    being asked to. Raises ``DatabaseError`` when the schema's version does not fit, and
    ``BadInputError`` when there is no database and it is not to be made.
    """
    engine = open_engine(settings.db, must_exist=not create)
    if create and is_empty(engine):
        upgrade(engine)
    check_version(engine)
    return Workspace(engine, Archive(settings.archive_root), settings.max_file_mib)
