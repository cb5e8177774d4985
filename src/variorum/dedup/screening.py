"""Which pairs that share a key are worth comparing in full: a rough look at whole columns of pairs.

It adds up weights as the matcher does, but of evidence that is had from a few numbers by record. It is to lose next
to no true pair: what it lets pass, the matcher judges. Its weights, in ``screen.toml``, are trained on the same sets.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.keys import Blocking
from variorum.dedup.standing import Column, Columns, distance, standings_at
from variorum.dedup.texts import Hashes, Numbers

Codes = NDArray[np.int64]

_TENTHS = ("missing", *(f"tenths_{tenths}" for tenths in range(11)))
_VOLUMES = ("unknown_volume", "same_volume", "other_volume")
_PAGES = ("unknown_page", "same_page", "same_range", "other_page")

LEVELS: Mapping[str, tuple[str, ...]] = {
    "title": _TENTHS,
    "byline": _TENTHS,
    "abstract": _TENTHS,
    "year": ("missing", "same", "next", "near", "apart", "far"),
    "place": ("stages", *(f"{volume}_{page}" for volume in _VOLUMES for page in _PAGES)),
    "identifier": ("stages", "missing", "same", "other", "several"),
}
"""The levels of each feature. Tenths are how many of the words that either has both have; ``stages``: only one of the
two is a preprint."""


_TITLE, _PLACE = (list(LEVELS).index(feature) for feature in ("title", "place"))
_NEARLY_ALL = _TENTHS.index("tenths_9")
_ELSEWHERE = LEVELS["place"].index("other_volume_other_page")
_MOST_TENTHS = 8
"""Tenths of the shorter title's words that an answer shares with what it answers."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Screen:
    """Weights of levels, and the least sum with which a pair passes."""

    least: float
    weights: Mapping[str, Mapping[str, float]]

    @cached_property
    def _tables(self) -> tuple[NDArray[np.float64], ...]:
        return tuple(
            np.array([self.weights[feature].get(level, 0.0) for level in levels]) for feature, levels in LEVELS.items()
        )

    def sums(self, codes: Codes) -> NDArray[np.float64]:
        """The evidence of pairs, given their codes."""
        found: NDArray[np.float64] = sum(table[row] for table, row in zip(self._tables, codes, strict=True))
        return found

    def passing(self, codes: Codes, exempt: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which pairs are worth comparing."""
        passing: NDArray[np.bool_] = (self.sums(codes) >= self.least - _ROUNDING) | exempt
        return passing


@cache
def shipped_screen() -> Screen:
    """The screen that comes with the package."""
    data = tomllib.loads(files("variorum.dedup").joinpath("screen.toml").read_text())
    return Screen(data["least"], {name: table for name, table in data.items() if isinstance(table, dict)})


class _Side(NamedTuple):
    """One side of many pairs."""

    titles: Hashes
    bylines: Hashes
    abstracts: Hashes
    standings: Columns

    @classmethod
    def of(cls, blocking: Blocking, places: Numbers) -> _Side:
        titles, bylines, abstracts = blocking.titles[places], blocking.bylines[places], blocking.abstracts[places]
        return cls(titles, bylines, abstracts, standings_at(blocking.standings, places))


def passing(screen: Screen, blocking: Blocking, left: Numbers, right: Numbers) -> NDArray[np.bool_]:
    """Which pairs the screen lets pass."""
    one, other = _Side.of(blocking, left), _Side.of(blocking, right)
    codes = _codes(one, other)
    return screen.passing(codes, _exempt(one, other, codes))


def codes_of(blocking: Blocking, left: Numbers, right: Numbers) -> Codes:
    """The levels of pairs, a row for each feature, as places in ``LEVELS``."""
    return _codes(_Side.of(blocking, left), _Side.of(blocking, right))


def _codes(one: _Side, other: _Side) -> Codes:
    left, right = one.standings, other.standings
    stages = left.preprint != right.preprint
    return np.stack(
        [
            _tenths(one.titles, other.titles),
            _tenths(one.bylines, other.bylines),
            _tenths(one.abstracts, other.abstracts),
            _years(left.year, right.year),
            np.where(stages, 0, _places(left, right)),
            np.where(stages, 0, _identifiers(left, right)),
        ]
    )


def exempt(blocking: Blocking, left: Numbers, right: Numbers, codes: Codes) -> NDArray[np.bool_]:
    """Which pairs pass whatever their sum, given their codes too.

    What bears one identifier is for the matcher to tell apart, unless it stands in quite another place, and so is what
    bears nearly the same title; what answers another need be like it in nothing but its title.
    """
    return _exempt(_Side.of(blocking, left), _Side.of(blocking, right), codes)


def _exempt(one: _Side, other: _Side, codes: Codes) -> NDArray[np.bool_]:
    left, right = one.standings, other.standings
    bound = (left.bound | right.bound) != 0
    shorter = np.minimum(np.bitwise_count(one.titles), np.bitwise_count(other.titles)).astype(np.uint16)
    shared = np.bitwise_count(one.titles & other.titles).astype(np.uint16)
    answers = bound & (shorter > 0) & (10 * shared >= _MOST_TENTHS * shorter)
    same_id = (left.identifier == right.identifier) & (left.identifier != 0) & (codes[_PLACE] != _ELSEWHERE)
    free: NDArray[np.bool_] = answers | same_id | (codes[_TITLE] >= _NEARLY_ALL)
    return free


def _tenths(one: Hashes, other: Hashes) -> NDArray[np.uint16]:
    shared = np.bitwise_count(one & other).astype(np.uint16)
    either = np.bitwise_count(one | other).astype(np.uint16)
    return np.where((one == 0) | (other == 0), 0, 1 + 10 * shared // np.maximum(either, 1))


def _years(one: Column, other: Column) -> Numbers:
    gap = distance(one, other)
    return np.where((one == 0) | (other == 0), 0, np.array([1, 2, 3, 4, 4, 5])[np.minimum(gap, 5)])


def _places(one: Columns, other: Columns) -> Numbers:
    unknown = (one.volume == 0) | (other.volume == 0)
    volumes = np.where(unknown, 0, np.where(one.volume == other.volume, 1, 2))
    first = (one.first_page == other.first_page) & (one.first_page != 0)
    last = (one.last_page == other.last_page) & (one.last_page != 0)
    paged = (one.first_page != 0) & (other.first_page != 0) & (one.counts == 0) & (other.counts == 0)
    pages = np.where(first & last, 2, np.where(first | last, 1, np.where(paged, 3, 0)))
    return 1 + volumes * len(_PAGES) + pages


def _identifiers(one: Columns, other: Columns) -> Numbers:
    both = np.minimum(one.identified, other.identified)
    same = (one.identifier == other.identifier) & (one.identifier != 0)
    several = np.maximum(one.identified, other.identified) > 1
    return np.where(both == 0, 1, np.where(same, 2, np.where(several, 4, 3)))
