"""Recording a run: opened before the work, closed after it, also when the work fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from variorum import __version__
from variorum.errors import NotNowError
from variorum.pipeline.workspace import Workspace
from variorum.store import runs
from variorum.store.engine import LOCK_WAIT_MS, reading, writing
from variorum.store.locks import Release, try_lock


@dataclass
class OpenRun:
    """A run under way: its number, and how it is to be closed."""

    id: int
    status: str = "ok"
    message: str | None = None


LAST_WORD_MS = 1_000
"""How long a run that was asked to end waits for the database; the next run closes what it could not."""


@contextmanager
def recorded(workspace: Workspace, command: str, arguments: Sequence[str]) -> Iterator[OpenRun]:
    """Open a run and close it as the body says, or as ``failed`` with the error when the body raises one.

    A run holds a lock while it lives, so that the next one can tell which of those called running are dead.
    """
    told = [argument.encode("utf-8", "backslashreplace").decode() for argument in arguments]
    _close_killed(workspace)
    with writing(workspace.engine) as connection:
        run = OpenRun(runs.start(connection, command, told, __version__, workspace.clock()))
    release = _try_lock(workspace, run.id)
    try:
        yield run
    except BaseException as error:
        run.status, run.message = "failed", f"{type(error).__name__}: {error}"
        if not isinstance(error, Exception):
            run.status, run.message = "not_now", "asked to end"
        raise
    finally:
        _close(workspace, run)
        if release is not None:
            release()


def _try_lock(workspace: Workspace, run_id: int) -> Release | None:
    return try_lock(workspace.engine, f"run {run_id}", once=True)


def _close(workspace: Workspace, run: OpenRun) -> None:
    ending = run.status == "not_now"
    try:
        with writing(workspace.engine, LAST_WORD_MS if ending else LOCK_WAIT_MS) as connection:
            runs.finish(connection, run.id, run.status, run.message, workspace.clock())
    except NotNowError:
        if not ending:
            raise


def _close_killed(workspace: Workspace) -> None:
    with reading(workspace.engine) as connection:
        left = runs.unfinished(connection)
    for run_id in left:
        release = _try_lock(workspace, run_id)
        if release is not None:
            try:
                with writing(workspace.engine) as connection:
                    runs.close_killed(connection, run_id, workspace.clock())
            finally:
                release()
