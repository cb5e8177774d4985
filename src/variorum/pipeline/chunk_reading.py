"""A chunk of a citation file read into what matching needs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from variorum.dedup.blocking import joined
from variorum.dedup.bulk import columns_of_said, read_titles, said_apart, venues_of
from variorum.dedup.columns import StatementColumns
from variorum.dedup.copies import Copies, copies_of
from variorum.dedup.features import Statement
from variorum.dedup.keys import BATCH, Blocking, key_records, title_words_of
from variorum.dedup.packing import Placed, pack, put
from variorum.pipeline.file_chunks import Chunk, IrregularError, Rejected
from variorum.pipeline.statements import statement_columns, statement_of_row
from variorum.scrapers import Row, RowColumns, TableSpan, read_span


class ChunkRead(NamedTuple):
    """References of a chunk's records, where their statements stand, and the rows that are none.

    ``blocking`` is what blocks them, ``copies`` what copies of them repeat.
    """

    refs: list[str]
    placed: Placed
    blocking: Blocking
    copies: Copies
    rejections: list[Rejected]


def read_chunk(shelf: Path, chunk: Chunk) -> ChunkRead:
    """What a chunk says. Statements are many bytes, and go to the shelf without a way round."""
    rejections: list[Rejected] = []
    said = _regular_statements(chunk)
    if said is None:
        if isinstance(chunk.rows, TableSpan):
            raise IrregularError
        said = StatementColumns.of(_statements(chunk, chunk.rows, rejections))
    read: list[tuple[str, str]] = []
    parts: list[Blocking] = []
    copies: list[Copies] = []
    for batch in map(said_apart, said.batches(BATCH)):
        venues = venues_of(batch)
        columns = columns_of_said(batch, venues)
        read += read_titles(columns)
        words = title_words_of(columns)
        parts.append(key_records(columns, words))
        copies.append(copies_of(batch, venues, columns, words))
    placed = put(shelf, pack(zip(*said, read, strict=True)))
    blocking = parts[0] if len(parts) == 1 else joined(parts)
    return ChunkRead(list(said.ref), placed, blocking, np.concatenate(copies), rejections)


def _regular_statements(chunk: Chunk) -> StatementColumns | None:
    """What the rows of a chunk say; None if one of them cannot be used."""
    read = read_span(chunk.rows) if isinstance(chunk.rows, TableSpan) else (RowColumns.of(chunk.rows), None)
    if read is None:
        return None
    rows, longest = read
    return statement_columns(rows, chunk.markup, prefix=chunk.prefix, longest=longest)


def _statements(chunk: Chunk, rows: list[Row], rejections: list[Rejected]) -> list[Statement]:
    statements = []
    for row in rows:
        said = statement_of_row(row, chunk.markup, prefix=chunk.prefix)
        if isinstance(said, Statement):
            statements.append(said)
        else:
            rejections.append((f"{chunk.path}#{said.place}", said))
    return statements
