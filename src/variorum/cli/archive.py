"""``variorum archive …``: the bodies of all pages ever read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from variorum.cli._options import Db, Format, Output, known_source, new_app, workspace
from variorum.cli._output import counted, print_json, print_rows, progress, say

if TYPE_CHECKING:
    from variorum.pipeline.archiving import Verification

app = new_app("Check the archive of pages and take it elsewhere.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="archive")


_COLUMNS = {"capture_id": ">capture", "code": "what is wrong", "source": "source", "uri": "*page"}


@app.command("verify", epilog="Example: variorum archive verify --format csv > damaged.csv")
def verify(output: Output = Format.TABLE, db: Db = None) -> None:
    """Read every archived page and compare it with its digest. Exit 4 when one is damaged. Changes nothing."""
    from variorum.errors import ExitCode
    from variorum.pipeline.archiving import verify as check

    target = workspace(db)
    with progress("checking", None) as bar:
        found = check(target, lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total))
    faults = [fault.__dict__ for fault in found.faults]
    if output is Format.JSON:
        print_json({**found.__dict__, "faults": faults, "ok": found.ok})
    elif faults or output is Format.CSV:
        print_rows(output, faults, _COLUMNS, "")
    _tell(found)
    raise typer.Exit(ExitCode.OK if found.ok else ExitCode.DATABASE)


def _tell(found: Verification) -> None:
    checked, size = counted(found.captures, "page"), _size(found.bytes)
    say(f"{checked}: {found.intact:,} intact ({size}), {len(found.faults):,} damaged")
    if found.orphans:
        say(
            f"  {counted(found.orphans, 'body')} ({_size(found.orphan_bytes)} on disk) of no page, "
            "left by interrupted runs: harmless"
        )
    if found.parts:
        say(f"  {counted(found.parts, 'unfinished file')} (.part), to be deleted when nothing is running")
    if found.strangers:
        say(f"  {counted(found.strangers, 'file')} that the archive did not write")
    if found.ok:
        return
    if any(fault.uri.startswith("file:") for fault in found.faults):
        say("  a saved page is mended by importing the same file again: variorum import FILE")
    if not all(fault.uri.startswith("file:") for fault in found.faults):
        say("  a fetched page is mended from a copy of the archive, or its records are fetched again")
    say("  what else the store still keeps is told by: variorum db doctor")


def _size(number: int) -> str:
    return f"{number / 1024 / 1024:,.1f} MiB"


@app.command("export-warc", epilog="Example: variorum archive export-warc --out pages.warc.gz --source arxiv")
def export_warc(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The file; gzipped when its name ends in .gz.", dir_okay=False)
    ],
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="Only the pages of this source.", metavar="NAME")
    ] = None,
    db: Db = None,
) -> None:
    """Write the archived pages to a WARC file. Web archives read it, and so does `variorum import`.

    The file is complete or not there: a damaged page stops the export, and an older file stays as it was.
    """
    from variorum.pipeline import archiving

    name = known_source(source)
    target = workspace(db)
    with progress("exporting", None) as bar:
        count = archiving.export_warc(
            target,
            out,
            source=name,
            progress=lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
        )
    say(f"{counted(count, 'page')} written to {out}")
