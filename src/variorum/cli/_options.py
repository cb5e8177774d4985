"""Options that many commands share, and opening what they name."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from variorum.pipeline.workspace import Workspace


def new_app(summary: str, **settings: Any) -> typer.Typer:
    """A group of commands. Help is plain text: rendering it with rich would take longer than all the rest."""
    return typer.Typer(
        help=summary,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        **settings,
    )


class Format(StrEnum):
    """How data is printed on standard output."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


Db = Annotated[
    str | None,
    typer.Option("--db", help="Database URL [default: sqlite:///variorum.db].", show_default=False, metavar="URL"),
]
Output = Annotated[Format, typer.Option("--format", "-f", help="How to print.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Rows at most.")]


def workspace(db: str | None, *, create: bool = False) -> Workspace:
    """The workspace that settings and ``--db`` name."""
    from pydantic import ValidationError

    from variorum.config import Settings
    from variorum.errors import BadInputError
    from variorum.pipeline.workspace import open_workspace

    try:
        settings = Settings(db=db) if db else Settings()
    except (ValidationError, ValueError) as error:
        raise BadInputError(f"the settings are not usable (variorum.toml or VARIORUM_*): {error}") from None
    return open_workspace(settings, create=create)
