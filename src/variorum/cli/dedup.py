"""``variorum dedup …``: forming works, reporting on them, judging pairs, deduplicating files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from variorum.cli._options import LARGEST_ID, Db, Format, Output, new_app, workspace
from variorum.cli._output import counted, print_csv, print_json, print_line, print_table, progress, say
from variorum.reports.reasons import in_words

if TYPE_CHECKING:
    from rich.progress import Progress

    from variorum.pipeline.resolving import DedupResult

app = new_app("Collapse records into works, and see why.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="dedup")


RecordRef = Annotated[str, typer.Argument(help="A record as SOURCE:KEY.", show_default=False)]


@app.command("run", epilog="Example: variorum dedup run --full")
def run(
    full: Annotated[bool, typer.Option("--full", help="Compare everything anew, not only new records.")] = False,
    db: Db = None,
) -> None:
    """Compare new records with the store and merge those that are the same work.

    Exit 3 when new pairs wait for a curator.
    """
    from variorum.pipeline.resolving import run_dedup

    target = workspace(db)
    with progress("comparing", None) as bar:
        result = run_dedup(
            target,
            full=full,
            progress=lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
        )
    _tell(result)
    raise typer.Exit(result.exit_code)


def _tell(result: DedupResult) -> None:
    if not result.records:
        say(f"run {result.run_id}: nothing new since the last dedup run; nothing changed")
    else:
        skipped = (
            f", {counted(result.skipped_pairs, 'pair')} skipped in oversized blocks" if result.skipped_pairs else ""
        )
        records, pairs = counted(result.records, "record"), counted(result.compared, "pair")
        say(f"run {result.run_id}: {records} compared in {pairs}{skipped}")
        moved, cut = counted(result.moved, "record"), counted(result.cut_links, "link")
        say(f"  {moved} joined or left a work, {cut} cut by a guard")
    waiting = counted(result.to_review, "pair")
    say(f"  {counted(result.works, 'work')}; {waiting} to review ({result.new_to_review:,} new)")


@app.command("report", epilog="Example: variorum dedup report --format json | jq .works")
def report(
    output: Annotated[Format, typer.Option("--format", "-f", help="How to print.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file.", dir_okay=False)] = None,
    db: Db = None,
) -> None:
    """Show what was read, what was merged with its reasons, and what waits for a curator."""
    from contextlib import redirect_stdout
    from io import StringIO

    from variorum.reports.dedup_report import dedup_report
    from variorum.store.engine import reading

    with reading(workspace(db).engine) as connection:
        data = dedup_report(connection)
    if out is None:
        _print_report(data, output)
        return
    text = StringIO()
    with redirect_stdout(text):
        _print_report(data, output)
    out.write_text(text.getvalue(), encoding="utf-8")
    say(f"written to {out}")


def _print_report(data: dict[str, Any], output: Format) -> None:
    if output is Format.JSON:
        print_json(data)
        return
    if output is Format.CSV:
        rows = [
            {"work_id": c["work_id"], "title": c["title"], **member}
            for c in data["clusters"]
            for member in c["records"]
        ]
        print_csv(rows, ["work_id", "title", "source", "source_key"])
        return
    columns = ("captures", "sightings", "quarantined", "records", "works")
    lines = [[line["source"], *(line[column] for column in columns)] for line in data["sources"]]
    total = [
        "all",
        *(sum(line[column] for line in data["sources"]) for column in columns[:-1]),
        data["works"],
    ]
    print_table([*lines, total], ["source", ">pages", ">sightings", ">quarantined", ">records", ">works"])
    print_line()
    print_line(
        f"{data['seen']} entries seen = {data['sightings']} sightings read + {data['quarantined']} quarantined; "
        f"{data['records']} records; {data['works']} works"
    )
    print_line()
    _print_merges(data["merges"])
    _print_review(data["review"])
    _print_guards(data["guards"])


def _print_merges(merges: list[dict[str, Any]]) -> None:
    print_line(f"Merged: {counted(len(merges), 'work')} of more than one record")
    for merge in merges:
        awards = "".join(f", award {award['id']} from {award['from']}" for award in merge["awards"])
        rows = [[record["ref"], record["shown_as"]] for record in merge["records"]]
        print_line()
        print_line(f"{merge['title']} ({merge['work_id']})")
        print_table(rows, ["record", "*shown as"])
        probability = "" if merge["probability"] is None else f" ({merge['probability']:.3f})"
        print_line(
            f"because {in_words(merge['reasons'])}{probability}; title from {merge['title_from'] or 'none'}{awards}"
        )


def _print_review(review: list[dict[str, Any]]) -> None:
    print_line()
    print_line(f"To review: {counted(len(review), 'pair')} that only a person can decide")
    for pair in review:
        print_line()
        rows = [[pair[side], pair[f"{side}_title"], pair[f"{side}_venue"]] for side in ("a", "b")]
        print_table(rows, ["record", "*shown as", "*venue"])
        print_line(f"because {in_words(pair['reasons'])} ({pair['probability']:.3f})")
    if review:
        print_line()
        print_line("See why with: variorum dedup explain RECORD RECORD")
        print_line("Settle it with: variorum dedup decide RECORD RECORD same|different|unsure --why TEXT")


def _print_guards(guards: dict[str, int]) -> None:
    if guards:
        print_line()
        named = ", ".join(f"{name} {count:,}" for name, count in guards.items())
        print_line(f"Guards that kept likely pairs apart, or left them to a person: {named}")


@app.command("explain", epilog="Example: variorum dedup explain nsf_par:76655a9597db86f9 scholar_feed:a8c4cc57b312756b")
def explain(a: RecordRef, b: RecordRef, output: Output = Format.TABLE, db: Db = None) -> None:
    """Show why two records are, or are not, the same work: the evidence as a waterfall, then the guards."""
    from variorum.pipeline.explaining import explain_pair
    from variorum.reports.explain import explain_view, waterfall

    found = explain_pair(workspace(db), a, b)
    if output is Format.JSON:
        print_json(explain_view(found.match, found.features, found.met_by, found.judgement))
        return
    rows = waterfall(found.match, found.features)
    if output is Format.CSV:
        print_csv(
            [
                {"evidence": label, "log_odds": float(weight) if weight else None, "probability": running}
                for label, weight, running, _ in rows
            ],
            ["evidence", "log_odds", "probability"],
        )
        return
    print_table(
        [["A", found.match.a, found.titles[0]], ["B", found.match.b, found.titles[1]]],
        ["", "record", "*shown as"],
    )
    print_line()
    print_table(rows, ["*evidence", ">log-odds", ">so far", "different │ same"])
    print_line()
    if not found.met_by:
        print_line("the two share no blocking key, so a dedup run never compares them")
    print_line(found.verdict_text)


class Verdict(StrEnum):
    """What a curator may say of two records."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@app.command("decide", epilog="Example: variorum dedup decide RECORD RECORD different --why 'another method'")
def decide(
    a: RecordRef,
    b: RecordRef,
    verdict: Annotated[Verdict, typer.Argument(help="What they are.", show_default=False)],
    why: Annotated[str, typer.Option("--why", help="The reason, kept with the judgement.")],
    db: Db = None,
) -> None:
    """Judge two records. The judgement outranks the machine and stays until it is undone."""
    import getpass

    from variorum.pipeline import deciding

    done = deciding.decide(workspace(db), a, b, verdict.value, why, getpass.getuser())
    say(f"judgement {done.judgement_id}: {verdict.value}; {counted(done.moved, 'record')} joined or left a work")
    say(f"  now in {', '.join(done.works)}; take it back with: variorum dedup undo {done.judgement_id}")


@app.command("undo", epilog="Example: variorum dedup undo 1")
def undo(
    judgement: Annotated[int, typer.Argument(help="The judgement's number.", min=1, max=LARGEST_ID)], db: Db = None
) -> None:
    """Take a judgement back: everything is as it was before it."""
    from variorum.pipeline import deciding

    done = deciding.undo(workspace(db), judgement)
    say(f"judgement {judgement} taken back; {counted(done.moved, 'record')} joined or left a work")
    say(f"  now in {', '.join(done.works)}")


@app.command("file", epilog="Example: variorum dedup file export.csv --out clusters.csv --pairs pairs.csv")
def file(
    inputs: Annotated[list[Path], typer.Argument(help="CSV, TSV, JSONL, BibTeX or RIS; also .gz.", metavar="INPUT…")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write id,cluster_id.", dir_okay=False)],
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="Also write the judged pairs here.", dir_okay=False)
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="NAME=COLUMN for a column with an unusual heading, e.g. title=Titel."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes to use; all processors if not given.", min=1)
    ] = None,
) -> None:
    """Deduplicate citation files without a database.

    Every record gets a line in --out; records in one cluster are the same work. Exit 3 when rows could
    not be read; they are named on standard error.
    """
    from variorum.dedup.engines.workers import spare_threads

    spare_threads()

    from variorum.errors import ExitCode
    from variorum.pipeline.citation_files import parse_mapping
    from variorum.pipeline.file_dedup import dedup_files

    with ExitStack() as open_things:
        result = dedup_files(
            inputs, out, pairs, parse_mapping(columns or []), workers=workers, progress=_bar_for(open_things)
        )
    for locator, rejection in result.rejections:
        say(f"{locator}: {rejection.code}: {rejection.message}")
    skipped = f", {counted(result.skipped_pairs, 'pair')} skipped in oversized blocks" if result.skipped_pairs else ""
    say(
        f"{counted(result.records, 'record')}, {counted(result.clusters, 'work')}, "
        f"{counted(result.to_review, 'pair')} to review; {counted(result.compared, 'pair')} compared{skipped}; "
        f"{counted(len(result.rejections), 'row')} not read"
    )
    raise typer.Exit(ExitCode.NEEDS_A_HUMAN if result.rejections else ExitCode.OK)


def _bar_for(open_things: ExitStack) -> Callable[[str, int, int | None], None] | None:
    """What moves a progress bar, if there is a terminal; it is made at the first news, when others are at work."""
    if not sys.stderr.isatty():
        return None

    @cache
    def bar() -> Progress:
        return open_things.enter_context(progress("reading", None))

    return lambda what, done, total: bar().update(bar().task_ids[0], description=what, completed=done, total=total)


@app.command("evaluate", epilog="Example: variorum dedup evaluate --clusters clusters.csv --truth truth.csv")
def evaluate(
    clusters: Annotated[Path, typer.Option("--clusters", help="CSV: record id, cluster id.", dir_okay=False)],
    truth: Annotated[Path, typer.Option("--truth", help="CSV: record id, true cluster id.", dir_okay=False)],
    records: Annotated[
        Path | None,
        typer.Option(
            "--records", help="CSV with id and source: count only pairs of different sources.", dir_okay=False
        ),
    ] = None,
    errors: Annotated[int, typer.Option("--errors", help="Wrong and missed pairs to list.", min=0)] = 10,
    output: Output = Format.TABLE,
) -> None:
    """Measure clusters against the truth: precision, recall and F1 of pairs and clusters, false merges."""
    from variorum.pipeline.citation_files import evaluate_files
    from variorum.reports.evaluation import evaluation_rows, evaluation_view

    found = evaluate_files(clusters, truth, records, errors)
    rows = evaluation_rows(found)
    headings = ["measure", "precision", "recall", "f1", "right", "wrong", "missed"]
    if output is Format.JSON:
        print_json(evaluation_view(found))
    elif output is Format.CSV:
        print_csv([dict(zip(headings, row, strict=False)) for row in rows], headings)
    else:
        print_table(rows, ["measure", *(f">{heading}" for heading in headings[1:])])
        _print_pairs("False merges", found.false_merges, found.pairs.false_positives)
        _print_pairs("Missed", found.missed_pairs, found.pairs.false_negatives)


def _print_pairs(name: str, listed: Sequence[tuple[str, str]], total: int) -> None:
    if listed:
        print_line()
        print_line(f"{name}: {len(listed)} of {total:,} pairs")
        print_table(listed, ["*record", "*record"])
