"""Which records have which blocking key: an inverted index, kept as search engines keep theirs.

A posting says that a record has a key; it is both numbers in one, the key above. Postings lie in shares, by the highest
bits of their keys. What a run adds to a share is a segment of its own, joined with those that are no larger: so a run
writes little more than what is new, and of segments there are few. Keys of many records are in nearly all shares, and
to read these whole takes less than to find each key in a tree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from variorum.store.pages import chunks
from variorum.store.tables import key_segment

Number = TypeVar("Number", np.int64, np.uint32, np.uint64)
Postings = NDArray[np.uint64]
"""Sorted, each once."""

SHARES = 1024

_SHIFT = np.uint64(64 - (SHARES - 1).bit_length())
_HALF = np.uint64(32)
_LOWER = np.uint64((1 << 32) - 1)
_AT_ONCE = 64
"""Shares held in memory at a time."""


def postings_of(keys: NDArray[Any], record_ids: NDArray[Any]) -> Postings:
    """That records have keys, given as columns."""
    return each_once((keys.astype(np.uint64) << _HALF) | record_ids.astype(np.uint64))


def each_once(numbers: NDArray[Number]) -> NDArray[Number]:
    """Numbers, sorted, each once; of many of them sooner than ``np.unique`` has them."""
    ordered = np.sort(numbers, kind="stable")  # which merges sorted runs
    first = np.concatenate([np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1]])
    once: NDArray[Number] = ordered[first]
    return once


def keys_of(postings: Postings) -> NDArray[np.uint32]:
    """The keys of postings."""
    return (postings >> _HALF).astype(np.uint32)


def record_ids_of(postings: Postings) -> NDArray[np.int64]:
    """The records of postings."""
    return (postings & _LOWER).astype(np.int64)


def add(connection: Connection, postings: Postings) -> None:
    """Note what is not noted yet."""
    own = key_segment.c
    for some in _shares(postings):
        known: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        statement = select(own.share, own.id, own.size).where(own.share.in_(list(some))).order_by(own.id.desc())
        for share, number, size in connection.execute(statement):
            known[share].append((number, size))
        joining = {number: share for share, new in some.items() for number in _no_larger(known[share], len(new))}
        parts = {share: [new] for share, new in some.items()}
        for numbers in chunks(sorted(joining)):
            for number, packed in connection.execute(select(own.id, own.packed).where(own.id.in_(numbers))):
                parts[joining[number]].append(_unpacked(packed))
            connection.execute(delete(key_segment).where(own.id.in_(numbers)))
        merged = [(share, np.sort(np.concatenate(those), kind="stable")) for share, those in parts.items()]
        values = [{"share": share, "size": len(those), "packed": those.tobytes()} for share, those in merged]
        connection.execute(insert(key_segment), values)


def _no_larger(segments: Sequence[tuple[int, int]], size: int) -> Iterator[int]:
    """Numbers of the newest segments, newest first, as long as each is no larger than all that is newer."""
    for number, its_size in segments:
        if its_size > size:
            return
        size += its_size
        yield number


def drop(connection: Connection, postings: Postings) -> None:
    """Take postings away."""
    own = key_segment.c
    for some in _shares(postings):
        changed, emptied = [], []
        statement = select(own.id, own.share, own.packed).where(own.share.in_(list(some)))
        for number, share, packed in connection.execute(statement):
            segment, gone = _unpacked(packed), some[share]
            places = np.minimum(np.searchsorted(segment, gone), len(segment) - 1)
            left = np.delete(segment, places[segment[places] == gone])
            if not len(left):
                emptied.append(number)
            elif len(left) < len(segment):
                changed.append({"number": number, "size": len(left), "packed": left.tobytes()})
        if changed:
            which = update(key_segment).where(own.id == bindparam("number"))
            connection.execute(which.values(size=bindparam("size"), packed=bindparam("packed")), changed)
        for numbers in chunks(emptied):
            connection.execute(delete(key_segment).where(own.id.in_(numbers)))


def clear(connection: Connection) -> None:
    """Take all postings away."""
    connection.execute(delete(key_segment))


def holders(connection: Connection, keys: NDArray[np.uint32]) -> Postings:
    """The postings of keys."""
    own = key_segment.c
    found = [np.zeros(0, np.uint64)]
    for some in _shares(each_once(keys).astype(np.uint64) << _HALF):
        statement = select(own.share, own.packed).where(own.share.in_(list(some))).order_by(own.share, own.id)
        # The first segments of all shares are in order, and so are the second ones.
        places: Counter[int] = Counter()
        layers: defaultdict[int, list[bytes]] = defaultdict(list)
        for share, packed in connection.execute(statement):
            layers[places[share]].append(packed)
            places[share] += 1
        lowest = np.concatenate(list(some.values()))
        found += [_having(_unpacked(b"".join(layer)), lowest) for layer in layers.values()]
    return np.sort(np.concatenate(found))


def _having(postings: Postings, lowest: Postings) -> Postings:
    """The postings, among sorted ones, of the same keys as the given ones, each the lowest that a key may have."""
    starts = np.searchsorted(postings, lowest)
    sizes = np.searchsorted(postings, lowest | _LOWER, side="right") - starts
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    having: Postings = postings[np.repeat(starts, sizes) + within]
    return having


def _shares(postings: Postings) -> Iterator[dict[int, Postings]]:
    """Sorted postings by share, some shares at a time."""
    shares, starts = np.unique(postings >> _SHIFT, return_index=True)
    parts = list(zip(shares.tolist(), np.split(postings, starts[1:]), strict=False))
    return (dict(some) for some in chunks(parts, _AT_ONCE))


def _unpacked(packed: bytes) -> Postings:
    return np.frombuffer(packed, np.uint64)
