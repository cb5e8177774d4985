"""Pairs whose verdict is a foregone conclusion, before their authors and abstracts are read.

Copies of a work repeat title, place, year and identifier. Where these weigh so much that nothing else could change the
verdict, and no guard could object, bylines and abstracts need not be read, which is most of the work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from variorum.dedup.comparing import LEVELS, Comparison
from variorum.dedup.engines.grouping import all_paired, groups_of
from variorum.dedup.features import Features, Statement
from variorum.dedup.levels import PLACE_OF, ROW, Codes, Flags, unstated
from variorum.dedup.likely import glance, look
from variorum.dedup.many_features import completed, outlines_of_many
from variorum.dedup.model import Model
from variorum.dedup.objections import SAME_PLACE
from variorum.dedup.texts import Numbers
from variorum.dedup.traits import Traits, numbered, traits_of

_ROUNDING = 1e-4
"""Log-odds by which rounding a probability may matter."""

_TITLES = ("equal_rich", "equal", "equal_poor")
_ELSEWHERE = ("other_volume", "other_page_volume")
_READ = ("identifier", "title", "place", "year", "venue")
_SAME_AUTHORS = ("missing", "equal_many", "equal", "equal_one")


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
    records = outlines_of_many(statements)
    traits = traits_of(records)
    codes, perhaps = glance(records, traits, left, right, model, least)
    sure = foregone(statements, traits, codes[:, perhaps], left[perhaps], right[perhaps], model)
    others = perhaps[~sure]
    needed = np.unique(np.concatenate([left[others], right[others]])).tolist()
    read = completed([records[at] for at in needed], [statements[at] for at in needed])
    for at, record in zip(needed, read, strict=True):
        records[at] = record
    return Looked(records, perhaps[sure].tolist(), *look(records, left, right, codes, others, model, least))


def foregone(
    statements: Sequence[Statement], traits: Traits, codes: Codes, left: Numbers, right: Numbers, model: Model
) -> Flags:
    """Which pairs of statements, given their codes but for authors and abstracts, are one work whatever those say.

    Only those of groups in which every two records are such a pair: for no such pair any opinion will be asked.
    """
    if not len(left):
        return np.zeros(0, bool)
    sure = _sure(statements, traits, codes, left, right, model)
    groups = groups_of(left, right)
    doubtful = np.zeros(len(groups.positions), bool)
    doubtful[groups.of_pairs[~sure]] = True
    clear = all_paired(groups) & ~doubtful[groups.groups]
    found: Flags = clear[np.searchsorted(groups.positions, left)]
    return found


def _sure(
    statements: Sequence[Statement], traits: Traits, codes: Codes, left: Numbers, right: Numbers, model: Model
) -> Flags:
    one, other = traits.of(left), traits.of(right)
    bylines = numbered([statement.byline for statement in statements])
    abstracts = numbered([statement.abstract for statement in statements])
    # Of these the byline does not tell all.
    hidden = np.array(
        [
            bool(said.names or said.profile_only or said.listed_once or (";" in said.title and not said.byline))
            for said in statements
        ]
    )
    nobody, same_byline = unstated(bylines[left], bylines[right]), bylines[left] == bylines[right]

    least = model.prior + sum(model.columns[ROW[feature]][codes[ROW[feature]]] for feature in _READ)
    least += np.where(
        nobody,
        _least(model, "authors", "missing"),
        np.where(same_byline, _least(model, "authors", *_SAME_AUTHORS), _least(model, "authors")),
    )
    no_abstract = unstated(abstracts[left], abstracts[right])
    least += np.where(
        no_abstract,
        _least(model, "abstract", "missing"),
        np.where(
            abstracts[left] == abstracts[right],
            _least(model, "abstract", "missing", "equal"),
            _least(model, "abstract"),
        ),
    )

    shared, same_place = _is(codes, "identifier", "shared"), _is(codes, "place", *SAME_PLACE)
    one_each = unstated(one.identifiers, other.identifiers) | _is(codes, "identifier", "version")
    same_form = (
        (one.venue == other.venue)
        | unstated(one.form, other.form)
        | ((one.form == other.form) & ~_is(codes, "venue", "other"))
    )
    unopposed = shared | same_place | (one_each & same_form & (nobody | same_byline))
    unopposed &= (one.title == other.title) & _is(codes, "title", *_TITLES) & ~_is(codes, "place", *_ELSEWHERE)
    unopposed &= _is(codes, "year", "same", "missing") & ~hidden[left] & ~hidden[right]
    sure: Flags = unopposed & (least >= math.log(model.auto / (1 - model.auto)) + _ROUNDING)
    return sure


def _is(codes: Codes, feature: str, *levels: str) -> Flags:
    return np.isin(codes[ROW[feature]], [PLACE_OF[feature][level] for level in levels])


def _least(model: Model, feature: str, *levels: str) -> float:
    """What a feature weighs at least, if it has one of these levels; without levels, any."""
    return min(model.weights[feature].get(level, 0.0) for level in levels or LEVELS[feature])
