"""What objects to a merge: for each guard what makes it speak, and what is much like that and does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import (
    ABSTRACT,
    BYLINE,
    IN_PRINT,
    OTHER_ABSTRACT,
    PAPER,
    STRANGERS,
    TITLE,
    any_features,
    case,
    effect,
    fired,
    titles,
)

from variorum.dedup import guards
from variorum.dedup.comparing import compare
from variorum.dedup.features import Features
from variorum.dedup.guards import objections


@given(any_features("x:1"), any_features("x:2"))
def test_guards_do_the_same_whichever_record_comes_first(a: Features, b: Features) -> None:
    assert {one.guard: one.effect for one in objections(a, b)} == {one.guard: one.effect for one in objections(b, a)}


@settings(max_examples=100)
@given(any_features("x:1"), any_features("x:2"), st.booleans(), st.booleans())
def test_no_guard_that_is_not_asked_would_object(a: Features, b: Features, same_title: bool, same_paper: bool) -> None:
    if same_title:
        b = b._replace(title=a.title, main_title=a.main_title)
    if same_paper:
        b = a._replace(ref="x:2", title=b.title, main_title=b.main_title, year=b.year, identifiers=b.identifiers)
    levels = compare(a, b)
    asked = [watch.guard(a, b, levels) for watch in guards._WATCHES]
    assert objections(a, b) == objections(a, b, levels) == tuple(one for one in asked if one is not None)


@given(any_features("x:1"))
def test_relations_name_what_relates(a: Features) -> None:
    b = a._replace(ref="x:2", title=f"erratum {a.title}".strip())
    for one in objections(a, b):
        assert bool(one.relation) == bool(one.subject) == (one.effect == "related")
        assert one.text


@pytest.mark.parametrize(
    ("left", "right", "expected"),
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
        case({"ids": ["doi:10.1000/a"]}, {"ids": ["doi:10.2307/4711"]}, "", "another agency's DOI"),
        case({"ids": ["doi:10.1000/1.v1"]}, {"ids": ["doi:10.1000/1.v2"]}, "", "two versions"),
        case({"ids": ["doi:10.1000/a"], **IN_PRINT}, {"ids": ["doi:10.1000/b"], **IN_PRINT}, "", "one place in print"),
    ],
)
def test_identifier_conflict(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("identifier_conflict", left, right, **PAPER) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(*titles("Front Matter and Programme", TITLE), "veto", "proceedings and paper"),
        case(*titles("The Tale of a Tub", "Quantum Wells"), "veto", "two chapters"),
        case(
            {"title": TITLE, "abstract": ABSTRACT},
            {"title": f"{TITLE}: Two", "abstract": OTHER_ABSTRACT},
            "hold",
            "abstracts",
        ),
        case({"abstract": ABSTRACT}, {"abstract": OTHER_ABSTRACT}, "hold", "no titles"),
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT[:200], "abstract_truncated": True}, "", "a cut abstract"),
        case({"abstract": ABSTRACT}, {}, "", "one abstract"),
        case(*titles(TITLE, TITLE.lower()), "", "same title"),
        case(*titles(TITLE, "Counting Seabirds From Ice With Cameras"), "", "reworded"),
        case(*titles("", TITLE), "", "no title"),
        case(
            {"title": "Knoten", "abstract": ABSTRACT},
            {"title": "Tubs", "abstract": ABSTRACT},
            "",
            "one abstract of both",
        ),
    ],
)
def test_container_identifier(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("container_identifier", left, right, ids=["doi:10.1000/a"]) == expected
    assert not effect("container_identifier", left, right)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(*titles(TITLE, "Counting Seabirds From Ice With Cameras"), "hold", "reworded"),
        case(*titles(TITLE, f"{TITLE}: New Results"), "hold", "with a subtitle"),
        case(*titles(TITLE, TITLE.lower()), "", "one title"),
    ],
)
def test_one_identifier_under_two_titles_in_two_places(
    left: dict[str, Any], right: dict[str, Any], expected: str
) -> None:
    there, elsewhere = left | IN_PRINT, right | {"volume": "7", "pages": "340-351"}
    assert effect("container_identifier", there, elsewhere, ids=["pmid:31000001"], byline=BYLINE) == expected
    found = fired(there, elsewhere, ids=["pmid:31000001"], byline=BYLINE)
    assert all(objection.over_chains for objection in found.values() if objection.guard == "container_identifier")


def test_a_translated_title_in_the_same_place_is_no_container() -> None:
    same: dict[str, Any] = {"ids": ["doi:10.1000/a"], "byline": BYLINE, **IN_PRINT}
    assert not effect("container_identifier", *titles(TITLE, "Seevögel auf dem Treibeis"), **same)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"byline": BYLINE}, {"byline": STRANGERS}, "veto", "strangers"),
        case({"byline": BYLINE}, {"byline": f"{STRANGERS} et al."}, "", "strangers et al."),
        case({"byline": BYLINE}, {"byline": f"{STRANGERS}, Ann Roe"}, "", "one in common"),
        case({"byline": BYLINE}, {}, "", "no byline"),
        case({"byline": BYLINE, **IN_PRINT}, {"byline": STRANGERS, **IN_PRINT}, "", "one place in print"),
        case({"byline": BYLINE, "ids": ["pmid:1"]}, {"byline": STRANGERS, "ids": ["pmid:1"]}, "", "one identifier"),
    ],
)
def test_disjoint_authors(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("disjoint_authors", left, right, title=TITLE) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"volume": "3", "pages": "112"}, {"volume": "4", "pages": "240"}, "veto", "volume and page"),
        case({"volume": "3", "pages": "112"}, {"volume": "3", "pages": "240"}, "", "page"),
        case({"volume": "3", "pages": "112"}, {"volume": "4", "pages": "112"}, "", "volume"),
        case({"volume": "3", "pages": "112"}, {"pages": "240"}, "", "page, one volume"),
        case({"volume": "3", "pages": "112"}, {"volume": "4", "pages": "240", "preprint": True}, "", "preprint"),
    ],
)
def test_another_place(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("another_place", left, right, **PAPER) == expected


def test_one_identifier_is_in_one_place() -> None:
    there = {"volume": "3", "pages": "112"}, {"volume": "4", "pages": "240"}
    assert effect("another_place", *there, **PAPER, ids=["doi:10.1000/a"]) == ""


JOURNAL, MEETING = {"venue": "Journal of Birds"}, {"venue": "Symposium on Polar Birds"}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(JOURNAL, MEETING, "related", "article and paper"),
        case(MEETING, {"venue": "Workshop on Thermal Cameras"}, "hold", "two conferences"),
        case({**JOURNAL, "byline": BYLINE}, {**MEETING, "byline": f"{STRANGERS} et al."}, "veto", "others"),
        case(JOURNAL, {"venue": "Journal of Ice"}, "", "two journals"),
        case(JOURNAL, {"venue": "arXiv"}, "", "preprint"),
        case(JOURNAL, {}, "", "one venue"),
        case({**JOURNAL, **IN_PRINT}, {**MEETING, **IN_PRINT}, "", "one place in print"),
        case({**JOURNAL, "ids": ["pmid:1"]}, {**MEETING, "ids": ["pmid:1"]}, "", "one identifier"),
    ],
)
def test_another_form(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("another_form", left, right, **PAPER) == expected


def test_of_two_forms_the_later_is_the_version() -> None:
    found = fired({**JOURNAL, "year": "2021"}, {**MEETING, "year": "2020"}, title=TITLE, byline=BYLINE)["another_form"]
    assert (found.relation, found.subject) == ("version_of", "x:1")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"year": "2020"}, {"year": "2021"}, "hold", "another year"),
        case({"year": "2020"}, {"year": "2020"}, "", "one year"),
        case({"year": "2020"}, {}, "", "no year"),
        case({"year": "2020", "preprint": True}, {"year": "2021"}, "", "preprint"),
        case({"year": "2020", **IN_PRINT}, {"year": "2021", **IN_PRINT}, "", "one place in print"),
    ],
)
def test_extension(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    extended = {**right, "title": f"{TITLE}: The Second Winter"}
    assert effect("extension", {**left, "title": TITLE}, extended, byline=BYLINE) == expected
    assert effect("extension", {**left, "title": TITLE}, {**right, "title": TITLE}, byline=BYLINE) == ""


ELSEWHERE = "A History of the Fishing Industry in Norway"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(*titles(TITLE, ELSEWHERE), "hold", "two titles"),
        case(*titles(TITLE, TITLE.replace("Cheap ", "")), "", "a word less"),
        case({"title": TITLE, **IN_PRINT}, {"title": ELSEWHERE, **IN_PRINT}, "", "one place in print"),
        case(
            {"title": TITLE, "abstract": ABSTRACT}, {"title": ELSEWHERE, "abstract": ABSTRACT}, "hold", "one abstract"
        ),
        case(
            {"title": TITLE, "abstract": ABSTRACT, "preprint": True},
            {"title": ELSEWHERE, "abstract": ABSTRACT},
            "",
            "one abstract, and a preprint",
        ),
        case({"abstract": ABSTRACT}, {"abstract": OTHER_ABSTRACT}, "hold", "no titles, two abstracts"),
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT}, "", "no titles, one abstract"),
    ],
)
def test_other_title(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("other_title", left, right, byline=BYLINE, year="2020") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"byline": "Ann Roe, Bob Doe"}, {"byline": "Ann Roe, Hans Lee, Cy Poe"}, "hold", "one author of both"),
        case({"byline": "Ann Roe, Bob Doe"}, {"byline": "Ann Roe, Bob Doe"}, "", "the same authors"),
        case({"byline": "Ann Roe, Bob Doe"}, {}, "", "no authors"),
        case(
            {"byline": "Ann Roe, Bob Doe", "abstract": ABSTRACT},
            {"byline": "Ann Roe, Hans Lee, Cy Poe", "abstract": ABSTRACT},
            "",
            "the same abstract",
        ),
    ],
)
def test_other_titles_on_the_same_pages(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    left, right = left | {"title": TITLE}, right | {"title": "Seevögel auf dem Treibeis"}
    assert effect("other_title", left, right, **IN_PRINT, year="2020") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"byline": "Hugh Darwen"}, {"byline": "Rasul Darwen"}, "hold", "two given names"),
        case({"byline": "Hugh Darwen"}, {"byline": "H. Darwen"}, "", "an initial"),
        case({"byline": "Hugh Darwen"}, {"byline": "Darwen"}, "", "no given name"),
        case({"byline": "Hugh Darwen, Ann Roe"}, {"byline": "Rasul Darwen, Ann Roe"}, "", "two authors"),
        case({"byline": "Hugh Darwen", **IN_PRINT}, {"byline": "Rasul Darwen", **IN_PRINT}, "", "one place in print"),
        case({"byline": "Hugh Darwen", "ids": ["pmid:1"]}, {"byline": "Rasul Darwen", "ids": ["pmid:1"]}, "", "one id"),
    ],
)
def test_namesakes(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    left, right = left | {"title": TITLE}, right | {"title": f"{TITLE}: New Results"}
    assert effect("namesakes", left, right, year="2020") == expected
    assert not effect("namesakes", left, right | {"title": TITLE}, year="2020")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"year": "2020"}, {"year": "2024"}, "hold", "four years"),
        case({"year": "2020"}, {"year": "2021"}, "", "the next year"),
        case({"year": "2020"}, {}, "", "no year"),
        case({"year": "2020", **IN_PRINT}, {"year": "2024", **IN_PRINT}, "", "one place in print"),
        case({"year": "2020", "ids": ["pmid:1"]}, {"year": "2024", "ids": ["pmid:1"]}, "", "one identifier"),
    ],
)
def test_another_edition(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("another_edition", left, right, title=TITLE, byline=BYLINE) == expected


def test_two_years_of_one_sources_conference_are_two_meetings() -> None:
    years = {"year": "2020"}, {"year": "2021"}
    meeting: dict[str, Any] = {"title": TITLE, "byline": BYLINE, "venue": "VLDB Conference"}
    assert effect("another_edition", *years, **meeting, source="feed") == "hold"
    assert effect("another_edition", *years, **meeting) == ""


LISTED: dict[str, Any] = {"source": "feed", "listed_once": True}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(LISTED, LISTED, "hold", "one list"),
        case(LISTED, {**LISTED, "source": "other"}, "", "two lists"),
        case(LISTED, {"source": "feed"}, "", "not a list"),
        case(LISTED, {**LISTED, "own_id": False}, "", "one entry read off a page"),
    ],
)
def test_listed_twice(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    found = fired(left, right, **PAPER)
    assert (found["listed_twice"].effect if found else "") == expected
    if found:
        assert found["listed_twice"].over_chains


def test_two_records_that_agree_meet_no_objection() -> None:
    assert fired({}, {}, **PAPER, **IN_PRINT, abstract=ABSTRACT, ids=["doi:10.1000/a"]) == {}
