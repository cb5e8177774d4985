"""Rows of a CSV file written in one go, against the writer of the standard library."""

from __future__ import annotations

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from variorum.pipeline.citation_files import plain_text

CELLS = st.text(st.sampled_from("ab ,\"'\n\r\t;\\é\u2028\x00"), max_size=3)


def quoted(rows: list[tuple[str, str]]) -> str:
    stream = StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_rows_are_written_as_the_library_would_or_left_to_it(rows: list[tuple[str, str]]) -> None:
    text = plain_text(rows)
    needs_quotes = any(char in cell for row in rows for cell in row for char in ',"\n\r')
    assert text == (None if needs_quotes else quoted(rows))


def test_numbers_are_left_to_the_library() -> None:
    assert plain_text([("a", 1)]) is None
