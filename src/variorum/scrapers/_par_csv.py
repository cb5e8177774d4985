"""NSF PAR's exports of search results, as saved: a row for each paper, in one of two spellings of the columns.

Only some columns are known by name, from programs that use them; others are reported, not guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, text_key
from variorum.schema.identifiers import normalise_doi, normalise_par_id
from variorum.scrapers._base import Body, Mark, Reading
from variorum.scrapers._citation_tables import MAX_CELL
from variorum.scrapers._par_html import id_in
from variorum.scrapers._par_labels import FIELD_OF_COLUMN, REPEATED, fold_label, unknown_label
from variorum.scrapers._par_words import NAME

FORMAT = "nsf_par_csv"

MARKS = (
    Mark(
        "columns TITLE, AUTHORS and JOURNAL_NAME",
        re.compile(r"\A(?=[^\n]{0,2000}\bTITLE\b)(?=[^\n]{0,2000}\bAUTHORS\b)[^\n]{0,2000}\bJOURNAL_NAME\b"),
    ),
)

SPREADSHEET_MARKS = (
    Mark(
        "columns Title, Creator/Author and Sponsoring Org.",
        re.compile(r"\A(?=[^\n]{0,2000}\bTitle\b)(?=[^\n]{0,2000}\bCreator/Author\b)[^\n]{0,2000}\bSponsoring Org\."),
    ),
    # The same software runs other agencies' repositories.
    Mark("National Science Foundation", re.compile(r"National Science Foundation|par\.nsf\.gov")),
)


@dataclass(frozen=True)
class _Row:
    """A row's cells, where it stands, its lines, and why it cannot be read (then without cells)."""

    cells: list[str]
    place: str
    raw: str
    problem: str = ""


def parse_csv(page: Body) -> Reading:
    """Read an export. Raises ``LayoutError`` (``bad_csv``, ``unknown_layout``) when its columns are not clear."""
    rows = list(_rows(page.text))
    if not rows or rows[0].problem:
        raise LayoutError("bad_csv", "the line of column names cannot be read")
    header = [name.strip() for name in rows[0].cells]
    columns = _columns(header)
    results = [_result(row, columns) for row in rows[1:]]
    return Reading.of([*results, *_unknown(header, columns, rows[1:])])


def _rows(text: str) -> Iterator[_Row]:
    """The rows that hold anything, the names of the columns first."""
    csv.field_size_limit(MAX_CELL)
    lines = list(io.StringIO(text, newline=""))
    # strict: otherwise a stray quote would silently join all that follows into one cell.
    reader = csv.reader(iter(lines), strict=True)
    start = 0
    while start < len(lines):
        cells: list[str] = []
        problem = ""
        try:
            cells = next(reader, [])
        except csv.Error as error:
            problem = str(error)
        end = max(reader.line_num, start + 1)
        place = f"line={end}" if end == start + 1 else f"line={start + 1}-{end}"
        if problem or any(cell.strip() for cell in cells):
            yield _Row(cells, place, "".join(lines[start:end]), problem)
        start = end


def _columns(header: Sequence[str]) -> list[str]:
    """The field of each column, empty where it is not known. Raises ``LayoutError`` for a field with two."""
    fields = [FIELD_OF_COLUMN.get(fold_label(name), "") for name in header]
    twice = sorted({field for field in fields if field and fields.count(field) > 1} - REPEATED)
    if twice:
        raise LayoutError("unknown_layout", f"several columns hold {', '.join(twice)}: {', '.join(header)}"[:300])
    return fields


def _result(row: _Row, columns: Sequence[str]) -> Entry | Rejection:
    if row.problem:
        return Rejection(code="bad_csv", message=row.problem, place=row.place, raw=row.raw)
    if len(row.cells) != len(columns):
        message = f"{len(row.cells)} cells under {len(columns)} column names"
        return Rejection(code="ragged_row", message=message, place=row.place, raw=row.raw)
    fields: dict[str, str] = {}
    for field, cell in zip(columns, row.cells, strict=True):
        if field and cell.strip():
            fields[field] = "\n".join(filter(None, (fields.get(field), cell.strip())))
    if not fields.keys() & {"title", "abstract", "doi"}:
        message = "the row has neither title nor abstract nor DOI"
        return Rejection(code="no_metadata", message=message, place=row.place, raw=row.raw)
    return Entry(source=NAME, format=FORMAT, source_key=_key(fields), place=row.place, fields=fields)


def _key(fields: dict[str, str]) -> str:
    """The PAR id, else the DOI, else the words that name the paper."""
    by_id = normalise_par_id(fields.get("id", "")) or id_in(fields.get("address", ""))
    by_words = text_key(*(fields.get(name, "") for name in ("title", "authors", "abstract")))
    return by_id or normalise_doi(fields.get("doi", "")) or by_words


def _unknown(header: Sequence[str], columns: Sequence[str], rows: Sequence[_Row]) -> Iterator[Rejection]:
    """Each column that is not known and holds something, with the first that it holds."""
    for number, (name, field) in enumerate(zip(header, columns, strict=True)):
        if not field:
            cells = (row.cells[number] for row in rows if len(row.cells) == len(header))
            if value := next(filter(str.strip, cells), ""):
                yield unknown_label(name, value, f"column={number + 1}")
