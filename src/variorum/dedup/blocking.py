"""Which pairs are worth comparing: records that share a key. Never all with all.

Keys are cheap and many, so that one typo, a missing title or a missing year does not part two records:
identifiers; the title's words as a whole, its first and its last; author with year; the abstract's
opening words (its *incipit*) and a sketch of its shingles, by which records without a title meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from zlib import crc32

from variorum.dedup.features import Features, content_words

MAX_BLOCK = 200
"""Records a key may gather; a larger block says only that its key is common, and is skipped and counted."""

LONGEST_KEY = 200
"""Characters of a key. What a cut brings together that does not belong together, scoring parts again."""

_EDGE_WORDS = 4
_INCIPIT_WORDS = 8
_SHINGLE_WORDS = 4
_SKETCH_WINDOW = 80
"""Words of an abstract that are sketched. A listing cuts abstracts at about 150 words."""
_SKETCH_SIZE = 8


@dataclass(frozen=True)
class Candidates:
    """Pairs to compare, as sorted index pairs, and what the block cap left out."""

    pairs: tuple[tuple[int, int], ...]
    oversized_blocks: int
    skipped_pairs: int


def blocking_keys(record: Features) -> tuple[str, ...]:
    """The record's keys, sorted, each prefixed by its kind."""
    keys = {f"id:{scheme}:{value}" for scheme, value in record.identifiers}
    keys.update(_title_keys(record))
    keys.update(_author_keys(record))
    keys.update(_abstract_keys(record))
    return tuple(sorted({key[:LONGEST_KEY] for key in keys}))


def _title_keys(record: Features) -> Iterable[str]:
    words = content_words(record.title_words)
    if not words:
        return
    yield f"t:{crc32(' '.join(sorted(words)).encode()):08x}"
    if len(words) > _EDGE_WORDS:
        yield f"th:{' '.join(words[:_EDGE_WORDS])}"
        yield f"tt:{' '.join(words[-_EDGE_WORDS:])}"


def _author_keys(record: Features) -> Iterable[str]:
    # The owner of a profile is an author of everything on it, which tells its items from nothing.
    if not record.authors or record.year is None or record.profile_only or not record.title_words:
        return
    # Two words, so that a slip in one of them leaves the other.
    for word in sorted(set(content_words(record.title_words)), key=lambda word: (len(word), word))[-2:]:
        for author in record.authors[:3]:
            # A preprint and its article may bear neighbouring years; each record also claims the year before.
            yield f"ay:{author.family}:{record.year}:{word}"
            yield f"ay:{author.family}:{record.year - 1}:{word}"


def _abstract_keys(record: Features) -> Iterable[str]:
    words = record.abstract.split(maxsplit=_SKETCH_WINDOW)[:_SKETCH_WINDOW]
    if len(words) < _INCIPIT_WORDS:
        return
    yield f"ai:{' '.join(words[:_INCIPIT_WORDS])}"
    shingles = {" ".join(words[i : i + _SHINGLE_WORDS]) for i in range(len(words) - _SHINGLE_WORDS + 1)}
    # The smallest hashes of each side: similar sets are likely to share some (bottom-k sketch, Broder 1997).
    for value in sorted(crc32(shingle.encode()) for shingle in shingles)[:_SKETCH_SIZE]:
        yield f"as:{value:08x}"


def candidate_pairs(keys: Sequence[Sequence[str]], *, max_block: int = MAX_BLOCK) -> Candidates:
    """All pairs of records that share a key, from each record's keys in order."""
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for index, record_keys in enumerate(keys):
        for key in record_keys:
            blocks[key].append(index)
    pairs: set[tuple[int, int]] = set()
    oversized = skipped = 0
    for members in blocks.values():
        if len(members) > max_block:
            oversized += 1
            skipped += len(members) * (len(members) - 1) // 2
        else:
            pairs.update(combinations(members, 2))
    return Candidates(tuple(sorted(pairs)), oversized, skipped)


def shared_keys(a: Features, b: Features) -> tuple[str, ...]:
    """The keys by which two records met; empty when blocking never brings them together."""
    return tuple(sorted(set(blocking_keys(a)) & set(blocking_keys(b))))
