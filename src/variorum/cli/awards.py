"""``variorum awards …``: awards and the publications that came of them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from variorum.cli._options import Db, Format, Limit, Output, new_app, workspace
from variorum.cli._output import counted, print_csv, print_json, print_line, print_rows, print_table, say

app = new_app("See awards, their publications, and what these still lack.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="awards")


SHOWN_AUTHORS = 3

SUMMARY_COLUMNS = {
    "award": "award",
    "title": "*title",
    "found": ">publications",
    "new": ">new",
    "incomplete": ">incomplete",
    "told": "*failed",
}
_LIST_COLUMNS = {
    "award": "award",
    "title": "*title",
    "institution": "*institution",
    "starts": "from",
    "ends": "to",
    "found": ">publications",
    "incomplete": ">incomplete",
    "told": "*failed",
}
_PUBLICATION_COLUMNS = {
    "work_id": "work",
    "title": "*title",
    "authors": "*authors",
    "date": "date",
    "doi": "*doi",
    "par_id": "PAR id",
    "lacks": "*lacks",
}


@app.command("list", epilog="Example: variorum awards list --format csv")
def list_(limit: Limit = 100, output: Output = Format.TABLE, db: Db = None) -> None:
    """List the awards that pages describe or publications name, or that were asked for."""
    from variorum.pipeline.award_summaries import summarise
    from variorum.pipeline.plans import SCOPE_NAMES
    from variorum.reports.award_report import summary_row
    from variorum.schema.harvest import Awards
    from variorum.store import awards, checkpoints
    from variorum.store.engine import reading

    with reading(workspace(db).engine) as connection:
        asked = checkpoints.keys_asked_for(connection, SCOPE_NAMES[Awards])
        numbers = sorted({*awards.numbers(connection), *asked})
        rows = [summary_row(one) for one in summarise(connection, numbers[:limit])]
    if output is not Format.JSON:
        rows = [plain(row) for row in rows]
    print_rows(output, rows, _LIST_COLUMNS, "no awards; fetch some with: variorum backfill awards ID…")
    if len(numbers) > limit:
        say(f"there are {len(numbers):,}; see more with --limit")


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A summary's row with what failed in words."""
    return {**row, "told": "; ".join(row["failed"])}


@app.command("show", epilog="Example: variorum awards show 1919117 --format json")
def show(
    number: Annotated[str, typer.Argument(help="The award's number, with or without prefix.", metavar="ID")],
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Show an award: what is stated of it, its publications, and what each of these lacks."""
    from variorum.errors import BadInputError
    from variorum.pipeline.award_summaries import summarise
    from variorum.pipeline.backfilling import asked_awards
    from variorum.reports.award_report import award_view
    from variorum.store.engine import reading

    (wanted,) = asked_awards([number])
    with reading(workspace(db).engine) as connection:
        (summary,) = summarise(connection, [wanted])
    if summary.details is None and not summary.publications and not summary.asked:
        raise BadInputError(
            f"nothing is known of award {wanted}; fetch it with: variorum backfill awards {wanted}", code="no_award"
        )
    view = award_view(summary)
    if output is Format.JSON:
        print_json(view)
    elif output is Format.CSV:
        print_csv([_joined(row) for row in view["publications"]], list(_PUBLICATION_COLUMNS))
    else:
        _print_award(view)


def _joined(row: dict[str, Any]) -> dict[str, Any]:
    return {key: "; ".join(value) if isinstance(value, list) else value for key, value in row.items()}


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """A publication for a table, where a long byline would hide all else."""
    names = row["authors"]
    return _joined({**row, "authors": [f"{names[0]} et al. ({len(names)})"] if len(names) > SHOWN_AUTHORS else names})


def _print_award(view: dict[str, Any]) -> None:
    details = view["details"] or {}
    print_line(f"award {view['award']}{': ' + details['title'] if details.get('title') else ''}")
    amount = details.get("amount")
    facts = [
        details.get("institution"),
        ", ".join(details.get("investigators") or ()),
        " to ".join(filter(None, (details.get("starts"), details.get("ends")))),
        f"${amount:,}" if amount is not None else None,
        details.get("program"),
    ]
    if any(facts):
        print_line("; ".join(fact for fact in facts if fact))
    for asked in view["asked"]:
        if asked["status"] == "failed":
            print_line(f"{asked['source']}: {asked['code']}: {asked['message']}")
    print_line()
    rows = [[_short(row)[column] for column in _PUBLICATION_COLUMNS] for row in view["publications"]]
    print_table(rows, list(_PUBLICATION_COLUMNS.values()))
    lacking = sum(bool(row["lacks"]) for row in view["publications"])
    print_line()
    print_line(f"{counted(len(rows), 'publication')}, {lacking} of them incomplete")
