"""Which pairs are worth comparing: records that share a key. Never all with all.

Keys are cheap, precise and many, so that one typo, a missing title or a missing year does not part two records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.features import Features
from variorum.dedup.folding import STOP_WORDS
from variorum.dedup.standing import Standing, stand_apart, standing_of
from variorum.dedup.titles import content_words

MAX_BLOCK = 100
"""Records that a weak key may gather. A larger block says only that its key is common: it is split by year, volume and
first author, and what is still too large is skipped and counted."""

STRONGER = 3
"""How many times as many a strong key may gather."""

_LONGEST_WORDS = 4
_EDGE_LETTERS = 18
_FEWEST_EDGE_WORDS = 3
_INCIPIT_WORDS = 8
_SKETCH_LETTERS = 160
_SKETCH_SIZE = 2

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Keys = NDArray[np.uint32]
Owners = NDArray[np.int32]


def blocking_keys(record: Features) -> list[str]:
    """The record's keys, each prefixed by its kind, without repeats."""
    keys = [f"id {identifier}" for identifier in record.identifiers]
    words = content_words(record.title.split())
    # The owner of a profile is an author of everything on it, which tells its items from nothing.
    first = record.families[0] if record.families and not record.profile_only else ""
    if words:
        keys += _title_keys(record, words, first)
    if record.first_page:
        if first:
            keys.append(f"ap {first[:5]} {record.first_page}")
        if record.volume:
            keys.append(f"vp {record.volume} {record.first_page} {record.year}")
    if first and record.year:
        keys.append(f"ay {first} {record.families[-1]} {len(record.families)} {record.year}")
    if record.abstract:
        keys += _abstract_keys(record.abstract)
    return list(dict.fromkeys(keys))


def _title_keys(record: Features, words: list[str], first: str) -> Iterator[str]:
    """The title's words as a whole, its ends in words and letters, its longest words, its main part."""
    unique = sorted(sorted(set(words)), key=len, reverse=True)
    yield f"tw {' '.join(unique)}"
    yield f"tm {record.main_title}"
    if len(words) < _FEWEST_EDGE_WORDS:
        return
    squeezed = record.title.replace(" ", "")
    yield f"tb {squeezed[:_EDGE_LETTERS]}"
    yield f"te {squeezed[-_EDGE_LETTERS:]}"
    if len(unique) >= _LONGEST_WORDS:
        a, b, c, d = unique[:_LONGEST_WORDS]  # any three, so that a slip in one of them leaves a key
        yield from (f"tr {a} {b} {c}", f"tr {a} {b} {d}", f"tr {a} {c} {d}", f"tr {b} {c} {d}")
    if first:
        yield from (f"aw {first[:6]} {word}" for word in unique[:2])


def _abstract_keys(abstract: str) -> Iterator[str]:
    """The opening words (*incipit*) and a sketch of the shingles, by which records without a title meet."""
    opening = abstract[:_SKETCH_LETTERS].split()
    if len(opening) < _INCIPIT_WORDS:
        return
    yield f"ai {' '.join(opening[:_INCIPIT_WORDS])}"
    shingles = map(" ".join, zip(opening, opening[1:], opening[2:], opening[3:], strict=False))
    # The smallest hashes of each side: similar sets are likely to share some (bottom-k sketch, Broder 1997).
    yield from (f"as {value:08x}" for value in nsmallest(_SKETCH_SIZE, {crc32(text.encode()) for text in shingles}))


_STRENGTH = {"id ": 3, "tw ": 1, "ai ": 1, "ap ": 1, "vp ": 1}
"""Kinds of keys that two records seldom share by chance, as the two lowest bits of their hashes."""


def hash_key(key: str) -> int:
    """A key as 32 bits, the lowest set for keys of a strong kind, the next for identifiers.

    Two keys that become one number bring together a few pairs more, which scoring parts again.
    """
    return crc32(key.encode()) & ~3 | _STRENGTH.get(key[:3], 0)


def title_sketch(record: Features) -> int:
    """The title's words as 64 bits, of which each word sets one: how many two titles share, at a glance."""
    bits = 0
    for word in record.title.split():
        bits |= _word_bit(word)
    return bits


def byline_sketch(record: Features) -> int:
    """The authors' family names in the same way; nothing of a profile, which names its owner only."""
    bits = 0
    for family in () if record.profile_only else record.families:
        for word in family.split():
            bits |= _word_bit(word)
    return bits


@lru_cache(maxsize=1 << 17)
def _word_bit(word: str) -> int:
    return 0 if word in STOP_WORDS else 1 << (crc32(word.encode()) & 63)


def second_key(record: Features) -> int:
    """By what an oversized block is split: year, volume, beginning of the first author's name."""
    return crc32(f"{record.year} {record.volume} {record.families[0][:5] if record.families else ''}".encode())


class Blocking(NamedTuple):
    """What blocks records. ``keys`` and ``owners`` are of one length: a key, and the position of the record that has
    it; sketches of titles and of bylines, second keys, and standings (as rows) are by position.
    """

    keys: Keys
    owners: Owners
    titles: Hashes
    bylines: Hashes
    seconds: Hashes
    standings: NDArray[np.uint32]


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


def candidate_pairs(blocking: Blocking) -> Candidates:
    """All pairs of records that share a key, each once."""
    keys, owners, titles, bylines, seconds, standings = blocking
    sketches = (titles, bylines)
    order = np.lexsort((seconds[owners], keys))
    keys, owners = keys[order], owners[order]
    starts, sizes = _runs(keys[1:] != keys[:-1], len(keys))
    large = sizes > _most(keys[starts])
    found = _pairs_within(keys, owners, starts[~large], sizes[~large], sketches)

    inside = np.repeat(large, sizes)
    part_keys, part_owners = keys[inside], owners[inside]
    second = seconds[part_owners]
    part_starts, parts = _runs((part_keys[1:] != part_keys[:-1]) | (second[1:] != second[:-1]), len(part_keys))
    fits = parts <= _most(part_keys[part_starts])
    found += _pairs_within(part_keys, part_owners, part_starts[fits], parts[fits], sketches)

    left, right = np.divmod(np.unique(np.concatenate(found)), max(len(titles), 1))
    apart = np.concatenate([np.zeros(0, bool), *_apart(standings, left, right)])
    return Candidates(
        left[~apart],
        right[~apart],
        int(apart.sum()),
        int(large.sum()),
        _pair_count(sizes[large]) - _pair_count(parts[fits]),
    )


def _apart(standings: NDArray[np.uint32], left: Numbers, right: Numbers) -> Iterator[NDArray[np.bool_]]:
    for at in range(0, len(left), _PAIRS_AT_ONCE):
        some = slice(at, at + _PAIRS_AT_ONCE)
        yield stand_apart(standings[left[some]], standings[right[some]])


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


def _pairs_within(
    keys: Keys, owners: Owners, starts: Numbers, sizes: Numbers, sketches: tuple[Hashes, Hashes]
) -> list[Numbers]:
    """Pairs within blocks as ``left * count + right``, without those that are not worth it."""
    found = [np.zeros(0, np.int64)]
    for size in np.unique(sizes[sizes > 1]).tolist():
        blocks = starts[sizes == size]
        first, second = np.triu_indices(size, 1)
        # Some blocks at a time, so that memory stays small.
        step = max(1, _PAIRS_AT_ONCE // len(first))
        for begin in range(0, len(blocks), step):
            some = blocks[begin : begin + step, None]
            one, other = owners[some + first].ravel().astype(np.int64), owners[some + second].ravel().astype(np.int64)
            kinds = np.repeat(keys[some[:, 0]] & np.uint32(3), len(first))
            keep = (one != other) & _worth_comparing(kinds, *((sketch[one], sketch[other]) for sketch in sketches))
            one, other = one[keep], other[keep]
            found.append(np.minimum(one, other) * len(sketches[0]) + np.maximum(one, other))
    return found


_PAIRS_AT_ONCE = 1_000_000


SHARE_OF_BOTH = 0.5
SHARE_OF_TITLE = 0.8
SHARE_OF_ANY = 1 / 3
"""Of two records that share a weak key, so much of both titles and bylines, or of the titles alone, must be shared for
the pair to be worth comparing; of two that share a strong key, so much of either."""


def worth_comparing(key: int, titles: tuple[int, int], bylines: tuple[int, int]) -> bool:
    """Whether a pair that shares a hashed key is worth comparing, by the sketches of its titles and of its bylines.

    A pair that shares an identifier always is.
    """
    if key & 2:
        return True
    words, names = _share(*titles), _share(*bylines)
    if key & 1:
        # Fields may have changed places, so titles and bylines are also looked at together.
        return max(words, names, _share(titles[0] | bylines[0], titles[1] | bylines[1])) >= SHARE_OF_ANY
    return words >= SHARE_OF_TITLE or (words >= SHARE_OF_BOTH and names >= SHARE_OF_BOTH)


def _share(one: int, other: int) -> float:
    """The share of the shorter sketch that is in the other; all of it where one is missing."""
    least = min(one.bit_count(), other.bit_count())
    return (one & other).bit_count() / least if least else 1.0


def _worth_comparing(kinds: Keys, titles: tuple[Hashes, Hashes], bylines: tuple[Hashes, Hashes]) -> NDArray[np.bool_]:
    """``worth_comparing`` for many pairs."""
    words, names = _shares(*titles), _shares(*bylines)
    weak = (words >= SHARE_OF_TITLE) | ((words >= SHARE_OF_BOTH) & (names >= SHARE_OF_BOTH))
    together = _shares(titles[0] | bylines[0], titles[1] | bylines[1])
    strong = np.maximum(np.maximum(words, names), together) >= SHARE_OF_ANY
    return (kinds >= 2) | np.where(kinds == 1, strong, weak)


def _shares(one: Hashes, other: Hashes) -> NDArray[np.float64]:
    least = np.minimum(np.bitwise_count(one), np.bitwise_count(other))
    return np.where(least == 0, 1.0, np.bitwise_count(one & other) / np.maximum(least, 1))


def shared_keys(a: Features, b: Features) -> tuple[str, ...]:
    """The keys by which two records met; empty when blocking never brings them together."""
    return tuple(sorted(set(blocking_keys(a)) & set(blocking_keys(b))))


def blocking_of(records: Sequence[Features]) -> Blocking:
    """What blocks records that are at hand."""
    own = [list(map(hash_key, blocking_keys(record))) for record in records]
    return Blocking(
        np.array([key for some in own for key in some], np.uint32),
        np.repeat(np.arange(len(own), dtype=np.int32), list(map(len, own))),
        np.array(list(map(title_sketch, records)), np.uint64),
        np.array(list(map(byline_sketch, records)), np.uint64),
        np.array(list(map(second_key, records)), np.uint64),
        np.array(list(map(standing_of, records)), np.uint32).reshape(len(records), len(Standing._fields)),
    )
