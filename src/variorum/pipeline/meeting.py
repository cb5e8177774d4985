"""Which pairs of stored records a change brings together, and which it parts.

A key brings its holders together while they are not too many; those of a crowded key meet only in its parts, and in a
crowded part not at all. So a new record may part records that were there before, and one that changed may bring such
together. What meets is the same whatever the order in which records came: what ``candidate_pairs`` finds in the whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from variorum.dedup.blocking import most_holders, worth_comparing
from variorum.store import blocks, matches
from variorum.store.blocks import Blocked, Holder, KeyRow, Part
from variorum.store.engine import Connection

Pair = tuple[int, int]
Block = TypeVar("Block", int, Part)


@dataclass
class Meetings:
    """Pairs to compare, smaller number first; how many the cap skipped; groups that a key no longer brings together."""

    pairs: set[Pair] = field(default_factory=set)
    skipped: int = 0
    parted: list[Sequence[Holder]] = field(default_factory=list)


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
    for key, members in blocks.holders(connection, shared).items():
        _bring_together(found, key, members, None if key not in was_whole else now)
    found.parted += blocks.holders(connection, split & was_whole).values()
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
    for part, members in blocks.part_holders(connection, shared).items():
        # What was together in the whole block, however large its part would have been, has been compared.
        known = part in was_small or part[0] in was_whole
        _bring_together(found, part[0], members, now if known else None)
    outgrown = {part for part in was_small - small if part[0] not in was_whole}
    found.parted += blocks.part_holders(connection, outgrown).values()
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


def _bring_together(
    found: Meetings, key: int, members: Sequence[Holder], changed: Mapping[int, Blocked] | None
) -> None:
    """Note the pairs of a block; only those with a ``changed`` record unless that is None."""
    for one in members if changed is None else [member for member in members if member.record_id in changed]:
        for other in members:
            if one is not other and _worth_comparing(key, one, other):
                found.pairs.add(_pair(one.record_id, other.record_id))


def _worth_comparing(key: int, one: Holder | Blocked, other: Holder | Blocked) -> bool:
    return worth_comparing(key, (one.titles, other.titles), (one.bylines, other.bylines))


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def no_longer_meeting(
    connection: Connection, parted: Iterable[Sequence[Holder]], changed: Mapping[int, Blocked]
) -> set[Pair]:
    """Stored pairs of records that did not change, but met only by a key that has become too common."""
    groups: defaultdict[int, set[int]] = defaultdict(set)
    for number, members in enumerate(parted):
        for member in members:
            if member.record_id not in changed:
                groups[member.record_id].add(number)
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

    def meet(a: int, b: int, key: int) -> bool:
        most = most_holders(key)
        near = sizes[key] <= most or (own[a].second == own[b].second and parts[key, own[a].second] <= most)
        return near and _worth_comparing(key, own[a], own[b])

    return {(a, b) for (a, b), keys in shared.items() if not any(meet(a, b, key) for key in keys)}
