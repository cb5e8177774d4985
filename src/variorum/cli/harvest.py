"""``variorum ingest`` and ``variorum backfill …``: fetching."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from variorum.cli._options import Db, Format, Output, new_app, settings
from variorum.cli._output import print_json, print_rows
from variorum.cli._run_files import RunFiles
from variorum.cli._watching import LogFormat, telling, watching
from variorum.cli.runs import HARVEST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from variorum.config import Settings
    from variorum.pipeline.ingesting import IngestResult
    from variorum.pipeline.plans import Plan

backfill = new_app("Fetch by id or by day, once. No checkpoint is moved.")

Sources = Annotated[
    list[str] | None,
    typer.Argument(help="Sources to fetch; all that variorum.toml enables when none is named.", metavar="[SOURCE]…"),
]
SourceName = Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")]
Since = Annotated[
    str | None,
    typer.Option("--since", help="First day to fetch; from where the last run ended when not given.", metavar="DATE"),
]
MostEntries = Annotated[
    int | None, typer.Option("--limit", "-n", min=1, help="Stop after about so many entries of each source.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be asked; fetch and write nothing.")]
AcceptDrop = Annotated[
    bool, typer.Option("--accept-drop", help="Take a harvest that brought far less than the last ones for complete.")
]
Logs = Annotated[LogFormat, typer.Option("--log-format", help="Log lines for people or for machines.")]
KeyFile = Annotated[
    str | None, typer.Option("--file", help="File of ids, one on a line; - for standard input.", metavar="F|-")
]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", help="Write the run's report here too, as JSON.", dir_okay=False, metavar="FILE"),
]
MetricsFile = Annotated[
    Path | None,
    typer.Option(
        "--metrics-file", help="Write figures for Prometheus' node exporter here.", dir_okay=False, metavar="FILE"
    ),
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Only the ids that failed last time.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ingest", epilog="Example: variorum ingest arxiv --since 2026-11-01 --limit 5000")(ingest)
    app.add_typer(backfill, name="backfill")


def ingest(
    sources: Sources = None,
    since: Since = None,
    limit: MostEntries = None,
    accept_drop: AcceptDrop = False,
    dry_run: DryRun = False,
    log_format: Logs = LogFormat.TEXT,
    report: ReportFile = None,
    metrics_file: MetricsFile = None,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Fetch what is new: the nightly run. It goes on where the last one stopped, however that one ended.

    Exit 3 when something needs a person (an alarm, new quarantine), 75 when it is to be run again (a source
    is not available, asked to stop), 1 when a source failed.
    """
    from variorum.errors import BadInputError
    from variorum.pipeline.plans import make_plan
    from variorum.schema.harvest import Since as SinceScope

    own = settings(db)
    names = sources or [name for name, source in own.sources.items() if source.enabled]
    if not names:
        raise BadInputError(
            "no source is named and none is enabled; add to variorum.toml, e.g.:\n"
            'contact = "you@library.example"\n[sources.arxiv]\nsince = "2026-11-01"',
            code="no_source",
        )
    plans = [make_plan(own, name, SinceScope(_day(since))) for name in dict.fromkeys(names)]
    arguments = [*names, *(["--since", since] if since else [])]
    files = RunFiles(report, metrics_file or own.metrics_file)
    _carry_out(
        own, plans, "ingest", arguments, dry_run, log_format, output, limit=limit, accept_drop=accept_drop, files=files
    )


@backfill.command("keys", epilog="Example: variorum backfill keys arxiv 2104.12255 hep-th/9901001")
def keys(
    source: SourceName,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids as the source writes them.", metavar="[ID]…")] = None,
    file: KeyFile = None,
    retry_failed: RetryFailed = False,
    dry_run: DryRun = False,
    log_format: Logs = LogFormat.TEXT,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Fetch publications by their ids. Exit 3 when some were not found; --retry-failed asks for those again."""
    from variorum.errors import BadInputError
    from variorum.pipeline.backfilling import asked_keys, failed_keys
    from variorum.pipeline.plans import make_plan
    from variorum.schema.harvest import Keys

    if retry_failed and (ids or file):
        raise BadInputError("give ids, or --retry-failed, not both", code="no_keys")
    own = settings(db)
    found = failed_keys(own, source) if retry_failed else asked_keys(source, [*(ids or []), *_lines(file)])
    plan = make_plan(own, source, Keys(found))
    arguments = ["keys", source, f"{len(found)} ids"]
    _carry_out(own, [plan], "backfill", arguments, dry_run, log_format, output)


@backfill.command("between", epilog="Example: variorum backfill between arxiv 2026-01-01 2026-01-07")
def between(
    source: SourceName,
    first: Annotated[str, typer.Argument(help="First day.", metavar="FROM")],
    last: Annotated[str, typer.Argument(help="Last day, included.", metavar="UNTIL")],
    dry_run: DryRun = False,
    log_format: Logs = LogFormat.TEXT,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Fetch what a source has from one day to another (arXiv: first submitted; OAI-PMH: last changed)."""
    from variorum.errors import BadInputError
    from variorum.pipeline.plans import make_plan
    from variorum.schema.harvest import Between

    own, days = settings(db), (_day(first) or "", _day(last) or "")
    if days[0] > days[1]:
        raise BadInputError(f"{first} is after {last}; give the earlier day first", code="bad_date")
    plan = make_plan(own, source, Between(*days))
    _carry_out(own, [plan], "backfill", ["between", source, *days], dry_run, log_format, output)


def _day(text: str | None) -> str | None:
    from datetime import date

    from variorum.errors import BadInputError

    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInputError(f"{text!r} is no day; write it as 2026-11-21", code="bad_date") from None


def _lines(file: str | None) -> list[str]:
    from variorum.errors import BadInputError

    if file is None:
        return []
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{file} cannot be read: {error}", code="unreadable") from None
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _carry_out(
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
    from variorum.cli._signals import stoppable
    from variorum.errors import ExitCode
    from variorum.pipeline.ingesting import Orders, ingest, preview
    from variorum.pipeline.workspace import open_workspace

    if dry_run:
        print_rows(output, preview(own, plans), _PREVIEW, "nothing to do")
        return
    files = files or RunFiles()
    files.check()
    orders = Orders(command, arguments, own.contact, limit, accept_drop)
    target = open_workspace(own, create=True)
    with stoppable(telling(log_format)) as stop, watching([plan.source.name for plan in plans], log_format) as tell:
        result = ingest(target, plans, orders, stop, tell)
    # Before anything is printed: whoever reads that may have gone.
    written = files.write(target, own, plans, result)
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
