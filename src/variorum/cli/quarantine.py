"""``variorum quarantine …``: what could not be read, kept for a person to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from variorum.cli._options import LARGEST_ID, Db, Format, Limit, Output, known_source, new_app, settings, workspace
from variorum.cli._output import counted, print_csv, print_json, print_rows, print_table, say

app = new_app("Look at entries that could not be read.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="quarantine")


RowId = Annotated[int, typer.Argument(help="Number in the list.", metavar="ID", min=1, max=LARGEST_ID)]
_COLUMNS = {
    "id": ">id",
    "source": "source",
    "code": "code",
    "uri": "*page",
    "place": "place",
    "message": "*why",
}


@app.command("list", epilog="Example: variorum quarantine list --source nsf_par")
def list_(
    source: Annotated[str | None, typer.Option("--source", help="Only of this source.", metavar="NAME")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    limit: Limit = 100,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """List what waits in quarantine."""
    from variorum.store import reporting
    from variorum.store.engine import reading

    with reading(workspace(db).engine) as connection:
        rows = reporting.quarantined(
            connection, status=None if everything else "open", source=known_source(source), limit=limit
        )
    print_rows(output, rows, _COLUMNS, "the quarantine is empty")


@app.command("dismiss", epilog="Example: variorum quarantine dismiss 1")
def dismiss(row_id: RowId, db: Db = None) -> None:
    """Settle an entry that needs nothing more; it stays on record."""
    from variorum.errors import BadInputError
    from variorum.store import reporting
    from variorum.store.engine import writing

    with writing(workspace(db).engine) as connection:
        if not reporting.dismiss(connection, row_id):
            raise BadInputError(f"nothing open in quarantine has number {row_id}", code="no_row")
    say(f"{row_id} dismissed; see it again with: variorum quarantine list --all")


@app.command("show", epilog="Example: variorum quarantine show 1")
def show(
    row_id: RowId,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Show one quarantined entry with the page's own words."""
    from variorum.errors import BadInputError
    from variorum.store import reporting
    from variorum.store.engine import reading

    with reading(workspace(db).engine) as connection:
        row = reporting.quarantine_row(connection, row_id)
    if row is None:
        raise BadInputError(f"nothing in quarantine has number {row_id}; see: variorum quarantine list", code="no_row")
    if output is Format.JSON:
        print_json(row)
    elif output is Format.CSV:
        print_csv([row], list(row))
    else:
        print_table(list(row.items()), ["field", "*value"])


@app.command("retry", epilog="Example: variorum quarantine retry --source arxiv")
def retry(
    row_ids: Annotated[
        list[int] | None, typer.Argument(help="Numbers in the list.", metavar="[ID]…", min=1, max=LARGEST_ID)
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="All of this source.", metavar="NAME")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is open.")] = False,
    db: Db = None,
) -> None:
    """Read the pages of quarantined entries again, after a fix or with other settings. Nothing is fetched.

    What is read now leaves the quarantine. Exit 3 when something is in it still.
    """
    from variorum.cli.renormalize import read_again
    from variorum.errors import BadInputError, ExitCode
    from variorum.pipeline.workspace import open_workspace
    from variorum.store import pages, reporting
    from variorum.store.engine import reading

    if not row_ids and source is None and not everything:
        raise BadInputError("say which: numbers, --source NAME or --all", code="no_row")
    own = settings(db)
    target = open_workspace(own)
    with reading(target.engine) as connection:
        waiting = reporting.quarantined(connection, status="open", source=known_source(source), limit=1_000_000)
        chosen = {row["capture_id"] for row in waiting if not row_ids or row["id"] in row_ids}
        captures = [capture for capture in pages.captures(connection) if capture.id in chosen]
    if not captures and not row_ids:
        say("nothing open is in quarantine")
        return
    if not captures:
        raise BadInputError("nothing open in quarantine has these numbers", code="no_row")
    arguments = [
        *map(str, row_ids or ()),
        *(["--source", source] if source else []),
        *(["--all"] if everything else []),
    ]
    read_again(target, own, captures, "quarantine retry", arguments, judge=True)
    with reading(target.engine) as connection:
        after = reporting.quarantined(connection, status="open", limit=1_000_000)
    left = sum(1 for row in after if row["capture_id"] in chosen)
    say(f"  {counted(left, 'entry')} still in quarantine" if left else "  all of it is read now")
    raise typer.Exit(ExitCode.NEEDS_A_HUMAN if left else ExitCode.OK)
