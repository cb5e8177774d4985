"""The levels of many pairs at once, as far as numbers tell; the others stay open.

Most pairs are clear in most features: the same title, no abstract, other years.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.authorship import MANY
from variorum.dedup.comparing import LEAST_ABSTRACT, LEVELS, Comparison, equal_title_level, venue_of_both
from variorum.dedup.features import Features
from variorum.dedup.model import Model
from variorum.dedup.partners import Authors, authors_of, shared_by_many
from variorum.dedup.texts import Numbers
from variorum.dedup.traits import DOI, People, Traits, numbered, people_of

Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]

OPEN = -1
"""The code of a level that is not known yet. Others are places in ``LEVELS``."""

PLACE_OF = {feature: {level: place for place, level in enumerate(levels)} for feature, levels in LEVELS.items()}
"""The code of each level of each feature."""

ROW = {feature: row for row, feature in enumerate(Comparison._fields)}
"""The row of each feature among codes."""


def codes_at_a_glance(records: Sequence[Features], traits: Traits, left: Numbers, right: Numbers) -> Codes:
    """The codes of pairs, given by the positions of their records, a row for each feature.

    Authors and abstracts are left open, and so is what numbers do not tell.
    """
    one, other = traits.of(left), traits.of(right)
    still_open = np.full(len(left), OPEN, np.int8)
    return np.stack(
        [
            _identifiers(one, other),
            _titles(records, left, one, other),
            _places(one, other),
            _years(one, other),
            still_open,
            _venues(records, left, right, one, other),
            still_open,
        ]
    )


def codes_of_authors(records: Sequence[Features], left: Numbers, right: Numbers) -> Codes:
    """The codes of pairs as far as their authors go."""
    people = people_of(records)
    codes = _authors(people.of(left), people.of(right))
    still_open = np.flatnonzero(codes == OPEN)
    if len(still_open):
        codes[still_open] = _by_partners(records, left[still_open], right[still_open])
    return codes


def codes_of_abstracts(records: Sequence[Features], left: Numbers, right: Numbers) -> Codes:
    """The codes of pairs as far as their abstracts go."""
    abstracts = numbered([record.abstract for record in records])
    lengths = np.array([len(record.abstract) for record in records], np.int64)
    return codes_by_case(
        "abstract",
        ("missing", np.minimum(lengths[left], lengths[right]) < LEAST_ABSTRACT),
        ("equal", abstracts[left] == abstracts[right]),
    )


def at_most(model: Model, codes: Codes) -> NDArray[np.float64]:
    """The log-odds that pairs can reach at most, whatever open levels turn out to be."""
    found = np.full(codes.shape[1], model.prior)
    for weights, row in zip(model.columns, codes, strict=True):
        found += weights[row]
    return found


def codes_by_case(feature: str, *cases: tuple[str, Flags], otherwise: str = "") -> Codes:
    """For each pair the level of the first case that holds."""
    at = PLACE_OF[feature]
    flags, values = [flag for _, flag in cases], [np.int8(at[level]) for level, _ in cases]
    return np.select(flags, values, np.int8(at[otherwise] if otherwise else OPEN)).astype(np.int8)


def _identifiers(one: Traits, other: Traits) -> Codes:
    single = (one.single & other.single) == 1
    comparable = (one.preprint == other.preprint) & (one.scheme == other.scheme) & (one.scheme != 0)
    return codes_by_case(
        "identifier",
        ("missing", unstated(one.identifiers, other.identifiers)),
        ("shared", single & (one.identifiers == other.identifiers)),
        ("missing", single & ~comparable),
        ("other", single & ((one.scheme != DOI) | (one.agency != other.agency))),
    )


def _titles(records: Sequence[Features], left: Numbers, one: Traits, other: Traits) -> Codes:
    codes = codes_by_case("title", ("missing", unstated(one.title, other.title)))
    same = np.flatnonzero((codes == OPEN) & (one.title == other.title))
    _, firsts, which = np.unique(one.title[same], return_index=True, return_inverse=True)
    titled = [records[at].title for at in left[same[firsts]].tolist()]
    codes[same] = np.array([PLACE_OF["title"][equal_title_level(title)] for title in titled], np.int8)[which]
    return codes


def _places(one: Traits, other: Traits) -> Codes:
    volumes, issues = _agree(one.volume, other.volume), _agree(one.issue, other.issue)
    unpaged = unstated(one.page, other.page)
    same_page = ~unpaged & (one.page == other.page)
    same_end = (one.end == other.end) & (one.end != 0)
    whole = same_page & same_end & (one.alone == 0) & (one.one == 0)
    page = same_page | (~unpaged & same_end)
    unpaged |= ~page & ((one.counts | other.counts) == 1)
    together = np.where(issues < 0, -1, volumes)
    return codes_by_case(
        "place",
        ("missing", one.preprint != other.preprint),
        ("range_volume", whole & (together > 0)),
        ("range", whole & (together == 0)),
        ("range_other_volume", whole),
        ("page_volume", page & (together > 0)),
        ("page", page & (together == 0)),
        ("page_other_volume", page),
        ("volume_issue", unpaged & (volumes > 0) & (issues > 0)),
        ("volume_other_issue", unpaged & (volumes > 0) & (issues < 0)),
        ("volume", unpaged & (volumes > 0)),
        ("other_volume", unpaged & (volumes < 0)),
        ("missing", unpaged),
        ("other_page_volume", (volumes < 0) | (issues < 0)),
        ("other_page", np.abs(one.page_number - other.page_number) > 1),
        otherwise="near_page",
    )


def _years(one: Traits, other: Traits) -> Codes:
    gap = np.abs(one.year - other.year)
    return codes_by_case(
        "year",
        ("missing", unstated(one.year, other.year)),
        ("same", gap == 0),
        ("next", (gap == 1) | ((gap == 2) & (one.preprint != other.preprint))),
        ("near", gap == 2),
        ("apart", gap <= 4),
        otherwise="far",
    )


def _authors(one: People, other: People) -> Codes:
    shown = (one.profile | other.profile) == 0
    equal = shown & (one.families == other.families) & (one.initials == other.initials)
    return codes_by_case(
        "authors",
        ("missing", unstated(one.families, other.families)),
        ("equal_many", equal & (one.how_many >= MANY)),
        ("equal", equal & (one.how_many > 1)),
        ("equal_one", equal),
    )


def _by_partners(records: Sequence[Features], left: Numbers, right: Numbers) -> Codes:
    """The codes of pairs as far as it is clear how many authors they share."""
    positions, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    authors = authors_of([records[position] for position in positions.tolist()])
    one, other = np.split(ends, 2)
    # With more partners a level is never lower: where it is the same at both ends, it is so between.
    least, most = (_by_count(authors, one, other, shared) for shared in shared_by_many(authors, one, other))
    clear = (least == most) & authors.known[one] & authors.known[other]
    return np.where(clear, least, np.int8(OPEN))


def _by_count(authors: Authors, one: Numbers, other: Numbers, shared: Numbers) -> Codes:
    """The codes of pairs, given how many authors they share; where they share none it is open."""
    shorter = np.minimum(authors.counts[one], authors.counts[other])
    every, most = shared == shorter, shared * 3 >= shorter * 2
    equal = every & (authors.counts[one] == authors.counts[other])
    single = every & (shorter == 1)
    return codes_by_case(
        "authors",
        ("equal_many", equal & (shorter >= MANY)),
        ("equal", equal & (shorter > 1)),
        ("equal_one", equal),
        ("one_of", single & authors.whole[one] & authors.whole[other]),
        ("one_cut", single),
        ("most_many", most & (shared >= MANY)),
        ("most", most),
        ("some", shared > 0),
    )


def _venues(records: Sequence[Features], left: Numbers, right: Numbers, one: Traits, other: Traits) -> Codes:
    # The same few venues meet again and again.
    _, firsts, which = np.unique(one.venue * len(records) + other.venue, return_index=True, return_inverse=True)
    pairs = zip(left[firsts].tolist(), right[firsts].tolist(), strict=True)
    found = [PLACE_OF["venue"][venue_of_both(records[a], records[b])] for a, b in pairs]
    return np.array(found, np.int8)[which]


def unstated(one: NDArray[Any], other: NDArray[Any]) -> Flags:
    """Which pairs do not both state something."""
    missing: Flags = (one == 0) | (other == 0)
    return missing


def _agree(one: Numbers, other: Numbers) -> Numbers:
    """1 for the same, -1 for another, 0 where one is unknown."""
    return np.where(unstated(one, other), 0, np.where(one == other, 1, -1))
