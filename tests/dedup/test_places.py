"""Venues, volumes and pages."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.places import pages_level, read_pages, read_volume
from variorum.dedup.venues import read_venue, venue_level


@pytest.mark.parametrize(
    ("pages", "first", "last"),
    [
        ("123--130", "123", 130),
        ("123-7", "123", 127),
        ("1023-27", "1023", 1027),
        ("99-101", "99", 101),
        ("007-012", "7", 12),
        ("pp. 7–9", "7", 9),
        ("pp 7-9", "7", 9),
        ("pages 112-119.", "112", 119),
        ("p. 12", "12", 0),
        ("12", "12", 0),
        ("e12-e20", "e12", 20),
        ("e1002224", "e1002224", 0),
        ("S4", "s4", 0),
        ("S12-8", "s12", 18),
        ("R123–R130", "r123", 130),
        ("1:1-1:20", "1", 1),
        ("01-Oct", "1", 10),
        ("12-Mar", "12", 13),
        ("Oct-15", "10", 15),
        ("xii-xv", "", 0),
        ("No Pagination Specified", "", 0),
        ("", "", 0),
        ("²", "", 0),
    ],
)
def test_pages(pages: str, first: str, last: int) -> None:
    assert read_pages(pages) == (first, last)


@pytest.mark.parametrize("pages", ["１２３–１３０", "١٢٣-١٣٠", "१२३-१३०"])
def test_digits_of_any_script_are_pages(pages: str) -> None:
    assert read_pages(pages) == ("123", 130)


@pytest.mark.parametrize(
    ("text", "volume", "issue"),
    [
        ("9", "9", ""),
        ("09", "9", ""),
        ("Vol. 9", "9", ""),
        ("9(1)", "9", "1"),
        ("9 (01)", "9", "1"),
        ("12 Suppl", "12", ""),
        ("12-13", "12", ""),
        ("Suppl", "", ""),
        ("PhD thesis", "", ""),
        ("", "", ""),
        ("²", "", ""),
    ],
)
def test_volumes(text: str, volume: str, issue: str) -> None:
    assert read_volume(text) == (volume, issue)


NUMBERED = st.one_of(st.text(max_size=30), st.text("0123456789-–e(): ²٣３octpag.", max_size=30), st.just("9" * 5_000))


@given(NUMBERED, NUMBERED)
def test_any_pages_and_volumes_can_be_read_and_compared(one: str, other: str) -> None:
    for text in (one, other):
        volume, issue = read_volume(text)
        assert volume or not issue
        first, last = read_pages(text)
        assert first or not last
    there, back = (*read_pages(one), *read_pages(other)), (*read_pages(other), *read_pages(one))
    assert pages_level(*there) == pages_level(*back)
    if first:
        assert pages_level(first, last, first, last) in ("page", "range")


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("12-30", "12-30", "range"),
        ("12-30", "12", "page"),
        ("S12-S14", "12-14", "range"),
        ("1-9", "1-9", "page"),
        ("12-30", "11-30", "page"),
        ("112-130", "113", "near"),
        ("112", "240", "other"),
        ("12-30", "240-250", "other"),
        ("7", "240-250", "missing"),
        ("", "12", "missing"),
    ],
)
def test_levels_of_pages(one: str, other: str, level: str) -> None:
    assert pages_level(*read_pages(one), *read_pages(other)) == level
    assert pages_level(*read_pages(other), *read_pages(one)) == level


# Venues


def level_of(one: str, other: str) -> str:
    """How two venues compare, whichever comes first."""
    levels = {venue_level(a, b) for a, b in ((one, other), (other, one)) for a, b in [sorted((a, b))]}
    assert len(levels) == 1
    return levels.pop()


def venues(one: str, other: str) -> str:
    return level_of(read_venue(one)[0], read_venue(other)[0])


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("J. Am. Stat. Assoc.", "Journal of the American Statistical Association"),
        ("Phys. Rev. Lett.", "Physical Review Letters"),
        ("Bull. Am. Meteorol. Soc.", "Bulletin of the American Meteorological Society"),
        ("Am. J. Respir. Crit. Care Med.", "American Journal of Respiratory and Critical Care Medicine"),
        ("IEEE Trans. Knowl. Data Eng.", "IEEE Transactions on Knowledge and Data Engineering"),
        ("Biochem Biophys Res Commun", "Biochemical and Biophysical Research Communications"),
        ("N. Engl. J. Med.", "New England Journal of Medicine"),
        ("Proc. VLDB Endow.", "Proceedings of the VLDB Endowment"),
        ("BMJ", "British Medical Journal"),
        ("JAMA", "Journal of the American Medical Association"),
        ("MNRAS", "Monthly Notices of the Royal Astronomical Society"),
        ("AMCIS", "Americas Conference on Information Systems"),
        ("SIGMOD Conference", "International Conference on Management of Data"),
        ("PODS", "Symposium on Principles of Database Systems"),
        ("TODS", "ACM Transactions on Database Systems"),
        ("VLDB", "Very Large Data Bases"),
    ],
)
def test_short_forms_of_venues(short: str, whole: str) -> None:
    assert venues(short, whole) == "short"


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        (
            "Proc. Natl. Acad. Sci. U. S. A.",
            "Proceedings of the National Academy of Sciences of the United States of America",
        ),
        ("J Natl Cancer Inst", "Journal of the National Cancer Institute"),
        ("Dtsch Arztebl Int", "Deutsches Arzteblatt International"),
    ],
)
def test_contracted_words_in_short_forms(short: str, whole: str) -> None:
    """ISO 4 shortens a few words from within."""
    assert venues(short, whole) in ("short", "same", "like")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Lancet", "Lancet"),
        ("Polar Biology", "Polar biology."),
        (
            "Proceedings of the 9th International Conference on Data Engineering",
            "International Conference on Data Engineering",
        ),
    ],
)
def test_venues_that_are_the_same(one: str, other: str) -> None:
    assert venues(one, other) == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Polar Biology", "Journal of Knot Theory"),
        ("European Conference on Information Systems", "Americas Conference on Information Systems"),
        ("Lancet Neurology", "Lancet Oncology"),
        ("J. Exp. Bot.", "Journal of Experimental Medicine"),
        ("J. Am. Chem. Soc.", "Journal of the American Ceramic Society"),
        ("Nature", "Science"),
        ("Int. J. Cancer", "British Journal of Cancer"),
    ],
)
def test_venues_that_are_two(one: str, other: str) -> None:
    assert venues(one, other) == "other"


VENUE = st.lists(
    st.sampled_from(
        "proc int j journal of the data base vldb bases very large amcis information systems 5th b".split()
    ),
    max_size=7,
).map(" ".join)


@given(VENUE, VENUE)
def test_two_venues_compare_one_way(one: str, other: str) -> None:
    assert venue_level(one, other) == venue_level(other, one)
    assert venue_level(one, one) == "same"


def test_no_two_venues_take_long() -> None:
    for count in (10, 16, 18, 20, 100):  # so that what grows fast is found out before it takes hours
        start = perf_counter()
        venue_level(f"{'a' * count}b", " ".join(["aa"] * count))
        assert perf_counter() - start < 0.3, count


@pytest.mark.parametrize(
    ("venue", "kind", "form"),
    [
        ("Journal of Knot Theory", "", "journal"),
        ("Phys. Rev. Letters", "", "journal"),
        ("Proc. of the Symposium on Knots", "", "conference"),
        ("VLDB", "", "conference"),
        ("arXiv", "", "preprint"),
        ("PhD thesis, Roe University", "", "thesis"),
        ("Dissertation Abstracts International", "", "abstract"),
        ("Working Paper 12", "", "report"),
        ("Knots", "", ""),
        ("Knots", "paper-conference", "conference"),
        ("", "thesis", "thesis"),
        ("", "dataset", "data"),
        ("", "", ""),
    ],
)
def test_in_what_form_things_are_published_in_a_venue(venue: str, kind: str, form: str) -> None:
    assert read_venue(venue, kind)[1] == form
