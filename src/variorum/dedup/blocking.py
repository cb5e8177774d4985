"""Which pairs are worth comparing: records that share a key. Never all with all."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.features import Features
from variorum.dedup.keys import BATCH, HALF, Blocking, Keys, Owners, columns_of, key_records, keys_and_owners
from variorum.dedup.processors import worker_count
from variorum.dedup.screening import Screen, passing, shipped_screen
from variorum.dedup.standing import columns_apart, standings_at
from variorum.dedup.texts import Hashes, Numbers, each_once, spread_once

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
    begins = itertools.accumulate((len(part.titles) for part in parts), initial=0)
    numbered = [run + np.uint64(begin) for begin, part in zip(begins, parts, strict=False) for run in part.runs]
    return Blocking(tuple(numbered), *map(np.concatenate, zip(*(part[1:] for part in parts), strict=True)))


def candidate_pairs(blocking: Blocking, screen: Screen | None = None, workers: int | None = None) -> Candidates:
    """The pairs of records that share a key, are not surely two works, and pass the screen, each once."""
    workers = workers or worker_count()
    with ThreadPoolExecutor(workers) as threads:  # NumPy lets other threads work while it sorts and compares
        met = list(threads.map(partial(_meetings, blocking), _by_key(blocking.runs, workers)))
        lots = _by_record([part.pairs for part in met])
        kept = list(threads.map(partial(_passing, blocking, screen or shipped_screen()), lots))
    left, right = (np.concatenate([np.zeros(0, np.int64), *(lot[side] for lot in kept)]) for side in (0, 1))
    return Candidates(
        left,
        right,
        sum(lot.looked_at for lot in kept) - len(left),
        sum(part.oversized for part in met),
        sum(part.skipped for part in met),
    )


_KEYS = 1 << 32


class _Meetings(NamedTuple):
    """Pairs of records that met, sorted; blocks that were too large, and the pairs skipped there.

    A pair is the smaller position above the larger one.
    """

    pairs: Hashes
    oversized: int
    skipped: int


def _meetings(blocking: Blocking, lot: Sequence[Hashes]) -> _Meetings:
    """The pairs that meet by the keys of a lot."""
    held = np.concatenate(lot)
    held.sort(kind="stable")  # which merges sorted runs
    shared = np.zeros(len(held), bool)
    shared[1:] = as_before = (held[1:] ^ held[:-1]) < np.uint64(_KEYS)
    shared[:-1] |= as_before
    keys, owners = keys_and_owners(held[shared])
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
    pairs = spread_once(np.concatenate(found))
    return _Meetings(pairs, int(large.sum()), _pair_count(sizes[large]) - _pair_count(parts[fits]))


def _by_key(runs: Sequence[Hashes], workers: int) -> list[list[Hashes]]:
    """Sorted runs of keys, in lots of equal ranges of keys. There is one at least for each worker."""
    lots = max(workers, sum(map(len, runs)) // _KEYS_AT_ONCE)
    return _parted(runs, np.arange(1, lots, dtype=np.uint64) * np.uint64(_KEYS // lots) << HALF)


def _by_record(runs: Sequence[Hashes]) -> list[list[Hashes]]:
    """Sorted runs of pairs, by their place in the order of all, about so many in each lot."""
    some = np.sort(np.concatenate([np.zeros(0, np.uint64), *(run[::_ONE_IN] for run in runs)]))
    step = max(1, _PAIRS_AT_ONCE // _ONE_IN)
    return _parted(runs, some[step::step])


def _parted(runs: Sequence[Hashes], edges: Hashes) -> list[list[Hashes]]:
    """Sorted runs, each cut at the edges: the parts before the first edge, those before the second..."""
    parts = [np.split(run, np.searchsorted(run, edges)) for run in runs]
    return [list(lot) for lot in zip(*parts, strict=True)]


class _Kept(NamedTuple):
    """Pairs of a lot that are worth comparing, and how many different ones there were."""

    left: Numbers
    right: Numbers
    looked_at: int


def _passing(blocking: Blocking, screen: Screen, lot: Sequence[Hashes]) -> _Kept:
    pairs = each_once(np.concatenate(lot))
    left, right = (pairs >> HALF).astype(np.int64), (pairs & np.uint64(_KEYS - 1)).astype(np.int64)
    kept = np.flatnonzero(passing_pairs(blocking, left, right, screen))
    return _Kept(left[kept], right[kept], len(pairs))


def passing_pairs(blocking: Blocking, left: Numbers, right: Numbers, screen: Screen | None = None) -> NDArray[np.bool_]:
    """Which pairs of records that met are worth comparing in full: not surely two works, and passing the screen."""
    screen = screen or shipped_screen()
    found = ~columns_apart(standings_at(blocking.standings, left), standings_at(blocking.standings, right))
    some = np.flatnonzero(found)
    found[some] = passing(screen, blocking, left[some], right[some])
    return found


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
    """Pairs within blocks, without those that are not worth it. Owners must be sorted within each block."""
    found = [np.zeros(0, np.uint64)]
    # Blocks that are alike in size and in what makes a pair worth a look are done together.
    alike = (sizes * 4 + (keys[starts] & np.uint32(3))).astype(np.uint16)
    order = np.argsort(alike, kind="stable")
    kinds, begins = np.unique(alike[order], return_index=True)
    for kind, blocks in zip(kinds.tolist(), np.split(starts[order], begins[1:]), strict=False):
        size = kind // 4
        first, second = _every_two(size)
        # Some blocks at a time, so that memory stays small.
        step = max(1, _PAIRS_AT_ONCE // max(1, len(first)))
        for begin in range(0, len(blocks) if size > 1 else 0, step):
            # A row for the first member of each block, one for the second...: so rows are copied, not single members.
            members = owners[blocks[begin : begin + step] + np.arange(size)[:, None]]
            look = Look(blocking.titles[members], blocking.bylines[members])
            one, other = (members[side].ravel().view(np.uint32) for side in (first, second))
            if (worth := _WORTH[kind % 4]) is not None:
                keep = np.flatnonzero(worth(look.of(first), look.of(second)))
                one, other = one[keep], other[keep]
            found.append((one.astype(np.uint64) << HALF) | other)
    return found


@lru_cache(maxsize=64)
def _every_two(size: int) -> tuple[Numbers, Numbers]:
    return np.triu_indices(size, 1)


_PAIRS_AT_ONCE = 1 << 15
_KEYS_AT_ONCE = 1 << 19
"""So many that all that is looked at of them stays near the processor."""

_ONE_IN = 64


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int


SHARE_OF_BOTH = Share(1, 2)
SHARE_OF_TITLE = Share(4, 5)
SHARE_OF_ANY = Share(1, 3)
"""Of two records that share a weak key, so much of both titles and bylines, or of the titles alone, must be shared for
the pair to be worth a look; of two that share a strong key, so much of either."""


class Look(NamedTuple):
    """One side of many pairs: sketches of titles and bylines."""

    titles: Hashes
    bylines: Hashes

    def of(self, places: Numbers) -> Look:
        """The sketches at some places."""
        return Look(self.titles[places], self.bylines[places])


def worth_a_look(keys: Keys, one: Look, other: Look) -> NDArray[np.bool_]:
    """Which pairs that share these keys are worth more than a look at their sketches.

    A pair that shares an identifier always is.
    """
    kinds = keys & np.uint32(3)
    worth: NDArray[np.bool_] = (kinds >= 2) | np.where(
        kinds == 1, _worth_if_strong(one, other), _worth_if_weak(one, other)
    )
    return worth


def _worth_if_weak(one: Look, other: Look) -> NDArray[np.bool_]:
    words, names = _common(one.titles, other.titles), _common(one.bylines, other.bylines)
    return words.reaches(SHARE_OF_TITLE) | (words.reaches(SHARE_OF_BOTH) & names.reaches(SHARE_OF_BOTH))


def _worth_if_strong(one: Look, other: Look) -> NDArray[np.bool_]:
    words, names = _common(one.titles, other.titles), _common(one.bylines, other.bylines)
    # Fields may have changed places, so titles and bylines are also looked at together.
    together = _common(one.titles | one.bylines, other.titles | other.bylines)
    return words.reaches(SHARE_OF_ANY) | names.reaches(SHARE_OF_ANY) | together.reaches(SHARE_OF_ANY)


_WORTH = (_worth_if_weak, _worth_if_strong, None, None)
"""What makes a pair worth a look, by the lowest bits of its key."""


class _Common(NamedTuple):
    """How much of the shorter of two sketches is in the other, and how much there is of it."""

    shared: NDArray[np.uint16]
    least: NDArray[np.uint16]

    def reaches(self, share: Share) -> NDArray[np.bool_]:
        """Whether so large a share of the shorter sketch is in the other; all of it is where one is missing."""
        reaches: NDArray[np.bool_] = self.shared * np.uint16(share.whole) >= self.least * np.uint16(share.part)
        return reaches


def _common(one: Hashes, other: Hashes) -> _Common:
    least = np.minimum(np.bitwise_count(one), np.bitwise_count(other))
    return _Common(np.bitwise_count(one & other).astype(np.uint16), least.astype(np.uint16))
