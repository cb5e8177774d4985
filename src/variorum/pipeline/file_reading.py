"""Citation files read into what matching needs, by several processes where they are large.

What takes long to load is loaded once these are at work, since it takes them as long to begin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from variorum.dedup.engines.workers import Team
from variorum.pipeline.file_chunks import Chunk, IrregularError, Rejected, chunks_of

if TYPE_CHECKING:
    from variorum.dedup.copies import Copies
    from variorum.dedup.features import Statement
    from variorum.dedup.keys import Blocking
    from variorum.dedup.packing import Shelf
    from variorum.pipeline.chunk_reading import ChunkRead

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and how much there is in all, if that is known."""

_WORTH_SHARING = 8
"""Chunks of rows below which starting processes takes longer than they save."""


@dataclass(frozen=True)
class FilesRead:
    """References of all records in order, their statements, and the rows that cannot be used.

    ``blocking`` is what blocks them, ``copies`` what copies of them repeat.
    """

    refs: list[str]
    statements: Shelf[Statement]
    blocking: Blocking
    copies: Copies
    rejections: list[Rejected]


def read_files(
    inputs: Sequence[Path], columns: Mapping[str, str], shelf: Path, team: Team, progress: Progress
) -> FilesRead:
    """Read the records of citation files, and put their statements on a shelf.

    Large CSV files are read in spans, by several processes. Where a row is irregular, though, all is read again row
    by row: what is wrong with a row, and how rows are counted, depends on those before it.
    """
    with suppress(IrregularError):
        return _read(partial(chunks_of, inputs, columns, in_spans=True), shelf, team, progress)
    return _read(partial(chunks_of, inputs, columns, in_spans=False), shelf, team, progress)


def _read(chunks: Callable[[list[Rejected]], Iterator[Chunk]], path: Path, team: Team, progress: Progress) -> FilesRead:
    refs: list[str] = []
    rejections: list[Rejected] = []
    results = team.share(partial(_read_chunk, path), chunks(rejections), worth=_WORTH_SHARING)

    import numpy as np

    from variorum.dedup.blocking import blocking_of, joined
    from variorum.dedup.copies import no_copies
    from variorum.dedup.engines import local as _what_comes_next  # noqa: F401
    from variorum.dedup.features import Statement
    from variorum.dedup.packing import ShelfWriter

    parts: list[Blocking] = [blocking_of(())]
    copies: list[Copies] = [no_copies()]
    writer = ShelfWriter(path)
    for read in results:
        refs += read.refs
        rejections += read.rejections
        writer.place(read.placed)
        parts.append(read.blocking)
        copies.append(read.copies)
        progress("reading", len(refs), None)
    if len(set(refs)) < len(refs):
        raise IrregularError  # cannot be where rows were read one by one
    return FilesRead(refs, writer.finish(Statement), joined(parts), np.concatenate(copies), rejections)


def _read_chunk(shelf: Path, chunk: Chunk) -> ChunkRead:
    from variorum.pipeline.chunk_reading import read_chunk

    return read_chunk(shelf, chunk)
