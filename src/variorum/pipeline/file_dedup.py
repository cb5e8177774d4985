"""Deduplicating citation files: files in, files out, no database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from variorum.dedup.engines.workers import team
from variorum.dedup.processors import uncollected, worker_count
from variorum.errors import BadInputError
from variorum.pipeline.citation_files import table_writer
from variorum.pipeline.file_reading import Progress, read_files

if TYPE_CHECKING:
    from variorum.dedup.engines.local import Found, Resolution
    from variorum.schema import Rejection


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
    advance = progress or (lambda *_: None)
    with ExitStack() as open_things:
        open_things.enter_context(uncollected())
        folder = Path(open_things.enter_context(tempfile.TemporaryDirectory(prefix="variorum-")))
        helpers = open_things.enter_context(team(workers or worker_count()))
        read = read_files(inputs, columns, folder / "statements", helpers, advance)

        # Loaded by now, while the files were read.
        from variorum.dedup.blocking import candidate_pairs
        from variorum.dedup.engines.local import resolve

        candidates = candidate_pairs(read.blocking, workers=helpers.workers)
        keep = None
        if pairs_out is not None:
            write = open_things.enter_context(table_writer(pairs_out, _PAIR_COLUMNS))
            keep = partial(_write_pair, write)
        resolution = resolve(
            read.statements,
            candidates,
            team=helpers,
            keep=keep,
            progress=lambda done, total: advance("comparing", done, total),
            refs=read.refs,
            copies=read.copies,
        )
        helpers.dismiss(wait=False)
        with table_writer(out, ["id", "cluster_id"]) as write:
            count = _write_clusters(write, resolution)
    return FileDedup(
        records=len(read.refs),
        clusters=count,
        to_review=resolution.verdicts.get("review", 0),
        compared=len(candidates),
        skipped_pairs=candidates.skipped_pairs,
        oversized_blocks=candidates.oversized_blocks,
        rejections=tuple(read.rejections),
    )


def _check(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    resolved = [path.resolve() for path in outputs]
    if len(set(resolved)) < len(resolved) or set(resolved) & {path.resolve() for path in inputs}:
        raise BadInputError("an output would overwrite an input or the other output", code="same_file")
    names = [path.name for path in inputs]
    if len(set(names)) < len(names):
        raise BadInputError("two inputs bear the same file name; their ids could not be told apart", code="same_name")


_PAIR_COLUMNS = ["id1", "id2", "probability", "verdict", "reasons"]
Write = Callable[[Iterable[Sequence[object]]], None]


def _write_pair(write: Write, found: Found) -> None:
    write([[found.a, found.b, found.probability, found.verdict, " ".join(found.reasons)]])


def _write_clusters(write: Write, found: Resolution) -> int:
    """Write records in input order; clusters are numbered by first appearance. Returns how many there are."""
    numbers = found.numbers
    write(zip(found.refs, [f"c{number}" for number in numbers.tolist()], strict=True))
    return int(numbers.max(initial=0))
