"""Pairs whose verdict is a foregone conclusion, before their authors and abstracts are read.

Copies of a work repeat title, place, year and identifier. Where these weigh so much that nothing else could change the
verdict, and no guard could object, bylines and abstracts need not be read, which is most of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.comparing import LEVELS, Comparison
from variorum.dedup.engines.grouping import all_paired, groups_of
from variorum.dedup.features import Features, Statement
from variorum.dedup.levels import PLACE_OF, ROW, Codes, Flags, unstated
from variorum.dedup.likely import glance, look
from variorum.dedup.many_features import apart, completed, outlines_of_many
from variorum.dedup.model import Model
from variorum.dedup.objections import SAME_PLACE
from variorum.dedup.texts import Numbers
from variorum.dedup.traits import Traits, numbered, traits_of

_TITLES = ("equal_rich", "equal", "equal_poor")
_ELSEWHERE = ("other_volume", "other_page_volume")
_READ = ("identifier", "title", "place", "year", "venue")
_SAME_AUTHORS = ("missing", "equal_many", "equal", "equal_one")
_SAME_ABSTRACT = ("missing", "equal")
"""The levels of equal bylines and abstracts; nothing may be read of them."""


class Looked(NamedTuple):
    """What a look at pairs of statements came to; pairs are given by their places.

    ``records`` have authors and abstracts where these were read. Pairs that are ``foregone`` are one work; of the
    other likely pairs the levels are known.
    """

    records: list[Features]
    foregone: list[int]
    places: list[int]
    levels: list[Comparison]


def look_at_statements(statements: Sequence[Statement], left: Numbers, right: Numbers, model: Model) -> Looked:
    """Look at pairs, given by the positions of their statements, for those of which a curator would hear."""
    if not len(left):
        return Looked([], [], [], [])
    least = model.least_to_review
    said = apart(statements)
    records = outlines_of_many(said)
    traits = traits_of(records)
    codes, perhaps = glance(records, traits, left, right, model, least)
    sure = foregone(said, traits, codes[:, perhaps], left[perhaps], right[perhaps], model)
    others = perhaps[~sure]
    needed = np.unique(np.concatenate([left[others], right[others]])).tolist()
    read = completed([records[at] for at in needed], [said[at] for at in needed])
    for at, record in zip(needed, read, strict=True):
        records[at] = record
    return Looked(records, perhaps[sure].tolist(), *look(records, left, right, codes, others, model, least))


def foregone(
    said: Sequence[Statement], traits: Traits, codes: Codes, left: Numbers, right: Numbers, model: Model
) -> Flags:
    """Which pairs of statements, given their codes but for authors and abstracts, are one work whatever those say.

    Only those of groups in which every two records are such a pair: for no such pair any opinion will be asked.
    """
    if not len(left):
        return np.zeros(0, bool)
    sure = _sure(said, traits, codes, left, right, model)
    groups = groups_of(left, right)
    doubtful = np.zeros(len(groups.positions), bool)
    doubtful[groups.of_pairs[~sure]] = True
    clear = all_paired(groups) & ~doubtful[groups.groups]
    found: Flags = clear[np.searchsorted(groups.positions, left)]
    return found


def _sure(
    said: Sequence[Statement], traits: Traits, codes: Codes, left: Numbers, right: Numbers, model: Model
) -> Flags:
    """Which pairs no byline and no abstract could make anything but one work."""
    bylines, abstracts = (numbered(texts) for texts in zip(*((one.byline, one.abstract) for one in said), strict=True))
    nobody, same_byline = unstated(bylines[left], bylines[right]), bylines[left] == bylines[right]
    no_abstract, same_abstract = unstated(abstracts[left], abstracts[right]), abstracts[left] == abstracts[right]
    least = model.prior + sum(model.columns[ROW[feature]][codes[ROW[feature]]] for feature in _READ)
    least += _least(model, "authors", (("missing",), nobody), (_SAME_AUTHORS, same_byline))
    least += _least(model, "abstract", (("missing",), no_abstract), (_SAME_ABSTRACT, same_abstract))
    # Of these the byline does not tell all.
    hidden = np.array([bool(one.names or one.profile_only or one.listed_once) for one in said])
    unopposed = _unopposed(traits.of(left), traits.of(right), codes, nobody | same_byline)
    sure: Flags = unopposed & ~hidden[left] & ~hidden[right] & (least >= model.enough_to_merge)
    return sure


def _unopposed(one: Traits, other: Traits, codes: Codes, somebody_shared: Flags) -> Flags:
    """Which pairs of one title no guard could object to. ``somebody_shared``: authors cannot be others altogether."""
    shared, same_place = _is(codes, "identifier", "shared"), _is(codes, "place", *SAME_PLACE)
    no_conflict = unstated(one.identifiers, other.identifiers) | _is(codes, "identifier", "version")
    same_form = (one.form == other.form) & ~_is(codes, "venue", "other")
    same_form |= (one.venue == other.venue) | unstated(one.form, other.form)
    unopposed: Flags = shared | same_place | (no_conflict & same_form & somebody_shared)
    unopposed &= (one.title == other.title) & _is(codes, "title", *_TITLES)
    return unopposed & ~_is(codes, "place", *_ELSEWHERE) & _is(codes, "year", "same", "missing")


def _is(codes: Codes, feature: str, *levels: str) -> Flags:
    return np.isin(codes[ROW[feature]], [PLACE_OF[feature][level] for level in levels])


def _least(model: Model, feature: str, *cases: tuple[Sequence[str], Flags]) -> NDArray[np.float64]:
    """What a feature weighs at least, by the first case that holds: the levels that it may have then, or any."""
    weights = model.weights[feature]
    least = [
        min(weights.get(level, 0.0) for level in levels) for levels in (*(case[0] for case in cases), LEVELS[feature])
    ]
    return np.select([flags for _, flags in cases], least[:-1], least[-1])
