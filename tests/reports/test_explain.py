"""What is said of a pair: a phrase for every level, and a waterfall that adds up."""

from __future__ import annotations

import inspect
import itertools
import math
import re
from collections.abc import Callable

import pytest

from variorum.dedup import authorship, comparing, identity, keys, venues
from variorum.dedup.comparing import compare
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.matching import judge
from variorum.dedup.model import shipped
from variorum.reports.explain import explain_view, waterfall
from variorum.reports.wording import evidence_text

FULL = Statement(
    ref="x:1",
    title="Knots in the wake of a slowly turning propeller: a field study",
    byline="Roe, Ann; Poe, Bob; Doe, Carl",
    year="2019",
    venue="Journal of Fluid Knots",
    volume="12",
    issue="3",
    pages="101-120",
    identifiers=(("doi", "10.1234/knots.1"),),
    abstract="We tie knots behind a propeller and count how many of them come loose within one hour. " * 2,
)
OTHER = FULL._replace(
    ref="y:2",
    title="Knots in the wake of a turning screw",
    byline="Roe, A.; Lee, Kim",
    year="2021",
    venue="J Fluid Knots",
    volume="13",
    issue="4",
    pages="40-60",
    identifiers=(("doi", "10.1234/knots.2"),),
    abstract="Propellers are expensive. What happens when they turn has been asked before, and no answer was found. ",
)
LEVELS = [(feature, level) for feature, levels in shipped().weights.items() for level in levels]


def _features(a: Statement, b: Statement) -> tuple[Features, Features]:
    return features_of(a), features_of(b)


# Wording


@pytest.mark.parametrize(("feature", "level"), LEVELS)
def test_every_level_that_weighs_has_words(feature: str, level: str) -> None:
    for one, other in itertools.product((FULL, OTHER, Statement("z:3")), repeat=2):
        assert evidence_text(feature, level, *_features(one, other)).strip()


LEVELS_OF: dict[str, list[Callable[..., str]]] = {
    "identifier": [identity.identifier_level],
    "title": [comparing.title_level],
    "year": [comparing.year_level],
    "authors": [authorship.authors_level, authorship._owner, authorship._equal],
    "venue": [venues.venue_level, comparing.venue_of_both],
    "abstract": [comparing.abstract_level],
}
"""By what the level of a feature is found; that of a place in print is put together of parts."""


@pytest.mark.parametrize("feature", LEVELS_OF)
def test_every_level_that_comparing_returns_has_words(feature: str) -> None:
    """Also those that training never saw, which weigh nothing."""
    lines = [line for function in LEVELS_OF[feature] for line in inspect.getsource(function).splitlines()]
    named = {level for line in lines if "return " in line for level in re.findall(r'(?<!== )"([a-z_]{3,})"', line)}
    assert len(named) > 2
    for level in named:
        assert evidence_text(feature, level, *_features(FULL, OTHER))


def test_every_place_has_words() -> None:
    stands = itertools.product(
        ("", "12", "13"), ("", "3", "4"), ("", "10-20", "50-20", "15-20", "140-160", "121-130", "122-130", "122")
    )
    sides = [features_of(Statement("x:1", volume=v, issue=i, pages=p)) for v, i, p in stands]
    found = {comparing.place_level(a, b): (a, b) for a, b in itertools.product(sides, repeat=2)}
    assert len(found) == 14
    assert len({evidence_text("place", level, *pair) for level, pair in found.items()}) == 14


def test_an_unknown_level_is_told() -> None:
    with pytest.raises(KeyError):
        evidence_text("year", "nosuch", *_features(FULL, OTHER))


SAID = [
    ("title", {"title": FULL.title.upper()}, r"titles equal, case and signs aside; their 12 words tell \d\d bits"),
    ("title", {"title": FULL.title.replace("er:", "or:")}, '.* "propeller" and "propellor"'),
    ("title", {"title": FULL.title.partition(":")[0]}, 'one title goes on .*, with "a field study"'),
    ("title", {"title": "Something else altogether", "pages": ""}, "titles unlike: 0 words in common, of 12 and 3"),
    ("title", {"title": "Knoten"}, r"titles unlike \(.*\), but nothing else stands on these pages"),
    ("title", {"title": ""}, "no title on one side"),
    ("identifier", {}, "both doi 10.1234/knots.1"),
    ("identifier", {"identifiers": (("doi", "10.1234/other.7"),)}, "doi 10.1234/knots.1 and doi 10.1234/other.7"),
    ("identifier", {"identifiers": (("doi", "10.1234/knots.1.v2"),)}, "doi .* and doi .*, versions of one thing"),
    ("place", {}, "both volume 12, pages 101–120"),
    ("place", {"pages": "105-120"}, "both volume 12, up to page 120"),
    ("place", {"pages": "101-9"}, "both volume 12, from page 101"),
    ("place", {"pages": "300-320"}, "both volume 12, but pages 101 and 300"),
    ("place", {"volume": "13", "pages": "300-320"}, "volume 12, page 101 and volume 13, page 300"),
    ("place", {"issue": "4", "pages": "300-320"}, "volume 12, issue 3, page 101 and volume 12, issue 4, page 300"),
    ("place", {"pages": "", "issue": "4"}, "both volume 12, but issues 3 and 4"),
    ("place", {"preprint": True}, "a preprint stands in no volume"),
    ("year", {}, "both years 2019"),
    ("year", {"year": "2020"}, "years 2019 and 2020, one after the other"),
    ("year", {"year": "2021", "preprint": True}, "years 2019 and 2021, as of a preprint and its article"),
    ("year", {"year": "2012"}, "years 2019 and 2012, 7 apart"),
    ("year", {"year": ""}, "no year on one side"),
    ("authors", {}, "all 3 authors the same"),
    ("authors", {"byline": "Roe, Ann; Poe, Bob; Lee, Kim"}, "2 of 3 authors shared"),
    ("authors", {"byline": "Roe, Ann; Lee, Kim"}, "only 1 author shared, of 2 and 3"),
    ("authors", {"byline": "Roe, Ann"}, '"roe" is the only author of one, and one of 3 of the other'),
    ("authors", {"byline": "Roe, Ann et al."}, '"roe", the only author that one names, is an author of the other'),
    ("authors", {"byline": "Lee, Kim; Kim, Lee"}, "no author shared, of 2 and 3"),
    ("authors", {"byline": ""}, "no author on one side"),
    ("venue", {}, 'same venue, "journal of fluid knots"'),
    ("venue", {"venue": "J Fluid Knots"}, 'same venue, one abbreviated: "journal of fluid knots" and "j fluid knots"'),
    ("venue", {"venue": "Annals of Botany"}, 'venues "journal of fluid knots" and "annals of botany"'),
    ("abstract", {}, r"abstracts 100 % alike over \d+ characters"),
    ("abstract", {"abstract": OTHER.abstract}, r"abstracts [1-5]\d % alike over \d+ characters"),
    ("abstract", {"abstract": "Short."}, "too little of an abstract to compare"),
]  # fmt: skip


@pytest.mark.parametrize(("feature", "changed", "said"), SAID)
def test_words_quote_what_was_compared(feature: str, changed: dict[str, str], said: str) -> None:
    a, b = _features(FULL, FULL._replace(ref="y:2", **changed))
    level = getattr(compare(a, b), feature)
    assert re.fullmatch(said, evidence_text(feature, level, a, b))


def test_a_long_title_is_quoted_in_part() -> None:
    a, b = _features(FULL, FULL._replace(title=FULL.title + " of ropes" * 40))
    assert len(evidence_text("title", "begins", a, b)) < 140


# Waterfall


def test_the_waterfall_adds_up() -> None:
    a, b = _features(FULL, OTHER)
    match = judge(a, b)
    rows = waterfall(match, (a, b))
    total = next(number for number, row in enumerate(rows) if row[0] == "all evidence together")
    assert rows[0][0] == "any two records that meet and look alike"
    assert sum(float(row[1]) for row in rows[:total]) == pytest.approx(match.log_odds, abs=0.005)
    assert float(rows[total][1]) == pytest.approx(match.log_odds, abs=0.005)
    assert float(rows[total][2].removesuffix(" %")) == pytest.approx(100 / (1 + math.exp(-match.log_odds)), abs=0.05)
    assert rows[-1] == (f"verdict: {match.verdict}", "", "", "")


def test_bars_grow_to_the_side_that_evidence_speaks_for() -> None:
    a, b = _features(FULL, FULL._replace(ref="y:2", year="2012"))
    bars = {label: bar for label, _, _, bar in waterfall(judge(a, b), (a, b))}
    assert bars["both doi 10.1234/knots.1"].partition("│")[0].isspace()
    assert "█" in bars["both doi 10.1234/knots.1"].partition("│")[2]
    assert "█" in bars["years 2019 and 2012, 7 apart"].partition("│")[0]
    assert bars["years 2019 and 2012, 7 apart"].partition("│")[2].isspace()


def test_guards_stand_behind_the_evidence() -> None:
    a, b = _features(FULL._replace(title="Loose knots, part 1"), OTHER._replace(title="Loose knots, part 2"))
    labels = [row[0] for row in waterfall(judge(a, b), (a, b))]
    guards = [label for label in labels if label.startswith("guard ")]
    assert "guard part (veto): part 1 and part 2" in guards
    assert labels[labels.index("all evidence together") + 1 :] == [*guards, "verdict: different"]


def test_what_is_missing_is_no_reason_and_shown_if_it_weighs() -> None:
    a, b = _features(FULL._replace(abstract=""), FULL._replace(ref="y:2"))
    match = judge(a, b)
    labels = [row[0] for row in waterfall(match, (a, b))]
    assert "(no abstract on one side)" in labels
    weightless = {**match.model.weights, "abstract": {"missing": 0.0}}
    silent = judge(a, b, type(match.model)(match.model.prior, match.model.auto, match.model.review, weightless))
    assert not [row for row in waterfall(silent, (a, b)) if "abstract" in row[0]]


def test_a_view_has_the_arithmetic() -> None:
    a, b = _features(FULL, OTHER)
    match = judge(a, b)
    view = explain_view(match, (a, b), keys.shared_kinds(a, b), None)
    assert set(view) == {
        *("a", "b", "met_by", "prior", "evidence", "probability", "guards", "verdict", "judgement", "lines")
    }
    assert view["prior"] + sum(piece["log_odds"] for piece in view["evidence"]) == pytest.approx(match.log_odds)
    assert [piece["reason"] for piece in view["evidence"]] == [piece.code for piece in match.evidence]
    assert all(set(piece) == {"reason", "text", "log_odds"} for piece in view["evidence"])
    assert view["lines"] == {"auto": match.model.auto, "review": match.model.review}
