"""The words of many texts that tell something, as arrays of numbers."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from variorum.dedup.texts import Hasher, Hashes, HashSet, Numbers, Texts, each_once, hashes_of, runs, words_of

_LONGEST = 63
"""Letters above which longer words are no longer."""


class TellingWords(NamedTuple):
    """The telling words of ``total`` texts, in order."""

    starts: Numbers
    ends: Numbers
    owners: Numbers
    hashes: Hashes
    hasher: Hasher
    total: int

    @classmethod
    def of(cls, texts: Texts, idle: frozenset[str], shortest: int = 1) -> TellingWords:
        """The words of texts but for ``idle`` and short ones."""
        words, hasher = words_of(texts), Hasher(texts.letters)
        hashes = hasher(words.starts, words.ends)
        if not idle and shortest == 1:
            return cls(*words, hashes, hasher, len(texts.ends))
        telling = np.flatnonzero(~hash_set(idle).has(hashes) & (words.ends - words.starts >= shortest))
        kept = (words.starts[telling], words.ends[telling], words.owners[telling], hashes[telling])
        return cls(*kept, hasher, len(texts.ends))

    def first(self, most: int, *, letters: int | None = None, backwards: bool = False) -> Hashes:
        """The first words of each text, or the last, or so many of their letters, as columns; 0 for no word."""
        begins = runs(self.owners)
        found = np.zeros((most, self.total), np.uint64)
        sizes = np.diff(begins, append=len(self.owners))
        for place, row in enumerate(found):
            places = (begins + (sizes - 1 - place if backwards else place))[sizes > place]
            starts, ends = self.starts[places], self.ends[places]
            short = None if letters is None else self.hasher(starts, np.minimum(ends, starts + letters))
            row[self.owners[places]] = self.hashes[places] if short is None else short
        return found

    def sketches(self) -> Hashes:
        """A text's words as 64 bits, of which each word sets one: how many two texts share, at a glance."""
        found = np.zeros(self.total, np.uint64)
        begins = runs(self.owners)
        if len(begins):
            bits = np.uint64(1) << (self.hashes & np.uint64(63))
            found[self.owners[begins]] = np.bitwise_or.reduceat(bits, begins)
        return found

    def longest(self) -> tuple[Hashes, Numbers]:
        """Each text's words once, the longest first, and whose they are."""
        length = np.minimum(self.ends - self.starts, _LONGEST).astype(np.uint64)
        owners = self.owners.astype(np.uint64) << np.uint64(48)
        # Owner, length and hash in one number, so that sorting is quick.
        packed = each_once(owners | ((_LONGEST - length) << np.uint64(42)) | (self.hashes >> np.uint64(22)))
        return packed & np.uint64((1 << 42) - 1), (packed >> np.uint64(48)).astype(np.int64)


@cache
def hash_set(words: frozenset[str]) -> HashSet:
    """The hashes of words."""
    return HashSet(hashes_of(sorted(words)))


def first_of_each(values: Hashes, owners: Numbers, count: int, most: int) -> Hashes:
    """The first values of each of ``count`` owners, as columns; 0 where there are none. Owners must be sorted."""
    begins = runs(owners)
    sizes = np.diff(begins, append=len(owners))
    found = np.zeros((most, count), np.uint64)
    for place, row in enumerate(found):
        places = begins[sizes > place] + place
        row[owners[places]] = values[places]
    return found
