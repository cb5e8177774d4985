"""``variorum import`` and ``variorum parse``: saved pages in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from variorum.cli._options import Db, settings
from variorum.cli._output import counted, print_json_line, progress, say

if TYPE_CHECKING:
    from variorum.pipeline.importing import ImportResult
    from variorum.pipeline.reading import Page

LARGEST_FILE_MIB = 64

Files = Annotated[list[Path], typer.Argument(help="Saved pages.", metavar="FILE…", show_default=False)]
SourceName = Annotated[
    str | None,
    typer.Option(
        "--source",
        "-s",
        help="The pages' source; recognised from the content when not given.",
        metavar="NAME",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the two commands, which stand directly under ``variorum``."""
    app.command("import", epilog="Example: variorum import saved/*.txt")(import_)
    app.command("parse", epilog="Example: variorum parse page.txt | jq .title")(parse)


def import_(files: Files, source: SourceName = None, db: Db = None) -> None:
    """Read saved pages into the store: archived, each in one transaction, repeats changing nothing.

    Files of many pages are taken apart: WARC files, and the arXiv metadata snapshot (JSON lines).

    Exit 3 when something had to be quarantined, 2 when a file was refused.
    """
    from variorum.pipeline.importing import import_files
    from variorum.pipeline.workspace import open_workspace

    own = settings(db)
    target = open_workspace(own, create=True)
    with progress("importing", None) as bar:
        seen = Counter[str]()

        def show(path: Path, page: Page | None) -> None:
            seen.update(pages=1, entries=page.seen if page is not None else 0)
            told = f"{path.name}: {counted(seen['pages'], 'page')}, {counted(seen['entries'], 'entry')}"
            bar.update(bar.task_ids[0], description=told, completed=seen["pages"])

        result = import_files(target, files, source, show, own)
    _tell(result)
    raise typer.Exit(result.exit_code)


def _tell(result: ImportResult) -> None:
    counts = result.counts
    say(
        f"run {result.run_id}: {counted(counts['seen'], 'entry')} seen = {counted(counts['sightings'], 'sighting')} "
        f"+ {counts['quarantined']:,} quarantined" + (f" + {counts['skipped']:,} skipped" if counts["skipped"] else "")
    )
    say(f"  {counts['new']} new, {counts['changed']} changed, {counts['unchanged']} unchanged")
    if counts["skipped"]:
        say(f"  {counted(counts['skipped'], 'record')} of WARC files skipped: pages of no source that is known")
    if result.newly_quarantined:
        say(f"  {result.newly_quarantined} newly quarantined; look with: variorum quarantine list")
    if not (counts["new"] or counts["changed"] or result.newly_quarantined or result.failures):
        say("  nothing changed: the store holds all of this already")
    for failure in result.failures:
        say(f"{failure.name}: {failure.error.code}: {failure.error.message}")


def parse(files: Files, source: SourceName = None) -> None:
    """Read pages without a database: one JSON object per record, rejections on standard error.

    A record seen several times, on one page or on several, is printed once with all its places.
    Exit 3 when something was rejected, 2 when a file was refused.
    """
    from variorum.errors import BadInputError, ExitCode
    from variorum.pipeline.containers import saved_bodies
    from variorum.pipeline.reading import read_page, records_of
    from variorum.reports.views import record_view, rejection_view

    pages: list[tuple[str, Page]] = []
    outcome = ExitCode.OK

    def refuse(error: BadInputError, locator: str) -> None:
        nonlocal outcome
        print_json_line({"code": error.code, "message": error.message, "locator": locator}, stderr=True)
        outcome = ExitCode.BAD_INPUT

    for path in files:
        try:
            for saved in saved_bodies(path, LARGEST_FILE_MIB):
                if isinstance(saved, BadInputError):
                    refuse(saved, str(path))
                    continue
                locator = saved.uri.replace(f"file:{path.name}", str(path), 1)
                try:
                    pages.append((locator, read_page(saved.body, source, saved.uri)))
                except BadInputError as error:
                    refuse(error, locator)
        except BadInputError as error:
            refuse(error, str(path))
    for record, locators in records_of(pages):
        print_json_line(record_view(record, locators))
    for name, page in pages:
        if page.awards and not page.seen:
            say(f"{name}: describes {counted(len(page.awards), 'award')} and no publication")
        for rejection in page.rejections:
            print_json_line(rejection_view(rejection, f"{name}#{rejection.place}"), stderr=True)
            outcome = outcome or ExitCode.NEEDS_A_HUMAN
    raise typer.Exit(outcome)
