"""How many authors two bylines share, at least and at most, for many pairs at once.

Who is misspelt, or has names in another order, still has the same two first letters, but for family names of several
parts, of which one may be left out. So letters tell how many partners there can be, and equal names how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import add
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.features import Features
from variorum.dedup.texts import Hashes, Numbers, hashes_of

_PLACES = 512
"""Places for pairs of letters. Those that share one are taken for the same, which only widens what is found."""

_ONE_LETTER = 31


class Authors(NamedTuple):
    """Authors of records, end to end.

    ``names`` are hashes of family name and initial, ``letters`` numbers of the two first letters in any order;
    ``several``: the family name has several parts. By record: where its authors begin, how many they are, whether
    these are ``whole``, and whether all are known by both names.
    """

    names: Hashes
    letters: Numbers
    several: NDArray[np.bool_]
    starts: Numbers
    counts: Numbers
    whole: NDArray[np.bool_]
    known: NDArray[np.bool_]


def authors_of(records: Sequence[Features]) -> Authors:
    """The authors of records."""
    counts = np.array([len(record.families) for record in records], np.int64)
    families = list(chain.from_iterable([record.families for record in records]))
    initials = [given[:1] or " " for given in chain.from_iterable([record.givens for record in records])]
    first, second = _letters(initials), _letters([family[0] for family in families])
    known = np.array([not record.profile_only for record in records], bool)
    known[np.repeat(np.arange(len(records)), counts)[first == ord(" ")]] = False
    return Authors(
        hashes_of(list(map(add, initials, families))),
        (np.minimum(first, second) * _ONE_LETTER + np.maximum(first, second)) % _PLACES,
        np.array([" " in family for family in families], bool),
        np.cumsum(counts) - counts,
        counts,
        np.array([record.authors_complete for record in records], bool),
        known,
    )


def shared_by_many(authors: Authors, left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
    """How many authors of the shorter list have a partner in the other, at least and at most, by pair.

    Only for pairs both of which are ``known``.
    """
    swap = authors.counts[left] > authors.counts[right]
    short, long = np.where(swap, right, left), np.where(swap, left, right)
    owners, ours = _each(authors, short)
    long_owners, theirs = _each(authors, long)
    # Of two authors with the same letters the last stays, so that equal names may be overlooked.
    held = np.full((len(left), _PLACES), -1, np.int32)
    held[long_owners, authors.letters[theirs]] = theirs
    met = held[owners, authors.letters[ours]]
    same = (met >= 0) & (authors.names[met] == authors.names[ours])
    found = np.zeros(held.shape, bool)
    found[owners[same], authors.letters[ours[same]]] = True
    least = found.sum(axis=1)
    perhaps = (met >= 0) | authors.several[ours]
    most = np.bincount(owners[perhaps], minlength=len(left))
    most += np.bincount(long_owners[authors.several[theirs]], minlength=len(left))
    return least, np.minimum(most, authors.counts[short])


def _each(authors: Authors, records: Numbers) -> tuple[Numbers, Numbers]:
    """The authors of some records, one after the other: whose each is, by place among these, and which it is."""
    counts = authors.counts[records]
    owners = np.repeat(np.arange(len(records)), counts)
    within = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
    return owners, authors.starts[records][owners] + within


def _letters(letters: Sequence[str]) -> Numbers:
    return np.frombuffer("".join(letters).encode("utf-32-le"), np.uint32).astype(np.int64)
