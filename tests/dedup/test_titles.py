"""Titles, and what they say beside their words."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.folding import fold
from variorum.dedup.titles import (
    MAX_TITLE,
    _lines_of,
    is_generic,
    notice_of,
    numbers_of,
    part_of,
    read_title,
    response_of,
)


def folded(title: str) -> str:
    return read_title(title)[0]


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (r"\textit{In vivo} Work on {DNA} of M{\"u}ller's $\beta$-cells", "in vivo work on dna of mullers beta cells"),
        ("H<sub>2</sub>O &amp; the <i>Sea</i>", "h2o the sea"),
        ("<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math> knots", "x2 knots"),
        ("Ãœber KnotenlÃ¶sung", "uber knotenlosung"),
        ("10,000 Knots", "10000 knots"),
        ("Sorting Networks [Chinese]", "sorting networks"),
        ("Sorting networks. [Russian]", "sorting networks"),
        ("Sorting networks (in German)", "sorting networks"),
        ("Sorting networks [English, French]", "sorting networks"),
        ("Sorting networks. Russian Issledovanie setej", "sorting networks"),
        ("Acute pain (37 refs)", "acute pain"),
        ("Acute pain [Review] [37 refs]", "acute pain"),
        ("What was said in German", "what was said in german"),
        ("A grammar of Finnish", "a grammar of finnish"),
        ("[Chinese]", "chinese"),
    ],
)
def test_titles_without_what_is_hung_on_them(title: str, read: str) -> None:
    assert folded(title) == read


@pytest.mark.parametrize(
    ("title", "stays"),
    [
        ("RETRACTED: The Title", "the title"),
        ("Retracted article: The Title", "the title"),
        ("WITHDRAWN: “The Title”", "the title"),
        ("[Retracted] The Title", "the title"),
        ("RETRACTED – The Title", "the title"),
        ("Retracted tendons: The Title", "retracted tendons the title"),
        ("Retracted-tendon repair", "retracted tendon repair"),
        ("Withdrawn:", "withdrawn"),
        ("Retraction: The Title", "retraction the title"),
    ],
)
def test_that_an_article_was_taken_back_is_no_part_of_its_title(title: str, stays: str) -> None:
    assert folded(title) == stays


@pytest.mark.parametrize("title", ["", "…", "Title", "untitled", "[No title available]", "N/A", "null"])
def test_what_is_no_title(title: str) -> None:
    assert read_title(title) == ("", "")


@pytest.mark.parametrize(
    ("title", "main"),
    [
        ("On Knots: A Survey", "on knots"),
        ("On Knots - a survey", "on knots"),
        ("On Knots -- a survey", "on knots"),
        ("On knots? A survey", "on knots"),
        ("Real-time knots", "real time knots"),
        (": odd", "odd"),
    ],
)
def test_the_main_title_ends_where_a_subtitle_begins(title: str, main: str) -> None:
    assert read_title(title)[1] == main


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_title_can_be_read(title: str) -> None:
    whole, main = read_title(title)
    assert bool(whole) == bool(main)
    assert len(whole) <= MAX_TITLE
    numbers_of(whole), part_of(whole), notice_of(whole), response_of(whole), is_generic(whole)


@pytest.mark.parametrize(
    "again", [". English a", ". English. ", ") English ", " [English]", "retracted ", "word ", "-"]
)
def test_no_title_takes_long(again: str) -> None:
    for count in (10, 14, 16, 18, 80, 10_000):  # so that what grows fast is found out before it takes hours
        start = perf_counter()
        read_title(f"x{again * count} {'b' * 260}")
        assert perf_counter() - start < 0.3, count


@pytest.mark.parametrize(
    ("title", "numbers", "part"),
    [
        ("Results of 2019", ("2019",), ""),
        ("2020 in Review", ("2020",), ""),
        ("A Theory of Grammar, Part II", ("2",), "2"),
        ("A Theory of Grammar: Part 2", ("2",), "2"),
        ("A Theory of Grammar: Part 02", ("2",), "2"),
        ("A Theory of Grammar, Part Two", (), "2"),
        ("A Theory of Grammar, Vol. IV", ("4",), "4"),
        ("A Theory of Grammar: Volume A", (), "a"),
        ("A Phase 3 Trial", ("3",), "3"),
        ("A 3D model", ("3",), ""),
        ("I, Robot", (), ""),
        ("The particle zoo", (), ""),
        ("Part of the problem", (), ""),
        ("A Field Study: A Season on Ice", (), ""),
    ],
)
def test_numbers_and_parts_of_titles(title: str, numbers: tuple[str, ...], part: str) -> None:
    assert (numbers_of(folded(title)), part_of(folded(title))) == (numbers, part)


@pytest.mark.parametrize(
    ("title", "notice"),
    [
        ("Erratum: The Title", "erratum"),
        ("Author Correction: The Title", "correction"),
        ("Corrections to “The Title”", "correction"),
        ("Retraction Note: The Title", "retraction"),
        ("Retraction: The Title", "retraction"),
        ("The Title – ERRATUM", "erratum"),
        ("RETRACTED: The Title", ""),
        ("Expression of Concern: The Title", "expression of concern"),
        ("Error correction codes", ""),
        ("The Title", ""),
    ],
)
def test_notices_are_known_by_how_they_begin_or_end(title: str, notice: str) -> None:
    assert notice_of(folded(title)) == notice


@pytest.mark.parametrize(
    ("title", "response"),
    [
        ("Comment on “The Title”", "comment"),
        ("Comments on The Title", "comment"),
        ("A reply to Roe and Doe", "reply"),
        ("Response to comments on The Title", "response"),
        ("Book review of The Title", "book review"),
        ("Re: The Title", "re"),
        ("Comments are free", ""),
        ("Letters from Iwo Jima", ""),
        ("Response time of sensors", ""),
    ],
)
def test_responses_are_known_by_how_they_begin(title: str, response: str) -> None:
    assert response_of(folded(title)) == response


@pytest.mark.parametrize(
    "title", ["Editorial", "Book Reviews", "Table of contents", "In this issue", "Index to Volume X"]
)
def test_generic_titles(title: str) -> None:
    assert is_generic(folded(title))


@pytest.mark.parametrize("title", ["Editorial Decisions in Arctic Journals", "Index structures", "Seabirds"])
def test_a_title_that_tells_something_is_not_generic(title: str) -> None:
    assert not is_generic(folded(title))


def test_the_list_of_generic_titles_is_folded_already() -> None:
    assert _lines_of("generic_titles.txt")
    assert [title for title in _lines_of("generic_titles.txt") if fold(title) != title] == []
