"""All commands, put together. They import what they need when they run, so that ``--help`` stays fast."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from variorum import __version__
from variorum.cli import (
    archive,
    awards,
    backfill,
    db,
    dedup,
    enrich,
    harvest,
    pages,
    quarantine,
    renormalize,
    runs,
    schedule,
    sources,
    works,
)
from variorum.cli._options import new_app

app = new_app(
    "Scholarly metadata, every source word for word, one work per paper, every field with its proof.",
    name="variorum",
    epilog="Start with: variorum import PAGE…, then variorum dedup run, then variorum dedup report",
)
harvest.register(app)
app.add_typer(backfill.app, name="backfill")
pages.register(app)
renormalize.register(app)
enrich.register(app)
app.add_typer(dedup.app, name="dedup")
app.add_typer(works.app, name="works")
app.add_typer(awards.app, name="awards")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(runs.app, name="runs")
app.add_typer(sources.app, name="source")
app.add_typer(archive.app, name="archive")
app.add_typer(db.app, name="db")
app.add_typer(schedule.app, name="schedule")


def _print_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"variorum {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Hold options that stand before any command."""
