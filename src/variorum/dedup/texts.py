"""Texts of many records as one array of bytes, their words as arrays of numbers.

What is done to a million texts one after the other takes minutes; done to their bytes all at once, seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_SPACE = ord(" ")
_SHIFTS = tuple(map(np.uint64, (30, 27, 31)))
_FACTORS = tuple(map(np.uint64, (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)))


class Texts(NamedTuple):
    """Texts end to end as UTF-8, each followed by a zero byte, which stands at its place in ``ends``."""

    letters: NDArray[np.uint8]
    ends: Numbers

    @property
    def starts(self) -> Numbers:
        """Where each text begins."""
        return np.concatenate([np.zeros(min(1, len(self.ends)), np.int64), self.ends[:-1] + 1])


class Words(NamedTuple):
    """Words of texts in their order: where each begins and ends, and whose it is (the text's position)."""

    starts: Numbers
    ends: Numbers
    owners: Numbers


def texts_of(values: Sequence[str]) -> Texts:
    """Texts as bytes. They must not hold NUL."""
    letters = np.frombuffer("\0".join([*values, ""]).encode(), np.uint8)
    return Texts(letters, np.flatnonzero(letters == 0))


def words_of(texts: Texts) -> Words:
    """The words of texts: what stands between spaces."""
    inside = np.concatenate([[False], texts.letters > _SPACE])
    changes = np.flatnonzero(inside[1:] != inside[:-1])
    # Every text ends with a zero byte, so that every word that begins also ends.
    starts, ends = changes[::2], changes[1::2]
    counts = np.diff(np.searchsorted(starts, texts.ends), prepend=0)
    return Words(starts, ends, np.repeat(np.arange(len(counts)), counts))


class Hasher:
    """Hashes pieces of one array of bytes: equal pieces alike, wherever they stand.

    A piece's hash is a polynomial of its bytes modulo 2**64, had from sums over all bytes before its ends (Karp and
    Rabin, IBM J. Res. Dev. 31, 1987), so that the length of a piece costs nothing.
    """

    def __init__(self, letters: NDArray[np.uint8]) -> None:
        powers, self._inverses = _powers(len(letters))
        self._sums = np.zeros(len(letters) + 1, np.uint64)
        # In one array, since new ones take longer to be had than to be filled.
        sums = self._sums[1:]
        np.multiply(letters, powers[: len(letters)], out=sums)
        np.cumsum(sums, out=sums)

    def __call__(self, starts: Numbers, ends: Numbers) -> Hashes:
        """The hashes of pieces, each of which begins and ends where it is said."""
        return mix((self._sums[ends] - self._sums[starts]) * self._inverses[starts])


def mix(numbers: Hashes) -> Hashes:
    """Numbers as other numbers in which every bit depends on every bit (the last step of SplitMix64)."""
    mixed = numbers >> _SHIFTS[0]
    mixed ^= numbers
    # In one array, since new ones take longer to be had than to be filled.
    for factor, shift in zip(_FACTORS, _SHIFTS[1:], strict=True):
        mixed *= factor
        mixed ^= mixed >> shift
    return mixed


def hashes_of(values: Sequence[str]) -> Hashes:
    """The hash of each text as a whole; 0 for one without letters."""
    texts = texts_of(values)
    starts = texts.starts
    found = Hasher(texts.letters)(starts, texts.ends)
    return np.where(starts == texts.ends, np.uint64(0), found)


def each_once(numbers: Hashes) -> Hashes:
    """Numbers sorted, each once. NumPy's own way takes ten times as long for as many as these.

    Where they come in sorted runs, as most do here, they are merged, which takes a quarter of the time of sorting.
    """
    numbers = np.sort(numbers, kind="stable")
    return numbers[np.concatenate([[True], numbers[1:] != numbers[:-1]])] if len(numbers) else numbers


def spread_once(numbers: Hashes) -> Hashes:
    """Numbers that are spread evenly, as hashes are, sorted, each once; in half the time of ``each_once``."""
    # By 16 bits NumPy sorts by counting, and by the highest little is out of order then.
    highest = numbers >> np.uint64(max(0, int(numbers.max(initial=0)).bit_length() - 16))
    return each_once(numbers[np.argsort(highest.astype(np.uint16), kind="stable")])


class HashSet:
    """A few mixed hashes, of which it is quick to say for many others whether they are among them."""

    def __init__(self, hashes: Hashes) -> None:
        self._mask = np.uint64(1)
        while len(set((hashes & self._mask).tolist())) < len(hashes):
            self._mask = self._mask * np.uint64(2) + np.uint64(1)
        places = np.arange(int(self._mask) + 1, dtype=np.uint64)
        # By its lowest bits each has a place of its own; in the other places stands what does not belong there.
        self._table = ~places
        self._table[hashes & self._mask] = hashes

    def has(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Which hashes are among these."""
        found: NDArray[np.bool_] = self._table[hashes & self._mask] == hashes
        return found


def runs(numbers: Numbers) -> Numbers:
    """Where the equal ones of sorted numbers begin."""
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(numbers)), bool), numbers[1:] != numbers[:-1]]))


_known: list[tuple[Hashes, Hashes]] = []
_POWERS = 1 << 20
"""So many are known from the first; rarely do several thousand texts take more."""


def _powers(count: int) -> tuple[Hashes, Hashes]:
    """The powers of the base and of its inverse, at least ``count`` + 1 of them."""
    if not _known or len(_known[0][0]) <= count:
        size = max(_POWERS, 1 << (count + 1).bit_length())
        _known[:] = [(_powers_of(_BASE, size), _powers_of(pow(_BASE, -1, 1 << 64), size))]
    return _known[0]


def _powers_of(base: int, size: int) -> Hashes:
    factors = np.full(size, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)
