"""``variorum backfill …``: fetching by id, by day and by award."""

from __future__ import annotations

from typing import Annotated

import typer

from variorum.cli._award_backfill import show_awards
from variorum.cli._harvesting import DryRun, KeyFile, Logs, day_of, lines_of, run_and_show, show_plans
from variorum.cli._options import Db, Format, Output, new_app, settings
from variorum.cli._watching import LogFormat

app = new_app("Fetch by id, by day or by award, once. No checkpoint of the nightly run is moved.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="backfill")


SourceName = Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Only the ids that failed last time.")]


@app.command("keys", epilog="Example: variorum backfill keys arxiv 2104.12255 hep-th/9901001")
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
    found = failed_keys(own, source) if retry_failed else asked_keys(source, [*(ids or []), *lines_of(file)])
    plan = make_plan(own, source, Keys(found))
    arguments = ["keys", source, f"{len(found)} ids"]
    run_and_show(own, [plan], "backfill", arguments, dry_run, log_format, output)


@app.command("between", epilog="Example: variorum backfill between arxiv 2026-01-01 2026-01-07")
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

    own, days = settings(db), (day_of(first) or "", day_of(last) or "")
    if days[0] > days[1]:
        raise BadInputError(f"{first} is after {last}; give the earlier day first", code="bad_date")
    plan = make_plan(own, source, Between(*days))
    run_and_show(own, [plan], "backfill", ["between", source, *days], dry_run, log_format, output)


@app.command("awards", epilog="Example: variorum backfill awards 1919117 CCF-2132549, or: --file ids.txt")
def awards(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Award numbers, with or without prefix.", metavar="[ID]…")
    ] = None,
    file: KeyFile = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Only the awards that failed last time.")
    ] = False,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Ask only this source; may be given again.", metavar="NAME")
    ] = None,
    dry_run: DryRun = False,
    log_format: Logs = LogFormat.TEXT,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Fetch all publications of NSF awards, merge what several sources say of one, and tell what is still lacking.

    An award that fails leaves the others alone. Exit 3 when some failed (--retry-failed asks for those
    again) or something else needs a person, 75 when it is to be run again: it goes on where it stopped.
    """
    from variorum.errors import BadInputError
    from variorum.pipeline.backfilling import asked_awards, award_plans, failed_award_plans

    if retry_failed and (ids or file):
        raise BadInputError("give awards, or --retry-failed, not both", code="no_keys")
    own = settings(db)
    if retry_failed:
        plans = failed_award_plans(own, source or ())
    else:
        plans = award_plans(own, asked_awards([*(ids or []), *lines_of(file)]), source or ())
    if dry_run:
        show_plans(own, plans, output)
        return
    show_awards(own, plans, log_format, output)
