"""Which pairs are likely to be one work: features are taken in turn, and what is clear early costs little.

A pair is dropped as soon as no outcome of what is still open could make it likely.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from variorum.dedup.authorship import authors_level
from variorum.dedup.comparing import LEVELS, UNLIKE_TITLES, Comparison, abstract_level, title_level
from variorum.dedup.features import Features
from variorum.dedup.identity import identifier_level
from variorum.dedup.levels import (
    OPEN,
    PLACE_OF,
    ROW,
    Codes,
    at_most,
    codes_at_a_glance,
    codes_of_abstracts,
    codes_of_authors,
)
from variorum.dedup.model import Model
from variorum.dedup.texts import Numbers
from variorum.dedup.traits import Traits, traits_of

_SLACK = 1e-9
"""Log-odds by which sums may differ that are added up in another order."""

Compare = Callable[[Features, Features], str]


def likely_pairs(
    records: Sequence[Features], left: Numbers, right: Numbers, model: Model, least: float
) -> tuple[list[int], list[Comparison]]:
    """Which pairs, given by the positions of their records, have so many log-odds at least, and their levels."""
    if not len(left):
        return [], []
    codes, perhaps = glance(records, traits_of(records), left, right, model, least)
    return look(records, left, right, codes, perhaps, model, least)


def glance(
    records: Sequence[Features], traits: Traits, left: Numbers, right: Numbers, model: Model, least: float
) -> tuple[Codes, Numbers]:
    """The levels of pairs but for authors and abstracts, as codes, and the places of those that may be likely."""
    codes = codes_at_a_glance(records, traits, left, right)
    perhaps = np.arange(len(left))
    for feature, compare in _WITHOUT_WORDS:
        perhaps = perhaps[at_most(model, codes[:, perhaps]) >= least - _SLACK]
        _fill(codes, feature, compare, records, left, right, perhaps)
        if feature == "title":
            _put_in_place(codes, perhaps)
    return codes, perhaps[at_most(model, codes[:, perhaps]) >= least - _SLACK]


def look(
    records: Sequence[Features],
    left: Numbers,
    right: Numbers,
    codes: Codes,
    perhaps: Numbers,
    model: Model,
    least: float,
) -> tuple[list[int], list[Comparison]]:
    """The places of likely pairs among those that may be, and their levels, after a glance, whose codes are filled."""
    for feature, (settle, _) in _WITH_WORDS.items():
        codes[ROW[feature], perhaps] = settle(records, left[perhaps], right[perhaps])
    for feature, (_, compare) in _WITH_WORDS.items():
        perhaps = perhaps[at_most(model, codes[:, perhaps]) >= least - _SLACK]
        _fill(codes, feature, compare, records, left, right, perhaps)
    perhaps = perhaps[at_most(model, codes[:, perhaps]) >= least - _SLACK]
    names = (np.array(LEVELS[feature], object)[codes[row, perhaps]] for feature, row in ROW.items())
    levels = [Comparison._make(one) for one in zip(*(column.tolist() for column in names), strict=True)]
    return perhaps.tolist(), levels


_WITHOUT_WORDS: tuple[tuple[str, Compare], ...] = (("title", title_level), ("identifier", identifier_level))
_WITH_WORDS: dict[str, tuple[Callable[[Sequence[Features], Numbers, Numbers], Codes], Compare]] = {
    "abstract": (codes_of_abstracts, abstract_level),
    "authors": (codes_of_authors, authors_level),
}
"""Features of which numbers settle no more than a part, in the order in which they are looked at."""


def _fill(
    codes: Codes,
    feature: str,
    compare: Compare,
    records: Sequence[Features],
    left: Numbers,
    right: Numbers,
    perhaps: Numbers,
) -> None:
    """Compare one by one the pairs of which a feature is still open."""
    row = ROW[feature]
    still_open = perhaps[codes[row, perhaps] == OPEN]
    sides = zip(left[still_open].tolist(), right[still_open].tolist(), strict=True)
    codes[row, still_open] = [PLACE_OF[feature][compare(records[one], records[other])] for one, other in sides]


def _put_in_place(codes: Codes, pairs: Numbers) -> None:
    """Titles that are unlike, of what fills the same pages, get the level that ``compare`` gives them."""
    unlike = np.isin(codes[ROW["title"], pairs], [PLACE_OF["title"][level] for level in UNLIKE_TITLES])
    same_place = codes[ROW["place"], pairs] == PLACE_OF["place"]["range_volume"]
    codes[ROW["title"], pairs[unlike & same_place]] = PLACE_OF["title"]["in_place"]
