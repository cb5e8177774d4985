"""Citation files opened and written, and clusters measured against a truth."""

from __future__ import annotations

import csv
import gzip
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from variorum.errors import BadInputError

if TYPE_CHECKING:
    from variorum.dedup.evaluate import Evaluation


def parse_mapping(arguments: Sequence[str]) -> dict[str, str]:
    """``NAME=COLUMN`` arguments as a mapping. Raises ``BadInputError`` for anything else."""
    mapping = {}
    for argument in arguments:
        name, equals, column = argument.partition("=")
        if not (name and equals and column):
            raise BadInputError(f"--map takes NAME=COLUMN, e.g. title=Titel; not {argument!r}", code="bad_mapping")
        mapping[name] = column
    return mapping


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """A file as UTF-8 text, unzipped when its name ends in .gz; its errors in plain words."""
    try:
        opener = gzip.open if path.name.lower().endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as stream:
            yield stream
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(f"{path} cannot be read: {reason}", code="unreadable") from None


@contextmanager
def table_writer(path: Path, header: list[str]) -> Iterator[Callable[[Iterable[Sequence[object]]], None]]:
    """Write a CSV file whole or not at all: ids go out as they came in, for other programs to join on."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device: nothing to replace
            with path.open("w", encoding="utf-8", newline="") as stream:
                yield _rows_writer(stream, header)
            return
        target = path.resolve()
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                yield _rows_writer(stream, header)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}", code="unwritable") from None


_ROWS_AT_ONCE = 10_000


def _rows_writer(stream: TextIO, header: list[str]) -> Callable[[Iterable[Sequence[object]]], None]:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)

    def write(rows: Iterable[Sequence[object]]) -> None:
        rows = iter(rows)
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            text = plain_text(some)
            if text is None:
                writer.writerows(some)
            else:
                stream.write(text)

    return write


def plain_text(rows: Sequence[Sequence[Any]]) -> str | None:
    """Rows of several cells each as CSV, in a fifth of the time; None where cells are no texts, or need quotes."""
    try:
        text = "\n".join([*map(",".join, rows), ""])
    except TypeError:
        return None
    plain = '"' not in text and "\r" not in text and text.count("\n") == len(rows)
    return text if plain and text.count(",") == sum(map(len, rows)) - len(rows) else None


def evaluate_files(clusters: Path, truth: Path, records: Path | None, most_errors: int) -> Evaluation:
    """Compare two CSV files of id and cluster id; with ``records``, only pairs of different sources count."""
    from variorum.dedup.evaluate import evaluate

    source_of = _two_columns(records, ("id", "source")) if records is not None else None
    return evaluate(_two_columns(clusters), _two_columns(truth), source_of=source_of, most_errors=most_errors)


def _two_columns(path: Path, names: tuple[str, str] | None = None) -> dict[str, str]:
    """A mapping from a CSV file's first column to its second, or between the named columns."""
    with opened(path) as stream:
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
