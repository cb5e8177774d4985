"""``variorum quarantine …``: what could not be read, kept for a person to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from variorum.cli._options import LARGEST_ID, Db, Format, Limit, Output, known_source, new_app, workspace
from variorum.cli._output import print_csv, print_json, print_rows, print_table, say

app = new_app("Look at entries that could not be read.")

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
