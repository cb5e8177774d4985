"""``variorum runs …``: the ledger of what was executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from variorum.cli._options import LARGEST_ID, Db, Format, Limit, Output, new_app, workspace
from variorum.cli._output import print_csv, print_json, print_line, print_rows, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

app = new_app("See what ran, when, and what it counted.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="runs")


_COLUMNS = {
    "id": ">run",
    "command": "command",
    "started_at": "started (UTC)",
    "status": "status",
    "seen": ">seen",
    "new": ">new",
    "changed": ">chg.",
    "unchanged": ">same",
    "quarantined": ">quar.",
    "works": ">works",
}
HARVEST_COLUMNS = {
    "source": "source",
    "status": "status",
    "pages": ">pages",
    "seen": ">seen",
    "new": ">new",
    "changed": ">chg.",
    "unchanged": ">same",
    "quarantined": ">quar.",
    "told": "*what to know",
}


@app.command("list", epilog="Example: variorum runs list --limit 5")
def list_(limit: Limit = 20, output: Output = Format.TABLE, db: Db = None) -> None:
    """List the newest runs, newest first."""
    from variorum.reports.views import run_view
    from variorum.store import runs
    from variorum.store.engine import reading

    with reading(workspace(db).engine) as connection:
        found = runs.newest(connection, limit)
    if output is Format.JSON:
        print_json([run_view(run) for run in found])
        return
    rows = [{**run.__dict__, **run.counts, "started_at": run.started_at[:16].replace("T", " ")} for run in found]
    print_rows(output, rows, _COLUMNS, "nothing has run yet")


@app.command("show", epilog="Example: variorum runs show last --format json | jq .counts")
def show(
    which: Annotated[str, typer.Argument(help="A run's number, or `last`.", metavar="ID|last")] = "last",
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Show one run with its counts: seen = new + changed + unchanged + quarantined + skipped.

    A run that fetched also shows the part of each source.
    """
    from variorum.errors import BadInputError
    from variorum.reports.views import harvest_view, run_view
    from variorum.store import harvests, runs
    from variorum.store.engine import reading

    if which != "last" and not (which.isdecimal() and int(which) <= LARGEST_ID):
        raise BadInputError(f"{which!r} is no run: give its number, or `last`", code="no_run")
    with reading(workspace(db).engine) as connection:
        run = runs.get(connection, None if which == "last" else int(which))
        parts = harvests.of_run(connection, run.id) if run is not None else []
    if run is None:
        raise BadInputError("there is no such run; see: variorum runs list", code="no_run")
    view, sources = run_view(run), [harvest_view(part) for part in parts]
    if output is Format.JSON:
        print_json({**view, "sources": sources})
        return
    counts = view.pop("counts")
    flat = {**view, "arguments": " ".join(run.arguments), **counts}
    if output is Format.CSV:
        print_csv([flat], list(flat))
    else:
        print_table(list(flat.items()), ["", "*value"])
        _print_sources(sources)


def _print_sources(sources: Sequence[dict[str, Any]]) -> None:
    from variorum.reports.run_report import harvest_row

    if sources:
        print_line()
        rows = map(harvest_row, sources)
        print_table(([row[column] for column in HARVEST_COLUMNS] for row in rows), list(HARVEST_COLUMNS.values()))
