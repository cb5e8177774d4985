"""Citation files read into what matching needs, by several processes where they are large."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from variorum.dedup.blocking import blocking_of, joined
from variorum.dedup.bulk import columns_of_said, read_titles
from variorum.dedup.columns import StatementColumns
from variorum.dedup.engines.workers import Team
from variorum.dedup.features import Statement
from variorum.dedup.keys import BATCH, Blocking, key_records
from variorum.dedup.packing import Placed, Shelf, ShelfWriter, pack, put
from variorum.errors import BadInputError
from variorum.pipeline.citation_files import opened
from variorum.pipeline.statements import statement_columns, statement_of_row
from variorum.scrapers import Row, RowColumns, TableSpan, guess_format, markup_of, read_rows, read_span, table_spans

if TYPE_CHECKING:
    from variorum.schema import Rejection

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and how much there is in all, if that is known."""

_ROWS_AT_ONCE = 4_000
_WORTH_SHARING = 8
"""Chunks of rows below which starting processes takes longer than they save."""


Rejected = tuple[str, "Rejection"]
"""A row that cannot be used, and its ``file#place``."""


@dataclass(frozen=True)
class FilesRead:
    """References of all records in order, their statements, what blocks them, and the rows that cannot be used."""

    refs: list[str]
    statements: Shelf[Statement]
    blocking: Blocking
    rejections: list[Rejected]


class _Chunk(NamedTuple):
    """Rows of a file, or a span that holds some."""

    path: str
    prefix: str
    markup: str
    rows: list[Row] | TableSpan


class _Read(NamedTuple):
    refs: list[str]
    placed: Placed
    blocking: Blocking
    rejections: list[Rejected]


class _IrregularError(Exception):
    """A file is not as regular as reading it in spans takes, or repeats an id."""


def read_files(
    inputs: Sequence[Path], columns: Mapping[str, str], shelf: Path, team: Team, progress: Progress
) -> FilesRead:
    """Read the records of citation files, and put their statements on a shelf.

    Large CSV files are read in spans, by several processes. Where a row is irregular, though, all is read again row
    by row: what is wrong with a row, and how rows are counted, depends on those before it.
    """
    with suppress(_IrregularError):
        return _read(partial(_chunks, inputs, columns, in_spans=True), shelf, team, progress)
    return _read(partial(_chunks, inputs, columns, in_spans=False), shelf, team, progress)


def _read(
    chunks: Callable[[list[Rejected]], Iterator[_Chunk]], path: Path, team: Team, progress: Progress
) -> FilesRead:
    refs: list[str] = []
    rejections: list[Rejected] = []
    parts: list[Blocking] = [blocking_of(())]
    writer = ShelfWriter(path)
    for read in team.share(partial(_read_chunk, path), chunks(rejections), worth=_WORTH_SHARING):
        refs += read.refs
        rejections += read.rejections
        writer.place(read.placed)
        parts.append(read.blocking)
        progress("reading", len(refs), None)
    if len(set(refs)) < len(refs):
        raise _IrregularError  # cannot be where rows were read one by one
    return FilesRead(refs, writer.finish(Statement), joined(parts), rejections)


def _read_chunk(shelf: Path, chunk: _Chunk) -> _Read:
    """What a chunk says. Statements are many bytes, and go to the shelf without a way round."""
    rejections: list[Rejected] = []
    said = _regular_statements(chunk)
    if said is None:
        if isinstance(chunk.rows, TableSpan):
            raise _IrregularError
        said = StatementColumns.of(_statements(chunk, chunk.rows, rejections))
    read: list[tuple[str, str]] = []
    parts: list[Blocking] = []
    for batch in said.batches(BATCH):
        columns = columns_of_said(batch)
        read += read_titles(columns)
        parts.append(key_records(columns))
    placed = put(shelf, pack(zip(*said, read, strict=True)))
    return _Read(list(said.ref), placed, parts[0] if len(parts) == 1 else joined(parts), rejections)


def _regular_statements(chunk: _Chunk) -> StatementColumns | None:
    """What the rows of a chunk say; None if one of them cannot be used."""
    read = read_span(chunk.rows) if isinstance(chunk.rows, TableSpan) else (RowColumns.of(chunk.rows), None)
    if read is None:
        return None
    rows, longest = read
    return statement_columns(rows, chunk.markup, prefix=chunk.prefix, longest=longest)


def _statements(chunk: _Chunk, rows: list[Row], rejections: list[Rejected]) -> list[Statement]:
    statements = []
    for row in rows:
        said = statement_of_row(row, chunk.markup, prefix=chunk.prefix)
        if isinstance(said, Statement):
            statements.append(said)
        else:
            rejections.append((f"{chunk.path}#{said.place}", said))
    return statements


def _chunks(
    inputs: Sequence[Path], columns: Mapping[str, str], rejections: list[Rejected], *, in_spans: bool
) -> Iterator[_Chunk]:
    for path in inputs:
        prefix = _prefix(path, inputs)
        whole = True
        for span in table_spans(path, columns) if in_spans else ():
            whole = False
            yield _Chunk(str(path), prefix, markup_of("csv"), span)
        if whole:
            yield from _chunks_of(path, prefix, columns, rejections)


def _prefix(path: Path, inputs: Sequence[Path]) -> str:
    """What tells the ids of several files apart."""
    return f"{path.name}:" if len(inputs) > 1 else ""


def _chunks_of(path: Path, prefix: str, columns: Mapping[str, str], rejections: list[Rejected]) -> Iterator[_Chunk]:
    file_format = guess_format(path.name)
    make = partial(_Chunk, str(path), prefix, markup_of(file_format))
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
