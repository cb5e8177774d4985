"""What the commands that fetch have in common: options, and carrying a run out."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from variorum.cli._options import Format
from variorum.cli._output import print_json, print_rows
from variorum.cli._run_files import RunFiles
from variorum.cli._watching import LogFormat, telling, watching
from variorum.cli.runs import HARVEST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from variorum.config import Settings
    from variorum.pipeline.ingesting import IngestResult
    from variorum.pipeline.plans import Plan

_COMMENT = re.compile(r"(?:^|\s)#.*")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be asked; fetch and write nothing.")]
Logs = Annotated[LogFormat, typer.Option("--log-format", help="Log lines for people or for machines.")]
KeyFile = Annotated[
    str | None, typer.Option("--file", help="File of ids, one on a line; - for standard input.", metavar="F|-")
]


def day_of(text: str | None) -> str | None:
    from datetime import date

    from variorum.errors import BadInputError

    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInputError(f"{text!r} is no day; write it as 2026-11-21", code="bad_date") from None


def lines_of(file: str | None) -> list[str]:
    from variorum.errors import BadInputError

    if file is None:
        return []
    try:
        text = (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{file} cannot be read: {error}", code="unreadable") from None
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def carried_out(
    own: Settings,
    plans: Sequence[Plan],
    command: str,
    arguments: list[str],
    log_format: LogFormat,
    *,
    limit: int | None = None,
    accept_drop: bool = False,
    files: RunFiles | None = None,
) -> tuple[IngestResult, bool]:
    """Fetch, and show it while it runs; the result, and whether the asked files could be written."""
    from variorum.cli._signals import stoppable
    from variorum.pipeline.ingesting import Orders, ingest
    from variorum.pipeline.workspace import open_workspace

    files = files or RunFiles()
    files.check()
    orders = Orders(command, arguments, own.contact, limit, accept_drop)
    target = open_workspace(own, create=True)
    with stoppable(telling(log_format)) as stop, watching([plan.source.name for plan in plans], log_format) as tell:
        result = ingest(target, plans, orders, stop, tell)
    # Before anything is printed: whoever reads that may have gone.
    return result, files.write(target, own, plans, result)


def show_plans(own: Settings, plans: Sequence[Plan], output: Format) -> None:
    """What a run would begin with."""
    from variorum.pipeline.ingesting import preview

    print_rows(output, preview(own, plans), _PREVIEW, "nothing to do")


def run_and_show(
    own: Settings,
    plans: Sequence[Plan],
    command: str,
    arguments: list[str],
    dry_run: bool,
    log_format: LogFormat,
    output: Format,
    *,
    limit: int | None = None,
    accept_drop: bool = False,
    files: RunFiles | None = None,
) -> None:
    """Fetch and show what it came to, or with ``dry_run`` what it would begin with; exits as the run ended."""
    from variorum.errors import ExitCode

    if dry_run:
        show_plans(own, plans, output)
        return
    result, written = carried_out(
        own, plans, command, arguments, log_format, limit=limit, accept_drop=accept_drop, files=files
    )
    _show(result, output, telling(log_format))
    raise typer.Exit(result.exit_code if written else result.exit_code or ExitCode.FAILED)


_PREVIEW = {"source": "source", "scope": "*scope", "since": "since", "resumes": "resumes", "request": "*first request"}


def _show(result: IngestResult, output: Format, tell: Callable[[str], None]) -> None:
    from variorum.reports.run_report import harvest_row, ingest_view, outcome_view

    if output is Format.JSON:
        print_json(ingest_view(result))
        return
    rows = [harvest_row(outcome_view(outcome)) for outcome in result.outcomes]
    print_rows(output, rows, HARVEST_COLUMNS, "nothing was asked for")
    tell(f"run {result.run_id}: exit {int(result.exit_code)}; more with: variorum runs show {result.run_id}")
