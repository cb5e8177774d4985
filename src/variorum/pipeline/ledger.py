"""Recording a run: opened before the work, closed after it, also when the work fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from variorum import __version__
from variorum.pipeline.workspace import Workspace
from variorum.store import runs
from variorum.store.engine import writing


@dataclass
class OpenRun:
    """A run under way: its number, and how it is to be closed."""

    id: int
    status: str = "ok"
    message: str | None = None


@contextmanager
def recorded(workspace: Workspace, command: str, arguments: Sequence[str]) -> Iterator[OpenRun]:
    """Open a run and close it as the body says, or as ``failed`` with the error when the body raises one."""
    told = [argument.encode("utf-8", "backslashreplace").decode() for argument in arguments]
    with writing(workspace.engine) as connection:
        run = OpenRun(runs.start(connection, command, told, __version__, workspace.clock()))
    try:
        yield run
    except BaseException as error:
        run.status, run.message = "failed", f"{type(error).__name__}: {error}"
        raise
    finally:
        with writing(workspace.engine) as connection:
            runs.finish(connection, run.id, run.status, run.message, workspace.clock())
