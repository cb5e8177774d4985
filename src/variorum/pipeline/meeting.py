"""Which pairs of stored records a change brings together, and which it parts.

A key brings its holders together while they are not too many; those of a crowded key meet only in its parts, and in a
crowded part not at all. So a new record may part records that were there before, and one that changed may bring such
together. What meets is the same whatever the order in which records came: what ``candidate_pairs`` finds in the whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.blocking import Look, most_holders, worth_a_look
from variorum.store import blocks, matches
from variorum.store.blocks import Blocked, Holders, KeyRow, Part
from variorum.store.engine import Connection

Pair = tuple[int, int]
Block = TypeVar("Block", int, Part)


@dataclass
class Meetings:
    """Pairs to compare, smaller number first; how many the cap skipped; groups that a key no longer brings together."""

    pairs: set[Pair] = field(default_factory=set)
    skipped: int = 0
    parted: list[list[int]] = field(default_factory=list)


def write_keys(connection: Connection, before: Mapping[int, Blocked], now: Mapping[int, Blocked]) -> None:
    """Bring the keys of records from what they were to what they are."""
    old, new = set(_key_rows(before)), set(_key_rows(now))
    blocks.drop_keys(connection, sorted(old - new))
    blocks.add_keys(connection, sorted(new - old))


def _key_rows(of: Mapping[int, Blocked]) -> Iterable[KeyRow]:
    return (KeyRow(key, own.second, number, own.titles, own.bylines) for number, own in of.items() for key in own.keys)


def find_meetings(connection: Connection, before: Mapping[int, Blocked], now: Mapping[int, Blocked]) -> Meetings:
    """What changes when records that were as ``before`` (those not new) are as ``now``. Keys must be written."""
    found = Meetings()
    had, have = _holdings(before), _holdings(now)
    sizes = blocks.sizes(connection, had.keys() | have.keys())
    whole: set[int] = set()
    split: set[int] = set()
    for key in had.keys() | have.keys():
        (whole if sizes.get(key, 0) <= most_holders(key) else split).add(key)
    was_whole = {key for key in whole | split if _before(key, sizes, had, have) <= most_holders(key)}

    shared = {key for key in whole if sizes.get(key, 0) > 1 and (key in have or key not in was_whole)}
    found.pairs |= _meeting(blocks.holders(connection, shared), now, shared - was_whole)
    found.parted += _groups(blocks.holders(connection, split & was_whole))
    _meet_in_parts(connection, found, before, now, split, was_whole)
    found.skipped += sum(_touching(sizes[key], have[key]) for key in split)
    return found


def _meet_in_parts(
    connection: Connection,
    found: Meetings,
    before: Mapping[int, Blocked],
    now: Mapping[int, Blocked],
    split: set[int],
    was_whole: set[int],
) -> None:
    had, have = _part_holdings(before, split), _part_holdings(now, split)
    sizes = blocks.part_sizes(connection, had.keys() | have.keys())
    was_small = {part for part in had.keys() | have.keys() if _before(part, sizes, had, have) <= most_holders(part[0])}
    small = {part for part in had.keys() | have.keys() if sizes.get(part, 0) <= most_holders(part[0])}
    shared = {part for part in small if sizes.get(part, 0) > 1 and (part in have or part not in was_small)}
    # What was together in the whole block, however large its part would have been, has been compared.
    known = {part for part in shared if part in was_small or part[0] in was_whole}
    found.pairs |= _meeting(blocks.part_holders(connection, known), now, set(), in_parts=True)
    unknown = shared - known
    found.pairs |= _meeting(blocks.part_holders(connection, unknown), now, {key for key, _ in unknown}, in_parts=True)
    outgrown = {part for part in was_small - small if part[0] not in was_whole}
    found.parted += _groups(blocks.part_holders(connection, outgrown), in_parts=True)
    found.skipped -= sum(_touching(sizes[part], have[part]) for part in small if part in sizes)


def _holdings(of: Mapping[int, Blocked]) -> Counter[int]:
    return Counter(key for own in of.values() for key in own.keys)


def _part_holdings(of: Mapping[int, Blocked], keys: set[int]) -> Counter[Part]:
    return Counter((key, own.second) for own in of.values() for key in own.keys & keys)


def _before(block: Block, sizes: Mapping[Block, int], had: Counter[Block], have: Counter[Block]) -> int:
    return sizes.get(block, 0) - have[block] + had[block]


def _touching(size: int, new: int) -> int:
    """Pairs within a block that hold a new record."""
    return new * (size - new) + new * (new - 1) // 2


def _meeting(
    holders: Holders, changed: Mapping[int, Blocked], new_keys: set[int], *, in_parts: bool = False
) -> set[Pair]:
    """Pairs of holders that are worth a look, of which one is among the ``changed``, or the key among ``new_keys``.

    Holders of one key meet; ``in_parts`` only those that share their second key, too.
    """
    order = np.lexsort((holders.seconds, holders.keys))
    keys, seconds, ids = (column[order] for column in holders[:3])
    titles, bylines = holders.titles[order], holders.bylines[order]
    parted = (keys[1:] != keys[:-1]) | (in_parts & (seconds[1:] != seconds[:-1]))
    starts = np.concatenate([np.zeros(min(1, len(keys)), np.int64), np.flatnonzero(parted) + 1])
    sizes = np.diff(np.append(starts, len(keys)))
    block = np.repeat(np.arange(len(starts)), sizes)
    active = np.flatnonzero(np.isin(ids, _array(changed)) | np.isin(keys, _array(new_keys)))
    # Each active row beside every row of its block.
    repeats = sizes[block[active]]
    one = np.repeat(active, repeats)
    within = np.arange(len(one)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    other = np.repeat(starts[block[active]], repeats) + within
    sides = Look(titles[one], bylines[one]), Look(titles[other], bylines[other])
    worth = worth_a_look(keys[one].astype(np.uint32), *sides)
    met = worth & (ids[one] != ids[other])
    left, right = np.minimum(ids[one[met]], ids[other[met]]), np.maximum(ids[one[met]], ids[other[met]])
    return set(zip(left.tolist(), right.tolist(), strict=True))


def _array(numbers: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, np.int64)


def _groups(holders: Holders, *, in_parts: bool = False) -> list[list[int]]:
    """The holders of each key, or of each part of it."""
    found: defaultdict[Part, list[int]] = defaultdict(list)
    columns = (column.tolist() for column in holders[:3])
    for key, second, record_id in zip(*columns, strict=True):
        found[key, second if in_parts else 0].append(record_id)
    return list(found.values())


def no_longer_meeting(connection: Connection, parted: Iterable[list[int]], changed: Mapping[int, Blocked]) -> set[Pair]:
    """Stored pairs of records that did not change, but met only by a key that has become too common."""
    groups: defaultdict[int, set[int]] = defaultdict(set)
    for number, members in enumerate(parted):
        for member in members:
            if member not in changed:
                groups[member].add(number)
    stored = [
        pair
        for pair in matches.pairs_touching(connection, sorted(groups))
        if not groups.get(pair[0], set()).isdisjoint(groups.get(pair[1], set()))
    ]
    own = blocks.blocked(connection, {number for pair in stored for number in pair})
    shared = {(a, b): own[a].keys & own[b].keys for a, b in stored}
    sizes = blocks.sizes(connection, {key for keys in shared.values() for key in keys})
    alike = {(key, own[a].second) for (a, b), keys in shared.items() if own[a].second == own[b].second for key in keys}
    parts = blocks.part_sizes(connection, alike)

    def near(a: int, b: int, key: int) -> bool:
        most = most_holders(key)
        return sizes[key] <= most or (own[a].second == own[b].second and parts[key, own[a].second] <= most)

    meeting = [(a, b, key) for (a, b), keys in shared.items() for key in keys if near(a, b, key)]
    one, other = (
        Look(
            np.array([own[pair[side]].titles for pair in meeting], np.uint64),
            np.array([own[pair[side]].bylines for pair in meeting], np.uint64),
        )
        for side in (0, 1)
    )
    worth = worth_a_look(np.array([key for *_, key in meeting], np.uint32), one, other)
    return shared.keys() - {(a, b) for (a, b, _), some in zip(meeting, worth.tolist(), strict=True) if some}
