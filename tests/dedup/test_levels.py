"""Levels of many pairs at once are those that comparing one pair gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, PAPER, TITLE, any_features, features

from variorum.dedup.comparing import LEVELS, Comparison, compare
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.likely import likely_pairs
from variorum.dedup.model import shipped

MODEL = shipped()


def levels_of(records: Sequence[Features], least: float = -math.inf) -> dict[tuple[int, int], Comparison]:
    pairs = list(combinations(range(len(records)), 2))
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    places, levels = likely_pairs(records, left, right, MODEL, least)
    assert places == sorted(set(places))
    return {pairs[place]: found for place, found in zip(places, levels, strict=True)}


def one_by_one(records: Sequence[Features]) -> dict[tuple[int, int], Comparison]:
    return {(a, b): compare(records[a], records[b]) for a, b in combinations(range(len(records)), 2)}


@settings(max_examples=150)
@given(st.lists(any_features("x:1"), min_size=2, max_size=5))
def test_all_at_once_as_one_by_one(records: list[Features]) -> None:
    assert levels_of(records) == one_by_one(records)


@given(st.lists(any_features("x:1"), min_size=2, max_size=4), st.floats(-6, 6))
def test_only_what_is_likely_enough_is_compared_to_the_end(records: list[Features], least: float) -> None:
    likely = {pair: levels for pair, levels in one_by_one(records).items() if MODEL.log_odds(levels) >= least}
    assert levels_of(records, least) == likely


PLACES = st.fixed_dictionaries(
    {
        "volume": st.sampled_from(["", "1", "2"]),
        "issue": st.sampled_from(["", "1", "2"]),
        "pages": st.sampled_from("|1|1-9|9|10-19|10-10|e10-19|10-18|11-19|45|101|102".split("|")),
        "year": st.sampled_from(["", "2000", "2001", "2002", "2003", "2010"]),
        "venue": st.sampled_from(["", "Nature", "Journal of Trees", "J. Trees", "arXiv", "Proceedings of Trees"]),
        "preprint": st.booleans(),
    }
)
WHO = st.fixed_dictionaries(
    {
        "byline": st.sampled_from(["", BYLINE, "Roe, A", "Roe, Ann", "Roe, B", "Roe, A; Poe, B; Doe, C; Loe, D"]),
        "profile_only": st.booleans(),
        "identifiers": st.sampled_from(
            [
                (),
                (("doi", "10.1/a.v1"),),
                (("doi", "10.1/a.v2"),),
                (("doi", "10.1/b"),),
                (("doi", "10.2/b"),),
                (("pmid", "1"),),
                (("pmid", "2"),),
                (("isbn", "1"),),
                (("isbn", "2"),),
                (("doi", "10.1/b"), ("pmid", "1")),
                (("doi", "10.1/c"), ("pmid", "1")),
            ]
        ),
        "abstract": st.sampled_from(["", ABSTRACT, ABSTRACT[:120], ABSTRACT + " And more.", "Short."]),
    }
)


@settings(max_examples=150)
@given(st.lists(st.tuples(PLACES, WHO), min_size=2, max_size=6))
def test_places_people_and_identifiers(said: list[tuple[dict[str, object], dict[str, object]]]) -> None:
    records = [
        features_of(Statement(ref=f"x:{number}", **(place | who)))  # type: ignore[arg-type]
        for number, (place, who) in enumerate(said)
    ]
    assert levels_of(records) == one_by_one(records)


@pytest.mark.parametrize(
    "titles",
    [
        (TITLE, TITLE),
        (TITLE, TITLE.replace(" ", "")),
        ("Editorial", "Editorial"),
        ("", TITLE),
        ("Der Baum im Wald", "The tree in the wood"),
    ],
)
def test_titles(titles: tuple[str, str]) -> None:
    records = [features(f"x:{number}", **PAPER | {"title": title}) for number, title in enumerate(titles)]
    assert levels_of(records) == one_by_one(records)


def test_no_pairs_at_all() -> None:
    none = np.zeros(0, np.int64)
    assert likely_pairs([], none, none, MODEL, 0.0) == ([], [])


@example(*[features(f"x:{number}", **PAPER) for number in (1, 2)])
@given(any_features("x:1"), any_features("x:2"))
def test_every_level_is_listed(a: Features, b: Features) -> None:
    for feature, level in compare(a, b)._asdict().items():
        assert level in LEVELS[feature]


def test_every_level_that_weighs_is_listed() -> None:
    for feature, table in MODEL.weights.items():
        assert set(table) <= set(LEVELS[feature])
