"""How likely two records are one work, what objects to it, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.features import Features, features_of
from variorum.dedup.guards import Objection, objections
from variorum.dedup.matching import Match, _verdict, compare
from variorum.dedup.scoring import Score, score, weights
from variorum.schema import Author, Identifier, Record

TITLE = "Counting Seabirds From Drifting Ice With Cheap Thermal Cameras"
ABSTRACT = (
    "Ships count seabirds by eye, which needs light and patience. We leave a thermal camera on drifting ice for a "
    "season and count what flies past it at night. Compared with observers on a nearby ship the camera misses one "
    "bird in nine and never sleeps. The counts agree with those of a radar to within the error of either, at a "
    "hundredth of the cost, and show a migration at midnight that no observer had described before."
)
OTHER_ABSTRACT = (
    "A grammar for a small language of knots is given and shown to be decidable in linear time. The proof rewrites "
    "each knot to a braid whose word problem is trivial, and keeps count of crossings as it goes. We close with an "
    "open question on links of several components and with a table of all words of up to seven letters."
)
BYLINE = ("Ann Roe", "Bob Doe", "Cy Poe")


def author(name: str, evidence: Any = "byline") -> Author:
    given_name, _, family = name.rpartition(" ")
    return Author(name=name, family=family, given=given_name or None, evidence=evidence)


def features(
    key: str = "1",
    authors: Iterable[str | Author] = (),
    *,
    ids: Iterable[str] = (),
    listed_once: bool = False,
    **fields: Any,
) -> Features:
    """The features of a record; ``ids`` are written ``scheme:value``."""
    identifiers = []
    for text in ids:
        scheme, _, value = text.partition(":")
        identifiers.append(Identifier(scheme=scheme, value=value, raw=value))  # type: ignore[arg-type]
    record = Record(
        **{"source": "test", "format": "test", "authors_complete": True} | fields,
        source_key=key,
        authors=tuple(one if isinstance(one, Author) else author(one) for one in authors),
        identifiers=tuple(identifiers),
    )
    return features_of(record, listed_once=listed_once)


def both(left: dict[str, Any], right: dict[str, Any], **shared: Any) -> tuple[Features, Features]:
    return features("1", **shared | left), features("2", **shared | right)


def match(left: dict[str, Any], right: dict[str, Any], **shared: Any) -> Match:
    return compare(*both(left, right, **shared))


def fired(left: dict[str, Any], right: dict[str, Any], **shared: Any) -> dict[str, Objection]:
    a, b = both(left, right, **shared)
    found = {objection.guard: objection for objection in objections(a, b)}
    other_way = {objection.guard: objection.effect for objection in objections(b, a)}
    assert other_way == {name: objection.effect for name, objection in found.items()}
    return found


PAPER: dict[str, Any] = {"title": TITLE, "authors": BYLINE, "date": "2020"}


# Guards. Each case: what the one record states, what the other states, the effect ("" for none).


def case(left: dict[str, Any], right: dict[str, Any], effect: str, name: str) -> Any:
    return pytest.param(left, right, effect, id=name)


@pytest.mark.parametrize(
    ("left", "right", "effect"),
    [
        case({"ids": ["doi:10.1000/a"]}, {"ids": ["doi:10.1000/b"]}, "veto", "two DOIs"),
        case({"ids": ["arxiv:2001.00001"]}, {"ids": ["arxiv:2001.00002"]}, "veto", "two arXiv papers"),
        case({"ids": ["pmid:31000001"]}, {"ids": ["pmid:31000002"]}, "veto", "two PubMed entries"),
        case({"ids": ["doi:10.1000/a"]}, {"ids": ["doi:10.1000/a"]}, "", "one DOI"),
        case({"ids": ["doi:10.1000/a", "doi:10.1000/x"]}, {"ids": ["doi:10.1000/x"]}, "", "one of two DOIs"),
        case({"ids": ["doi:10.1000/a"]}, {}, "", "one side has none"),
        case({"ids": ["doi:10.1000/a"]}, {"ids": ["arxiv:2001.00001"]}, "", "two schemes"),
        case({"ids": ["isbn:9780000000002"]}, {"ids": ["isbn:9780000000019"]}, "", "print and electronic book"),
        case({"ids": ["doi:10.48550/arxiv.2001.1"]}, {"ids": ["doi:10.1000/a"]}, "", "arXiv's DOI"),
        case({"ids": ["doi:10.1101/2020.01.01.1"]}, {"ids": ["doi:10.1000/a"]}, "", "bioRxiv's DOI"),
        case({"ids": ["doi:10.21203/rs.3.rs-1/v1"]}, {"ids": ["doi:10.1000/a"]}, "", "Research Square's DOI"),
        case({"ids": ["doi:10.26434/chemrxiv.1"]}, {"ids": ["doi:10.1000/a"]}, "", "ChemRxiv's DOI"),
        case({"ids": ["doi:10.2139/ssrn.1"]}, {"ids": ["doi:10.1000/a"]}, "", "SSRN's DOI"),
        case(
            {"ids": ["doi:10.2139/ssrn.1", "doi:10.1000/b"]}, {"ids": ["doi:10.1000/a"]}, "veto", "preprint and article"
        ),
    ],
)
def test_identifier_conflict(left: dict[str, Any], right: dict[str, Any], effect: str) -> None:
    found = fired(left, right, **PAPER)
    assert ("identifier_conflict" in found) == bool(effect)
    assert match(left, right, **PAPER).verdict == ("different" if effect else "same")


@pytest.mark.parametrize(
    ("left", "right", "effect"),
    [
        case({"title": "Front Matter and Programme"}, {"title": TITLE}, "veto", "proceedings and paper"),
        case({"title": "The Tale of a Tub"}, {"title": "Quantum Wells"}, "veto", "two chapters"),
        case({"title": TITLE}, {"title": TITLE.lower()}, "", "same title"),
        case({"title": TITLE}, {"title": "Counting Seabirds From Ice With Cameras"}, "", "reworded"),
        case({"title": None}, {"title": TITLE}, "", "no title"),
    ],
)
def test_container_identifier(left: dict[str, Any], right: dict[str, Any], effect: str) -> None:
    found = fired(left, right, ids=["doi:10.1000/a"])
    assert ("container_identifier" in found) == bool(effect)
    assert "container_identifier" not in fired(left, right)


@pytest.mark.parametrize(
    ("left", "right", "effect"),
    [
        case({"abstract": ABSTRACT}, {"abstract": OTHER_ABSTRACT}, "hold", "no titles"),
        case({"abstract": ABSTRACT, "title": TITLE}, {"abstract": OTHER_ABSTRACT}, "hold", "one title"),
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT[:200], "abstract_truncated": True}, "", "a cut abstract"),
        case({"abstract": ABSTRACT}, {}, "", "one abstract"),
    ],
)
def test_an_identifier_of_two_abstracts_may_be_the_containers(
    left: dict[str, Any], right: dict[str, Any], effect: str
) -> None:
    shared: dict[str, Any] = {"ids": ["doi:10.1000/a"], "authors": BYLINE, "date": "2020"}
    assert {name: one.effect for name, one in fired(left, right, **shared).items()} == (
        {"container_identifier": effect} if effect else {}
    )
    assert match(left, right, **shared).verdict == ("review" if effect else "same")


def titles(a: str, b: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"title": a}, {"title": b}


@pytest.mark.parametrize(
    ("a", "b", "effect"),
    [
        (f"{TITLE}, Part I", f"{TITLE}, Part II", "veto"),
        (f"{TITLE}. Part 1: Methods", f"{TITLE}. Part 2: Methods", "veto"),
        (f"{TITLE}, Part One", f"{TITLE}, Part Two", "veto"),
        (f"{TITLE}: Volume A", f"{TITLE}: Volume B", "veto"),
        (f"{TITLE}, Vol. 3", f"{TITLE}, Vol. 4", "veto"),
        (f"{TITLE}, Part II", TITLE, "hold"),
        (f"{TITLE}, Part II", f"{TITLE}, Part 2", ""),
        (f"{TITLE}, Pt. 2", f"{TITLE}, part 2", ""),
        (f"{TITLE}: in part", TITLE, ""),
        (f"{TITLE}: A case study", TITLE, ""),
        ("A Field Study: A Season on Drifting Ice", "A Field Study - Season on Drifting Ice", ""),
    ],
)
def test_part(a: str, b: str, effect: str) -> None:
    found = fired(*titles(a, b))
    assert ("part" in found) == bool(effect)
    if effect:
        assert found["part"].effect == effect


@pytest.mark.parametrize(
    ("a", "b", "effect"),
    [
        ("Annual Report 2019", "Annual Report 2020", "veto"),
        (f"{TITLE} in 2019", f"{TITLE} in 2020", "veto"),
        ("A Phase 2 Trial of Aspirin", "A Phase 3 Trial of Aspirin", "veto"),
        ("A Theory of Ice II", "A Theory of Ice III", "veto"),
        ("Effects of 5 mg Aspirin", "Effects of 10 mg Aspirin", "veto"),
        ("Results of 2019 and 2020", "Results of 2019 and 2021", "veto"),
        ("Seabirds of the North 2019", "Seabirds of the North", "hold"),
        ("Results of 2019 and 2020", "Results of 2019", "hold"),
        ("A Theory of Ice II", "A theory of ice 2", ""),
        ("Results of 2019 and 2020", "2020 and 2019: results", ""),
        (TITLE, TITLE.upper(), ""),
    ],
)
def test_numbers(a: str, b: str, effect: str) -> None:
    found = fired(*titles(a, b))
    assert ("numbers" in found) == bool(effect)
    if effect:
        assert found["numbers"].effect == effect
    same_authors = match(*titles(a, b), authors=BYLINE, date="2020")
    assert (same_authors.verdict == "same") == (not effect)


BLURB = {"abstract": ABSTRACT}


@pytest.mark.parametrize(
    ("added", "left", "right", "verdict"),
    [
        pytest.param("of 27 Winters on Ice", {}, {}, "same", id="left out within"),
        pytest.param("1", {}, {}, "same", id="a footnote"),
        pytest.param(
            "(001)", {"volume": "657", "pages": "15"}, {"volume": "657", "pages": "15-21"}, "same", id="place"
        ),
        pytest.param("in 2019", BLURB, BLURB, "same", id="same abstract"),
        pytest.param("II", {}, {}, "review", id="a sequel"),
        pytest.param("2", {}, {}, "review", id="a sequel in digits"),
        pytest.param("in 2019 Told Anew", {}, {}, "review", id="a year"),
        pytest.param("of 27 Winters on Ice", BLURB, {"abstract": OTHER_ABSTRACT}, "review", id="other abstract"),
        pytest.param("II", {"volume": "3", "pages": "1"}, {"volume": "3", "pages": "9"}, "review", id="other page"),
    ],
)
def test_a_number_in_one_of_two_titles_of_an_identifier(
    added: str, left: dict[str, Any], right: dict[str, Any], verdict: str
) -> None:
    shared: dict[str, Any] = {"ids": ["doi:10.1000/a"], "authors": BYLINE, "date": "2020"}
    assert match({"title": TITLE, **left}, {"title": f"{TITLE} {added}", **right}, **shared).verdict == verdict


@pytest.mark.parametrize(
    "notice",
    [
        f"Erratum: {TITLE}",
        f"Erratum to “{TITLE}”",
        f"Corrigendum to: {TITLE}",
        f"Author Correction: {TITLE}",
        f"Publisher Correction: {TITLE}",
        f"Corrections to “{TITLE}”",
        f"Addendum: {TITLE}",
        f"Retraction Note: {TITLE}",
        f"Retraction notice to “{TITLE}”",
        f"Expression of Concern: {TITLE}",
        f"{TITLE} – ERRATUM",
        f"{TITLE}: Corrigendum",
    ],
)
def test_a_notice_corrects_what_it_is_about(notice: str) -> None:
    found = match(*titles(notice, TITLE), authors=BYLINE, date="2020")
    assert (found.verdict, found.relation) == ("related", "corrects")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (f"Erratum: {TITLE}", f"Retraction: {TITLE}"),
        (f"Author Correction: {TITLE}", f"Publisher Correction: {TITLE}"),
    ],
)
def test_two_notices_on_one_paper_are_two_works(a: str, b: str) -> None:
    assert match(*titles(a, b), authors=BYLINE, date="2020").verdict != "same"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (f"Erratum: {TITLE}", "A History of the Fishing Industry in Norway"),
        ("Erratum", TITLE),
        ("Correction", "Seabirds"),
    ],
)
def test_a_notice_on_something_else_is_kept_apart(a: str, b: str) -> None:
    found = match(*titles(a, b), authors=BYLINE, date="2020")
    assert (found.verdict, fired(*titles(a, b))["notice"].effect) == ("different", "veto")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (f"Erratum: {TITLE}", f"Erratum: {TITLE}."),
        ("Correction of Scoliosis in Young Adults", "Correction of scoliosis in young adults"),
        ("Error Correction in Noisy Channels of Low Rate", "Error correction in noisy channels of low rate"),
    ],
)
def test_the_same_notice_twice_is_one_work(a: str, b: str) -> None:
    assert match(*titles(a, b), authors=BYLINE, date="2020").verdict == "same"


RESPONSES = [
    f"Comment on “{TITLE}”",
    f"Comments on {TITLE}",
    f"A comment on {TITLE}",
    f"Commentary on: {TITLE}",
    f"Reply to “{TITLE}”",
    f"Response to {TITLE}",
    f"Discussion of “{TITLE}”",
    f"Book review of {TITLE}",
]


@pytest.mark.parametrize("response", RESPONSES)
def test_a_response_responds_to_what_it_is_about(response: str) -> None:
    found = match(*titles(response, TITLE), authors=BYLINE, date="2020")
    assert (found.verdict, found.relation) == ("related", "responds_to")


@pytest.mark.parametrize("response", RESPONSES[:2])
def test_a_response_by_others_responds_all_the_same(response: str) -> None:
    left, right = titles(response, TITLE)
    answered = match({**left, "authors": ["Dee Foe"]}, {**right, "authors": BYLINE}, date="2020")
    assert (answered.verdict, answered.relation) == ("related", "responds_to")


def test_a_response_to_something_else_is_kept_apart() -> None:
    found = match(*titles("Comment on the fishing of herring in Norway", TITLE), authors=BYLINE, date="2020")
    assert found.verdict == "different"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (f"Comment on “{TITLE}”", f"Comments on “{TITLE}”"),
        (f"Comment on “{TITLE}”", f"A comment on {TITLE}"),
        ("Comments are Free in the Arctic Press", "Comments are free in the Arctic press"),
        ("Response Times of Thermal Cameras", "Response times of thermal cameras"),
    ],
)
def test_the_same_response_twice_is_one_work(a: str, b: str) -> None:
    assert match(*titles(a, b), authors=BYLINE, date="2020").verdict == "same"


@pytest.mark.parametrize(
    ("left", "right", "effect"),
    [
        case({}, {}, "veto", "nothing more"),
        case({"volume": "3"}, {"volume": "3"}, "veto", "no page"),
        case({"volume": "3", "pages": "1"}, {"volume": "4", "pages": "1"}, "veto", "two volumes"),
        case({"volume": "3", "pages": "1"}, {"volume": "3", "pages": "99"}, "veto", "two pages"),
        case({"volume": "3", "pages": "1"}, {"volume": "3", "pages": "1-2"}, "", "one place in print"),
        case({"ids": ["doi:10.1000/a"]}, {"ids": ["doi:10.1000/a"]}, "", "one DOI"),
    ],
)
@pytest.mark.parametrize("title", ["Editorial", "Book Reviews", "Table of contents", "In this issue"])
def test_generic_title(title: str, left: dict[str, Any], right: dict[str, Any], effect: str) -> None:
    shared: dict[str, Any] = {"title": title, "authors": BYLINE, "date": "2020"}
    assert ("generic_title" in fired(left, right, **shared)) == bool(effect)
    assert match(left, right, **shared).verdict == ("different" if effect else "same")


def test_a_title_that_tells_something_is_not_generic() -> None:
    assert fired({}, {}, title="Editorial Decisions in Arctic Journals of the Past") == {}


STRANGERS = ("Dee Foe", "Eve Joe")


@pytest.mark.parametrize(
    ("left", "right", "effect"),
    [
        case({"authors": BYLINE}, {"authors": STRANGERS}, "veto", "two complete bylines"),
        case({"authors": BYLINE}, {"authors": STRANGERS, "authors_complete": False}, "", "et al."),
        case({"authors": BYLINE}, {"authors": (*STRANGERS, "Ann Roe")}, "", "one shared"),
        case({"authors": BYLINE}, {"authors": ("A. Roe",)}, "", "an initial"),
        case({"authors": BYLINE}, {"authors": ("Ann Röe",)}, "", "an umlaut"),
        case({"authors": BYLINE}, {"authors": ("Zoe Roe",)}, "veto", "another first name"),
        case({"authors": BYLINE}, {"authors": ()}, "", "no byline"),
        case(
            {"authors": BYLINE, "ids": ["doi:10.1000/a"]},
            {"authors": STRANGERS, "ids": ["doi:10.1000/a"]},
            "",
            "one DOI",
        ),
    ],
)
def test_disjoint_authors(left: dict[str, Any], right: dict[str, Any], effect: str) -> None:
    assert ("disjoint_authors" in fired(left, right, title=TITLE)) == bool(effect)


@pytest.mark.parametrize(
    ("left", "right", "effect"),
    [
        case({"source": "feed"}, {"source": "feed"}, "hold", "one source"),
        case({"source": "feed"}, {"source": "other"}, "", "two sources"),
        case({"source": "feed", "listed_once": False}, {"source": "feed"}, "", "a source with repeats"),
    ],
)
def test_listed_twice(left: dict[str, Any], right: dict[str, Any], effect: str) -> None:
    left, right = {"listed_once": True, **left}, {"listed_once": True, **right}
    assert ("listed_twice" in fired(left, right, **PAPER)) == bool(effect)
    assert match(left, right, **PAPER).verdict == ("review" if effect else "same")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("in mice", "in rats"),
        ("of the first kind", "of the second kind"),
        ("by day", "by night"),
        ("A", "B"),
        ("in male birds", "in female birds"),
        ("at increased speed", "at decreased speed"),
        ("and hypertension", "and hypotension"),
        ("by supervised learning", "by unsupervised learning"),
        ("on Arctic ice", "on Antarctic ice"),
        ("in Eastern seas", "in Western seas"),
        ("in Northern seas", "in Southern seas"),
        ("by asynchronous counts", "by synchronous counts"),
        ("of symmetric flocks", "of asymmetric flocks"),
        ("in typical years", "in atypical years"),
        ("in ascending order", "in descending order"),
        ("by afferent nerves", "by efferent nerves"),
        ("by microeconomic models", "by macroeconomic models"),
        ("and abduction", "and adduction"),
        ("with cameras", "without cameras"),
        ("and CYP2C9", "and CYP2C8"),
    ],
)
def test_a_telling_word_is_not_taken_for_a_slip(a: str, b: str) -> None:
    assert match(*titles(f"{TITLE} {a}", f"{TITLE} {b}"), authors=BYLINE, date="2020").verdict != "same"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("and behaviour", "and behavior"),
        ("and their analysis", "and their analyses"),
        ("in real-time", "in realtime"),
        ("for conservation", "for conservaton"),
        ("and Bayesian models", "and bayesian models"),
        ("of Müller", "of Mueller"),
        ("of gulls", "for gulls"),
        ("of the gull", "of the gulls"),
        ("and cascades", "and cascaded"),
        ("of oestrogens", "of estrogens"),
        ("and their learning", "and their leanring"),
        ("of the birds", "ofthe birds"),
    ],
)
def test_a_slip_is_not_taken_for_a_telling_word(a: str, b: str) -> None:
    assert match(*titles(f"{TITLE} {a}", f"{TITLE} {b}"), authors=BYLINE, date="2020").verdict == "same"


def test_two_records_that_agree_meet_no_objection() -> None:
    assert fired({"ids": ["doi:10.1000/a"]}, {"ids": ["doi:10.1000/a"]}, **PAPER, abstract=ABSTRACT) == {}


# Evidence


def level(feature: str, left: dict[str, Any], right: dict[str, Any], **shared: Any) -> str | None:
    a, b = both(left, right, **shared)
    found = [
        {piece.feature: piece.level for piece in score(*order).evidence}.get(feature) for order in ((a, b), (b, a))
    ]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (TITLE, TITLE.upper(), "equal"),
        (TITLE, TITLE.replace("Seabirds", "Sea-birds"), "near"),
        (TITLE, "With Cheap Thermal Cameras Counting Seabirds From Drifting Ice", "near"),
        (TITLE, TITLE.replace("Cheap ", ""), "close"),
        (TITLE, f"{TITLE}: A Trial", "close"),
        (TITLE, "Counting Seabirds From Ice With Cameras", "similar"),
        (TITLE, "A History of the Fishing Industry in Norway", "different"),
        ("Seabirds", "Seabirds", "equal_short"),
        ("On the Ice", "On the ice", "equal_short"),
        (None, TITLE, None),
        (None, None, None),
    ],
)
def test_levels_of_titles(a: str | None, b: str | None, expected: str | None) -> None:
    assert level("title", {"title": a}, {"title": b}) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT.upper()}, "equal", "equal"),
        case(
            {"abstract": ABSTRACT},
            {"abstract": ABSTRACT[:150] + "…", "abstract_truncated": True},
            "equal",
            "equal as far as it goes",
        ),
        case({"abstract": ABSTRACT}, {"abstract": OTHER_ABSTRACT}, "different", "different"),
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT[:50]}, None, "tiny"),
        case({"abstract": ABSTRACT}, {}, None, "missing"),
    ],
)
def test_levels_of_abstracts(left: dict[str, Any], right: dict[str, Any], expected: str | None) -> None:
    assert level("abstract", left, right) == expected


ET_AL = {"authors_complete": False}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"authors": BYLINE}, {"authors": BYLINE}, "equal", "the same"),
        case({"authors": BYLINE}, {"authors": ("A. Roe", "B. Doe", "C. Poe")}, "equal", "initials"),
        case({"authors": BYLINE}, {"authors": ("Roe", "Doe", "Poe")}, "equal", "families"),
        case({"authors": BYLINE}, {"authors": BYLINE[::-1]}, "contained", "another order"),
        case({"authors": BYLINE}, {"authors": BYLINE[:1], **ET_AL}, "contained", "the first et al."),
        case({"authors": BYLINE, **ET_AL}, {"authors": BYLINE, **ET_AL}, "contained", "both et al."),
        case({"authors": BYLINE}, {"authors": ("Ann Roe", "Bob Doe", "Dee Foe")}, "overlap", "two of three"),
        case({"authors": BYLINE}, {"authors": ("Ann Roe", *STRANGERS)}, "few", "one of three"),
        case({"authors": BYLINE}, {"authors": STRANGERS, **ET_AL}, "none_shown", "strangers et al."),
        case({"authors": BYLINE}, {"authors": STRANGERS}, "disjoint", "strangers"),
        case({"authors": ("Ann Roe", "Amy Roe")}, {"authors": ("A. Roe",)}, "contained", "one of two of a name"),
        case({"authors": ("A. Roe",)}, {"authors": ("A. Roe", "A. Roe")}, "contained", "nobody counts twice"),
        case({"authors": ("A. Roe", "A. Roe")}, {"authors": ("A. Roe", "B. Doe")}, "overlap", "twice for once"),
        case({"authors": BYLINE}, {"authors": ()}, None, "no byline"),
    ],
)
def test_levels_of_authors(left: dict[str, Any], right: dict[str, Any], expected: str | None) -> None:
    assert level("authors", left, right) == expected


OWNER = {"authors": (author("Ann Roe", "profile"),), **ET_AL}
OTHER_OWNER = {"authors": (author("Bob Doe", "profile"),), **ET_AL}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(OWNER, {"authors": BYLINE}, "owner", "owner in the byline"),
        case(OWNER, {"authors": ("Bob Doe", "Ann Roe")}, "owner", "owner last"),
        case(OWNER, {"authors": ("Ann Roe",), **ET_AL}, "owner", "owner et al."),
        case(OWNER, {"authors": STRANGERS}, "disjoint", "owner not in a complete byline"),
        case(OWNER, {"authors": STRANGERS, **ET_AL}, None, "owner not in a cut byline"),
        case(OWNER, OTHER_OWNER, None, "two owners"),
        case(OWNER, OWNER, "owner", "one owner"),
    ],
)
def test_levels_of_profile_owners(left: dict[str, Any], right: dict[str, Any], expected: str | None) -> None:
    assert level("authors", left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"date": "2020"}, {"date": "2020-11"}, "same", "same"),
        case({"date": "2020"}, {"date": "2021"}, "next", "1"),
        case({"date": "2020"}, {"date": "2022"}, "near", "2"),
        case({"date": "2020"}, {"date": "2024"}, "apart", "4"),
        case({"date": "2020"}, {"date": "2025"}, "far", "5"),
        case({"date": "2020", "stage": "preprint"}, {"date": "2022"}, "next", "preprint, 2"),
        case({"date": "2020", "stage": "preprint"}, {"date": "2023"}, "next", "preprint, 3"),
        case({"date": "2020", "stage": "preprint"}, {"date": "2026"}, "apart", "preprint, 6"),
        case({"date": "2020", "stage": "preprint"}, {"date": "2020"}, "same", "preprint, same"),
        case({"date": "2020", "stage": "preprint"}, {"date": "2022", "stage": "preprint"}, "near", "preprints, 2"),
        case({"date": "2020"}, {}, None, "missing"),
        case({"date": "2020", "flags": ("low_confidence:date",)}, {"date": "2025"}, None, "inferred"),
    ],
)
def test_levels_of_years(left: dict[str, Any], right: dict[str, Any], expected: str | None) -> None:
    assert level("year", left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"venue": "Polar Biology"}, {"venue": "Polar biology"}, "same", "same"),
        case({"venue": "Polar Biology"}, {"venue": "Journal of Knot Theory"}, "different", "different"),
        case({"venue": "Polar Biology"}, {"venue": "arXiv", "stage": "preprint"}, None, "preprint"),
        case({"venue": "Polar Biology"}, {}, None, "missing"),
    ],
)
def test_levels_of_venues(left: dict[str, Any], right: dict[str, Any], expected: str | None) -> None:
    assert level("venue", left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"volume": "3", "pages": "12-30"}, {"volume": "3", "pages": "12"}, "same", "volume and page"),
        case({"volume": "3", "pages": "12"}, {"pages": "12–30"}, "first_page", "page"),
        case({"volume": "3", "pages": "12"}, {"volume": "3", "pages": "13"}, "different", "another page"),
        case({"pages": "12"}, {"pages": "1", "stage": "preprint"}, None, "preprint"),
        case({"pages": "12"}, {}, None, "missing"),
    ],
)
def test_levels_of_pages(left: dict[str, Any], right: dict[str, Any], expected: str | None) -> None:
    assert level("pages", left, right) == expected


FALLING: dict[str, tuple[str, list[Any]]] = {
    "titles": (
        "title",
        [
            TITLE,
            TITLE.replace("Seabirds", "Sea-birds"),
            f"{TITLE}: A Trial",
            "Counting Seabirds From Ice With Cameras",
            "A History of Fishing",
        ],
    ),
    "years": ("date", ["2020", "2021", "2022", "2023", "2030"]),
    "abstracts": ("abstract", [ABSTRACT, None, OTHER_ABSTRACT]),
    "authors": (
        "authors",
        [BYLINE, BYLINE[:2], ("Ann Roe", "Bob Doe", "Dee Foe"), ("Ann Roe", *STRANGERS), STRANGERS],
    ),
    "identifiers": ("ids", [["doi:10.1000/a"], []]),
    "pages": ("pages", ["12", None, "13"]),
    "venues": ("venue", ["Polar Biology", None, "Journal of Knot Theory"]),
}


@pytest.mark.parametrize("name", FALLING)
def test_the_less_two_records_agree_the_less_likely_they_are_one(name: str) -> None:
    field, values = FALLING[name]
    # Little else, so that no difference drowns in certainty.
    shared: dict[str, Any] = {"title": "Seabirds on Ice", "date": "2020", field: values[0]}
    likely = [match({}, {field: value}, **shared).probability for value in values]
    assert all(more > less for more, less in pairwise(likely)), likely


def test_what_is_better_weighs_more() -> None:
    levels = weights().levels
    for feature, order in {
        "title": "equal near close similar different",
        "abstract": "equal close similar unlike different",
        "authors": "equal contained overlap owner few none_shown disjoint",
        "year": "same next near apart far",
        "venue": "same different",
        "pages": "same first_page different",
    }.items():
        ranked = [levels[feature][name] for name in order.split()]
        assert ranked == sorted(ranked, reverse=True), feature
    assert 0 < weights().review < weights().auto < 1


# Verdicts


@pytest.mark.parametrize(
    ("line", "effects", "verdict"),
    [
        ("above", [], "same"),
        ("auto", [], "same"),
        ("between", [], "review"),
        ("review", [], "review"),
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
    model = weights()
    probability = {
        "above": 0.999,
        "auto": model.auto,
        "between": (model.auto + model.review) / 2,
        "review": model.review,
        "below": model.review / 2,
    }[line]
    objected = tuple(Objection("guard", effect, "") for effect in effects)
    assert _verdict(Score(0.0, (), probability), objected) == verdict


def test_reasons_name_the_weightiest_evidence_first_and_guards_last() -> None:
    found = match({"source": "feed"}, {"source": "feed"}, **PAPER, listed_once=True)
    assert found.reasons == ("title_equal", "authors_equal", "year_same", "guard_listed_twice")


def test_nothing_in_common_is_no_evidence() -> None:
    found = match({}, {})
    assert (found.score.evidence, found.verdict) == ((), "different")


# Laws


def _pick(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def records(key: str) -> st.SearchStrategy[Features]:
    return st.builds(
        features,
        key=st.just(key),
        source=_pick("feed", "other"),
        listed_once=st.booleans(),
        title=_pick(
            None, TITLE, f"{TITLE}, Part II", f"Comment on {TITLE}", f"Erratum: {TITLE}", "Editorial", "Ice 2019"
        ),
        authors=_pick((), BYLINE, BYLINE[:1], STRANGERS, (author("Ann Roe", "profile"),)),
        authors_complete=st.booleans(),
        date=_pick(None, "2020", "2021", "2029"),
        abstract=_pick(None, ABSTRACT, ABSTRACT[:200], OTHER_ABSTRACT),
        abstract_truncated=st.booleans(),
        venue=_pick(None, "Polar Biology", "Journal of Knot Theory"),
        volume=_pick(None, "3"),
        pages=_pick(None, "12-30", "13"),
        stage=_pick(None, "preprint", "published"),
        ids=_pick([], ["doi:10.1000/a"], ["doi:10.1000/b"], ["arxiv:2001.00001"]),
    )


@given(records("1"), records("2"))
def test_the_order_of_two_records_does_not_matter(a: Features, b: Features) -> None:
    assert compare(a, b) == compare(b, a)
    assert score(a, b).probability == score(b, a).probability
    assert {o.guard: o.effect for o in objections(a, b)} == {o.guard: o.effect for o in objections(b, a)}


@given(records("1"), records("2"))
def test_nothing_is_ever_certain(a: Features, b: Features) -> None:
    assert 0 < score(a, b).probability < 1


@given(records("1"), records("2"))
def test_a_verdict_follows_from_probability_and_objections(a: Features, b: Features) -> None:
    found = compare(a, b)
    effects = {objection.effect for objection in found.objections}
    if found.verdict == "same":
        assert found.probability >= weights().auto
        assert not effects
    if found.verdict == "related":
        assert found.relation
    elif "veto" in effects or found.probability < weights().review:
        assert found.verdict == "different"


@given(records("1"), records("2"))
def test_a_shared_identifier_never_makes_two_records_less_likely(a: Features, b: Features) -> None:
    shared = frozenset({("openalex", "W1")})
    with_it = score(replace(a, identifiers=a.identifiers | shared), replace(b, identifiers=b.identifiers | shared))
    assert with_it.probability >= score(a, b).probability
