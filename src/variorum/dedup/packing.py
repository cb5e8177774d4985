"""Features of many records, packed: a million of them as objects would fill the memory of a small machine."""

from __future__ import annotations

import json
import marshal
import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.blocking import Blocking, blocking_keys, byline_sketch, hash_key, second_key, title_sketch
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.standing import Standing, standing_of

FEATURES_VERSION = 1
"""To be raised whenever features, blocking keys or title sketches come out differently: what a store keeps of records
is then made anew by its next dedup run.
"""


def to_json(record: Features) -> str:
    """Features as a JSON array, the form in which a store keeps them."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Features:
    """The features that ``to_json`` wrote."""
    return Features._make(tuple(value) if isinstance(value, list) else value for value in json.loads(text))


class Extract(NamedTuple):
    """What matching needs of some records: their features as bytes, one after the other, and what blocks them.

    ``lengths`` are those of the packed features; ``counts`` how many of ``keys`` each record has, in order.
    """

    packed: bytes
    lengths: NDArray[np.uint32]
    keys: NDArray[np.uint32]
    counts: NDArray[np.uint16]
    titles: NDArray[np.uint64]
    bylines: NDArray[np.uint64]
    seconds: NDArray[np.uint64]
    standings: NDArray[np.uint32]


def extract(statements: Iterable[Statement]) -> Extract:
    """The features and blocking keys of statements."""
    return pack(map(features_of, statements))


def pack(records: Iterable[Features]) -> Extract:
    """Features, packed, with their blocking keys."""
    packed: list[bytes] = []
    keys: list[int] = []
    counts: list[int] = []
    titles: list[int] = []
    bylines: list[int] = []
    seconds: list[int] = []
    standings: list[int] = []
    for record in records:
        own = blocking_keys(record)
        keys += map(hash_key, own)
        counts.append(len(own))
        titles.append(title_sketch(record))
        bylines.append(byline_sketch(record))
        seconds.append(second_key(record))
        standings += standing_of(record)
        # Only ever read by the program that wrote it, so no format needs to last.
        packed.append(marshal.dumps(tuple(record)))
    return Extract(
        b"".join(packed),
        np.fromiter(map(len, packed), np.uint32, len(packed)),
        np.array(keys, np.uint32),
        np.array(counts, np.uint16),
        np.array(titles, np.uint64),
        np.array(bylines, np.uint64),
        np.array(seconds, np.uint64),
        np.array(standings, np.uint32).reshape(len(counts), len(Standing._fields)),
    )


class Shelf:
    """Packed features in a file, by position. Several processes may read one at once, and share its memory."""

    def __init__(self, path: Path, ends: NDArray[np.int64]) -> None:
        self.path = path
        self.ends = ends
        with path.open("rb") as stream:
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if len(ends) else None

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, position: int) -> Features:
        if not 0 <= position < len(self.ends):
            raise IndexError(position)
        assert self._bytes is not None  # noqa: S101 - an empty shelf has no position
        start = int(self.ends[position - 1]) if position else 0
        return Features._make(marshal.loads(self._bytes[start : int(self.ends[position])]))  # noqa: S302 - our own bytes

    def __iter__(self) -> Iterator[Features]:
        return (self[position] for position in range(len(self.ends)))


class ShelfWriter:
    """Fills a shelf, and gathers what blocks its records."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._extracts = [extract(())]

    def add(self, some: Extract) -> None:
        """Put records on the shelf, behind those that stand there."""
        self._stream.write(some.packed)
        self._extracts.append(some._replace(packed=b""))

    def finish(self, path: Path) -> tuple[Shelf, Blocking]:
        """The shelf, to be read from ``path``, and its blocking."""
        self._stream.flush()
        lengths, keys, counts, titles, bylines, seconds, standings = (
            np.concatenate([getattr(some, name) for some in self._extracts]) for name in Extract._fields[1:]
        )
        self._extracts.clear()
        owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        shelf = Shelf(path, np.cumsum(lengths, dtype=np.int64))
        return shelf, Blocking(keys, owners, titles, bylines, seconds, standings)
