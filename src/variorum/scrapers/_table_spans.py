"""Parts of a large CSV file that can be read apart from each other.

A line end parts two rows if the quotes before it are paired. Stray quotes may deceive here, but not unnoticed: whoever
reads the span before such a place ends inside a cell, and whoever reads every span in full knows that all is well.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from variorum.scrapers._citation_fields import Recogniser
from variorum.scrapers._citation_tables import header_of

_SIZE = 3_000_000
"""Bytes of a span."""

_LEAST = 8 * _SIZE
"""Bytes of a file that is worth it."""

_LONGEST_HEADER = 1_000_000
_MARK = "\ufeff".encode()


class TableSpan(NamedTuple):
    """Bytes of a CSV file that hold whole rows, the names of its columns, and what fields they are said to be."""

    path: Path
    start: int
    end: int
    header: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]


def table_spans(path: Path, columns: Mapping[str, str]) -> Iterator[TableSpan]:
    """The spans of a large CSV file that names its rows by id; none for other files.

    Raises ``BadInputError`` as ``read_rows`` does.
    """
    if path.suffix.lower() != ".csv" or not path.is_file() or path.stat().st_size < _LEAST:
        return
    with path.open("rb") as stream:
        first = stream.readline(_LONGEST_HEADER)
        header = _header(first, columns)
        if header is None:
            return
        given = tuple(sorted(columns.items()))
        start = len(first)
        for end in _row_ends(stream, start):
            yield TableSpan(path, start, end, header, given)
            start = end


def _header(line: bytes, columns: Mapping[str, str]) -> tuple[str, ...] | None:
    try:
        text = line.removeprefix(_MARK).decode()
    except UnicodeDecodeError:
        return None
    if not text.endswith("\n") or "\r" in text.rstrip("\r\n") or text.count('"') % 2 or not text.strip():
        return None
    recogniser = Recogniser(columns)
    header = header_of(csv.reader([text], strict=True), recogniser, columns)
    return tuple(header) if recogniser.has("id", header) else None


def _row_ends(stream: BinaryIO, place: int) -> Iterator[int]:
    """Where spans end: behind line ends before which quotes are paired, and at the end of the file."""
    open_quotes = 0
    while block := stream.read(_SIZE):
        place += len(block)
        open_quotes += len(block) - len(block.replace(b'"', b""))  # a sixth of the time that counting takes
        while line := stream.readline(_SIZE):
            place += len(line)
            open_quotes += line.count(b'"')
            if line.endswith(b"\n") and not open_quotes % 2:
                break
        yield place
