"""What titles say against a merge: parts, numbers, telling words, notices, responses and generic ones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dedup.examples import BYLINE, IN_PRINT, TITLE, case, effect, fired, titles


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (f"{TITLE}, Part I", f"{TITLE}, Part II", "veto"),
        (f"{TITLE}. Part 1: Methods", f"{TITLE}. Part 2: Methods", "veto"),
        (f"{TITLE}, Part One", f"{TITLE}, Part Two", "veto"),
        (f"{TITLE}: Volume A", f"{TITLE}: Volume B", "veto"),
        (f"{TITLE}, Vol. 3", f"{TITLE}, Vol. 4", "veto"),
        (f"{TITLE}, Part II", TITLE, "hold"),
        (f"{TITLE}, Part II", f"{TITLE}, Part 2", ""),
        (f"{TITLE}, Part 02", f"{TITLE}, Part 2", ""),
        (f"{TITLE}, Pt. 2", f"{TITLE}, part 2", ""),
        (f"{TITLE}: in part", TITLE, ""),
        (f"{TITLE}: A case study", TITLE, ""),
        ("A Field Study: A Season on Drifting Ice", "A Field Study - Season on Drifting Ice", ""),
    ],
)
def test_part(a: str, b: str, expected: str) -> None:
    assert effect("part", *titles(a, b)) == expected


def test_a_part_that_one_source_leaves_out_in_the_same_place() -> None:
    assert effect("part", *titles(TITLE, f"{TITLE}, Part II"), **IN_PRINT) == ""


@pytest.mark.parametrize(
    ("a", "b", "expected"),
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
        (f"{TITLE} 1", TITLE, ""),
        (TITLE, TITLE.upper(), ""),
    ],
)
def test_numbers(a: str, b: str, expected: str) -> None:
    assert effect("numbers", *titles(a, b)) == expected


def test_a_number_misprinted_on_the_same_pages() -> None:
    misprint = titles(f"{TITLE} in 2019", f"{TITLE} in 2091")
    assert effect("numbers", *misprint, byline=BYLINE) == "veto"
    assert effect("numbers", *misprint, byline=BYLINE, **IN_PRINT) == ""


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
    ],
)
def test_a_telling_word_is_not_taken_for_a_slip(a: str, b: str) -> None:
    assert effect("telling_word", *titles(f"{TITLE} {a}", f"{TITLE} {b}")) == "hold"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("and behaviour", "and behavior"),
        ("and their analysis", "and their analyses"),
        ("in real-time", "in realtime"),
        ("for conservation", "for conservaton"),
        ("and Bayesian models", "and bayesian models"),
        ("of gulls", "for gulls"),
        ("of the gull", "of the gulls"),
        ("and cascades", "and cascaded"),
        ("of oestrogens", "of estrogens"),
        ("and their learning", "and their leanring"),
        ("of the birds", "ofthe birds"),
    ],
)
def test_a_slip_is_not_taken_for_a_telling_word(a: str, b: str) -> None:
    assert fired(*titles(f"{TITLE} {a}", f"{TITLE} {b}")) == {}


@pytest.mark.parametrize("same", [{"ids": ["pmid:1"]}, IN_PRINT], ids=["identifier", "place"])
def test_a_word_tells_nothing_where_all_else_says_that_it_is_one_work(same: dict[str, Any]) -> None:
    assert effect("telling_word", *titles(f"{TITLE} in mice", f"{TITLE} in rats"), **same) == ""


def test_two_words_that_change_places_tell_two_works() -> None:
    assert effect("telling_word", *titles("The Influence of Ice on Birds", "The Influence of Birds on Ice")) == "hold"
    assert effect("telling_word", *titles("Ice on Birds: Two Winters", "Two Winters: Ice on Birds")) == ""


NOTICES = [
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
]
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


@pytest.mark.parametrize(
    ("guard", "relation", "title"),
    [("notice", "corrects", title) for title in NOTICES] + [("response", "responds_to", title) for title in RESPONSES],
)
def test_notices_and_responses_belong_to_what_they_are_about(guard: str, relation: str, title: str) -> None:
    found = fired(*titles(title, TITLE), year="2020")[guard]
    assert (found.effect, found.relation, found.subject) == ("related", relation, "x:1")
    assert fired(*titles(TITLE, title), year="2020")[guard].subject == "x:2"


@pytest.mark.parametrize(
    ("guard", "a", "b"),
    [
        ("notice", f"Erratum: {TITLE}", "A History of the Fishing Industry in Norway"),
        ("notice", "Erratum", TITLE),
        ("notice", "Correction", "Seabirds"),
        ("notice", f"Erratum: {TITLE}", f"Retraction: {TITLE}"),
        ("response", "Comment on the fishing of herring in Norway", TITLE),
    ],
)
def test_notices_and_responses_on_something_else_are_kept_apart(guard: str, a: str, b: str) -> None:
    found = fired(*titles(a, b))
    assert found[guard].effect == ("related" if TITLE in a and TITLE in b else "veto")


def test_an_answer_after_many_years_is_to_something_else() -> None:
    late = {"title": NOTICES[0], "year": "2020"}, {"title": TITLE, "year": "1990"}
    assert effect("notice", *late) == "veto"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (f"Erratum: {TITLE}", f"Erratum: {TITLE}."),
        ("Error Correction in Noisy Channels of Low Rate", "Error correction in noisy channels of low rate"),
        (f"Comment on “{TITLE}”", f"Comments on “{TITLE}”"),
        (f"Comment on “{TITLE}”", f"A comment on {TITLE}"),
        ("Comments are Free in the Arctic Press", "Comments are free in the Arctic press"),
        (f"RETRACTED: {TITLE}", TITLE),
    ],
)
def test_the_same_notice_or_response_twice_meets_no_objection(a: str, b: str) -> None:
    assert fired(*titles(a, b)) == {}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        case({}, {}, "veto", "nothing more"),
        case({"volume": "3"}, {"volume": "3"}, "veto", "no page"),
        case({"volume": "3", "pages": "1"}, {"volume": "4", "pages": "1"}, "veto", "two volumes"),
        case({"volume": "3", "pages": "1"}, {"volume": "3", "pages": "99"}, "veto", "two pages"),
        case({"volume": "3", "pages": "1"}, {"volume": "3", "pages": "1-2"}, "", "one place in print"),
        case({"volume": "3", "issue": "1"}, {"volume": "3", "issue": "1"}, "", "one issue"),
        case({"ids": ["doi:10.1000/a"]}, {"ids": ["doi:10.1000/a"]}, "", "one DOI"),
        case({"venue": "Knots"}, {"venue": "Knots"}, "", "one venue, year and author"),
    ],
)
@pytest.mark.parametrize("title", ["Editorial", "Book Reviews", "Table of contents", "In this issue"])
def test_generic_title(title: str, left: dict[str, Any], right: dict[str, Any], expected: str) -> None:
    assert effect("generic_title", left, right, title=title, byline=BYLINE, year="2020") == expected


def test_a_title_that_tells_something_is_not_generic() -> None:
    assert fired({}, {}, title="Editorial Decisions in Arctic Journals of the Past") == {}
