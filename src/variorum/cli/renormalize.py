"""``variorum renormalize``: reading archived pages again, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from variorum.cli._options import Db, known_source, settings
from variorum.cli._output import counted, progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from variorum.config import Settings
    from variorum.pipeline.rereading import RereadResult
    from variorum.pipeline.workspace import Workspace
    from variorum.store.pages import CaptureRow


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("renormalize", epilog="Example: variorum renormalize --source arxiv --stale")(renormalize)


def renormalize(
    source: Annotated[str | None, typer.Option("--source", "-s", help="Only this source.", metavar="NAME")] = None,
    only_stale: Annotated[
        bool, typer.Option("--stale", help="Only pages that another version of the program read last.")
    ] = False,
    db: Db = None,
) -> None:
    """Read all archived pages again, as this version reads them; nothing is fetched.

    Exit 3 when the quarantine grew, or when records are left that no page states any more.
    """
    from variorum.pipeline.rereading import stale
    from variorum.pipeline.workspace import open_workspace
    from variorum.store import pages
    from variorum.store.engine import reading

    own = settings(db)
    target = open_workspace(own)
    with reading(target.engine) as connection:
        captures = pages.captures(connection, known_source(source))
    chosen = stale(captures) if only_stale else captures
    arguments = [*(["--source", source] if source else []), *(["--stale"] if only_stale else [])]
    result = read_again(target, own, chosen, "renormalize", arguments)
    raise typer.Exit(result.exit_code)


def read_again(
    target: Workspace,
    own: Settings,
    captures: Sequence[CaptureRow],
    command: str,
    arguments: Sequence[str],
    *,
    judge: bool = False,
) -> RereadResult:
    """Read captures again with a progress bar, and tell what changed."""
    from variorum.pipeline.rereading import reread_captures

    with progress("reading again", len(captures)) as bar:

        def show(done: int, _total: int) -> None:
            bar.update(bar.task_ids[0], completed=done)

        result = reread_captures(target, own, captures, command, arguments, show, judge=judge)
    counts = result.counts
    say(
        f"run {result.run_id}: {counted(result.captures, 'page')} read again: {counts['new']:,} new, "
        f"{counts['changed']:,} changed, {counts['unchanged']:,} unchanged, {counts['quarantined']:,} quarantined"
    )
    if result.newly_quarantined:
        say(f"  {result.newly_quarantined:,} newly quarantined; look with: variorum quarantine list")
    if result.unstated:
        say(f"  {counted(result.unstated, 'record')} that no page states any more, flagged unstated")
    return result
