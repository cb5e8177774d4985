"""``variorum source …``: what can be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from variorum.cli._options import Db, Format, Output, new_app, settings
from variorum.cli._output import print_csv, print_json, print_rows, print_table

if TYPE_CHECKING:
    from variorum.scrapers import Source

app = new_app("See which sources can be read, and how.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="source")


_COLUMNS = {
    "name": "source",
    "title": "*site",
    "category": "category",
    "fetched": "*fetched",
    "read_from": "*read from",
}


def _ways(source: Source) -> list[str]:
    """For which scopes the source is fetched, and whether only with leave."""
    from variorum.pipeline.plans import SCOPE_NAMES

    names = {
        SCOPE_NAMES[scope] + (" (with leave)" if channel.unpermitted else "")
        for channel in source.channels
        for scope in channel.scopes
    }
    return sorted(names)


def _row(name: str) -> dict[str, object]:
    from variorum.scrapers import get_source

    source = get_source(name)
    return {
        "name": source.name,
        "title": source.title,
        "homepage": source.homepage,
        "category": source.category,
        "access": source.access,
        "fetched": ", ".join(_ways(source)) or "no",
        "read_from": ", ".join(sorted({layout.media for layout in source.layouts})),
        "formats": ", ".join(source.formats),
        "recognised_by": [mark.name for layout in source.layouts for mark in layout.marks],
        "notes": list(source.notes),
    }


@app.command("list", epilog="Example: variorum source list --format json")
def list_(output: Output = Format.TABLE) -> None:
    """List the sources."""
    from variorum.scrapers import sources

    print_rows(output, [_row(name) for name in sources()], _COLUMNS, "no sources")


@app.command("show", epilog="Example: variorum source show nsf_par")
def show(
    name: Annotated[str, typer.Argument(help="The source's name.", metavar="NAME")],
    output: Output = Format.TABLE,
) -> None:
    """Show one source: how its pages are recognised, what they tell and what they lack."""
    row = _row(name)
    if output is Format.JSON:
        print_json(row)
    elif output is Format.CSV:
        print_csv([row], list(row))
    else:
        flat = [(key, "; ".join(value) if isinstance(value, list) else value) for key, value in row.items()]
        print_table(flat, ["", "*value"])


@app.command("check", epilog="Example: variorum source check arxiv, or: variorum source check nsf_par --file page.txt")
def check(
    name: Annotated[str, typer.Argument(help="The source's name.", metavar="NAME")],
    file: Annotated[
        Path | None, typer.Option("--file", help="A saved page; one is fetched when not given.", metavar="PAGE")
    ] = None,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Take one page of a source and say what it reads off it. Nothing is stored.

    Exit 3 when the page does not look like the source's.
    """
    from variorum.cli._signals import stoppable
    from variorum.errors import ExitCode
    from variorum.pipeline.checking import check_live, check_saved
    from variorum.reports.check_report import check_rows, check_view

    own = settings(db)
    if file is not None:
        result = check_saved(own, name, file)
    else:
        with stoppable() as stop:
            result = check_live(own, name, stop)
    if output is Format.JSON:
        print_json(check_view(result))
    elif output is Format.CSV:
        print_csv(check_rows(result), ["what", "value"])
    else:
        print_table([(row["what"], row["value"]) for row in check_rows(result)], ["", "*value"])
    raise typer.Exit(ExitCode.NEEDS_A_HUMAN if result.alarm is not None else ExitCode.OK)
