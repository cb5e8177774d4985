"""Many records, packed: a million of them as objects would fill the memory of a small machine."""

from __future__ import annotations

import errno
import json
import marshal
import mmap
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.features import Features, Statement

FEATURES_VERSION = 2
"""To be raised whenever features, blocking keys or title sketches come out differently: what a store keeps of records
is then made anew by its next dedup run.
"""


def to_json(record: Features) -> str:
    """Features as a JSON array, the form in which a store keeps them."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Features:
    """The features that ``to_json`` wrote."""
    return Features._make(tuple(value) if isinstance(value, list) else value for value in json.loads(text))


class Packets(NamedTuple):
    """Records as bytes, one after the other, and the length of each."""

    content: bytes
    lengths: NDArray[np.int64]


def pack(records: Iterable[tuple[Any, ...]]) -> Packets:
    """Records, packed."""
    # Only ever read by the program that wrote it, so no format needs to last.
    packed = list(map(marshal.dumps, map(tuple, records)))
    return Packets(b"".join(packed), np.fromiter(map(len, packed), np.int64, len(packed)))


class Placed(NamedTuple):
    """Where packed records stand in a file, one after the other: the first byte, and the length of each."""

    start: int
    lengths: NDArray[np.int64]


def put(path: Path, packed: Packets) -> Placed:
    """Write records at the end of a file, new or not, which several processes may do at the same time.

    Raises ``OSError`` when the disk is full.
    """
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # Appending is one step: nothing that others write can come between finding the end and writing there.
        written = os.write(file, packed.content)
        end = os.lseek(file, 0, os.SEEK_CUR)
    finally:
        os.close(file)
    if written < len(packed.content):
        raise OSError(errno.ENOSPC, "no room for what is compared", str(path))
    return Placed(end - written, packed.lengths)


Packed = TypeVar("Packed", Features, Statement)


class Shelf(Generic[Packed]):
    """Packed records in a file, by position. Several processes may open one at once, and share its memory.

    ``kind`` is what the records are.
    """

    def __init__(self, path: Path, kind: type[Packed]) -> None:
        self.path = path
        self.kind: type[Packed] = kind
        # As ``_make``, without counting what was packed from one of its kind.
        self._make: Callable[[Any], Packed] = partial(tuple.__new__, kind)
        self._starts, self._ends = np.load(_places_of(path))
        with path.open("rb") as stream:
            filled = path.stat().st_size > 0
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if filled else b""

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, position: int) -> Packed:
        if not 0 <= position < len(self._ends):
            raise IndexError(position)
        return self.some(np.array([position]))[0]

    def some(self, positions: NDArray[np.int64]) -> list[Packed]:
        """The records in these positions, all of which must be on the shelf."""
        places = zip(self._starts[positions].tolist(), self._ends[positions].tolist(), strict=True)
        loads, content = marshal.loads, self._bytes  # our own bytes
        return [self._make(loads(content[start:end])) for start, end in places]

    def __iter__(self) -> Iterator[Packed]:
        return (self[position] for position in range(len(self._ends)))


class ShelfWriter:
    """Fills a shelf."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: list[NDArray[np.int64]] = [np.zeros((2, 0), np.int64)]

    def add(self, packed: Packets) -> None:
        """Put records on the shelf, behind those that stand there."""
        self.place(put(self.path, packed))

    def place(self, placed: Placed) -> None:
        """Let records that were put into the file stand behind those that do."""
        ends = placed.start + np.cumsum(placed.lengths)
        self._places.append(np.stack([ends - placed.lengths, ends]))

    def finish(self, kind: type[Packed]) -> Shelf[Packed]:
        """The shelf, to be read."""
        self.path.touch()
        np.save(_places_of(self.path), np.concatenate(self._places, axis=1))
        return Shelf(self.path, kind)


def _places_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.places.npy")
