"""Cells that are found for all of a text at once are those that are found row by row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from variorum.scrapers import _table_cells
from variorum.scrapers._table_cells import read_cells


def row_by_row(content: bytes, width: int) -> list[list[str]] | None:
    """The columns, as the csv module reads them; None where it does not, or where rows are not all of one length."""
    try:
        rows = [row for row in csv.reader(io.StringIO(content.decode(), newline=""), strict=True) if row]
    except (csv.Error, UnicodeDecodeError):
        return None
    if any(len(row) != width for row in rows) or b"\0" in content:
        return None
    return [["" if row[at].isspace() else row[at] for row in rows] for at in range(width)]


def columns_of(content: bytes, width: int) -> list[list[str]] | None:
    cells = read_cells(content, width)
    if cells is None:
        return None
    assert cells.longest >= max(map(len, map("".join, zip(*cells.columns, strict=True))), default=0)
    return list(map(list, cells.columns))


REGULAR = [
    pytest.param(b"1,a,b\n2,c,d\n", id="plain"),
    pytest.param(b"1,a,b\n2,c,d", id="no line end at the end"),
    pytest.param(b"1,,\n,,d\n,,\n", id="empty cells"),
    pytest.param(b"1,a,b\r\n2,c,d\r\n", id="two signs end a line"),
    pytest.param(b"1,a,b\r\n2,c,d\n3,e,f\r\n", id="lines end in two ways"),
    pytest.param(b'1,"a, a","b\nb"\n"2",c,"d\r\nd\re"\n', id="commas and line ends in quotes"),
    pytest.param(b'1,"a, a","b\nb"\r\n"2",c,"d\r\nd\re"\r\n', id="line ends of two sorts"),
    pytest.param(b'"1","a","b"\n"2","c",""\n', id="all in quotes"),
    pytest.param(b'1,"a ""word"" here","""all"""\n2,"""",""""""\n', id="quotes in quotes"),
    pytest.param(b'"""1""",a,b\n', id="quotes at the very beginning"),
    pytest.param("1,Über Knoten,深度学习\n2,\u2028,β\n".encode(), id="other scripts"),
    pytest.param('1, ,"  "\n2,\u00a0,"\u3000\t"\n3,"\n",\t\n4,\x1c, x\n'.encode(), id="blanks"),
]


@pytest.mark.parametrize("content", REGULAR)
def test_regular_text_is_read_at_once(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = row_by_row(content, 3)
    assert expected
    monkeypatch.delattr(_table_cells, "_cells_by_row")
    assert columns_of(content, 3) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\n", id="an empty line alone"),
        pytest.param(b"1,a,b\n\n2,c,d\n", id="an empty line"),
        pytest.param(b"1,a,b\r2,c,d\r", id="old line ends"),
        pytest.param(b'1,5" disk,b\n', id="a quote in a cell"),
        pytest.param(b'1, "a",b\n', id="a blank before a quote"),
        pytest.param(b'1,a""b,c\n', id="two quotes in a cell"),
    ],
)
def test_what_is_rare_is_read_row_by_row(content: bytes) -> None:
    expected = row_by_row(content, 3)
    assert expected is not None
    assert columns_of(content, 3) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"1,a\n", id="a cell too few"),
        pytest.param(b"1,a,b,c\n", id="a cell too many"),
        pytest.param(b"1,a\n2,b,c,d\n", id="as many in all, but not in each"),
        pytest.param(b"1,a,b\n \n", id="a blank line"),
        pytest.param(b'1,"a" word,b\n', id="more behind a quote"),
        pytest.param(b'1,"a,b\n', id="a quote that is never closed"),
        pytest.param(b"1,a\0,b\n", id="NUL"),
        pytest.param(b"1,a,\xff\n", id="no UTF-8"),
        pytest.param(b"1,a,\xc3\n2,\xa9,b\n", id="half a letter"),
    ],
)
def test_text_out_of_order_is_not_read(content: bytes) -> None:
    assert row_by_row(content, 3) is None
    assert read_cells(content, 3) is None


def test_a_line_of_one_cell_may_be_empty() -> None:
    assert columns_of(b"a\n\nb\n", 1) == row_by_row(b"a\n\nb\n", 1) == [["a", "b"]]


def test_far_too_long_cells_are_refused_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_table_cells, "MAX_CELL", 10)
    assert columns_of("1,ööööööö,b\n".encode(), 3)
    assert columns_of(b"1,aaaaaaaaaaaaa,b\n", 3) is None


CELLS = st.sampled_from(
    ["", "a", "Knots", "ö", "深", " ", "\u00a0", '"a"', '"a, b"', '""', '"a ""b"" c"', '"\n"', '"x\r\ny"', '"\r"', "''"]
)
STRAY = st.sampled_from(['"', 'a"', '"a"b', 'a""', ' "a"', "\r", "\0", "\n", ",", "\ufeff", "\x1f", "\x0b"])


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    strange = draw(st.booleans())
    cell = st.one_of(CELLS, CELLS, CELLS, STRAY) if strange else CELLS
    ends = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"] if strange else ["\n", "\r\n"])
    rows = draw(st.lists(st.lists(cell, min_size=2 if strange else 3, max_size=3), max_size=5))
    text = "".join(",".join(row) + draw(ends) for row in rows)
    return (text if draw(st.booleans()) else text.rstrip("\r\n")).encode()


@settings(max_examples=300)
@given(tables())
@example(b'1,"""",b\n')
@example(b'1,"a""",b\n2,"""b",c\n')
@example(b'",a,b\n1,"x",y\n')
@example(b'1,a,"b"\r\n\r\n2,c,d')
@example(b"1,a,b\r")
def test_whatever_a_table_holds_its_cells_are_those_of_its_rows(content: bytes) -> None:
    assert columns_of(content, 3) == row_by_row(content, 3)
