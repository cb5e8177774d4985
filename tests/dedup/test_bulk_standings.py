"""Standings and pages of many records at once are those of each alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from variorum.dedup.bulk_pages import read_many_pages
from variorum.dedup.bulk_standings import pages_of, standings_of
from variorum.dedup.places import read_pages
from variorum.dedup.standing import standing_of
from variorum.dedup.texts import hashes_of

Place = tuple[tuple[str, ...], str, str, int, bool]


def assert_as_one_by_one(places: list[Place]) -> None:
    identifiers, volumes, firsts, lasts, preprints = zip(*places, strict=True) if places else [()] * 5
    found = standings_of(identifiers, volumes, pages_of(list(zip(firsts, lasts, strict=True))), preprints)
    assert found.dtype == "uint32"
    assert found.tolist() == [list(standing_of(*place)) for place in places]


IDENTIFIERS = [
    *("doi:10.1000/abc.12", "doi:10.1000/knots", "doi:10.1000/12-ab", "doi:10.1000/a(82)90021-5", "doi:10.1/9"),
    *("doi:10.1101/2020.03.18.20037960", "doi:10.1101/12.v2", "doi:10.1101/12/v2", "doi:10.1101/12v2", "doi:10.1/v1"),
    *("doi:10.5281/zenodo.12", "doi:10.5281/other.12", "doi:10.6084/m9.figshare.3", "doi:10.6084/m9.figshare.3.v2"),
    *("doi:10.1000", "doi:10.1000/", "doi:/12", "doi:", "doi", "do", "d", "x:10.1000/12", "pmid:12345", "arxiv:2001.1"),
    *("doi:10.1000/a\n12", "doi:10.1000/12.v2\n", "doi:10.1000/ä12", "doi:10.1000/.v٣", "doi:10.1000/x٣", "isbn:97"),
    *(
        "doi:10.1000/a/b/12/c",
        "doi:10.1000/12<13>",
        "doi:10.1000/A12",
        "",
        "12",
        "/12",
        "doi:10.1000/v",
        "doi:10.1/v1x",
    ),
]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_identifiers(identifier: str) -> None:
    place: Place = ((identifier,), "", "", 0, False)
    other: Place = (("doi:10.1000/abc.12",), "", "", 0, False)
    assert_as_one_by_one([place])
    assert_as_one_by_one([other, place, place, ((), "", "", 0, True), other])


ONES = st.one_of(
    st.sampled_from(IDENTIFIERS),
    st.text("10./v(-a7<ä\n", max_size=12).map(lambda text: f"doi:10.1000/{text}"),
    st.text("doi:10./v(-a7<ä\n", max_size=12),
)
PLACES = st.tuples(
    st.lists(ONES, max_size=2).map(tuple),
    st.sampled_from(["", "3", "12"]),
    st.sampled_from(["", "7", "12", "112", "s7", "e1004", "1234567890123", "ab"]),
    st.sampled_from([0, 7, 120]),
    st.booleans(),
)


@settings(max_examples=150)
@given(st.lists(PLACES, max_size=6))
@example([])
def test_whatever_records_bear_their_standings_are_those_of_each(places: list[Place]) -> None:
    assert_as_one_by_one(places)


def assert_pages_as_one_by_one(values: list[str]) -> None:
    hashes, pages = read_many_pages(values)
    expected = [read_pages(value) if value else ("", 0) for value in values]
    assert hashes.tolist() == hashes_of([first for first, _ in expected]).tolist()
    for found, column in zip(pages, pages_of(expected), strict=True):
        assert found.tolist() == column.tolist()


PAGES = [
    *("", "1", "12", "123", "7-15", "123-145", "123--145", "123-7", "123--45", "123---145", "123-", "-123", "12-12"),
    *("0", "007", "12-05", "0-7", "123456789", "1234567890", "123456789-123456790", "12-1234567890", "99999999-1"),
    *(
        "e45",
        "S12-S14",
        "123-145e",
        "12a",
        "123-145-160",
        "12 - 30",
        "12–30",
        "Oct-01",
        "01-Oct",
        "pp. 3-5",
        "٣-٥",
        "x",
    ),
    *("123-145\n", " 123", "123,145", "1-2, 5-7", "-", "--"),
]


@pytest.mark.parametrize("value", PAGES)
def test_pages(value: str) -> None:
    assert_pages_as_one_by_one([value])
    assert_pages_as_one_by_one(["123-145", value, value, "", "e7", "9"])


@settings(max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(PAGES), st.text("0123459-–e ", max_size=14)), max_size=6))
@example([])
def test_whatever_pages_are_said_they_are_read_as_one_by_one(values: list[str]) -> None:
    assert_pages_as_one_by_one(values)
