"""How two records compare, feature by feature."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from tests.dedup.examples import ABSTRACT, BYLINE, OTHER_ABSTRACT, STRANGERS, TITLE, any_features, both, features

from variorum.dedup.comparing import Comparison, bits_of, compare, title_bits
from variorum.dedup.features import Features


def level(feature: str, left: dict[str, Any], right: dict[str, Any], **shared: Any) -> str:
    a, b = both(left, right, **shared)
    assert compare(a, b) == compare(b, a)
    return str(getattr(compare(a, b), feature))


def case(left: dict[str, Any], right: dict[str, Any], expected: str, name: str) -> Any:
    return pytest.param(left, right, expected, id=name)


POLAR = "Polar Observations of Seabirds"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (TITLE, TITLE.upper(), "equal_rich"),
        (TITLE, TITLE.replace("Seabirds", "Sea-birds"), "equal_rich"),
        (TITLE, "With Cheap Thermal Cameras Counting Seabirds From Drifting Ice", "slip"),
        (TITLE, TITLE.replace("Seabirds", "Seabrids"), "slip"),
        (TITLE, f"{TITLE}: A Trial", "begins"),
        (f"{TITLE}: A Trial", f"{TITLE}: Two Winters on Floes", "begins"),
        (TITLE, TITLE.replace("Cheap ", ""), "near"),
        (TITLE, "A History of the Fishing Industry in Norway", "different"),
        ("On the Ice", "On the ice", "equal_poor"),
        ("Editorial", "EDITORIAL", "generic"),
        ("Editorial", "Editorial: News and Notes", "generic"),
        ("", TITLE, "missing"),
        ("", "", "missing"),
    ],
)
def test_levels_of_titles(one: str, other: str, expected: str) -> None:
    assert level("title", {"title": one}, {"title": other}) == expected


def test_a_title_that_says_less_agrees_less() -> None:
    levels = [
        level("title", {"title": TITLE}, {"title": other})
        for other in ("Counting Seabirds From Ice With Cameras", "Seabirds and Cameras", "Fishing in Norway")
    ]
    assert levels[0] in ("near", "close", "contained")
    assert levels[1:] == ["faint", "different"] or levels[1:] == ["similar", "different"]


def test_rare_words_tell_more() -> None:
    assert bits_of(["the"]) < bits_of(["data"]) < bits_of(["kittiwakes"])
    assert title_bits("kittiwakes") == title_bits("kittiwakes kittiwakes") < title_bits("kittiwakes data")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT.upper()}, "equal", "equal"),
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT[:150] + "…"}, "equal", "equal as far as it goes"),
        case({"abstract": ABSTRACT}, {"abstract": f"Background: {ABSTRACT}"}, "equal", "another heading"),
        case({"abstract": ABSTRACT}, {"abstract": OTHER_ABSTRACT}, "different", "different"),
        case({"abstract": ABSTRACT}, {"abstract": ABSTRACT[:50]}, "missing", "tiny"),
        case({"abstract": ABSTRACT}, {}, "missing", "missing"),
    ],
)
def test_levels_of_abstracts(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert level("abstract", left, right) == expected


FOUR = f"{BYLINE}, Dan Moe"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (BYLINE, BYLINE, "equal"),
        (FOUR, FOUR, "equal_many"),
        ("Ann Roe", "A. Roe", "equal_one"),
        (BYLINE, "Roe A, Doe B, Poe C", "equal"),
        (BYLINE, "Roe; Doe; Poe", "equal"),
        (BYLINE, "Cy Poe, Bob Doe, Ann Roe", "equal"),
        (BYLINE, "Ann Roe et al.", "one_cut"),
        (BYLINE, "Ann Roe", "one_of"),
        (BYLINE, "Ann Roe, Bob Doe, Dee Foe", "most"),
        (FOUR, f"{FOUR}, Eve Goe", "most_many"),
        (BYLINE, f"Ann Roe, {STRANGERS}", "some"),
        (BYLINE, f"{STRANGERS}, et al.", "none_cut"),
        (BYLINE, STRANGERS, "none"),
        ("Ann Roe, Amy Roe", "A. Roe", "one_of"),
        ("A. Roe", "A. Roe, A. Roe", "one_of"),
        ("A. Roe, A. Roe, C. Poe", "A. Roe, B. Doe, D. Moe", "some"),
        ("Wang, Xiaoguang", "Xiaoguang, Wang", "equal_one"),
        ("Ann Roe, Bernd von Doe", "Ann Roe, Bernd Doe", "equal"),
        ("Ann Thompson, Bob Doe", "Ann Tompson, Bob Doe", "equal"),
        ("Ann Roe", "Bob Roe", "words_all"),
        (BYLINE, "", "missing"),
    ],
)
def test_levels_of_authors(one: str, other: str, expected: str) -> None:
    assert level("authors", {"byline": one}, {"byline": other}) == expected


OWNER: dict[str, Any] = {"names": (("Roe", "Ann"),), "profile_only": True}
OTHER_OWNER: dict[str, Any] = {"names": (("Doe", "Bob"),), "profile_only": True}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(OWNER, {"byline": BYLINE}, "one_cut", "owner in the byline"),
        case(OWNER, {"byline": "Bob Doe, Ann Roe"}, "one_cut", "owner last"),
        case(OWNER, {"byline": "Ann Roe et al."}, "one_cut", "owner et al."),
        case(OWNER, {"byline": STRANGERS}, "none", "owner not in a complete byline"),
        case(OWNER, {"byline": f"{STRANGERS} et al."}, "missing", "owner not in a cut byline"),
        case(OWNER, OTHER_OWNER, "missing", "two owners"),
        case(OWNER, OWNER, "one_cut", "one owner"),
    ],
)
def test_levels_of_profile_owners(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert level("authors", left, right) == expected


EARLY: dict[str, Any] = {"year": "2020", "preprint": True}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"year": "2020"}, {"year": "2020-11"}, "same", "same"),
        case({"year": "2020"}, {"year": "2021"}, "next", "1"),
        case({"year": "2020"}, {"year": "2022"}, "near", "2"),
        case({"year": "2020"}, {"year": "2024"}, "apart", "4"),
        case({"year": "2020"}, {"year": "2025"}, "far", "5"),
        case(EARLY, {"year": "2022"}, "next", "preprint, 2"),
        case(EARLY, {"year": "2020"}, "same", "preprint, same"),
        case(EARLY, {"year": "2022", "preprint": True}, "near", "preprints, 2"),
        case({"year": "2020"}, {}, "missing", "missing"),
        case({"year": "2020", "year_doubtful": True}, {"year": "2025"}, "missing", "inferred"),
    ],
)
def test_levels_of_years(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert level("year", left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({"venue": "Polar Biology"}, {"venue": "Polar biology"}, "same", "same"),
        case({"venue": "Polar Biology"}, {"venue": "Polar Biol."}, "short", "short"),
        case({"venue": "Polar Biology"}, {"venue": "Journal of Knot Theory"}, "other", "other"),
        case({"venue": "VLDB"}, {"venue": "VLDB Journal"}, "other", "conference and journal"),
        case({"venue": "Polar Biology"}, {"venue": "arXiv"}, "missing", "preprint"),
        case({"venue": "Polar Biology"}, {}, "missing", "missing"),
    ],
)
def test_levels_of_venues(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert level("venue", left, right) == expected


def place(volume: str = "", issue: str = "", pages: str = "", **more: Any) -> dict[str, Any]:
    return {"volume": volume, "issue": issue, "pages": pages, **more}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case(place("3", "", "12-30"), place("3", "", "12-30"), "range_volume", "volume and pages"),
        case(place("3", "", "12-30"), place("3", "", "12"), "page_volume", "volume and page"),
        case(place("", "", "12-30"), place("3", "", "12-30"), "range", "pages"),
        case(place("3", "", "12-30"), place("4", "", "12-30"), "range_other_volume", "another volume"),
        case(place("3", "", "112"), place("3", "", "113"), "near_page", "the next page"),
        case(place("3", "", "112"), place("3", "", "240"), "other_page", "another page"),
        case(place("3", "", "112"), place("4", "", "240"), "other_page_volume", "another page and volume"),
        case(place("3", "1"), place("3", "1"), "volume_issue", "volume and issue"),
        case(place("3", "1"), place("3", "2"), "volume_other_issue", "another issue"),
        case(place("3", "1"), place("3"), "volume", "volume"),
        case(place("3"), place("4"), "other_volume", "other volume"),
        case(place("3", "", "12"), place("", "", "1", preprint=True), "missing", "preprint"),
        case(place("3"), {}, "missing", "missing"),
    ],
)
def test_levels_of_places(left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert level("place", left, right) == expected


def test_a_title_in_another_language_is_known_by_its_place() -> None:
    there = place("3", "1", "12-30")
    one, other = {"title": TITLE, **there}, {"title": "Seevögel, gezählt vom Treibeis", **there}
    assert level("title", one, other) == "in_place"
    assert level("title", one, {**other, "issue": "2"}) == "different"


@settings(max_examples=100)
@given(any_features("x:1"), any_features("x:2"))
def test_the_order_of_two_records_does_not_matter(a: Features, b: Features) -> None:
    assert compare(a, b) == compare(b, a)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Editorial notes and letters: birds", "Editorial notes and letters: notes"),
        ("ice seabird seabirds ice", "ice seabirds mice"),
        ("behaviors behaviour data", "behavior data behaviours of"),
    ],
)
def test_the_order_of_two_titles_does_not_matter(one: str, other: str) -> None:
    level("title", {"title": one}, {"title": other})


@given(any_features("x:1"))
def test_a_record_agrees_with_itself_or_says_nothing(record: Features) -> None:
    found = compare(record, record._replace(ref="x:2"))
    assert set(found.identifier) <= set("sharedmissing")
    assert found.title in ("equal_rich", "equal", "equal_poor", "generic", "missing")
    assert found.year in ("same", "missing")
    assert found.authors in ("equal_many", "equal", "equal_one", "one_cut", "missing")
    assert found.venue in ("same", "missing")
    assert found.abstract in ("equal", "missing")


def test_nothing_in_common_is_missing_all_over() -> None:
    assert set(compare(features("x:1"), features("x:2"))) == {"missing"}
    assert Comparison._fields == ("identifier", "title", "place", "year", "authors", "venue", "abstract")
