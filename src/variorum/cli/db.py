"""``variorum db …``: the database itself."""

from __future__ import annotations

from typing import Annotated

import typer

from variorum.cli._options import Db, Format, Output, new_app, settings, workspace
from variorum.cli._output import print_json, print_rows, print_table, say

app = new_app("Upgrade, inspect and check the database.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="db")


@app.command("upgrade", epilog="Example: variorum db upgrade --db postgresql+psycopg://localhost/variorum")
def upgrade(db: Db = None) -> None:
    """Make or update the tables, in one transaction; a database that is up to date stays as it is."""
    from variorum.store.engine import open_engine
    from variorum.store.migrate import upgrade as run_upgrade

    before, after = run_upgrade(open_engine(settings(db).db))
    say(f"the database is at version {after}" + (" already" if before == after else f", was {before or 'empty'}"))


@app.command("info", epilog="Example: variorum db info --format json")
def info(output: Output = Format.TABLE, db: Db = None) -> None:
    """Show version, place, archive and the number of rows in each table."""
    from variorum.store import reporting
    from variorum.store.engine import reading
    from variorum.store.migrate import HEAD

    target = workspace(db)
    with reading(target.engine) as connection:
        sizes = reporting.table_sizes(connection)
    head = {
        "database": target.engine.url.render_as_string(hide_password=True),
        "version": HEAD,
        "archive": str(target.archive.root),
    }
    if output is Format.JSON:
        print_json({**head, "rows": sizes})
        return
    rows = [{"what": key, "value": value} for key, value in {**head, **sizes}.items()]
    print_rows(output, rows, {"what": "table", "value": "*rows"}, "")


@app.command("doctor", epilog="Example: variorum db doctor --quick")
def doctor(
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the rebuild from the archive and the fresh clustering.")
    ] = False,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Check the invariants that the store promises. Exit 4 when one is broken. Changes nothing."""
    from variorum.errors import ExitCode
    from variorum.pipeline.doctor import examine

    findings = examine(workspace(db), quick=quick)
    if output is Format.JSON:
        print_json([finding.__dict__ for finding in findings])
    else:
        rows = [(f.invariant, "ok" if f.ok else "BROKEN", f.promise, f.detail) for f in findings]
        if output is Format.CSV:
            named = [finding.__dict__ for finding in findings]
            print_rows(output, named, {"invariant": "", "ok": "", "promise": "", "detail": ""}, "")
        else:
            print_table(rows, ["", "state", "*promise", "*detail"])
    raise typer.Exit(ExitCode.OK if all(finding.ok for finding in findings) else ExitCode.DATABASE)
