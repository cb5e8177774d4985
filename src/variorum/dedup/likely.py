"""Which pairs are likely to be one work: features are taken in turn, and what is clear early costs little.

A pair is dropped as soon as no outcome of what is still open could make it likely.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter

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
from variorum.dedup.traits import numbered, traits_of

_SLACK = 1e-9
"""Log-odds by which sums may differ that are added up in another order."""

Compare = Callable[[Features, Features], str]


def likely_pairs(
    records: Sequence[Features], left: Numbers, right: Numbers, model: Model, least: float
) -> tuple[list[int], list[Comparison]]:
    """Which pairs, given by the positions of their records, have so many log-odds at least, and their levels."""
    if not len(left):
        return [], []
    codes = codes_at_a_glance(records, traits_of(records), left, right)
    perhaps = np.arange(len(left))
    for feature, settle in _LOOKED_AT.items():
        perhaps = perhaps[at_most(model, codes[:, perhaps]) >= least - _SLACK]
        if settle is not None:
            codes[ROW[feature], perhaps] = settle(records, left[perhaps], right[perhaps])
        _fill(codes, feature, records, left, right, perhaps)
        if feature == "title":
            _put_in_place(codes, perhaps)
    perhaps = perhaps[at_most(model, codes[:, perhaps]) >= least - _SLACK]
    names = (np.array(LEVELS[feature], object)[codes[row, perhaps]] for feature, row in ROW.items())
    levels = [Comparison._make(one) for one in zip(*(column.tolist() for column in names), strict=True)]
    return perhaps.tolist(), levels


_LOOKED_AT: dict[str, Callable[[Sequence[Features], Numbers, Numbers], Codes] | None] = {
    "title": None,
    "identifier": None,
    "abstract": codes_of_abstracts,
    "authors": codes_of_authors,
}
"""Features of which numbers settle no more than a part, in the order in which they are looked at; and for those that
are not settled at a glance, how that part is."""

_COMPARED: dict[str, tuple[Compare, Callable[[Features], Hashable]]] = {
    "title": (title_level, attrgetter("title", "main_title")),
    "identifier": (identifier_level, attrgetter("identifiers", "preprint")),
    "abstract": (abstract_level, attrgetter("abstract")),
    "authors": (authors_level, attrgetter("families", "givens", "authors_complete", "profile_only")),
}
"""How the level of a feature is found, and all of a record that it is found from."""


def _fill(
    codes: Codes, feature: str, records: Sequence[Features], left: Numbers, right: Numbers, perhaps: Numbers
) -> None:
    """Compare one by one the pairs of which a feature is still open; those that say the same are compared once."""
    row, (compare, what) = ROW[feature], _COMPARED[feature]
    still_open = perhaps[codes[row, perhaps] == OPEN]
    one, other = left[still_open], right[still_open]
    said = np.zeros(len(records), np.int64)
    said[one] = said[other] = 1
    saying = np.flatnonzero(said)
    said[saying] = numbered([what(records[position]) for position in saying.tolist()], None)
    said_by_one, said_by_other = said[one], said[other]
    both = np.minimum(said_by_one, said_by_other) * (len(records) + 1) + np.maximum(said_by_one, said_by_other)
    _, firsts, which = np.unique(both, return_index=True, return_inverse=True)
    sides = zip(one[firsts].tolist(), other[firsts].tolist(), strict=True)
    found = [PLACE_OF[feature][compare(records[a], records[b])] for a, b in sides]
    codes[row, still_open] = np.array(found, np.int8)[which]


def _put_in_place(codes: Codes, pairs: Numbers) -> None:
    """Titles that are unlike, of what fills the same pages, get the level that ``compare`` gives them."""
    unlike = np.isin(codes[ROW["title"], pairs], [PLACE_OF["title"][level] for level in UNLIKE_TITLES])
    same_place = codes[ROW["place"], pairs] == PLACE_OF["place"]["range_volume"]
    codes[ROW["title"], pairs[unlike & same_place]] = PLACE_OF["title"]["in_place"]
