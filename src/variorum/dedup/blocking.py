"""Which pairs are worth comparing: records that share a key. Never all with all."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.features import Features
from variorum.dedup.keys import BATCH, Blocking, Keys, Owners, columns_of, key_records
from variorum.dedup.processors import worker_count
from variorum.dedup.screening import Screen, codes_of, exempt, shipped_screen
from variorum.dedup.standing import stand_apart
from variorum.dedup.texts import Hashes, Numbers, each_once

MAX_BLOCK = 60
"""Records that a weak key may gather. A larger block says only that its key is common: it is split by year and volume,
and what is still too large is skipped and counted."""

STRONGER = 5
"""How many times as many a strong key may gather."""


@dataclass(frozen=True)
class Candidates:
    """Pairs to compare, ``left`` < ``right`` by position, sorted; how many were told apart; what the cap left out."""

    left: Numbers
    right: Numbers
    told_apart: int
    oversized_blocks: int
    skipped_pairs: int

    def __len__(self) -> int:
        return len(self.left)


def blocking_of(records: Sequence[Features]) -> Blocking:
    """What blocks records that are at hand."""
    return joined([key_records(columns_of(records[at : at + BATCH])) for at in range(0, len(records) or 1, BATCH)])


def joined(parts: Sequence[Blocking]) -> Blocking:
    """The blocking of records in several parts, numbered through."""
    begin, owners = 0, []
    for part in parts:
        owners.append(part.owners + np.int32(begin))
        begin += len(part.titles)
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Blocking._fields}
    return Blocking(**columns | {"owners": np.concatenate(owners)})


def candidate_pairs(blocking: Blocking, screen: Screen | None = None, workers: int | None = None) -> Candidates:
    """The pairs of records that share a key, are not surely two works, and pass the screen, each once."""
    workers = workers or worker_count()
    with ThreadPoolExecutor(workers) as threads:  # NumPy lets other threads work while it sorts and compares
        packed = (blocking.keys.astype(np.uint64) << np.uint64(32)) | blocking.owners.astype(np.uint64)
        shares = np.array_split(np.arange(_SHARES), workers)
        parts = list(threads.map(lambda share: _meetings(packed, share, blocking), shares))
        pairs = each_once(np.concatenate([found for part in parts for found in part.pairs]))
        count = max(len(blocking.titles), 1)
        passing = list(threads.map(partial(_passing, blocking, screen or shipped_screen(), count), _chunks(pairs)))
    kept = pairs[np.concatenate([np.zeros(0, bool), *passing])]
    left, right = np.divmod(kept, np.uint64(count))
    return Candidates(
        left.astype(np.int64),
        right.astype(np.int64),
        len(pairs) - len(kept),
        sum(part.oversized for part in parts),
        sum(part.skipped for part in parts),
    )


_SHARES = 64


class _Meetings(NamedTuple):
    """Pairs of records that met, as numbers; blocks that were too large, and the pairs skipped in them."""

    pairs: list[Hashes]
    oversized: int
    skipped: int


def _meetings(packed: Hashes, share: Numbers, blocking: Blocking) -> _Meetings:
    """The pairs that meet by keys of a share, by their highest bits; ``packed`` are keys above their owners."""
    if len(share) < _SHARES:
        highest = packed >> np.uint64(58)
        packed = packed[(highest >= share[0]) & (highest <= share[-1])]
    keys, owners = _shared(np.sort(packed))
    starts, sizes = _runs(keys[1:] != keys[:-1], len(keys))
    large = sizes > _most(keys[starts])
    found = _pairs_within(keys, owners, starts[~large], sizes[~large], blocking)

    inside = np.repeat(large, sizes)
    part_keys, part_owners = keys[inside], owners[inside]
    order = np.lexsort((blocking.seconds[part_owners], part_keys))
    part_keys, part_owners = part_keys[order], part_owners[order]
    second = blocking.seconds[part_owners]
    part_starts, parts = _runs((part_keys[1:] != part_keys[:-1]) | (second[1:] != second[:-1]), len(part_keys))
    fits = parts <= _most(part_keys[part_starts])
    found += _pairs_within(part_keys, part_owners, part_starts[fits], parts[fits], blocking)
    return _Meetings(found, int(large.sum()), _pair_count(sizes[large]) - _pair_count(parts[fits]))


def _shared(packed: Hashes) -> tuple[Keys, Owners]:
    """Keys that several records have, with their owners, of sorted ones."""
    keys = (packed >> np.uint64(32)).astype(np.uint32)
    same = np.concatenate([[False], keys[1:] == keys[:-1], [False]])
    several = same[1:] | same[:-1] if len(keys) else np.zeros(0, bool)
    return keys[several], packed[several].astype(np.uint32).astype(np.int32)


def _chunks(pairs: Hashes) -> list[Hashes]:
    return [pairs[at : at + _PAIRS_AT_ONCE] for at in range(0, len(pairs), _PAIRS_AT_ONCE)]


def _passing(blocking: Blocking, screen: Screen, count: int, pairs: Hashes) -> NDArray[np.bool_]:
    left, right = (side.astype(np.int64) for side in np.divmod(pairs, np.uint64(count)))
    return passing_pairs(blocking, left, right, screen)


def passing_pairs(blocking: Blocking, left: Numbers, right: Numbers, screen: Screen | None = None) -> NDArray[np.bool_]:
    """Which pairs of records that met are worth comparing in full: not surely two works, and passing the screen."""
    screen = screen or shipped_screen()
    passing = ~stand_apart(blocking.standings[left], blocking.standings[right])
    left, right = left[passing], right[passing]
    codes = codes_of(blocking, left, right)
    passing[passing] = screen.passing(codes, exempt(blocking, left, right, codes))
    return passing


def most_holders(key: int) -> int:
    """How many records a key may gather, by its kind."""
    return MAX_BLOCK * STRONGER if key & 1 else MAX_BLOCK


def _most(keys: Keys) -> Numbers:
    return np.where(keys & np.uint32(1), MAX_BLOCK * STRONGER, MAX_BLOCK)


def _runs(changes: NDArray[np.bool_], count: int) -> tuple[Numbers, Numbers]:
    """Where the runs between changes start, and their lengths."""
    starts = np.r_[0, np.flatnonzero(changes) + 1] if count else np.zeros(0, np.int64)
    return starts, np.diff(np.r_[starts, count])


def _pair_count(sizes: Numbers) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _pairs_within(keys: Keys, owners: Owners, starts: Numbers, sizes: Numbers, blocking: Blocking) -> list[Hashes]:
    """Pairs within blocks as ``left * count + right``, without those that are not worth it."""
    titles, bylines = blocking.titles, blocking.bylines
    found = [np.zeros(0, np.uint64)]
    for size in np.unique(sizes[sizes > 1]).tolist():
        blocks = starts[sizes == size]
        first, second = np.triu_indices(size, 1)
        # Some blocks at a time, so that memory stays small.
        step = max(1, _PAIRS_AT_ONCE // len(first))
        for begin in range(0, len(blocks), step):
            some = blocks[begin : begin + step, None]
            one, other = owners[some + first].ravel(), owners[some + second].ravel()
            kinds = np.repeat(keys[some[:, 0]], len(first))
            sides = Look(titles[one], bylines[one]), Look(titles[other], bylines[other])
            keep = (one != other) & worth_a_look(kinds, *sides)
            one, other = one[keep].astype(np.uint64), other[keep].astype(np.uint64)
            found.append(np.minimum(one, other) * np.uint64(len(titles)) + np.maximum(one, other))
    return found


_PAIRS_AT_ONCE = 1 << 15
"""So many that all that is looked at of them stays near the processor."""


SHARE_OF_BOTH = 0.5
SHARE_OF_TITLE = 0.8
SHARE_OF_ANY = 1 / 3
"""Of two records that share a weak key, so much of both titles and bylines, or of the titles alone, must be shared for
the pair to be worth a look; of two that share a strong key, so much of either."""


class Look(NamedTuple):
    """One side of many pairs: sketches of titles and bylines."""

    titles: Hashes
    bylines: Hashes


def worth_a_look(keys: Keys, one: Look, other: Look) -> NDArray[np.bool_]:
    """Which pairs that share these keys are worth more than a look at their sketches.

    A pair that shares an identifier always is.
    """
    kinds = keys & np.uint32(3)
    words, names = _shares(one.titles, other.titles), _shares(one.bylines, other.bylines)
    weak = (words >= SHARE_OF_TITLE) | ((words >= SHARE_OF_BOTH) & (names >= SHARE_OF_BOTH))
    # Fields may have changed places, so titles and bylines are also looked at together.
    together = _shares(one.titles | one.bylines, other.titles | other.bylines)
    strong = np.maximum(np.maximum(words, names), together) >= SHARE_OF_ANY
    worth: NDArray[np.bool_] = (kinds >= 2) | np.where(kinds == 1, strong, weak)
    return worth


def _shares(one: Hashes, other: Hashes) -> NDArray[np.float32]:
    """The share of the shorter sketch that is in the other; all of it where one is missing."""
    least = np.minimum(np.bitwise_count(one), np.bitwise_count(other)).astype(np.float32)
    shared = np.bitwise_count(one & other).astype(np.float32)
    return np.where(least == 0, np.float32(1), shared / np.maximum(least, 1))
