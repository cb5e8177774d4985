"""How two records compare, feature by feature, as named levels. What a level weighs is the model's business."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import repeat
from typing import NamedTuple

from rapidfuzz import fuzz

from variorum.dedup.authorship import authors_level
from variorum.dedup.features import Features
from variorum.dedup.folding import STOP_WORDS
from variorum.dedup.identity import identifier_level
from variorum.dedup.places import pages_level
from variorum.dedup.titles import is_generic, title_words
from variorum.dedup.venues import venue_level
from variorum.dedup.words import is_variant, may_be_variants

Level = str


class Comparison(NamedTuple):
    """The level of each feature. ``missing`` is the level of what one of the two does not state."""

    identifier: Level
    title: Level
    place: Level
    year: Level
    authors: Level
    venue: Level
    abstract: Level


LEVELS: Mapping[str, tuple[Level, ...]] = {
    "identifier": ("missing", "shared", "version", "other"),
    "title": (
        *("missing", "generic", "equal_rich", "equal", "equal_poor", "slip", "slip_poor", "begins", "begins_poor"),
        *("near", "near_poor", "contained", "close", "similar", "faint", "in_place", "different"),
    ),
    "place": (
        *("missing", "range_volume", "range", "range_other_volume", "page_volume", "page", "page_other_volume"),
        *("volume_issue", "volume", "volume_other_issue", "other_volume"),
        *("near_page", "other_page", "other_page_volume"),
    ),
    "year": ("missing", "same", "next", "near", "apart", "far"),
    "authors": (
        *("missing", "equal_many", "equal", "equal_one", "most_many", "most", "words_all", "words"),
        *("one_cut", "one_of", "some", "none_cut", "none"),
    ),
    "venue": ("missing", "same", "short", "like", "other"),
    "abstract": ("missing", "equal", "close", "similar", "different"),
}
"""Every level that a feature may have."""

UNLIKE_TITLES = frozenset({"different", "faint", "similar"})


def compare(a: Features, b: Features) -> Comparison:
    """Compare two records feature by feature. The order of the two makes no difference."""
    title, place = title_level(a, b), place_level(a, b)
    if place == "range_volume" and title in UNLIKE_TITLES:
        # Nothing else stands on these pages: a title in another language, or a wrong one.
        title = "in_place"
    venue, abstract = venue_of_both(a, b), abstract_level(a, b)
    return Comparison(identifier_level(a, b), title, place, year_level(a, b), authors_level(a, b), venue, abstract)


# Titles

RICH, POOR = 60.0, 35.0
"""Bits above which a title is told from all others by its words alone, and below which chance repeats it."""

_RAREST = 5
_HARDLY = 0.2


@cache
def _word_counts() -> tuple[int, Mapping[str, int]]:
    lines = files("variorum.dedup").joinpath("title_words.txt").read_text().splitlines()
    counts = {word: int(count) for count, word in (line.split() for line in lines if not line.startswith("#"))}
    return counts.pop("*"), counts


@cache
def known_bits() -> Mapping[str, float]:
    """Bits of the words that titles often have, and of stop words; those of all others by the empty word."""
    total, counts = _word_counts()
    known = {word: math.log2(total / max(count, _RAREST)) for word, count in counts.items()}
    known |= dict.fromkeys(STOP_WORDS, 0.5) | {"": math.log2(total / _RAREST)}
    # Rounded so that sums come out the same in any order.
    return {word: round(bits * 64) / 64 for word, bits in known.items()}


def bits_of(words: Iterable[str]) -> float:
    """How much words of titles tell, in bits: the fewer titles have one, the more."""
    known = known_bits()
    return sum(map(known.get, words, repeat(known[""])))


@lru_cache(maxsize=1 << 16)
def title_bits(title: str) -> float:
    """How much a folded title tells, in bits, each word once."""
    return bits_of(title_words(title))


def title_level(a: Features, b: Features) -> Level:
    """Equal, but for a slip, one the beginning of the other, and so on down to different.

    ``_poor`` levels are those of titles whose shared words tell little.
    """
    one, other = a.title, b.title
    if not one or not other:
        return "missing"
    if one == other or (one[0] == other[0] and one[-1] == other[-1] and one.replace(" ", "") == other.replace(" ", "")):
        return min(equal_title_level(one), equal_title_level(other), key=_BY_WORTH.index)
    bits, other_bits = title_bits(one), title_bits(other)
    shared = _shared_bits(one, other)
    overlap = shared / (bits + other_bits - shared)
    ratio = fuzz.ratio(one, other, score_cutoff=70) if overlap > 0.1 else 0.0
    if overlap > 0.5:
        ratio = max(ratio, fuzz.ratio(_sorted_words(one), _sorted_words(other), score_cutoff=70))
    contained = shared / min(bits, other_bits)
    poor = "_poor" if shared < POOR else ""
    if overlap >= 0.97 or ratio >= 97:
        return "slip" + poor
    if contained > _HARDLY and _begins(a, b):
        return "generic" if is_generic(one) or is_generic(other) else "begins" + poor
    if overlap >= 0.85 or ratio >= 92:
        return "near" + poor
    if contained >= 0.95 and not poor:
        return "contained"
    if overlap >= 0.65 or ratio >= 85:
        return "close"
    if overlap >= 0.4 or ratio >= 70:
        return "similar"
    return "faint" if contained >= 0.6 else "different"


_BY_WORTH = ("generic", "equal_poor", "equal", "equal_rich")


def equal_title_level(title: str) -> Level:
    """The level of a folded title and the same again, by how much it tells."""
    if is_generic(title):
        return "generic"
    bits = bits_of(set(title.split()))
    return "equal_rich" if bits >= RICH else "equal" if bits >= POOR else "equal_poor"


@lru_cache(maxsize=1 << 16)
def _sorted_words(title: str) -> str:
    return " ".join(sorted(title.split()))


def _shared_bits(one: str, other: str) -> float:
    """Bits of the words that both titles have; a word and its variant count as one."""
    left, right = title_words(one), title_words(other)
    both = left & right
    shared = bits_of(both)
    if 0 < len(left) - len(both) <= _MOST_VARIANTS and 0 < len(right) - len(both) <= _MOST_VARIANTS:
        ones, others = left - both, right - both
        if may_be_variants(ones, others):
            shared += _variant_bits(sorted(ones), sorted(others))
    return shared


def _variant_bits(ones: list[str], others: list[str]) -> float:
    """Bits of the words that have a variant among the others, each of which is taken once."""
    bits = 0.0
    for word in ones:
        for partner in others:
            if is_variant(word, partner):
                others.remove(partner)
                bits += min(bits_of([word]), bits_of([partner]))
                break
    return bits


_MOST_VARIANTS = 4
"""Words that only one title has, up to which slips are looked for among them."""

_FEWEST_MAIN_WORDS = 3


def _begins(a: Features, b: Features) -> bool:
    """Whether one title goes on where the other ends, or the two have but their main part in common."""
    short, long = (a, b) if len(a.title) <= len(b.title) else (b, a)
    if long.title.startswith(short.title + " ") or long.main_title == short.title:
        return True
    same_main = short.main_title == long.main_title and short.main_title != short.title
    return same_main and short.main_title.count(" ") >= _FEWEST_MAIN_WORDS - 1


# Abstracts

LEAST_ABSTRACT = 80


def abstract_level(a: Features, b: Features) -> Level:
    """How alike two abstracts are over the length that both show, so that cutting costs nothing."""
    left, right = a.abstract, b.abstract
    if len(left) < LEAST_ABSTRACT or len(right) < LEAST_ABSTRACT:
        return "missing"
    shown = min(len(left), len(right))
    left, right = left[:shown], right[:shown]
    if left == right:
        return "equal"
    likeness = fuzz.ratio(left, right, score_cutoff=62)
    for level, least in (("equal", 92), ("close", 82), ("similar", 62)):
        if likeness >= least:
            return level
    ones, others = set(left.split()), set(right.split())
    return "similar" if len(ones & others) > 0.6 * len(ones | others) else "different"


# Year, venue, place


def year_level(a: Features, b: Features) -> Level:
    """The same year, the next, or how far apart. An article follows its preprint by up to two years."""
    if not a.year or not b.year:
        return "missing"
    gap = abs(a.year - b.year)
    if gap <= 1:
        return "next" if gap else "same"
    if gap == 2 and a.preprint != b.preprint:
        return "next"
    return "near" if gap <= 2 else "apart" if gap <= 4 else "far"


def venue_of_both(a: Features, b: Features) -> Level:
    """Same venue, a short form of it, like it, or another; a preprint's server is no venue of its article."""
    if not a.venue or not b.venue or a.preprint or b.preprint:
        return "missing"
    level = venue_level(*sorted((a.venue, b.venue)))
    if a.form == b.form or level == "same":
        return level
    # "VLDB" may be the conference or its journal.
    return {"short": "like"}.get(level, "other")


def place_level(a: Features, b: Features) -> Level:
    """Volume, issue and pages taken together, as they stand together in print."""
    if a.preprint != b.preprint:
        return "missing"
    volumes, issues = _agree(a.volume, b.volume), _agree(a.issue, b.issue)
    pages = pages_level(a.first_page, a.last_page, b.first_page, b.last_page)
    if pages in ("page", "range"):
        return pages + {1: "_volume", 0: "", -1: "_other_volume"}[-1 if issues < 0 else volumes]
    if pages == "missing":
        if volumes == 1:
            return {1: "volume_issue", 0: "volume", -1: "volume_other_issue"}[issues]
        return "other_volume" if volumes else "missing"
    if volumes < 0 or issues < 0:
        return "other_page_volume"
    return "other_page" if pages == "other" else "near_page"


def _agree(one: str, other: str) -> int:
    """1 for the same, -1 for another, 0 where one is unknown."""
    return 0 if not one or not other else 1 if one == other else -1
