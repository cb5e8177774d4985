"""Showing a harvest while it runs: a line for each source on a terminal, log lines everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from variorum.cli._output import console, print_json_line, say

if TYPE_CHECKING:
    from variorum.pipeline.keeping import Event


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


Tell = Callable[["Event"], None]


def telling(log_format: LogFormat) -> Callable[[str], None]:
    """How to say something to whoever reads the log: in plain words, or as a line of JSON among the others."""
    if log_format is LogFormat.TEXT:
        return say

    def as_line(message: str) -> None:
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        line = {"event": "message", "message": message, "level": "info", "timestamp": now}
        print_json_line(line, stderr=True)

    return as_line


_LEVELS = {
    "alarm": "warning",
    "rejected": "warning",
    "asked_again": "warning",
    "passed_over": "warning",
    "fault": "error",
}


@contextmanager
def watching(names: Sequence[str], log_format: LogFormat) -> Iterator[Tell]:
    """What to tell events to. JSON is always lines; text is a live display where standard error is a terminal."""
    if log_format is LogFormat.TEXT and sys.stderr.isatty():
        with _live(names) as tell:
            yield tell
    else:
        yield _logging(log_format)


def _logging(log_format: LogFormat) -> Tell:
    import structlog

    from variorum.reports.text import terminal_safe

    def safe(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        # Messages may quote what a server sent.
        return {key: terminal_safe(value) if isinstance(value, str) else value for key, value in event.items()}

    last: Any = structlog.processors.JSONRenderer(sort_keys=False)
    if log_format is LogFormat.TEXT:
        last = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event", "run", "source"])
    logger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            safe,
            last,
        ],
    )

    def tell(event: Event) -> None:
        facts = {key: value for key, value in event.facts.items() if value not in (None, "", 0)}
        failed = event.name == "ended" and event.facts.get("status") != "ok"
        level = "warning" if failed else _LEVELS.get(event.name, "info")
        getattr(logger, level)(event.name, run=event.run, source=event.source, **facts)

    return tell


@contextmanager
def _live(names: Sequence[str]) -> Iterator[Tell]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    from variorum.reports.text import terminal_safe

    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=False) as bars:
        tasks = {name: bars.add_task(name, total=None, done="waiting") for name in dict.fromkeys(names)}
        seen = dict.fromkeys(tasks, 0)
        new = dict.fromkeys(tasks, 0)

        def tell(event: Event) -> None:
            facts, task = event.facts, tasks[event.source]
            if facts.get("keys_done"):
                bars.update(task, completed=float(str(facts["keys_done"])))
            if event.name == "page":
                seen[event.source] += int(str(facts.get("seen") or 0))
                new[event.source] += int(str(facts.get("new") or 0))
                done = f"{facts['pages']} pages, {seen[event.source]:,} entries, {new[event.source]:,} new"
                bars.update(task, done=done)
            elif event.name in {"begun", "resumed"}:
                keys = facts.get("keys")
                bars.update(task, done=event.name, total=float(str(keys)) if keys else None)
            elif event.name == "ended":
                bars.update(task, total=1, completed=1, done=str(facts["status"]).replace("_", " "))
            elif event.name in _LEVELS:
                told = f"{event.source}: {facts.get('code', event.name)}: {facts.get('message', facts.get('error'))}"
                bars.console.print(Text(terminal_safe(told)))

        yield tell
