"""Carrying out a backfill of awards: fetch, merge, and tell award by award what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from variorum.cli._harvesting import carried_out
from variorum.cli._options import Format
from variorum.cli._output import counted, print_json, print_rows, progress
from variorum.cli._watching import LogFormat, telling
from variorum.cli.awards import SUMMARY_COLUMNS, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from variorum.config import Settings
    from variorum.pipeline.award_summaries import AwardSummary
    from variorum.pipeline.ingesting import IngestResult
    from variorum.pipeline.plans import Plan


def show_awards(own: Settings, plans: Sequence[Plan], log_format: LogFormat, output: Format) -> None:
    """Fetch awards as the plans say, merge what is new, show the summary; exits as it all ended."""
    from variorum.errors import ExitCode
    from variorum.pipeline.award_summaries import summarise
    from variorum.pipeline.backfilling import BACKFILL, award_arguments, unfinished_plans
    from variorum.pipeline.ingesting import WORST_FIRST
    from variorum.pipeline.resolving import run_dedup
    from variorum.pipeline.workspace import open_workspace
    from variorum.schema.harvest import Awards
    from variorum.store.engine import reading

    asked = [plan.scope.ids for plan in plans if isinstance(plan.scope, Awards)]
    numbers = list(dict.fromkeys(number for ids in asked for number in ids))
    result, _ = carried_out(own, unfinished_plans(own, plans), BACKFILL, award_arguments(plans), log_format)
    codes = [result.exit_code]
    target = open_workspace(own)
    if not any(outcome.code == "interrupted" for outcome in result.outcomes):
        with progress("comparing", None) as bar:
            merged = run_dedup(
                target, progress=lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total)
            )
        codes.append(merged.exit_code)
    with reading(target.engine) as connection:
        summaries = summarise(connection, numbers, result.run_id)
    if any(summary.failed for summary in summaries):
        codes.append(ExitCode.NEEDS_A_HUMAN)
    _show(result, summaries, output)
    worst = next(code for code in WORST_FIRST if code in codes)
    _tell(result, summaries, worst, log_format)
    raise typer.Exit(worst)


def _show(result: IngestResult, summaries: Sequence[AwardSummary], output: Format) -> None:
    from variorum.reports.award_report import summary_row
    from variorum.reports.run_report import ingest_view

    rows = [summary_row(one) for one in summaries]
    if output is Format.JSON:
        print_json({**ingest_view(result), "awards": rows})
    else:
        print_rows(output, [plain(row) for row in rows], SUMMARY_COLUMNS, "no awards")


def _tell(result: IngestResult, summaries: Sequence[AwardSummary], worst: int, log_format: LogFormat) -> None:
    tell = telling(log_format)
    publications = {one.work_id for summary in summaries for one in summary.publications}
    lacking = {one.work_id for summary in summaries for one in summary.publications if one.holes}
    failed = sum(bool(summary.failed) for summary in summaries)
    tell(
        f"run {result.run_id}: {counted(len(summaries), 'award')}, {counted(len(publications), 'publication')}, "
        f"{len(lacking):,} incomplete; {counted(failed, 'award')} failed; exit {int(worst)}"
    )
    for outcome in result.outcomes:
        if outcome.status != "ok":
            tell(f"  {outcome.source}: {outcome.code}: {outcome.message}")
    if failed:
        tell("  ask for those that failed again with: variorum backfill awards --retry-failed")
    if lacking:
        tell("  see what they lack with: variorum awards show ID; fill it with: variorum enrich")
