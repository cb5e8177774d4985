"""Pairs whose verdict is a foregone conclusion, before their records are read.

Copies of a work repeat title, place, year and identifier. Where these weigh so much that nothing else could change the
verdict, and no guard could object, the records need not be read, which is most of the work.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.comparing import LEVELS
from variorum.dedup.copies import Copies, Copy
from variorum.dedup.engines.grouping import Groups, all_paired
from variorum.dedup.levels import OPEN, PLACE_OF, ROW, Codes, Flags, codes_by_case, unstated
from variorum.dedup.model import Model
from variorum.dedup.objections import SAME_PLACE
from variorum.dedup.texts import Hashes, Numbers

_AT_ONCE = 1 << 16
"""Pairs looked at together, so that all that is looked at stays near the processor."""

_ELSEWHERE = ("other_volume", "other_page_volume")
_SAME_AUTHORS = ("missing", "equal_many", "equal", "equal_one")
_SAME_ABSTRACT = ("missing", "equal")
"""The levels of equal bylines and abstracts; nothing may be read of them."""


def foregone(copies: Copies, groups: Groups, left: Numbers, right: Numbers, model: Model) -> Flags:
    """Which pairs, given with their groups, are one work whatever else their records say.

    Only those of groups in which every two records are such a pair: for no such pair any opinion will be asked.
    """
    starts = range(0, len(left), _AT_ONCE)
    sure = [_sure(copies, left[at : at + _AT_ONCE], right[at : at + _AT_ONCE], model) for at in starts]
    doubtful = np.zeros(len(groups.positions), bool)
    doubtful[groups.of_pairs[~np.concatenate([np.zeros(0, bool), *sure])]] = True
    clear = all_paired(groups) & ~doubtful[groups.groups]
    found: Flags = clear[np.searchsorted(groups.positions, left)]
    return found


def _sure(copies: Copies, left: Numbers, right: Numbers, model: Model) -> Flags:
    """Which pairs nothing that is not looked at could make anything but one work."""
    found = np.zeros(len(left), bool)
    same = np.flatnonzero((copies[left, 0] == copies[right, 0]) & (copies[left, 1] != 0))
    one, other = Copy.at(copies, left[same]), Copy.at(copies, right[same])
    same_byline, nobody = one.byline == other.byline, unstated(one.byline, other.byline)
    same_abstract, no_abstract = one.abstract == other.abstract, unstated(one.abstract, other.abstract)
    place, venue, year = _places(one, other), _venues(one, other), _years(one.year, other.year)
    identifier = _identifiers(one, other)
    levels = {
        "title": one.level.astype(np.int8),
        "place": place,
        "venue": venue,
        "year": year,
        "identifier": identifier,
    }
    least = model.prior + sum(_lowest(model, feature)[codes] for feature, codes in levels.items())
    least += _least(model, "authors", (("missing",), nobody), (_SAME_AUTHORS, same_byline))
    least += _least(model, "abstract", (("missing",), no_abstract), (_SAME_ABSTRACT, same_abstract))
    unopposed = _unopposed(one, other, levels, nobody | same_byline)
    found[same] = unopposed & (least >= model.enough_to_merge)
    return found


def _unopposed(one: Copy, other: Copy, levels: dict[str, Codes], somebody_shared: Flags) -> Flags:
    """Which pairs of one title no guard could object to. ``somebody_shared``: authors cannot be others altogether."""
    shared, same_place = _is(levels, "identifier", "shared"), _is(levels, "place", *SAME_PLACE)
    same_form = unstated(one.form, other.form) | ((one.form == other.form) & ~_is(levels, "venue", "other"))
    unopposed: Flags = shared | same_place | (_is(levels, "identifier", "missing") & same_form & somebody_shared)
    for codes in levels.values():
        unopposed &= codes != OPEN  # which may be anything
    return unopposed & ~_is(levels, "place", *_ELSEWHERE) & _is(levels, "year", "same", "missing")


def _identifiers(one: Copy, other: Copy) -> Codes:
    """Shared where all of a scheme are and no other scheme's differ; of different ones nothing is told here."""
    schemes = [(one.doi, other.doi), (one.arxiv, other.arxiv), (one.pmid, other.pmid), (one.others, other.others)]
    both = [~unstated(left, right) for left, right in schemes]
    same = [stated & (left == right) for stated, (left, right) in zip(both, schemes, strict=True)]
    differ = [stated & ~equal for stated, equal in zip(both, same, strict=True)]
    stated_by = [np.logical_or.reduce([scheme[side] != 0 for scheme in schemes]) for side in (0, 1)]
    return codes_by_case(
        "identifier",
        ("missing", ~stated_by[0] | ~stated_by[1]),
        ("shared", np.logical_or.reduce(same) & ~np.logical_or.reduce(differ)),
    )


def _years(one: Hashes, other: Hashes) -> Codes:
    return codes_by_case("year", ("missing", unstated(one, other)), ("same", one == other))


def _venues(one: Copy, other: Copy) -> Codes:
    """Names of one venue may differ; the worst is thought of those that do."""
    missing, same = unstated(one.venue, other.venue), one.venue == other.venue
    return codes_by_case("venue", ("missing", missing), ("same", same), otherwise="other")


def _places(one: Copy, other: Copy) -> Codes:
    """Places of which the pages are the same, or not stated."""
    volumes, issues = _agree(one.volume, other.volume), _agree(one.issue, other.issue)
    unpaged, same_page = unstated(one.page, other.page), one.page == other.page
    whole = same_page & ~unpaged & (one.last_page == other.last_page) & (one.range != 0)
    page = same_page & ~unpaged
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
    )


def _agree(one: Hashes, other: Hashes) -> Numbers:
    """1 for the same, -1 for another, 0 where one is unknown."""
    return np.where(unstated(one, other), 0, np.where(one == other, 1, -1))


def _is(levels: dict[str, Codes], feature: str, *names: str) -> Flags:
    return np.isin(levels[feature], [PLACE_OF[feature][name] for name in names])


def _lowest(model: Model, feature: str) -> NDArray[np.float64]:
    """The weights of a feature's levels by code; for "other" venues the least of all, since they may be any."""
    weights = model.columns[ROW[feature]]
    if feature != "venue":
        return weights
    lowest = weights.copy()
    lowest[PLACE_OF[feature]["other"]] = weights.min()
    return lowest


def _least(model: Model, feature: str, *cases: tuple[Sequence[str], Flags]) -> NDArray[np.float64]:
    """What a feature weighs at least, by the first case that holds: the levels that it may have then, or any."""
    weights = model.weights[feature]
    least = [
        min(weights.get(level, 0.0) for level in levels) for levels in (*(case[0] for case in cases), LEVELS[feature])
    ]
    return np.select([flags for _, flags in cases], least[:-1], least[-1])
