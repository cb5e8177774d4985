"""Citations as rows of CSV and TSV files and as lines of JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import filterfalse
from typing import TYPE_CHECKING, Any

from variorum.errors import BadInputError
from variorum.scrapers._citation_fields import Recogniser, Row, fold_name, rejection

if TYPE_CHECKING:
    from variorum.schema import Rejection

MAX_CELL = 16 * 1024 * 1024
"""Longest CSV cell, in characters; a longer one is a file whose quotes do not pair."""


def read_table(
    lines: Iterator[str], delimiter: str, recogniser: Recogniser, columns: Mapping[str, str]
) -> Iterator[Row | Rejection]:
    csv.field_size_limit(MAX_CELL)
    # The lines of the row being read, for a rejection. ``append`` gives None, so that no line is filtered out.
    kept: list[str] = []
    # strict: otherwise a stray quote would silently join all that follows into one cell.
    rows = csv.reader(filterfalse(kept.append, lines), delimiter=delimiter, strict=True)
    header = header_of(rows, recogniser, columns)
    pick = recogniser.picker(header)
    number = 0
    while True:
        kept.clear()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield rejection("bad_csv", str(error), f"row={number}", "".join(kept))
            continue
        if not any(map(str.strip, cells)):
            continue
        number += 1
        if len(cells) > len(header):
            message = f"{len(cells)} cells under {len(header)} column names"
            yield rejection("ragged_row", message, f"row={number}", "".join(kept))
        else:
            yield recogniser.row(pick(cells), f"row={number}", kept)


def header_of(rows: Iterator[list[str]], recogniser: Recogniser, columns: Mapping[str, str]) -> list[str]:
    """The names of columns. Raises ``BadInputError`` (``bad_csv``, ``unknown_column``, ``no_title_column``)."""
    try:
        header = next((row for row in rows if any(cell.strip() for cell in row)), [])
    except csv.Error as error:
        raise BadInputError(f"the line of column names cannot be read: {error}", code="bad_csv") from None
    folded = {fold_name(column) for column in header}
    there = f"the columns are: {', '.join(header)}"
    if lacking := [column for column in columns.values() if fold_name(column) not in folded]:
        raise BadInputError(f"there is no column {', '.join(lacking)}; {there}", code="unknown_column")
    if folded.isdisjoint(recogniser.names["title"]):
        raise BadInputError(f"no column is known to hold titles; name it; {there}", code="no_title_column")
    return header


# JSON, an object a line


def read_jsonl(lines: Iterator[str], recogniser: Recogniser) -> Iterator[Row | Rejection]:
    for number, line in enumerate((line for line in lines if line.strip()), start=1):
        place = f"row={number}"
        try:
            # Numbers stay as written: 2019.0 is the file's word for a year, and no digit is too many.
            row = json.loads(line, object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=str)
            if not isinstance(row, dict):
                raise TypeError("not an object")
            cells = [(key, _json_text(value)) for key, value in row.items() if fold_name(key) in recogniser.known]
        except (TypeError, ValueError, RecursionError) as error:
            yield rejection("bad_json", str(error), place, line)
        else:
            yield recogniser.row(recogniser.pick(cells), place, [line])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _json_text(value: object) -> str:
    """A value as text: several one a line, a person as "Family, Given"; raises ``ValueError`` for others."""
    if isinstance(value, list):
        return "\n".join(filter(None, (" ".join(_json_text(item).split()) for item in value)))
    if isinstance(value, dict):
        return _json_person({fold_name(key): part for key, part in value.items()})
    if value is None or isinstance(value, str):
        return value or ""
    raise ValueError(f"{json.dumps(value)} where text belongs")


def _json_person(person: Mapping[str, object]) -> str:
    parts = {key: part for key, part in person.items() if isinstance(part, str) and part.strip()}
    whole = parts.get("name") or parts.get("literal") or parts.get("fullname")
    family = parts.get("family") or parts.get("last") or parts.get("lastname")
    given = parts.get("given") or parts.get("first") or parts.get("firstname")
    text = whole or ", ".join(filter(None, (family, given)))
    if not text:
        raise ValueError("an object without name where text belongs")
    return text
