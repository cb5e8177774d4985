"""The commands, put together. They import what they need when they run, so that ``--help`` stays fast."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from variorum import __version__
from variorum.cli._options import new_app

_MODULES = {
    "ingest": "harvest",
    "backfill": "backfill",
    "import": "pages",
    "parse": "pages",
    "renormalize": "renormalize",
    "enrich": "enrich",
    "dedup": "dedup",
    "works": "works",
    "awards": "awards",
    "quarantine": "quarantine",
    "runs": "runs",
    "source": "sources",
    "archive": "archive",
    "db": "db",
    "schedule": "schedule",
}
"""The module of each command or group of commands, in the order in which ``--help`` lists them."""


def app_for(name: str | None = None) -> typer.Typer:
    """All commands; where one is named, it alone, since all of them take twice as long to put together."""
    app = new_app(
        "Scholarly metadata, every source word for word, one work per paper, every field with its proof.",
        name="variorum",
        epilog="Start with: variorum import PAGE…, then variorum dedup run, then variorum dedup report",
    )
    app.callback()(_root)
    for module in [_MODULES[name]] if name in _MODULES else dict.fromkeys(_MODULES.values()):
        import_module(f"variorum.cli.{module}").register(app)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"variorum {__version__}\n")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Hold options that stand before any command."""
