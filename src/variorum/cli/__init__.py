"""The command line: arguments in, a call, output in the asked form, an exit code. Nothing else.

Commands import what they need when they run, so that ``--help`` stays fast.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from variorum import __version__
from variorum.cli import (
    _signals,
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
from variorum.cli._output import say
from variorum.errors import ExitCode, StoppedError, VariorumError

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


def main() -> None:
    """Run the command line; expected failures become a message and their exit code, never a traceback."""
    _signals.install()
    try:
        app()
    except VariorumError as error:
        say(f"variorum: {error.message}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except (_signals.Interrupted, StoppedError):
        say("variorum: interrupted; what was committed stands, run the command again to go on")
        sys.exit(ExitCode.NOT_NOW)
