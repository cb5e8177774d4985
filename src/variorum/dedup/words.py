"""Whether two words that differ are one word written in two ways, or two words.

Likeness alone does not tell: arctic and antarctic are as alike as two spellings of one word can be. What
people mistype is one letter, and seldom the first, where most of what turns a word into its opposite stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_SHORTEST_SLIP = 5
"""Letters. Among shorter words one letter makes another word."""

_SHORTEST_STEM = 4
_ENDINGS = frozenset({"s", "es", "d", "ed", "er", "ing", "al", "1"})
"""What inflects a word; and the mark of a title's first footnote, which scanning leaves behind it."""

_FIRST = dict.fromkeys("aeo", "a")
"""First letters that stand for one another, as in esophagus and oesophagus."""

_DIPHTHONG = re.compile("[ao]e")
_OPPOSITES = (("micro", "macro"), ("ab", "ad"), ("pre", "pro"))
"""Beginnings that turn a word into its opposite by one letter behind the first."""


def is_slip(one: str, other: str) -> bool:
    """Whether a word is the other with one letter too many, missing, wrong or changed places, not the first."""
    if min(len(one), len(other)) < _SHORTEST_SLIP or not (one.isalpha() and other.isalpha()):
        return False
    return one[0] == other[0] and OSA.distance(one, other, score_cutoff=1) <= 1 and not _opposite(one, other)


def may_be_variants(ones: Iterable[str], others: Iterable[str]) -> bool:
    """Whether a word of the one may be a variant of one of the others, as far as their first letters tell."""
    return not {_FIRST.get(word[0], word[0]) for word in ones}.isdisjoint(
        [_FIRST.get(word[0], word[0]) for word in others]
    )


def is_variant(one: str, other: str) -> bool:
    """Whether two words differ by a slip, in their ending, or as British from American spelling."""
    if one[0] != other[0] and _FIRST.get(one[0], one[0]) != _FIRST.get(other[0], other[0]):
        return False
    one_spelling, other_spelling = _DIPHTHONG.sub("e", one), _DIPHTHONG.sub("e", other)
    short, long = sorted((one_spelling, other_spelling), key=len)
    inflected = len(short) >= _SHORTEST_STEM and long.startswith(short) and long[len(short) :] in _ENDINGS
    return short == long or inflected or is_slip(one, other)


_SUBSTANCE = re.compile("(?:a(?:te|ne|se)|i(?:te|de|ne|c)|o(?:us|se|l)|e(?:ne)|yne|yl)s?$")
"""Endings by which chemistry tells one substance from another: nitrate, nitrite, nitride."""


def _opposite(one: str, other: str) -> bool:
    ending, other_ending = _SUBSTANCE.search(one), _SUBSTANCE.search(other)
    if ending and other_ending and one[: ending.start()] == other[: other_ending.start()]:
        return True
    return any(
        one.startswith(first) and other == second + one.removeprefix(first)
        for pair in _OPPOSITES
        for first, second in (pair, pair[::-1])
    )
