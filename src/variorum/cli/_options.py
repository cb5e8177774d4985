"""Options that many commands share, and opening what they name."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from variorum.config import Settings
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
MOST_ROWS = 1_000_000
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=MOST_ROWS, help="Rows at most.")]
LARGEST_ID = 2**31 - 1


def settings(db: str | None) -> Settings:
    """The settings, with ``--db`` over all others. Raises ``BadInputError`` naming those that cannot be used."""
    from pydantic import ValidationError

    from variorum.config import Settings
    from variorum.errors import BadInputError

    try:
        return Settings(db=db) if db else Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    except ValueError as error:
        wrong = str(error)
    raise BadInputError(f"the settings cannot be used (variorum.toml or VARIORUM_*): {wrong}", code="bad_settings")


def workspace(db: str | None, *, create: bool = False) -> Workspace:
    """The workspace that settings and ``--db`` name."""
    from variorum.pipeline.workspace import open_workspace

    return open_workspace(settings(db), create=create)


def known_source(name: str | None) -> str | None:
    """The name of a source, checked. Raises ``BadInputError`` naming those there are."""
    from variorum.scrapers import get_source

    return get_source(name).name if name else None
