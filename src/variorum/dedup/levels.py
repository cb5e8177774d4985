"""The levels of many pairs at once: what numbers settle for whole columns of pairs; the rest is compared one by one.

Most pairs are clear in most features: the same title, no abstract, other years. What is left open costs more, so the
features are taken in turn, and a pair is dropped as soon as no outcome of those still open could make it likely.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.authorship import MANY, authors_level
from variorum.dedup.comparing import (
    LEAST_ABSTRACT,
    LEVELS,
    UNLIKE_TITLES,
    Comparison,
    abstract_level,
    title_level,
    venue_of_both,
)
from variorum.dedup.features import Features
from variorum.dedup.identity import identifier_level
from variorum.dedup.model import Model
from variorum.dedup.places import DIGITS_OF_A_COUNT, LETTERS
from variorum.dedup.texts import Numbers

Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]

OPEN = -1
"""The code of a level that is not known yet. Others are places in ``LEVELS``."""

_AT = {feature: {level: place for place, level in enumerate(levels)} for feature, levels in LEVELS.items()}
_SLACK = 1e-9
"""Log-odds by which sums may differ that are added up in another order."""

_DOI = 1
_SCHEMES = {"doi": _DOI, "arxiv": 2, "pmid": 3}


def likely_pairs(
    records: Sequence[Features], left: Numbers, right: Numbers, model: Model, least: float
) -> tuple[list[int], list[Comparison]]:
    """Which pairs, given by the positions of their records, have so many log-odds at least, and their levels."""
    if not len(left):
        return [], []
    codes = _settled(records, left, right)
    alive = np.arange(len(left))
    for feature, compare in _LEFT_OPEN:
        row = Comparison._fields.index(feature)
        alive = alive[_at_most(model, codes[:, alive]) >= least - _SLACK]
        still_open = alive[codes[row, alive] == OPEN]
        sides = zip(left[still_open].tolist(), right[still_open].tolist(), strict=True)
        codes[row, still_open] = [_AT[feature][compare(records[one], records[other])] for one, other in sides]
        if feature == "title":
            _put_in_place(codes, still_open)
    alive = alive[_at_most(model, codes[:, alive]) >= least - _SLACK]
    names = (np.array(LEVELS[feature], object)[codes[row, alive]] for row, feature in enumerate(Comparison._fields))
    levels = [Comparison._make(one) for one in zip(*(column.tolist() for column in names), strict=True)]
    return alive.tolist(), levels


_LEFT_OPEN: tuple[tuple[str, Callable[[Features, Features], str]], ...] = (
    ("title", title_level),
    ("identifier", identifier_level),
    ("abstract", abstract_level),
    ("authors", authors_level),
)
"""Features of which numbers settle no more than a part, in the order in which they are looked at."""


def _put_in_place(codes: Codes, pairs: Numbers) -> None:
    """Titles that are unlike, of what fills the same pages, get the level that ``compare`` gives them."""
    title, place = (Comparison._fields.index(feature) for feature in ("title", "place"))
    unlike = np.isin(codes[title, pairs], [_AT["title"][level] for level in UNLIKE_TITLES])
    codes[title, pairs[unlike & (codes[place, pairs] == _AT["place"]["range_volume"])]] = _AT["title"]["in_place"]


def _at_most(model: Model, codes: Codes) -> NDArray[np.float64]:
    """The log-odds that pairs can reach at most, whatever open levels turn out to be."""
    found = np.full(codes.shape[1], model.prior)
    for weights, row in zip(model.columns, codes, strict=True):
        found += weights[row]
    return found


class _Traits(NamedTuple):
    """Of each record what can be compared as a number. Equal values have equal numbers; 0 is what is not stated.

    ``scheme`` and ``agency`` are those of the only identifier. ``end`` is the last page. ``one`` is whether the first
    page is page 1, ``alone`` whether it is the last one as well, ``counts`` whether it may be a count of pages.
    """

    title: Numbers
    identifiers: Numbers
    single: Numbers
    scheme: Numbers
    agency: Numbers
    preprint: Numbers
    year: Numbers
    volume: Numbers
    issue: Numbers
    page: Numbers
    page_number: Numbers
    end: Numbers
    one: Numbers
    alone: Numbers
    counts: Numbers
    venue: Numbers
    families: Numbers
    initials: Numbers
    authors: Numbers
    profile: Numbers
    abstract: Numbers
    abstract_length: Numbers

    def of(self, positions: Numbers) -> _Traits:
        """The traits of some records."""
        return _Traits(*(column[positions] for column in self))


def _numbered(values: Iterable[Hashable], nothing: Hashable = "") -> Numbers:
    known: dict[Hashable, int] = {nothing: 0}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)


def _traits(records: Sequence[Features]) -> _Traits:
    columns: dict[str, tuple[Any, ...]] = dict(zip(Features._fields, zip(*records, strict=True), strict=True))
    only = [names[0] if len(names) == 1 else "" for names in columns["identifiers"]]
    schemes = [_SCHEMES.get(name.partition(":")[0], 0) for name in only]
    pages = [page.lstrip(LETTERS) for page in columns["first_page"]]
    small = [
        not end and page.isdigit() and len(page) <= DIGITS_OF_A_COUNT
        for page, end in zip(columns["first_page"], columns["last_page"], strict=True)
    ]
    return _Traits(
        _numbered(columns["title"]),
        _numbered(columns["identifiers"], ()),
        np.array([len(names) == 1 for names in columns["identifiers"]], np.int64),
        np.array(schemes, np.int64),
        _numbered(
            [name.partition("/")[0] if scheme == _DOI else "" for name, scheme in zip(only, schemes, strict=True)]
        ),
        np.array(columns["preprint"], np.int64),
        np.array(columns["year"], np.int64),
        _numbered(columns["volume"]),
        _numbered(columns["issue"]),
        _numbered(pages),
        np.array([int(page[:9] or 0) for page in pages], np.int64),
        np.array(columns["last_page"], np.int64),
        np.array([page == "1" for page in pages], np.int64),
        np.array([page == str(end) for page, end in zip(pages, columns["last_page"], strict=True)], np.int64),
        np.array(small, np.int64),
        _numbered(zip(columns["venue"], columns["form"], columns["preprint"], strict=True)),
        _numbered(columns["families"], ()),
        _numbered(["".join([given[:1] or " " for given in givens]) for givens in columns["givens"]]),
        np.array([len(families) for families in columns["families"]], np.int64),
        np.array(columns["profile_only"], np.int64),
        _numbered(columns["abstract"]),
        np.array([len(abstract) for abstract in columns["abstract"]], np.int64),
    )


def _settled(records: Sequence[Features], left: Numbers, right: Numbers) -> Codes:
    """The levels of pairs that numbers settle, a row for each feature; the others are open."""
    traits = _traits(records)
    one, other = traits.of(left), traits.of(right)
    return np.stack(
        [
            _identifiers(one, other),
            _titles(records, left, one, other),
            _places(one, other),
            _years(one, other),
            _authors(one, other),
            _venues(records, left, right, one, other),
            _abstracts(one, other),
        ]
    )


def _codes(feature: str, *cases: tuple[str, Flags], otherwise: str = "") -> Codes:
    """For each pair the level of the first case that holds."""
    at = _AT[feature]
    flags, values = [flag for _, flag in cases], [np.int8(at[level]) for level, _ in cases]
    return np.select(flags, values, np.int8(at[otherwise] if otherwise else OPEN)).astype(np.int8)


def _identifiers(one: _Traits, other: _Traits) -> Codes:
    single = (one.single & other.single) == 1
    comparable = (one.preprint == other.preprint) & (one.scheme == other.scheme) & (one.scheme != 0)
    return _codes(
        "identifier",
        ("missing", _unstated(one.identifiers, other.identifiers)),
        ("shared", single & (one.identifiers == other.identifiers)),
        ("missing", single & ~comparable),
        ("other", single & ((one.scheme != _DOI) | (one.agency != other.agency))),
    )


def _titles(records: Sequence[Features], left: Numbers, one: _Traits, other: _Traits) -> Codes:
    codes = _codes("title", ("missing", _unstated(one.title, other.title)))
    same = np.flatnonzero((codes == OPEN) & (one.title == other.title))
    _, firsts, which = np.unique(one.title[same], return_index=True, return_inverse=True)
    titled = [records[at] for at in left[same[firsts]].tolist()]
    codes[same] = np.array([_AT["title"][title_level(record, record)] for record in titled], np.int8)[which]
    return codes


def _places(one: _Traits, other: _Traits) -> Codes:
    volumes, issues = _agree(one.volume, other.volume), _agree(one.issue, other.issue)
    unpaged = _unstated(one.page, other.page)
    same_page = ~unpaged & (one.page == other.page)
    same_end = (one.end == other.end) & (one.end != 0)
    whole = same_page & same_end & (one.alone == 0) & (one.one == 0)
    page = same_page | (~unpaged & same_end)
    unpaged |= ~page & ((one.counts | other.counts) == 1)
    together = np.where(issues < 0, -1, volumes)
    return _codes(
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


def _years(one: _Traits, other: _Traits) -> Codes:
    gap = np.abs(one.year - other.year)
    return _codes(
        "year",
        ("missing", _unstated(one.year, other.year)),
        ("same", gap == 0),
        ("next", (gap == 1) | ((gap == 2) & (one.preprint != other.preprint))),
        ("near", gap == 2),
        ("apart", gap <= 4),
        otherwise="far",
    )


def _authors(one: _Traits, other: _Traits) -> Codes:
    shown = (one.profile | other.profile) == 0
    equal = shown & (one.families == other.families) & (one.initials == other.initials)
    return _codes(
        "authors",
        ("missing", _unstated(one.families, other.families)),
        ("equal_many", equal & (one.authors >= MANY)),
        ("equal", equal & (one.authors > 1)),
        ("equal_one", equal),
    )


def _venues(records: Sequence[Features], left: Numbers, right: Numbers, one: _Traits, other: _Traits) -> Codes:
    # The same few venues meet again and again.
    _, firsts, which = np.unique(one.venue * len(records) + other.venue, return_index=True, return_inverse=True)
    pairs = zip(left[firsts].tolist(), right[firsts].tolist(), strict=True)
    found = [_AT["venue"][venue_of_both(records[a], records[b])] for a, b in pairs]
    return np.array(found, np.int8)[which]


def _abstracts(one: _Traits, other: _Traits) -> Codes:
    return _codes(
        "abstract",
        ("missing", np.minimum(one.abstract_length, other.abstract_length) < LEAST_ABSTRACT),
        ("equal", one.abstract == other.abstract),
    )


def _unstated(one: Numbers, other: Numbers) -> Flags:
    unstated: Flags = (one == 0) | (other == 0)
    return unstated


def _agree(one: Numbers, other: Numbers) -> Numbers:
    """1 for the same, -1 for another, 0 where one is unknown."""
    return np.where(_unstated(one, other), 0, np.where(one == other, 1, -1))
