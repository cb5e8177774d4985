"""What a first look at records is had from: numbers by record, kept for many records in a row in one place.

A run looks at a good part of a store, and reads pages that hold nothing else much sooner than single rows. What the
numbers mean is told in ``dedup/blocking.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select

from variorum.store.pages import chunks
from variorum.store.tables import sketch_page

PAGE = 1024
"""Record numbers to a page."""

_AT_ONCE = 100
"""Pages held in memory, as they are kept, at a time."""


class Sketches(NamedTuple):
    """Columns by record, sorted by record: second keys; sketches of title, byline and abstract; standings, as rows."""

    record_ids: NDArray[np.int64]
    seconds: NDArray[np.uint64]
    titles: NDArray[np.uint64]
    bylines: NDArray[np.uint64]
    abstracts: NDArray[np.uint64]
    standings: NDArray[np.uint32]

    def at(self, places: NDArray[Any]) -> Sketches:
        """Those at some places, given as numbers, or as a mark for each whether it is one."""
        return Sketches(*(column[places] for column in self))


def put(connection: Connection, sketches: Sketches) -> None:
    """Keep sketches, in place of older ones of the same records."""
    numbers, starts = np.unique(sketches.record_ids // PAGE, return_index=True)
    bounds = zip(starts.tolist(), [*starts[1:].tolist(), len(sketches.record_ids)], strict=False)
    new = {number: sketches.at(np.arange(*bound)) for number, bound in zip(numbers.tolist(), bounds, strict=True)}
    for some in chunks(list(new), _AT_ONCE):
        merged = {number: new[number] for number in some}
        for number, known in _pages(connection, some):
            merged[number] = _merged(known, merged[number])
        connection.execute(delete(sketch_page).where(sketch_page.c.page.in_(some)))
        connection.execute(insert(sketch_page), [{"page": number, **_packed(own)} for number, own in merged.items()])


def clear(connection: Connection) -> None:
    """Keep none."""
    connection.execute(delete(sketch_page))


def sketches_of(connection: Connection, record_ids: NDArray[np.int64], *, at_a_glance: bool = False) -> Sketches:
    """The sketches of records that have been kept, whose numbers are given sorted, each once.

    ``at_a_glance``: without abstracts and standings, most of what there is to read; zeros stand for them.
    """
    numbers, starts = np.unique(record_ids // PAGE, return_index=True)
    found: list[Sketches] = []
    for some, wanted in zip(
        chunks(numbers.tolist(), _AT_ONCE), np.split(record_ids, starts[_AT_ONCE::_AT_ONCE]), strict=False
    ):
        known = joined([page for _, page in _pages(connection, some, at_a_glance=at_a_glance)])
        found.append(known.at(np.isin(known.record_ids, wanted, assume_unique=True)))
    return joined(found)


def joined(parts: list[Sketches]) -> Sketches:
    """Sketches of several lots of records, one after the other."""
    parts = [part for part in parts if len(part.record_ids)] or [_NONE]
    return Sketches(*map(np.concatenate, zip(*parts, strict=True)))


_NO_BITS = np.zeros(0, np.uint64)
_NONE = Sketches(np.zeros(0, np.int64), _NO_BITS, _NO_BITS, _NO_BITS, _NO_BITS, np.zeros((0, 0), np.uint32))


def _merged(known: Sketches, new: Sketches) -> Sketches:
    both = joined([known.at(~np.isin(known.record_ids, new.record_ids)), new])
    return both.at(np.argsort(both.record_ids))


def _pages(
    connection: Connection, numbers: Sequence[int], *, at_a_glance: bool = False
) -> Iterator[tuple[int, Sketches]]:
    """Pages by number, in order."""
    own = sketch_page.c
    rest = () if at_a_glance else (own.abstracts, own.standings)
    statement = select(own.page, own.record_ids, own.seconds, own.titles, own.bylines, *rest)
    found = connection.execute(statement.where(own.page.in_(list(numbers))).order_by(own.page))
    for number, packed, *columns in found:
        ids = np.frombuffer(packed, np.uint32).astype(np.int64)
        seconds, titles, bylines = (np.frombuffer(column, np.uint64) for column in columns[:3])
        abstracts, standings = np.zeros(len(ids), np.uint64), np.zeros((len(ids), 0), np.uint32)
        if not at_a_glance:
            abstracts = np.frombuffer(columns[3], np.uint64)
            standings = np.frombuffer(columns[4], np.uint32).reshape(len(ids), -1)
        yield number, Sketches(ids, seconds, titles, bylines, abstracts, standings)


def _packed(sketches: Sketches) -> dict[str, bytes]:
    columns: list[NDArray[Any]] = [sketches.record_ids.astype(np.uint32), *sketches[1:]]
    return {name: column.tobytes() for name, column in zip(Sketches._fields, columns, strict=True)}
