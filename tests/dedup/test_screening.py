"""The rough look at pairs: their levels, the sum of what these weigh, and what passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, OTHER_ABSTRACT, PAPER, STRANGERS, TITLE, any_features, both

from variorum.dedup.blocking import blocking_of, candidate_pairs
from variorum.dedup.features import Features
from variorum.dedup.screening import LEVELS, Screen, codes_of, exempt, shipped_screen

THERE, BACK = np.array([0]), np.array([1])
"""A pair of two records alone, by position."""


def codes(a: Features, b: Features) -> list[int]:
    blocking = blocking_of([a, b])
    found = codes_of(blocking, THERE, BACK)
    assert found.shape == (len(LEVELS), 1)
    assert np.array_equal(found, codes_of(blocking, BACK, THERE))
    return found[:, 0].tolist()


def levels(left: dict[str, Any], right: dict[str, Any]) -> dict[str, str]:
    found = codes(*both(left, right))
    return {name: LEVELS[name][code] for name, code in zip(LEVELS, found, strict=True)}


@given(any_features("x:1"), any_features("x:2"))
def test_every_pair_has_a_level_of_each_feature(a: Features, b: Features) -> None:
    assert all(0 <= code < len(names) for code, names in zip(codes(a, b), LEVELS.values(), strict=True))


def test_a_pair_of_which_nothing_is_known() -> None:
    assert levels({}, {}) == {
        "title": "missing",
        "byline": "missing",
        "abstract": "missing",
        "year": "missing",
        "place": "unknown_volume_unknown_page",
        "identifier": "missing",
    }


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Knots", "", "missing"),
        ("Of the", "Knots", "missing"),
        ("Knots of Ropes", "Ropes and Knots", "tenths_10"),
        ("Knots", "Ropes", "tenths_0"),
        ("Knots Ropes", "Knots", "tenths_5"),
        ("Knots Ropes Sails", "Knots", "tenths_3"),
        ("Knots Ropes Sails", "Knots Ropes", "tenths_6"),
    ],
)
def test_tenths_are_how_many_words_of_either_are_in_both(left: str, right: str, expected: str) -> None:
    assert levels({"title": left}, {"title": right})["title"] == expected


def test_of_bylines_names_count_without_initials() -> None:
    assert levels({"byline": "Roe, Ann; Doe, B."}, {"byline": "Ann Roe"})["byline"] == "tenths_6"
    assert levels({"byline": "A. B."}, {"byline": "Ann Roe"})["byline"] == "missing"
    assert levels({"byline": BYLINE, "profile_only": True}, {"byline": BYLINE})["byline"] == "missing"


def test_of_abstracts_the_openings_count() -> None:
    assert levels({"abstract": ABSTRACT}, {"abstract": ABSTRACT[:200]})["abstract"] == "tenths_10"
    assert levels({"abstract": ABSTRACT}, {"abstract": OTHER_ABSTRACT})["abstract"] < "tenths_4"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2020", "", "missing"),
        ("2020", "2020", "same"),
        ("2020", "2021", "next"),
        ("2020", "2018", "near"),
        ("2020", "2023", "apart"),
        ("2020", "2016", "apart"),
        ("2020", "2015", "far"),
        ("2020", "1620", "far"),
    ],
)
def test_years(left: str, right: str, expected: str) -> None:
    assert levels({"year": left}, {"year": right})["year"] == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("3", "112"), ("", ""), "unknown_volume_unknown_page"),
        (("3", "112"), ("3", ""), "same_volume_unknown_page"),
        (("3", "112"), ("4", ""), "other_volume_unknown_page"),
        (("3", "112"), ("3", "112-120"), "same_volume_same_page"),
        (("3", "112-120"), ("3", "112-120"), "same_volume_same_range"),
        (("", "112-120"), ("4", "112-120"), "unknown_volume_same_range"),
        (("3", "113-120"), ("4", "112-120"), "other_volume_same_page"),
        (("3", "112-120"), ("4", "212-220"), "other_volume_other_page"),
        (("3", "112-120"), ("3", "212"), "same_volume_other_page"),
        (("3", "12"), ("3", "12"), "same_volume_same_page"),
        (("3", "12"), ("3", "212-220"), "same_volume_unknown_page"),
    ],
)
def test_places(left: tuple[str, str], right: tuple[str, str], expected: str) -> None:
    one, other = ({"volume": volume, "pages": pages} for volume, pages in (left, right))
    assert levels(one, other)["place"] == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (["doi:10.1000/a.1"], [], "missing"),
        (["doi:10.1000/a.1"], ["doi:10.1000/a.1"], "same"),
        (["doi:10.1000/a.1"], ["doi:10.1000/a.2"], "other"),
        (["doi:10.1000/a.1"], ["doi:10.2/a.1"], "other"),
        (["doi:10.1000/a.1"], ["doi:10.1000/a.1", "pmid:1"], "several"),
        (["pmid:1"], ["pmid:1"], "same"),
        (["pmid:1"], ["pmid:2"], "several"),
        (["doi:10.5281/zenodo.1"], ["doi:10.5281/zenodo.1"], "same"),
        (["doi:10.5281/zenodo.1"], ["doi:10.5281/zenodo.2"], "other"),
    ],
)
def test_identifiers(left: list[str], right: list[str], expected: str) -> None:
    assert levels({"ids": left}, {"ids": right})["identifier"] == expected


def test_neither_place_nor_identifier_of_a_preprint_are_those_of_its_article() -> None:
    said: dict[str, Any] = {"volume": "3", "pages": "112", "ids": ["doi:10.1000/a.1"]}
    found = levels({**said, "preprint": True}, said)
    assert (found["place"], found["identifier"]) == ("stages", "stages")
    both_preprints = levels({**said, "preprint": True}, {**said, "preprint": True})
    assert (both_preprints["place"], both_preprints["identifier"]) == ("same_volume_same_page", "same")


@given(st.lists(any_features("x:1"), min_size=1, max_size=5))
def test_a_pair_passes_with_the_least_sum_of_its_levels_weights(records: list[Features]) -> None:
    blocking = blocking_of(records)
    left, right = (side.ravel() for side in np.indices((len(records), len(records))))
    screen = shipped_screen()
    names, found = list(LEVELS), codes_of(blocking, left, right)
    expected = [
        sum(screen.weights[name][LEVELS[name][code]] for name, code in zip(names, pair, strict=True))
        for pair in found.T.tolist()
    ]
    assert screen.sums(found) == pytest.approx(expected)
    nobody, everybody = np.zeros(len(left), bool), np.ones(len(left), bool)
    for least in (-100.0, -5.0, screen.least, 0.0, 100.0):
        moved = Screen(least, screen.weights)
        assert moved.passing(found, nobody).tolist() == [total >= least - 1e-6 for total in screen.sums(found)]
        assert moved.passing(found, everybody).all()


def test_a_level_without_a_weight_weighs_nothing() -> None:
    screen = Screen(0.0, {name: {} for name in LEVELS} | {"year": {"far": -2.0}})
    blocking = blocking_of(list(both({"year": "2020"}, {"year": "2000"})))
    found = codes_of(blocking, np.array([0, 0]), np.array([0, 1]))
    assert screen.sums(found).tolist() == [0.0, -2.0]
    assert screen.passing(found, np.array([False, False])).tolist() == [True, False]
    assert screen.passing(found, np.array([False, True])).tolist() == [True, True]


def test_the_screen_that_comes_along_weighs_every_level() -> None:
    screen = shipped_screen()
    assert {name: set(table) for name, table in screen.weights.items()} == {k: set(v) for k, v in LEVELS.items()}
    assert screen.least < 0
    assert all(abs(weight) < 20 for table in screen.weights.values() for weight in table.values())


@pytest.mark.parametrize(
    ("left", "right", "passes"),
    [
        ({}, {}, True),
        ({"year": ""}, {"byline": ""}, True),
        ({}, {"title": f"Erratum: {TITLE}"}, True),
        ({}, {"title": TITLE.replace("Seabirds", "Sea-birds"), "year": "2021"}, True),
        ({}, {"title": "A Grammar for a Small Language of Knots", "byline": "Dee Foe", "year": "1999"}, False),
        ({"volume": "3", "pages": "112-120"}, {"volume": "9", "pages": "212-220", "year": "2009"}, False),
    ],
)
def test_what_the_screen_that_comes_along_lets_pass(left: dict[str, Any], right: dict[str, Any], passes: bool) -> None:
    found = codes_of(blocking_of(list(both(left, right, **PAPER))), THERE, BACK)
    assert shipped_screen().passing(found, np.array([False])).tolist() == [passes]


# What passes whatever its sum


IN_PRINT: dict[str, Any] = {**PAPER, "volume": "3", "pages": "112-120", "ids": ["doi:10.1000/a.1"]}
LATER: dict[str, Any] = {**IN_PRINT, "volume": "5", "pages": "340", "year": "2022", "ids": ["doi:10.1000/a.2"]}
ELSEWHERE: dict[str, Any] = {**LATER, "title": "A Grammar for a Small Language of Knots", "byline": STRANGERS}

OTHERS: dict[str, Any] = {**ELSEWHERE, "volume": "", "pages": ""}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(IN_PRINT, {**LATER, "title": f"Erratum: {TITLE}"}, id="an erratum of a later volume"),
        pytest.param(
            IN_PRINT,
            {**LATER, "title": f"{TITLE}: A Reply", "byline": STRANGERS},
            id="an answer by others of a later volume",
        ),
        pytest.param(IN_PRINT, {**OTHERS, "ids": IN_PRINT["ids"]}, id="one DOI and nothing else"),
        pytest.param({**IN_PRINT, "ids": ["pmid:1"]}, {**OTHERS, "ids": ["pmid:1"]}, id="one PubMed entry"),
    ],
)
def test_who_is_exempt_meets_in_spite_of_the_screen(left: dict[str, Any], right: dict[str, Any]) -> None:
    blocking = blocking_of(list(both(left, right)))
    found = codes_of(blocking, THERE, BACK)
    assert not shipped_screen().passing(found, np.array([False])).any()
    for one, other in ((THERE, BACK), (BACK, THERE)):
        assert exempt(blocking, one, other, found).tolist() == [True]
    assert len(candidate_pairs(blocking)) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({}, {}, id="nothing known"),
        pytest.param(IN_PRINT, {**ELSEWHERE, "ids": IN_PRINT["ids"]}, id="one DOI of what stands elsewhere"),
        pytest.param(IN_PRINT, {**LATER, "title": "Erratum: Counting Birds on Ice"}, id="too few words of the title"),
        pytest.param(IN_PRINT, {**ELSEWHERE, "title": "Erratum"}, id="an erratum of something"),
        pytest.param(IN_PRINT, {**ELSEWHERE, "ids": [*IN_PRINT["ids"], "pmid:1"]}, id="one DOI among several ids"),
    ],
)
def test_who_is_not_exempt(left: dict[str, Any], right: dict[str, Any]) -> None:
    blocking = blocking_of(list(both(left, right)))
    found = codes_of(blocking, THERE, BACK)
    for one, other in ((THERE, BACK), (BACK, THERE)):
        assert exempt(blocking, one, other, found).tolist() == [False]
