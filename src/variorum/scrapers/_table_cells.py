"""The cells of CSV text by column: read all at once where the text is regular, otherwise row by row.

Nearly all text is regular: its cells stand in quotes as a whole or not at all, and every row has all of them. There
commas and line ends outside of quotes part the cells, and which these are is found for all bytes together.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.scrapers._citation_fields import UNSTATED_SOURCE, Column, Recogniser, RowColumns
from variorum.scrapers._citation_tables import MAX_CELL
from variorum.scrapers._table_spans import TableSpan

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
Letters = NDArray[np.uint8]

_QUOTE, _COMMA, _LINE_END, _RETURN, _SPACE = b'",\n\r '
_LAST_ASCII = 127
_LEAST_WIDTH = 2
"""A line without letters is no row, where it could also be a row of one cell."""


class SpanRead(NamedTuple):
    """The rows of a span, without places; and the length of the longest, or more."""

    rows: RowColumns
    longest: int


def read_span(span: TableSpan) -> SpanRead | None:
    """The rows of a span; None where anything in it is out of order, if only one cell too many."""
    with span.path.open("rb") as stream:
        stream.seek(span.start)
        content = stream.read(span.end - span.start)
    cells = read_cells(content, len(span.header))
    if cells is None:
        return None
    rows = Recogniser(dict(span.columns)).regular_rows(span.header, cells.columns)
    # Where a row does not say its source, the columns do.
    return None if rows is None else SpanRead(rows, cells.longest + len(UNSTATED_SOURCE))


class Cells(NamedTuple):
    """Cells by column, empty where there are only blanks; and the length of the longest row, or more."""

    columns: Sequence[Column]
    longest: int


def read_cells(content: bytes, width: int) -> Cells | None:
    """The cells of CSV text, in so many columns; None where anything in it is out of order."""
    try:
        return _regular_cells(content, width) or _cells_by_row(content.decode(), width)
    except (csv.Error, UnicodeDecodeError):
        return None


def _cells_by_row(text: str, width: int) -> Cells | None:
    csv.field_size_limit(MAX_CELL)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    if set(map(len, rows)) - {width} or "\0" in text:
        return None
    cells = [["" if cell.isspace() else cell for cell in row] for row in rows]
    columns = list(zip(*cells, strict=True)) if cells else [()] * width
    return Cells(columns, max([sum(map(len, row)) for row in rows], default=0))


def _regular_cells(content: bytes, width: int) -> Cells | None:
    """The cells of text in which nothing is rare; None for other text, which may be in order nevertheless."""
    if not content or b"\0" in content or width < _LEAST_WIDTH:
        return None
    letters = np.frombuffer(content if content.endswith(b"\n") else content + b"\n", np.uint8)
    # Of the few that are no letters, whatever they are.
    marks = np.flatnonzero((letters <= _COMMA) & (letters != _SPACE))
    signs = letters[marks]
    outside = np.logical_xor.accumulate(signs == _QUOTE) ^ True
    returns = marks[outside & (signs == _RETURN)]
    if len(returns):
        lines = (letters[returns + 1] == _LINE_END).all()
        return _regular_cells(np.delete(letters, returns).tobytes(), width) if lines else None
    ends = marks[outside & _parts(signs)]
    quotes = _quotes_of(letters, marks[signs == _QUOTE])
    lengths = np.diff(ends, prepend=-1)
    if quotes is None or not _is_table(letters[ends], width) or lengths.max() > MAX_CELL:
        return None
    letters = letters.copy()
    letters[ends] = 0
    cells = _parted(letters, ends)
    for at in np.searchsorted(ends, quotes.begins).tolist():
        cells[at] = cells[at][1:-1]
    for at in set(np.searchsorted(ends, quotes.doubled).tolist()):
        cells[at] = cells[at].replace('""', '"')
    for at in np.flatnonzero(_perhaps_blank(letters, ends + 1 - lengths)).tolist():
        cells[at] = "" if cells[at].isspace() else cells[at]
    return Cells([cells[at::width] for at in range(width)], int(lengths.reshape(-1, width).sum(axis=1).max()))


def _perhaps_blank(letters: Letters, starts: Places) -> Flags:
    """Which cells begin with a blank, or with what may be one."""
    first = letters[starts + (letters[starts] == _QUOTE)]
    blank: Flags = (first <= _SPACE) & (first > 0) | (first > _LAST_ASCII)
    return blank


def _parted(letters: Letters, ends: Places) -> list[str]:
    """Texts that end where it is said, with a zero byte each."""
    # Few texts have other letters than those of ASCII. First all are read as if none had, which is quick.
    texts = str(np.minimum(letters[:-1], _LAST_ASCII).data, "ascii").split("\0")
    for at in set(np.searchsorted(ends, np.flatnonzero(letters > _LAST_ASCII)).tolist()):
        texts[at] = letters[ends[at - 1] + 1 if at else 0 : ends[at]].tobytes().decode()
    return texts


def _parts(signs: Letters) -> Flags:
    """Which signs part cells, outside of quotes."""
    parting: Flags = (signs == _COMMA) | (signs == _LINE_END)
    return parting


class _Quotes(NamedTuple):
    """Where quoted cells begin, and where in them two quotes stand for one."""

    begins: Places
    doubled: Places


def _quotes_of(letters: Letters, quotes: Places) -> _Quotes | None:
    """Quotes by what they are for; None unless they all enclose whole cells, or are two for one inside of these."""
    opening, closing = quotes[::2], quotes[1::2]
    if len(opening) != len(closing):
        return None
    doubled = opening[1:] == closing[:-1] + 1
    begins = opening[np.concatenate([np.ones(min(1, len(opening)), bool), ~doubled])]
    stops = closing[np.concatenate([~doubled, np.ones(min(1, len(closing)), bool)])]
    # What stands before the first byte is the last one, which is a line end.
    around = letters[np.concatenate([begins - 1, stops + 1])]
    return _Quotes(begins, opening[1:][doubled]) if _parts(around).all() else None


def _is_table(ends: Letters, width: int) -> bool:
    """Whether what ends cells makes rows of so many of them."""
    if len(ends) % width:
        return False
    rows = ends.reshape(-1, width)
    return bool((rows[:, :-1] == _COMMA).all() and (rows[:, -1] == _LINE_END).all())
