"""Pages of many records read at once: those that are plain as bytes, the others one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from variorum.dedup.bulk_standings import Pages, pages_of
from variorum.dedup.bulk_texts import Flags, Letters
from variorum.dedup.columns import of_each
from variorum.dedup.places import DIGITS_OF_A_COUNT, read_pages
from variorum.dedup.texts import Hasher, Hashes, Numbers, hashes_of, texts_of

_ZERO, _DASH = b"0-"
_TEN = 10
_MOST_DIGITS = 9


def read_many_pages(values: Sequence[str]) -> tuple[Hashes, Pages]:
    """The hashes of first pages, and pages as numbers. Plain are ``123``, ``123-145``, ``123--45`` and none at all."""
    raw = texts_of(values)
    letters, starts, ends = raw.letters, raw.starts, raw.ends
    others = np.flatnonzero(letters - np.uint8(_ZERO) >= _TEN)  # no digits; the ends of texts are among them
    stop = others[np.searchsorted(others, starts)]
    alone = stop == ends
    begin = np.where(alone, ends, np.minimum(stop + 1 + (letters[np.minimum(stop + 1, ends)] == _DASH), ends))
    whole = (
        (letters[stop] == _DASH) & (others[np.searchsorted(others, begin)] == ends) & _is_number(letters, begin, ends)
    )
    plain = _is_number(letters, starts, stop) & (alone | whole)
    first, last = _numbers(letters, starts, stop), _numbers(letters, begin, ends)
    # The end of a range may be shortened.
    digits, all_digits = ends - begin, stop - starts
    power = _TEN ** np.minimum(digits, _MOST_DIGITS)
    last += np.where((digits > 0) & (digits < all_digits), first // power * power, 0)

    hashes = np.where(plain, Hasher(letters)(starts, stop), np.uint64(0))
    found = Pages(first, last, (alone & (all_digits <= DIGITS_OF_A_COUNT)).astype(np.int64))
    for column in found:
        column[~plain] = 0
    special = np.flatnonzero(~plain & (starts < ends))
    read = of_each(read_pages, [values[at] for at in special.tolist()])
    hashes[special] = hashes_of([page for page, _ in read])
    for column, numbers in zip(found, pages_of(read), strict=True):
        column[special] = numbers
    return hashes, found


def _is_number(letters: Letters, starts: Numbers, ends: Numbers) -> Flags:
    """Where digits make a number that is neither too long nor begins with a nought."""
    lengths = ends - starts
    found: Flags = (lengths > 0) & (lengths <= _MOST_DIGITS) & (letters[np.minimum(starts, len(letters) - 1)] != _ZERO)
    return found


def _numbers(letters: Letters, starts: Numbers, ends: Numbers) -> Numbers:
    """What digits mean; of other letters something that means nothing."""
    found = np.zeros(len(starts), np.int64)
    for place in range(_MOST_DIGITS):
        inside = starts + place < ends
        digits = letters[np.minimum(starts + place, ends)] - np.uint8(_ZERO)
        found = np.where(inside, found * _TEN + digits, found)
    return found
