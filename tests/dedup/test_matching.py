"""From evidence and objections to a verdict on a pair."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from tests.dedup.examples import (
    ABSTRACT,
    BYLINE,
    IN_PRINT,
    OTHER_ABSTRACT,
    PAPER,
    STRANGERS,
    TITLE,
    any_features,
    both,
    features,
)

from variorum.dedup.comparing import LEVELS, Comparison, compare
from variorum.dedup.features import Features
from variorum.dedup.matching import KEPT, KEPT_LOG_ODDS, Match, _verdict, judge, judge_likely
from variorum.dedup.model import LEAST, Evidence, Model, probability, shipped
from variorum.dedup.objections import Objection

FIRST, SECOND = np.array([0]), np.array([1])


def judged_if_likely(a: Features, b: Features, least: float = KEPT_LOG_ODDS) -> Match | None:
    return next((found for _, found in judge_likely([a, b], FIRST, SECOND, shipped(), least)), None)


def match(left: dict[str, Any], right: dict[str, Any], **shared: Any) -> Match:
    return judge(*both(left, right, **shared))


# The model


def test_odds_become_probabilities() -> None:
    assert probability(0.0) == 0.5
    assert probability(100.0) == 1 - LEAST
    assert probability(-100.0) == LEAST
    assert probability(2.0) == pytest.approx(1 - probability(-2.0))


def test_evidence_adds_up() -> None:
    model = Model(-1.0, 0.9, 0.5, {name: {"same": 2.0, "missing": 0.25} for name in Comparison._fields})
    levels = Comparison("same", "missing", "missing", "unheard of", "same", "missing", "missing")
    assert model.log_odds(levels) == -1.0 + 2 * 2.0 + 4 * 0.25
    assert sum(piece.weight for piece in model.evidence(levels)) == model.log_odds(levels) - model.prior


def test_weights_by_column_end_with_the_most() -> None:
    model = Model(-1.0, 0.9, 0.5, {name: {"same": 2.0, "missing": -0.25} for name in Comparison._fields})
    for levels, weights in zip(LEVELS.values(), model.columns, strict=True):
        assert weights.tolist() == [{"same": 2.0, "missing": -0.25}.get(level, 0.0) for level in levels] + [
            2.0 if "same" in levels else 0.0
        ]


@pytest.mark.parametrize(
    ("piece", "tells"),
    [
        (Evidence("title", "equal", 2.0), True),
        (Evidence("title", "equal", 0.0), False),
        (Evidence("title", "missing", 2.0), False),
    ],
)
def test_what_is_missing_is_no_reason(piece: Evidence, tells: bool) -> None:
    assert piece.tells is tells
    assert piece.code == f"title_{piece.level}"


def test_the_shipped_model_knows_all_features() -> None:
    model = shipped()
    assert set(model.weights) == set(Comparison._fields)
    assert 0 < KEPT < model.review < model.auto < 1
    assert all("missing" in table for table in model.weights.values())


def test_what_is_better_weighs_more() -> None:
    for feature, order in {
        "identifier": "shared version other",
        "title": "equal_rich equal equal_poor slip_poor similar different",
        "place": "range_volume page_volume other_page other_volume",
        "year": "same next near apart",
        "authors": "equal_many equal most some none",
        "venue": "same other",
        "abstract": "equal close different",
    }.items():
        ranked = [shipped().weights[feature][name] for name in order.split()]
        assert ranked == sorted(ranked, reverse=True), feature


FALLING: dict[str, tuple[str, list[Any]]] = {
    "titles": ("title", [TITLE, TITLE.replace("Cheap ", ""), "Counting Seabirds at Night", "A History of Fishing"]),
    "years": ("year", ["2020", "2021", "2022"]),
    "abstracts": ("abstract", [ABSTRACT, "", OTHER_ABSTRACT]),
    "authors": ("byline", [BYLINE, "Ann Roe, Bob Doe, Dee Foe", f"Ann Roe, {STRANGERS}", STRANGERS]),
    "identifiers": ("ids", [["doi:10.1000/a"], [], ["doi:10.1000/b"]]),
    "pages": ("pages", ["112-130", "", "240-250"]),
    "venues": ("venue", ["Polar Biology", "Knot Theory"]),
}


@pytest.mark.parametrize("name", FALLING)
def test_the_less_two_records_agree_the_less_likely_they_are_one(name: str) -> None:
    field, values = FALLING[name]
    # Little else, so that no difference drowns in certainty.
    shared: dict[str, Any] = {"title": "Seabirds on Ice", "year": "2020", field: values[0]}
    likely = [match({}, {field: value}, **shared).log_odds for value in values]
    assert all(more > less for more, less in pairwise(likely)), likely


# Verdicts


@pytest.mark.parametrize(
    ("line", "effects", "verdict"),
    [
        ("above", [], "same"),
        ("between", [], "review"),
        ("below", [], "different"),
        ("above", ["hold"], "review"),
        ("between", ["hold"], "review"),
        ("below", ["hold"], "different"),
        ("above", ["related"], "related"),
        ("between", ["related"], "related"),
        ("below", ["related"], "related"),
        ("below", ["related", "veto"], "related"),
        ("above", ["related", "hold"], "related"),
        ("above", ["veto"], "different"),
        ("above", ["hold", "veto"], "different"),
        ("below", ["veto"], "different"),
    ],
)
def test_verdicts(line: str, effects: list[Any], verdict: str) -> None:
    model = Model(0.0, auto=0.9, review=0.5, weights={})
    log_odds = {"above": 3.0, "between": 1.0, "below": -1.0}[line]
    objected = tuple(Objection("guard", effect, "") for effect in effects)
    assert _verdict(log_odds, objected, model) == verdict


def test_what_reaches_a_line_is_above_it() -> None:
    model = Model(0.0, auto=0.5, review=0.5, weights={})
    assert _verdict(0.0, (), model) == "same"
    assert _verdict(0.0, (), Model(0.0, auto=0.9, review=0.5, weights={})) == "review"


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        pytest.param({}, {}, "same", id="the same"),
        pytest.param({"byline": "Roe A, Doe B, Poe C"}, {"title": TITLE.lower()}, "same", id="other style"),
        pytest.param({"title": f"RETRACTED: {TITLE}"}, {}, "same", id="taken back"),
        pytest.param({"ids": ["doi:10.1000/a"]}, {"ids": ["doi:10.1000/b"]}, "different", id="two DOIs"),
        pytest.param({"title": f"{TITLE}, Part I"}, {"title": f"{TITLE}, Part II"}, "different", id="parts"),
        pytest.param({"title": f"{TITLE} in mice"}, {"title": f"{TITLE} in rats"}, "review", id="mice and rats"),
        pytest.param({"title": f"Erratum: {TITLE}"}, {}, "related", id="erratum"),
        pytest.param({"title": f"Comment on {TITLE}", "byline": STRANGERS}, {}, "related", id="comment by others"),
        pytest.param({"byline": STRANGERS}, {}, "different", id="strangers"),
        pytest.param({"title": "A History of Fishing in Norway", "year": "1999"}, {}, "different", id="another title"),
    ],
)
def test_verdicts_on_pairs(left: dict[str, Any], right: dict[str, Any], verdict: str) -> None:
    assert match({**PAPER, **left}, {**PAPER, **right}).verdict == verdict


def test_a_translation_in_the_same_place_under_one_doi_is_one_work() -> None:
    same: dict[str, Any] = {"byline": BYLINE, "year": "2020", "ids": ["doi:10.1000/a"], **IN_PRINT}
    assert match({"title": TITLE}, {"title": "Seevögel, gezählt vom Treibeis"}, **same).verdict == "same"


def test_nothing_known_is_no_reason() -> None:
    found = match({}, {})
    assert (found.reasons, found.verdict) == (("guard_other_title",), "different")


def test_reasons_name_the_weightiest_evidence_first_and_guards_last() -> None:
    found = match({"source": "feed"}, {"source": "feed"}, **PAPER, listed_once=True)
    weights = {piece.code: abs(piece.weight) for piece in found.evidence}
    *codes, last = found.reasons
    assert set(codes) == {"title_equal_rich", "authors_equal", "year_same"}
    assert [weights[code] for code in codes] == sorted((weights[code] for code in codes), reverse=True)
    assert last == "guard_listed_twice"


def test_a_relation_says_who_answers_whom() -> None:
    found = match({"title": f"Reply to {TITLE}"}, {"title": TITLE}, year="2020")
    assert (found.relation, found.subject, found.veto.partition(":")[0]) == ("responds_to", "x:1", "response")
    assert (match({}, {}, **PAPER).relation, match({}, {}, **PAPER).subject) == ("", "")


@pytest.mark.parametrize(
    ("left", "right", "veto"),
    [
        ({"byline": BYLINE}, {"byline": STRANGERS}, "disjoint_authors: both bylines are complete and share nobody"),
        ({"title": f"{TITLE} in mice"}, {"title": f"{TITLE} in rats"}, ""),
        ({"byline": BYLINE}, {"byline": BYLINE}, ""),
    ],
)
def test_a_hold_may_be_chained_over_and_a_veto_not(left: dict[str, Any], right: dict[str, Any], veto: str) -> None:
    assert match({"title": TITLE, **left}, {"title": TITLE, **right}).veto == veto
    titled = {"title": TITLE, **left}, {"title": TITLE, **right}
    assert match(*titled, source="feed", listed_once=True).veto.startswith(veto or "listed_twice")


# Laws

TIES = (
    features("x:1", title="Editorial notes and letters: birds"),
    features("x:2", title="Editorial notes and letters: notes"),
)


@settings(max_examples=100)
@example(*TIES)
@given(any_features("x:1"), any_features("x:2"))
def test_the_order_of_two_records_does_not_matter(a: Features, b: Features) -> None:
    assert judge(a, b) == judge(b, a)
    assert (judge(a, b).a, judge(a, b).b) == ("x:1", "x:2")


@given(any_features("x:1"), any_features("x:2"))
def test_nothing_is_ever_certain(a: Features, b: Features) -> None:
    assert 0 < judge(a, b).probability < 1


@settings(max_examples=100)
@given(any_features("x:1"), any_features("x:2"))
def test_a_pair_worth_keeping_is_judged_as_any_other(a: Features, b: Features) -> None:
    found, quickly = judge(a, b), judged_if_likely(a, b)
    if quickly is None:
        assert found.probability <= KEPT + 1e-5
    else:
        assert quickly == found
        assert found.probability >= KEPT - 1e-5


@given(any_features("x:1"), any_features("x:2"))
def test_a_verdict_follows_from_probability_and_objections(a: Features, b: Features) -> None:
    found = judge(a, b)
    effects = {objection.effect for objection in found.objections}
    if found.verdict == "same":
        assert found.probability >= shipped().auto
        assert not effects
    if found.verdict == "related":
        assert found.relation
        assert found.subject in (found.a, found.b)
    elif "veto" in effects or found.probability < shipped().review:
        assert found.verdict == "different"
    assert bool(found.veto) == any(one.effect != "hold" or one.over_chains for one in found.objections)


@given(any_features("x:1"), any_features("x:2"))
def test_a_shared_identifier_never_makes_two_records_less_likely(a: Features, b: Features) -> None:
    shared = [one._replace(identifiers=tuple(sorted({*one.identifiers, "openalex:W1"}))) for one in (a, b)]
    assert judge(*shared).log_odds >= judge(a, b).log_odds


@given(any_features("x:1"), any_features("x:2"))
def test_levels_given_are_levels_found(a: Features, b: Features) -> None:
    assert judge(a, b).levels == compare(a, b)


@given(any_features("x:1"), any_features("x:2"))
def test_no_pair_below_the_least_to_review_is_merged_or_reviewed(a: Features, b: Features) -> None:
    model = shipped()
    found, worth = judge(a, b), judged_if_likely(a, b, model.least_to_review)
    assert worth == (found if found.log_odds >= model.least_to_review else None)
    assert worth is not None or found.verdict in ("different", "related")


@pytest.mark.parametrize("review", [0.05, 0.22, 0.5, 0.9])
def test_the_least_to_review_is_just_below_the_line_of_review(review: float) -> None:
    least = replace(shipped(), review=review).least_to_review
    assert probability(least) < review <= probability(least + 2e-4)
