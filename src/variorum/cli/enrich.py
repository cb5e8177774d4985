"""``variorum enrich``: filling what works lack from registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from variorum.cli._harvesting import DryRun
from variorum.cli._options import Db, Format, Output, settings
from variorum.cli._output import counted, print_json, print_rows, progress, say

if TYPE_CHECKING:
    from variorum.pipeline.enriching import EnrichResult

_COLUMNS = {"work_id": "work", "title": "*title", "lacked": "lacked", "filled": "filled", "told": "*asked"}
_PLANNED = {"work_id": "work", "title": "*title", "lacked": "lacks", "source": "ask", "query": "*by"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("enrich", epilog="Example: variorum enrich --missing abstract --limit 100 --dry-run")(enrich)


def enrich(
    missing: Annotated[
        list[str] | None,
        typer.Option("--missing", help="title, authors, doi, abstract or date; may be given again.", metavar="FIELD"),
    ] = None,
    work: Annotated[str | None, typer.Option("--work", help="Only this work.", metavar="ID")] = None,
    registry: Annotated[
        list[str] | None, typer.Option("--registry", help="Ask only this one; may be given again.", metavar="NAME")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask also what was answered before.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Works at most.")] = None,
    dry_run: DryRun = False,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Look works that lack something up in registries, by id, or by title, authors and year.

    Only an answer that agrees is taken; it becomes a record like any other. Exit 75 when some look-ups
    are left to be asked again, 3 when new pairs wait for a curator.
    """
    from variorum.cli._signals import stoppable
    from variorum.pipeline.enriching import enrich as look_up
    from variorum.pipeline.lacking import Wish, lacking_works, open_questions
    from variorum.pipeline.workspace import open_workspace
    from variorum.reports.enrich_report import planned_rows

    own = settings(db)
    target = open_workspace(own)
    wish = Wish(tuple(missing or ()), work, limit, tuple(registry or ()), again)
    if dry_run:
        rows = planned_rows((one, open_questions(target, one, wish)) for one in lacking_works(target, wish))
        print_rows(output, rows if output is Format.JSON else [_flat(row) for row in rows], _PLANNED, "nothing to ask")
        return
    arguments = [*(f"--missing {field}" for field in missing or ()), *([f"--work {work}"] if work else [])]
    with stoppable() as stop, progress("looking up", None) as bar:
        result = look_up(
            target,
            own,
            wish,
            stop,
            arguments=arguments,
            tell=lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
        )
    _show(result, output)
    raise typer.Exit(result.exit_code)


def _show(result: EnrichResult, output: Format) -> None:
    from variorum.reports.enrich_report import enriched_row

    rows = [enriched_row(one) for one in result.works if one.lookups]
    if output is Format.JSON:
        print_json(rows)
    else:
        print_rows(output, [_flat(row) for row in rows], _COLUMNS, "nothing was asked")
    outcomes = [each.outcome for one in result.works for each in one.lookups]
    filled = sum(bool(one.filled) for one in result.works)
    say(
        f"run {result.run_id}: {counted(len(result.works), 'work')} looked at, {counted(len(outcomes), 'look-up')}: "
        f"{outcomes.count('accepted')} accepted, {outcomes.count('refused')} refused, "
        f"{outcomes.count('not_found')} not found, {outcomes.count('failed')} failed; "
        f"{counted(filled, 'work')} gained something"
    )
    for name, why in result.left.items():
        say(f"  {name}: {why.code}: {why.message}")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose lists are words."""
    flat = {
        key: ", ".join(value) if isinstance(value, list) else value for key, value in row.items() if key != "lookups"
    }
    told = [_told(each) for each in row.get("lookups", ())]
    return {**flat, "told": "; ".join(told)}


def _told(lookup: dict[str, Any]) -> str:
    why = f" ({lookup['message']})" if lookup["outcome"] in {"refused", "failed"} else ""
    return f"{lookup['source']} {lookup['outcome']}{why}"
