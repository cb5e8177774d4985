"""Deduplicating citation files, and measuring clusters against a truth: files in, files out, no database."""

from __future__ import annotations

import csv
import gzip
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from variorum.dedup.engines.local import Progress, Resolution, resolve
from variorum.dedup.evaluate import Evaluation, evaluate
from variorum.dedup.features import Features, features_of
from variorum.errors import BadInputError
from variorum.normalizers import normalise
from variorum.schema import Entry, Record, Rejection
from variorum.scrapers import guess_format, read_citations


@dataclass(frozen=True)
class FileDedup:
    """What deduplicating files came to. ``rejections`` are rows not read, each with its ``file#place``."""

    records: int
    clusters: int
    to_review: int
    compared: int
    skipped_pairs: int
    rejections: tuple[tuple[str, Rejection], ...]


def parse_mapping(arguments: Sequence[str]) -> dict[str, str]:
    """``NAME=COLUMN`` arguments as a mapping. Raises ``BadInputError`` for anything else."""
    mapping = {}
    for argument in arguments:
        name, equals, column = argument.partition("=")
        if not (name and equals and column):
            raise BadInputError(f"--map takes NAME=COLUMN, e.g. title=Titel; not {argument!r}", code="bad_mapping")
        mapping[name] = column
    return mapping


def dedup_files(
    inputs: Sequence[Path],
    out: Path,
    pairs_out: Path | None,
    columns: Mapping[str, str],
    progress: Progress | None = None,
) -> FileDedup:
    """Cluster the records of citation files and write ``id,cluster_id`` for each, in input order.

    With several inputs an id is written as ``file:id``, since each file numbers its own records.
    """
    outputs = [path.resolve() for path in (out, pairs_out) if path is not None]
    if len(set(outputs)) < len(outputs) or set(outputs) & {path.resolve() for path in inputs}:
        raise BadInputError("an output would overwrite an input or the other output", code="same_file")
    records: list[Features] = []
    rejections: list[tuple[str, Rejection]] = []
    names = [path.name for path in inputs]
    if len(set(names)) < len(names):
        raise BadInputError("two inputs bear the same file name; their ids could not be told apart", code="same_name")
    for path in inputs:
        prefix = f"{path.name}:" if len(inputs) > 1 else ""
        for read in _read(path, columns):
            result = normalise(read) if isinstance(read, Entry) else read
            if isinstance(result, Rejection):
                rejections.append((f"{path}#{result.place}", result))
            elif isinstance(result, Record):
                records.append(replace(features_of(result), ref=prefix + result.source_key))
    resolution = resolve(records, progress=progress)
    _write(out, ["id", "cluster_id"], _cluster_rows(records, resolution))
    if pairs_out is not None:
        header = ["id1", "id2", "probability", "verdict", "reasons"]
        rows = ([m.a, m.b, m.probability, m.verdict, " ".join(m.reasons)] for m in resolution.matches)
        _write(pairs_out, header, rows)
    return FileDedup(
        records=len(records),
        clusters=len(resolution.clusters.members),
        to_review=sum(match.verdict == "review" for match in resolution.matches),
        compared=len(resolution.candidates.pairs),
        skipped_pairs=resolution.candidates.skipped_pairs,
        rejections=tuple(rejections),
    )


def _read(path: Path, columns: Mapping[str, str]) -> Iterator[Entry | Rejection]:
    file_format = guess_format(path.name)
    with _opened(path) as stream:
        try:
            yield from read_citations(stream, file_format, columns=columns)
        except BadInputError as error:
            raise BadInputError(f"{path}: {error.message}", code=error.code) from None


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """A file as UTF-8 text, unzipped when its name ends in .gz; its errors in plain words."""
    try:
        opener = gzip.open if path.name.lower().endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as stream:
            yield stream
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(f"{path} cannot be read: {reason}", code="unreadable") from None


def _cluster_rows(records: Iterable[Features], resolution: Resolution) -> Iterator[list[str]]:
    """Records in input order; clusters are numbered in order of first appearance."""
    home = {ref: members for members in resolution.clusters.members for ref in members}
    numbers: dict[tuple[str, ...], int] = {}
    for record in records:
        number = numbers.setdefault(home[record.ref], len(numbers) + 1)
        yield [record.ref, f"c{number}"]


def _write(path: Path, header: list[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file whole or not at all: ids go out as they came in, for other programs to join on."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device: nothing to replace
            with path.open("w", encoding="utf-8", newline="") as stream:
                _write_rows(stream, header, rows)
            return
        target = path.resolve()
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                _write_rows(stream, header, rows)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}", code="unwritable") from None


def _write_rows(stream: TextIO, header: list[str], rows: Iterable[Sequence[object]]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def evaluate_files(clusters: Path, truth: Path, records: Path | None, most_errors: int) -> Evaluation:
    """Compare two CSV files of id and cluster id; with ``records``, only pairs of different sources count."""
    source_of = _two_columns(records, ("id", "source")) if records is not None else None
    return evaluate(_two_columns(clusters), _two_columns(truth), source_of=source_of, most_errors=most_errors)


def _two_columns(path: Path, names: tuple[str, str] | None = None) -> dict[str, str]:
    """A mapping from a CSV file's first column to its second, or between the named columns."""
    with _opened(path) as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        try:
            first, second = (header.index(name) for name in names) if names else (0, 1)
        except ValueError:
            raise BadInputError(f"{path} has no columns {names}", code="unknown_column") from None
        mapping: dict[str, str] = {}
        for number, row in enumerate(rows, start=2):
            if not row:
                continue
            if row[0] in mapping and first == 0:
                raise BadInputError(f"{path}, line {number}: {row[0]!r} stands there twice", code="repeated_id")
            if len(row) <= max(first, second):
                raise BadInputError(f"{path}, line {number}: too few columns", code="ragged_row")
            mapping[row[first]] = row[second]
    if not mapping:
        raise BadInputError(f"{path} holds no rows", code="empty_file")
    return mapping
