"""Citation files cut into chunks of rows, which can be read apart from each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from variorum.errors import BadInputError
from variorum.pipeline.citation_files import opened
from variorum.scrapers import Row, TableSpan, guess_format, markup_of, read_rows, table_spans

if TYPE_CHECKING:
    from variorum.schema import Rejection

_ROWS_AT_ONCE = 4_000

Rejected = tuple[str, "Rejection"]
"""A row that cannot be used, and its ``file#place``."""


class Chunk(NamedTuple):
    """Rows of a file, or a span that holds some."""

    path: str
    prefix: str
    markup: str
    rows: list[Row] | TableSpan


class IrregularError(Exception):
    """A file is not as regular as reading it in spans takes, or repeats an id."""


def chunks_of(
    inputs: Sequence[Path], columns: Mapping[str, str], rejections: list[Rejected], *, in_spans: bool
) -> Iterator[Chunk]:
    """The chunks of files in order; rows that are none are added to the rejections. In spans: large tables are."""
    for path in inputs:
        prefix = _prefix(path, inputs)
        whole = True
        for span in table_spans(path, columns) if in_spans else ():
            whole = False
            yield Chunk(str(path), prefix, markup_of("csv"), span)
        if whole:
            yield from _chunks_by_row(path, prefix, columns, rejections)


def _prefix(path: Path, inputs: Sequence[Path]) -> str:
    """What tells the ids of several files apart."""
    return f"{path.name}:" if len(inputs) > 1 else ""


def _chunks_by_row(path: Path, prefix: str, columns: Mapping[str, str], rejections: list[Rejected]) -> Iterator[Chunk]:
    file_format = guess_format(path.name)
    make = partial(Chunk, str(path), prefix, markup_of(file_format))
    rows: list[Row] = []
    with opened(path) as stream:
        try:
            for row in read_rows(stream, file_format, columns=columns):
                if not isinstance(row, Row):
                    rejections.append((f"{path}#{row.place}", row))
                    continue
                rows.append(row)
                if len(rows) == _ROWS_AT_ONCE:
                    yield make(rows)
                    rows = []
        except BadInputError as error:
            raise BadInputError(f"{path}: {error.message}", code=error.code) from None
    yield make(rows)
