"""What is compared of a statement."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, features

from variorum.dedup.features import (
    MAX_ABSTRACT,
    MAX_BYLINE,
    Features,
    Statement,
    features_of,
)
from variorum.dedup.keys import columns_of, key_records
from variorum.dedup.titles import MAX_TITLE


def test_a_record_that_states_nothing_has_empty_features() -> None:
    empty = features()
    known = {name: value for name, value in empty._asdict().items() if value}
    assert known == {"ref": "x:1", "own_id": True}
    assert len(key_records(columns_of([empty])).held[0]) == 0


def test_titles_and_abstracts_of_any_length_are_compared_in_part() -> None:
    huge = features(title="word " * 120_000, abstract="word " * 120_000)
    assert len(huge.title) <= MAX_TITLE
    assert len(huge.abstract) <= MAX_ABSTRACT
    assert huge.abstract_truncated


@pytest.mark.parametrize(
    ("year", "known"),
    [
        ("2020", 2020),
        ("2020-05", 2020),
        ("c1999", 1999),
        ("May 1999", 1999),
        ("2019/20", 2019),
        ("12345", 0),
        ("in press", 0),
        ("", 0),
    ],
)
def test_years(year: str, known: int) -> None:
    assert features(year=year).year == known


def test_a_year_in_raised_digits_can_be_read() -> None:
    assert features(year="²⁰²⁰").year in (0, 2020)


def test_an_inferred_year_is_not_compared() -> None:
    assert features(year="2020", year_doubtful=True).year == 0


def test_names_that_come_apart_go_before_the_byline() -> None:
    found = features(names=(("Roe", "Ann"), ("Doe", "Bob")), byline="Carl Poe")
    assert (found.families, found.givens, found.authors_complete) == (("roe", "doe"), ("ann", "bob"), False)
    assert features(names=(("Roe", "Ann"),), names_complete=True).authors_complete


@pytest.mark.parametrize(
    ("fields", "byline"),
    [
        ({"byline": "Roe, Ann; Müller, B."}, "roe ann muller b"),
        ({"byline": 'M{\\"u}ller &amp; Roe'}, "muller roe"),
        ({"names": (("Roe", "Ann"), ("Bob Doe", ""))}, "roe ann bob doe"),
        ({"names": (("Roe", "Ann"),), "byline": "Carl Poe"}, "roe ann"),
        ({"byline": "Roe, Ann", "profile_only": True}, ""),
        ({"byline": "word " * 100}, ("word " * 40).rstrip()),
        ({}, ""),
    ],
)
def test_the_byline_as_it_stands_is_folded_and_cut(fields: dict[str, Any], byline: str) -> None:
    found = features(**fields).byline
    assert found == byline
    assert len(found) <= MAX_BYLINE


REFERENCE = "Roe A, Doe B, et al. Counting seabirds from drifting ice. Polar Biol. 1999 May;12(3):45-67."


def test_a_reference_in_the_titles_field_is_taken_apart() -> None:
    found = features(title=REFERENCE)
    apart = features(
        byline="Roe A, Doe B, et al", title="Counting seabirds from drifting ice.", venue="Polar Biol", year="1999",
        volume="12", issue="3", pages="45-67",
    )  # fmt: skip
    assert found == apart
    assert (found.families, found.authors_complete, found.byline) == (("roe", "doe"), False, "roe a doe b et al")


@pytest.mark.parametrize(
    "said", [{"byline": "Carl Poe"}, {"venue": "Knots"}, {"volume": "8"}, {"names": (("Poe", ""),)}]
)
def test_a_title_stays_whole_beside_other_fields_of_a_reference(said: dict[str, Any]) -> None:
    assert features(title=REFERENCE, **said).title.startswith("roe a doe b et al counting")


@pytest.mark.parametrize(
    ("volume", "issue", "expected"),
    [("9(1)", "", ("9", "1")), ("9(1)", "2", ("9", "1")), ("9", "02", ("9", "2")), ("", "Spring 3", ("", "3"))],
)
def test_the_issue_stands_by_itself_or_with_the_volume(volume: str, issue: str, expected: tuple[str, str]) -> None:
    found = features(volume=volume, issue=issue)
    assert (found.volume, found.issue) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"preprint": True},
        {"venue": "arXiv"},
        {"ids": ["doi:10.48550/arxiv.2001.1"]},
        {"ids": ["doi:10.1101/2020.01.01.1"]},
        {"ids": ["doi:10.21203/rs.3.rs-1/v1"]},
        {"ids": ["doi:10.26434/chemrxiv.1"]},
        {"ids": ["doi:10.2139/ssrn.1"]},
    ],
)
def test_what_makes_a_preprint(fields: dict[str, object]) -> None:
    assert features(**fields).preprint  # type: ignore[arg-type]
    assert not features(venue="Polar Biology", ids=["doi:10.1000/a"]).preprint


def test_a_thesis_may_be_named_in_the_volumes_field() -> None:
    assert features(venue="Roe University", volume="Ph.D.").form == "thesis"


@pytest.mark.parametrize("heading", ["Abstract", "Background:", "ABSTRACT. Purpose:", "Aims and objectives -"])
def test_an_abstracts_heading_is_not_compared(heading: str) -> None:
    assert features(abstract=f"{heading} {ABSTRACT}").abstract[:200] == features(abstract=ABSTRACT).abstract[:200]


def test_identifiers_are_in_order() -> None:
    assert features(ids=["pmid:1", "doi:10.1000/a"]).identifiers == ("doi:10.1000/a", "pmid:1")


TEXT = st.one_of(st.text(max_size=30), st.text("0123456789²０١ -–().,;ab", max_size=12))


@given(st.lists(TEXT, min_size=8, max_size=8))
def test_whatever_a_statement_says_has_features(texts: list[str]) -> None:
    title, byline, year, venue, volume, issue, pages, abstract = texts
    found = features_of(
        Statement(
            "x:1", "", "", title, byline, (), False, False, year, False, venue, volume, issue, pages, (), abstract
        )
    )
    assert isinstance(found, Features)
    assert len(found.families) == len(found.givens)
    assert all(text == " ".join(text.split()) for text in (found.title, found.byline, found.venue))
    keys = key_records(columns_of([found])).held[0].tolist()
    assert len(set(keys)) == len(keys)
