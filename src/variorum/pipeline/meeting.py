"""Which pairs of stored records a change brings together, and which it parts.

A key brings its holders together while they are not too many; those of a crowded key meet only in its parts, and in a
crowded part not at all. So a new record may part records that were there before, and one that changed may bring such
together. What meets is the same whatever the order in which records came: what ``candidate_pairs`` finds in the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.blocking import Look, most_holders, worth_a_look
from variorum.store import blocks, matches, postings
from variorum.store.blocks import Blocked
from variorum.store.engine import Connection
from variorum.store.postings import Postings, each_once, keys_of, record_ids_of
from variorum.store.sketches import Sketches, sketches_of

Pair = tuple[int, int]
Numbers = NDArray[np.int64]
Codes = NDArray[np.uint64]
Marks = NDArray[np.bool_]

_HALF = np.uint64(32)
_PAIRS_AT_ONCE = 500_000


class Meetings(NamedTuple):
    """Pairs to compare, as sorted rows, smaller number first; how many the cap skipped; records that a key no longer
    brings together."""

    pairs: Numbers
    skipped: int
    parted: Sequence[Numbers]


def find_meetings(connection: Connection, before: Blocked, now: Blocked) -> Meetings:
    """What changes when records that were as ``before`` (those not new) are as ``now``. The index must know."""
    had, have = (_Holders.of(own.postings, own.sketches) for own in (before, now))
    holders = _holders(connection, postings.holders(connection, np.concatenate([had.keys, have.keys])))
    changed = now.sketches.record_ids
    wholes = _Blocks.of(*(_codes(each.keys) for each in (holders, had, have)))
    place = wholes.places()
    met = wholes.shared[place]
    pairs = [_pairs(holders.at(met), _codes(holders.keys[met]), wholes.opened[place[met]], changed)]
    left = wholes.closed[place]
    parted = _groups(holders.at(left), _codes(holders.keys[left]))

    parts, apart, near = _parts(holders.at(~wholes.fits[place]), had, have, wholes)
    place, codes = parts.places(), near.codes()
    met, left = parts.shared[place], (parts.closed & apart)[place]
    pairs.append(_pairs(near.at(met), codes[met], (parts.opened & apart)[place[met]], changed))
    parted += _groups(near.at(left), codes[left])
    skipped = wholes.touching(~wholes.fits) - parts.touching(parts.fits)
    return Meetings(_as_rows(each_once(np.concatenate(pairs))), skipped, parted)


def _parts(crowd: _Holders, had: _Holders, have: _Holders, wholes: _Blocks) -> tuple[_Blocks, Marks, _Holders]:
    """The parts of crowded blocks that the change touches, and their holders, sorted by part.

    Marks say of each part that it has not been together before in the whole block, however large the part was.
    """
    crowded = keys_of(wholes.codes[~wholes.fits])
    had_codes, have_codes = (each.codes()[np.isin(each.keys, crowded)] for each in (had, have))
    near = crowd.at(_among(crowd.codes(), np.concatenate([had_codes, have_codes])))
    near = near.at(np.argsort(near.codes(), kind="stable"))
    parts = _Blocks.of(near.codes(), had_codes, have_codes)
    return parts, ~np.isin(keys_of(parts.codes), keys_of(wholes.codes[wholes.fitted])), near


class _Holders(NamedTuple):
    """Who has which keys, as columns of one length, with places among their sketches."""

    keys: NDArray[np.uint32]
    record_ids: Numbers
    places: NDArray[np.int32]
    sketches: Sketches

    @staticmethod
    def of(held: Postings, sketches: Sketches) -> _Holders:
        """Postings with the sketches of their records."""
        ids = record_ids_of(held)
        # By a table of all numbers: a search for each takes several times as long.
        table = np.zeros(int(sketches.record_ids.max(initial=0)) + 1, np.int32)
        table[sketches.record_ids] = np.arange(len(sketches.record_ids))
        return _Holders(keys_of(held), ids, table[ids], sketches)

    def at(self, places: NDArray[Any]) -> _Holders:
        """Those at some places."""
        return _Holders(self.keys[places], self.record_ids[places], self.places[places], self.sketches)

    def codes(self) -> Codes:
        """The part of its block in which each is."""
        return _codes(self.keys, self.sketches.seconds[self.places])

    def look(self, places: Numbers) -> Look:
        """Those at some places, as one side of pairs."""
        own = self.places[places]
        return Look(self.sketches.titles[own], self.sketches.bylines[own])


def _holders(connection: Connection, held: Postings) -> _Holders:
    """The records of postings, with what a glance at them needs."""
    ids = record_ids_of(held)
    known = np.zeros(int(ids.max(initial=0)) + 1, bool)
    known[ids] = True
    return _Holders.of(held, sketches_of(connection, np.flatnonzero(known), at_a_glance=True))


def _codes(keys: NDArray[np.uint32], seconds: Codes | None = None) -> Codes:
    """Blocks as numbers, or parts of them: keys, above second keys."""
    codes = keys.astype(np.uint64) << _HALF
    return codes if seconds is None else codes | seconds


class _Blocks(NamedTuple):
    """The blocks, or parts of such, that a change touches: how many records are in each, how many of these it touches,
    whether these are few enough to meet, and whether they were before."""

    codes: Codes
    sizes: Numbers
    new: Numbers
    fits: Marks
    fitted: Marks

    @staticmethod
    def of(held: Codes, had: Codes, have: Codes) -> _Blocks:
        """The blocks of those that change, given the blocks of all holders, and of those that change before and now."""
        codes = each_once(np.concatenate([had, have]))
        sizes, old, new = (_counts(each, codes) for each in (held, had, have))
        most = _most(keys_of(codes))
        return _Blocks(codes, sizes, new, sizes <= most, sizes - new + old <= most)

    def places(self) -> Numbers:
        """Of each holder, all being sorted, which block it is in."""
        return np.repeat(np.arange(len(self.codes)), self.sizes)

    @property
    def opened(self) -> Marks:
        """Whether those that were too many are few enough now."""
        return self.fits & ~self.fitted

    @property
    def closed(self) -> Marks:
        """Whether those that were few enough are too many now."""
        return self.fitted & ~self.fits

    @property
    def shared(self) -> Marks:
        """Whether some meet who did not before."""
        return self.fits & (self.sizes > 1) & ((self.new > 0) | ~self.fitted)

    def touching(self, some: Marks) -> int:
        """Pairs within some of the blocks that hold a record of those that change."""
        new, sizes = self.new[some], self.sizes[some]
        return int((new * (sizes - new) + new * (new - 1) // 2).sum())


def _counts(held: Codes, codes: Codes) -> Numbers:
    """How often each code is among those held."""
    held = np.sort(held)
    return np.searchsorted(held, codes, side="right") - np.searchsorted(held, codes)


def _among(numbers: NDArray[Any], few: NDArray[Any]) -> Marks:
    """Which of many numbers are among a few."""
    few = np.append(np.sort(few), few[:0] if len(few) else np.zeros(1, few.dtype))
    found: Marks = few[np.minimum(np.searchsorted(few, numbers), len(few) - 1)] == numbers
    return found


def _most(keys: NDArray[np.uint32]) -> Numbers:
    return np.where(keys & np.uint32(1), most_holders(1), most_holders(0))


def _pairs(holders: _Holders, codes: Codes, opened: Marks, changed: Numbers) -> Codes:
    """Pairs of one block that are worth a look, of which one is among the ``changed``, or the block was ``opened``.

    Holders must be sorted by block. A pair is the smaller number above the larger one.
    """
    starts, sizes = _runs(codes)
    block = np.repeat(np.arange(len(starts)), sizes)
    active = np.flatnonzero(_among(holders.record_ids, changed) | opened)
    found = [np.zeros(0, np.uint64)]
    for some in _lots(active, sizes[block[active]]):
        # Each active row beside every row of its block.
        repeats = sizes[block[some]]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        one, other = np.repeat(some, repeats), np.repeat(starts[block[some]], repeats) + within
        worth = worth_a_look(holders.keys[one], holders.look(one), holders.look(other))
        met = worth & (holders.record_ids[one] != holders.record_ids[other])
        left, right = (holders.record_ids[side[met]].astype(np.uint64) for side in (one, other))
        found.append(each_once((np.minimum(left, right) << _HALF) | np.maximum(left, right)))
    return np.concatenate(found)


def _lots(rows: Numbers, costs: Numbers) -> Iterator[Numbers]:
    """Rows in lots that cost about as much as fits in memory."""
    total = np.cumsum(costs)
    ends = np.arange(_PAIRS_AT_ONCE, total[-1], _PAIRS_AT_ONCE) if len(total) else total
    return iter(np.split(rows, np.searchsorted(total, ends)))


def _runs(codes: Codes) -> tuple[Numbers, Numbers]:
    """Where the runs of equal codes start, and their lengths."""
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(codes)), bool), codes[1:] != codes[:-1]]))
    return starts, np.diff(np.append(starts, len(codes)))


def _as_rows(pairs: Codes) -> Numbers:
    return np.stack([keys_of(pairs).astype(np.int64), record_ids_of(pairs)], axis=1)


def _groups(holders: _Holders, codes: Codes) -> list[Numbers]:
    """The records of each block, of holders sorted by block."""
    starts, _ = _runs(codes)
    return np.split(holders.record_ids, starts[1:]) if len(starts) else []


def no_longer_meeting(connection: Connection, parted: Sequence[Numbers], changed: Numbers) -> set[Pair]:
    """Stored pairs of records that did not change, but met only by a key that has become too common."""
    groups: defaultdict[int, set[int]] = defaultdict(set)
    for number, members in enumerate(parted):
        for member in np.setdiff1d(members, changed).tolist():
            groups[member].add(number)
    stored = [
        pair
        for pair in matches.pairs_touching(connection, sorted(groups))
        if not groups.get(pair[0], set()).isdisjoint(groups.get(pair[1], set()))
    ]
    own = blocks.blocked(connection, sorted({number for pair in stored for number in pair}))
    held: defaultdict[int, set[int]] = defaultdict(set)
    for number, key in zip(record_ids_of(own.postings).tolist(), keys_of(own.postings).tolist(), strict=True):
        held[number].add(key)
    shared = np.array([(a, b, key) for a, b in stored for key in held[a] & held[b]], np.int64).reshape(-1, 3)
    keys = shared[:, 2].astype(np.uint32)
    one, other = (own.sketches.at(np.searchsorted(own.sketches.record_ids, side)) for side in shared[:, :2].T)
    worth = worth_a_look(keys, Look(one.titles, one.bylines), Look(other.titles, other.bylines))
    worth[worth] = _are_near(connection, keys[worth], one.seconds[worth], other.seconds[worth])
    return set(stored) - set(map(tuple, shared[worth, :2].tolist()))


def _are_near(connection: Connection, keys: NDArray[np.uint32], one: Codes, other: Codes) -> Marks:
    """Whether two records that share a key meet by it, given their second keys."""
    most = _most(keys)
    held = postings.holders(connection, keys)
    near: Marks = _counts(_codes(keys_of(held)), _codes(keys)) <= most
    alike = ~near & (one == other)
    in_parts = _holders(connection, held[_among(keys_of(held), keys[alike])]).codes()
    near[alike] = _counts(in_parts, _codes(keys[alike], one[alike])) <= most[alike]
    return near
