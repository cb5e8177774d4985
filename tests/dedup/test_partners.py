"""How many authors two bylines share, told for many at once, holds what comparing them one by one finds."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import PAPER, features

from variorum.dedup.authorship import authors_level, shared_authors
from variorum.dedup.features import Features
from variorum.dedup.levels import OPEN, PLACE_OF, codes_of_authors
from variorum.dedup.partners import authors_of, shared_by_many

FAMILIES = ["roe", "rowe", "doe", "de la roe", "roe doe", "ann", "zhou", "zhuo", "éluard", "王", "o"]
GIVENS = ["ann", "a", "bob", "b", "roe", "z", "", "王", "ann b"]


@st.composite
def bylines(draw: st.DrawFn) -> Features:
    authors = draw(st.lists(st.tuples(st.sampled_from(FAMILIES), st.sampled_from(GIVENS)), max_size=5))
    families, givens = zip(*authors, strict=True) if authors else ((), ())
    whole = draw(st.booleans())
    profile = draw(st.sampled_from([False, False, False, True]))
    made = features("x:1", **PAPER)
    return made._replace(families=families, givens=givens, authors_complete=whole, profile_only=profile)


def all_pairs(count: int) -> tuple[Any, Any]:
    return np.array(list(combinations(range(count), 2)), np.int64).reshape(-1, 2).T


@settings(max_examples=400)
@given(st.lists(bylines(), min_size=2, max_size=6))
def test_no_fewer_than_the_least_and_no_more_than_the_most(records: list[Features]) -> None:
    left, right = all_pairs(len(records))
    authors = authors_of(records)
    known = authors.known[left] & authors.known[right]
    left, right = left[known], right[known]
    least, most = shared_by_many(authors, left, right)
    for one, other, fewest, all_there_are in zip(*(x.tolist() for x in (left, right, least, most)), strict=True):
        assert fewest <= shared_authors(records[one], records[other]) <= all_there_are


@settings(max_examples=400)
@given(st.lists(bylines(), min_size=2, max_size=6))
def test_a_level_that_is_told_is_the_one_that_comparing_finds(records: list[Features]) -> None:
    left, right = all_pairs(len(records))
    codes = codes_of_authors(records, left, right).tolist()
    for one, other, code in zip(left.tolist(), right.tolist(), codes, strict=True):
        assert code in (OPEN, PLACE_OF["authors"][authors_level(records[one], records[other])])


def test_most_bylines_that_differ_are_settled_without_comparing_anybody() -> None:
    said = [
        "Roe, A; Poe, B; Doe, C",
        "Roe, A; Poe, B; Loe, X",
        "Roe, A; Zhou, Q; Wang, X",
        "Roe, A; Poe, B; Doe, C; Foe, D",
    ]
    records = [features(f"x:{n}", **PAPER | {"byline": byline}) for n, byline in enumerate(said)]
    left, right = all_pairs(len(records))
    assert (codes_of_authors(records, left, right) != OPEN).all()


def test_of_authors_without_given_names_nothing_is_told() -> None:
    records = [features(f"x:{n}", **PAPER | {"byline": byline}) for n, byline in enumerate(["Roe", "Roe, A"])]
    assert authors_of(records).known.tolist() == [False, True]
