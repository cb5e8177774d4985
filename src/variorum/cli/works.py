"""``variorum works …``: the works, and the proof of every field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from variorum.cli._options import Db, Format, Limit, Output, known_source, new_app, workspace
from variorum.cli._output import print_csv, print_json, print_line, print_rows, print_table, say

if TYPE_CHECKING:
    from variorum.store.engine import Connection

app = new_app("List, search and show works.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="works")


Award = Annotated[str | None, typer.Option("--award", help="Only works with this NSF award.", metavar="ID")]
SourceName = Annotated[
    str | None, typer.Option("--source", help="Only works with a record of this source.", metavar="NAME")
]
_COLUMNS = {
    "work_id": "work",
    "title": "*title",
    "authors": "*authors",
    "date": "date",
    "records": ">records",
}


@app.command("list", epilog="Example: variorum works list --award 1919117 --format csv")
def list_(
    award: Award = None,
    source: SourceName = None,
    limit: Limit = 50,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """List works."""
    _list([], award, source, limit, output, db)


@app.command("search", epilog="Example: variorum works search pruning zhan")
def search(
    words: Annotated[list[str], typer.Argument(help="Words that must all occur.", metavar="WORD…")],
    award: Award = None,
    source: SourceName = None,
    limit: Limit = 50,
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Find works by words in title, authors, abstract, venue or identifiers; case does not matter."""
    _list(words, award, source, limit, output, db)


def _list(words: list[str], award: str | None, source: str | None, limit: int, output: Format, db: str | None) -> None:
    from variorum.schema.identifiers import normalise_nsf_award
    from variorum.store import works
    from variorum.store.engine import reading

    number = normalise_nsf_award(award) or award if award else None
    with reading(workspace(db).engine) as connection:
        ids = works.search(connection, words, award=number, source=known_source(source), limit=limit + 1)
        rows = _rows(connection, ids[:limit])
    print_rows(output, rows, _COLUMNS, "no works found")
    if len(ids) > limit:
        say(f"there are more than {limit}; see them with --limit")


def _rows(connection: Connection, ids: list[str]) -> list[dict[str, Any]]:
    from variorum.reports.views import title_of
    from variorum.store import works

    members, fields = works.members(connection, ids), works.fields(connection, ids)
    rows = []
    for work_id in ids:
        own = {row.field: row.value for row in fields.get(work_id, ()) if row.position == 0}
        rows.append(
            {
                "work_id": work_id,
                "title": title_of(fields.get(work_id, ()), members[work_id]),
                "authors": "; ".join(author["name"] for author in own.get("authors") or ()),
                "date": own.get("date"),
                "records": len(members[work_id]),
            }
        )
    return rows


@app.command("show", epilog="Example: variorum works show w81v4s1cbe2jc --format json")
def show(
    work_id: Annotated[str, typer.Argument(help="The work's id; ids of merged works lead to where they went.")],
    output: Output = Format.TABLE,
    db: Db = None,
) -> None:
    """Show a work: every field with the record it comes from and why, its records, relations and history."""
    from variorum.errors import BadInputError
    from variorum.reports.views import work_view
    from variorum.store import matches, reporting, works
    from variorum.store.engine import reading

    with reading(workspace(db).engine) as connection:
        live = works.resolve_id(connection, work_id)
        if live is None:
            raise BadInputError(f"there is no work {work_id}; see: variorum works list", code="no_work")
        members = works.members(connection, [live])[live]
        relations = matches.relations_of(connection, [member.id for member in members])
        places = {member.record.ref: reporting.sightings_of(connection, member.id) for member in members}
        fields = works.fields(connection, [live]).get(live, [])
        view = work_view(live, fields, members, places, relations, works.history(connection, live))
    if live != work_id:
        say(f"{work_id} was merged into {live}")
    if output is Format.JSON:
        print_json(view)
    elif output is Format.CSV:
        print_csv(_field_rows(view), ["field", "value", "source", "record", "rule"])
    else:
        _print_work(view)


def _field_rows(view: dict[str, Any]) -> list[dict[str, Any]]:
    """One row for each merged value, single or gathered."""
    found = ((field, proofs) for field, proofs in view["fields"].items() if proofs)
    return [
        {"field": field, **proof}
        for field, proofs in found
        for proof in (proofs if isinstance(proofs, list) else [proofs])
    ]


def _print_work(view: dict[str, Any]) -> None:
    from variorum.reports.text import shorten

    print_line(f"work {view['work_id']}")
    print_line()
    rows = [[row["field"], shorten(_plain(row["value"]), 400), row["record"], row["rule"]] for row in _field_rows(view)]
    print_table(rows, ["field", "*value", "from record", "*because"])
    print_line()
    print_table(
        [
            [f"{m['source']}:{m['source_key']}", m["title"], m["stage"], m["date"], ", ".join(m["flags"])]
            for m in view["records"]
        ],
        ["record", "*shown as", "stage", "date", "*flags"],
    )
    print_line()
    rows = [
        [f"{m['source']}:{m['source_key']}", place["uri"], place["place"], place["captured_at"][:16].replace("T", " ")]
        for m in view["records"]
        for place in m["seen_at"]
    ]
    print_table(rows, ["record", "*seen on", "at", "taken (UTC)"])
    for relation in view["relations"]:
        print_line(f"{relation['a']} {relation['kind'].replace('_', ' ')} {relation['b']}")
    for event in view["history"]:
        print_line(
            f"run {event['run']}: {event['kind']} of {event['work']} into {event['into'] or 'a work of its own'}"
        )


def _plain(value: Any) -> str:
    """A value in words: names of authors, identifiers with their scheme, anything else as it is."""
    if isinstance(value, list):
        return "; ".join(item["name"] if isinstance(item, dict) else str(item) for item in value)
    if isinstance(value, dict):
        if "scheme" in value:
            return f"{value['scheme']} {value['value']}"
        return " ".join(str(part) for key, part in value.items() if key not in {"raw", "rel"})
    return str(value)
