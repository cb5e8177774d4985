"""``variorum ingest``: the nightly run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from variorum.cli._harvesting import DryRun, Logs, day_of, run_and_show
from variorum.cli._options import Db, Format, Output, settings
from variorum.cli._run_files import RunFiles
from variorum.cli._watching import LogFormat

Sources = Annotated[
    list[str] | None,
    typer.Argument(help="Sources to fetch; all that variorum.toml enables when none is named.", metavar="[SOURCE]…"),
]
Since = Annotated[
    str | None,
    typer.Option("--since", help="First day to fetch; from where the last run ended when not given.", metavar="DATE"),
]
MostEntries = Annotated[
    int | None, typer.Option("--limit", "-n", min=1, help="Stop after about so many entries of each source.")
]
AcceptDrop = Annotated[
    bool, typer.Option("--accept-drop", help="Take a harvest that brought far less than the last ones for complete.")
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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ingest", epilog="Example: variorum ingest arxiv --since 2026-11-01 --limit 5000")(ingest)


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
    from variorum.pipeline.plans import is_harvested, make_plan
    from variorum.schema.harvest import Since as SinceScope

    own = settings(db)
    names = sources or [name for name, source in own.sources.items() if source.enabled and is_harvested(name)]
    if not names:
        raise BadInputError(
            "no source is named and none is enabled; add to variorum.toml, e.g.:\n"
            'contact = "you@library.example"\n[sources.arxiv]\nsince = "2026-11-01"',
            code="no_source",
        )
    plans = [make_plan(own, name, SinceScope(day_of(since))) for name in dict.fromkeys(names)]
    arguments = [*names, *(["--since", since] if since else [])]
    files = RunFiles(report, metrics_file or own.metrics_file)
    run_and_show(
        own, plans, "ingest", arguments, dry_run, log_format, output, limit=limit, accept_drop=accept_drop, files=files
    )
