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

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.keys import Blocking
from variorum.dedup.standing import Column, Columns, Standing, distance, standings_as_columns
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


_IDENTIFIER, _BOUND = Standing._fields.index("identifier"), Standing._fields.index("bound")
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


def codes_of(blocking: Blocking, left: Numbers, right: Numbers) -> Codes:
    """The levels of pairs, a row for each feature, as places in ``LEVELS``."""
    one, other = (standings_as_columns(blocking.standings[side]) for side in (left, right))
    stages = one.preprint != other.preprint
    return np.stack(
        [
            _tenths(blocking.titles[left], blocking.titles[right]),
            _tenths(blocking.bylines[left], blocking.bylines[right]),
            _tenths(blocking.abstracts[left], blocking.abstracts[right]),
            _years(one.year, other.year),
            np.where(stages, 0, _places(one, other)),
            np.where(stages, 0, _identifiers(one, other)),
        ]
    )


def exempt(blocking: Blocking, left: Numbers, right: Numbers, codes: Codes) -> NDArray[np.bool_]:
    """Which pairs pass whatever their sum, given their codes too.

    What bears one identifier is for the matcher to tell apart, unless it stands in quite another place, and so is what
    bears nearly the same title; what answers another need be like it in nothing but its title.
    """
    bound = (blocking.standings[left, _BOUND] | blocking.standings[right, _BOUND]) != 0
    one, other = blocking.titles[left], blocking.titles[right]
    shorter = np.minimum(np.bitwise_count(one), np.bitwise_count(other)).astype(np.int64)
    shared = np.bitwise_count(one & other).astype(np.int64)
    answers = bound & (shorter > 0) & (10 * shared >= _MOST_TENTHS * shorter)
    left_id, right_id = blocking.standings[left, _IDENTIFIER], blocking.standings[right, _IDENTIFIER]
    same_id = (left_id == right_id) & (left_id != 0) & (codes[_PLACE] != _ELSEWHERE)
    free: NDArray[np.bool_] = answers | same_id | (codes[_TITLE] >= _NEARLY_ALL)
    return free


def _tenths(one: Hashes, other: Hashes) -> Numbers:
    shared = np.bitwise_count(one & other).astype(np.int64)
    either = np.bitwise_count(one | other).astype(np.int64)
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
