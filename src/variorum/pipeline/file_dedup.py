"""Deduplicating citation files: files in, files out, no database."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from variorum.dedup.blocking import Blocking
from variorum.dedup.clustering import Clusters
from variorum.dedup.engines.local import Found, processes, resolve, worker_count
from variorum.dedup.model import probability
from variorum.dedup.packing import Extract, Shelf, ShelfWriter, extract
from variorum.errors import BadInputError
from variorum.pipeline.citation_files import opened, table_writer
from variorum.pipeline.statements import statement_of_row
from variorum.schema import Rejection
from variorum.scrapers import FileFormat, Row, guess_format, markup_of, read_rows

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and how much there is in all, if that is known."""

_ROWS_AT_ONCE = 4_000
_WORTH_WORKERS = 8
"""Chunks of rows below which starting processes takes longer than they save."""


@dataclass(frozen=True)
class FileDedup:
    """What deduplicating files came to. ``rejections`` are rows not read, each with its ``file#place``."""

    records: int
    clusters: int
    to_review: int
    compared: int
    skipped_pairs: int
    oversized_blocks: int
    rejections: tuple[tuple[str, Rejection], ...]


class _Chunk(NamedTuple):
    path: str
    prefix: str
    markup: str
    rows: list[Row]


class _Read(NamedTuple):
    """What a chunk of rows came to: references in order, their features, and the rows that cannot be used."""

    refs: list[str]
    features: Extract
    rejections: list[tuple[str, Rejection]]


def dedup_files(
    inputs: Sequence[Path],
    out: Path,
    pairs_out: Path | None,
    columns: Mapping[str, str],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> FileDedup:
    """Cluster the records of citation files and write ``id,cluster_id`` for each, in input order.

    With several inputs an id is written as ``file:id``, since each file numbers its own records. ``pairs_out`` gets
    every pair worth keeping, with its probability, verdict and reasons.
    """
    _check(inputs, [path for path in (out, pairs_out) if path is not None])
    workers = workers or worker_count()
    advance = progress or (lambda *_: None)
    with tempfile.TemporaryDirectory(prefix="variorum-") as folder, ExitStack() as outputs:
        path = Path(folder) / "features"
        refs, shelf, blocking, rejections = _read_all(inputs, columns, path, workers, advance)
        keep = None
        if pairs_out is not None:
            write = outputs.enter_context(table_writer(pairs_out, _PAIR_COLUMNS))
            keep = partial(_write_pair, write)
        resolution = resolve(
            shelf, blocking, workers=workers, keep=keep, progress=lambda done, total: advance("comparing", done, total)
        )
        with table_writer(out, ["id", "cluster_id"]) as write:
            count = _write_clusters(write, refs, resolution.clusters)
    return FileDedup(
        records=len(refs),
        clusters=count,
        to_review=resolution.verdicts.get("review", 0),
        compared=len(resolution.candidates),
        skipped_pairs=resolution.candidates.skipped_pairs,
        oversized_blocks=resolution.candidates.oversized_blocks,
        rejections=tuple(rejections),
    )


def _check(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    resolved = [path.resolve() for path in outputs]
    if len(set(resolved)) < len(resolved) or set(resolved) & {path.resolve() for path in inputs}:
        raise BadInputError("an output would overwrite an input or the other output", code="same_file")
    names = [path.name for path in inputs]
    if len(set(names)) < len(names):
        raise BadInputError("two inputs bear the same file name; their ids could not be told apart", code="same_name")


def _read_all(
    inputs: Sequence[Path], columns: Mapping[str, str], path: Path, workers: int, advance: Progress
) -> tuple[list[str], Shelf, Blocking, list[tuple[str, Rejection]]]:
    """The references of all records, their features on a shelf at ``path``, their blocking, and what was not read."""
    refs: list[str] = []
    rejections: list[tuple[str, Rejection]] = []
    with path.open("wb") as stream:
        writer = ShelfWriter(stream)
        for read in _in_order(_chunks(inputs, columns, rejections), workers):
            refs += read.refs
            rejections += read.rejections
            writer.add(read.features)
            advance("reading", len(refs), None)
        shelf, blocking = writer.finish(path)
    return refs, shelf, blocking, rejections


def _in_order(chunks: Iterator[_Chunk], workers: int) -> Iterator[_Read]:
    """What chunks come to, in their order; read by several processes if there are enough of them."""
    first = list(islice(chunks, _WORTH_WORKERS))
    if workers == 1 or len(first) < _WORTH_WORKERS:
        yield from map(_read_chunk, first)
        yield from map(_read_chunk, chunks)
        return
    with processes(workers) as pool:
        waiting: deque[Future[_Read]] = deque(pool.submit(_read_chunk, chunk) for chunk in first)
        for chunk in chunks:
            # So many chunks ahead and no more: rows wait in memory.
            if len(waiting) > 3 * workers:
                yield waiting.popleft().result()
            waiting.append(pool.submit(_read_chunk, chunk))
        while waiting:
            yield waiting.popleft().result()


def _read_chunk(chunk: _Chunk) -> _Read:
    statements = []
    rejections = []
    for row in chunk.rows:
        said = statement_of_row(row, chunk.markup, prefix=chunk.prefix)
        if isinstance(said, Rejection):
            rejections.append((f"{chunk.path}#{said.place}", said))
        else:
            statements.append(said)
    return _Read([said.ref for said in statements], extract(statements), rejections)


def _chunks(
    inputs: Sequence[Path], columns: Mapping[str, str], rejections: list[tuple[str, Rejection]]
) -> Iterator[_Chunk]:
    for path in inputs:
        file_format: FileFormat = guess_format(path.name)
        prefix = f"{path.name}:" if len(inputs) > 1 else ""
        rows: list[Row] = []
        for row in _rows(path, file_format, columns):
            if isinstance(row, Rejection):
                rejections.append((f"{path}#{row.place}", row))
                continue
            rows.append(row)
            if len(rows) == _ROWS_AT_ONCE:
                yield _Chunk(str(path), prefix, markup_of(file_format), rows)
                rows = []
        yield _Chunk(str(path), prefix, markup_of(file_format), rows)


def _rows(path: Path, file_format: FileFormat, columns: Mapping[str, str]) -> Iterator[Row | Rejection]:
    with opened(path) as stream:
        try:
            yield from read_rows(stream, file_format, columns=columns)
        except BadInputError as error:
            raise BadInputError(f"{path}: {error.message}", code=error.code) from None


_PAIR_COLUMNS = ["id1", "id2", "probability", "verdict", "reasons"]
Write = Callable[[Iterable[Sequence[object]]], None]


def _write_pair(write: Write, found: Found) -> None:
    write([[found.a, found.b, probability(found.log_odds), found.verdict, " ".join(found.reasons)]])


def _write_clusters(write: Write, refs: Sequence[str], clusters: Clusters) -> int:
    """Write records in input order; clusters are numbered by first appearance. Returns how many there are."""
    home = {ref: number for number, members in enumerate(clusters.members) for ref in members}
    numbers: dict[int, int] = {}
    count = 0
    rows: list[tuple[str, str]] = []
    for ref in refs:
        cluster = home.get(ref)
        known = numbers.get(cluster) if cluster is not None else None
        if known is None:
            count += 1
            known = count
            if cluster is not None:
                numbers[cluster] = count
        rows.append((ref, f"c{known}"))
    write(rows)
    return count
