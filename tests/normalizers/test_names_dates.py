"""Names into parts, dates into partial dates, venue lines into venue and date."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.normalizers._dates import parse_date, split_venue_date, year_in_venue
from variorum.normalizers._names import split_name
from variorum.schema import partial_date, year_of
from variorum.schema.dates import check_partial_date


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        # both forms
        ("Ann Roe", "Roe", "Ann"),
        ("Roe, Ann", "Roe", "Ann"),
        ("Ann B. Roe", "Roe", "Ann B."),
        ("Roe, Ann B.", "Roe", "Ann B."),
        ("  Ann   Roe ", "Roe", "Ann"),
        ("Roe ,  Ann", "Roe", "Ann"),
        ("Quoc V. Le", "Le", "Quoc V."),
        # particles
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig"),
        ("van Beethoven, Ludwig", "van Beethoven", "Ludwig"),
        ("Anna van der Berg", "van der Berg", "Anna"),
        ("Juan de la Cruz", "de la Cruz", "Juan"),
        ("Wernher Von Braun", "Von Braun", "Wernher"),
        ("Leonardo da Vinci", "da Vinci", "Leonardo"),
        ("Du Bois, W. E. B.", "Du Bois", "W. E. B."),
        ("van der Berg", "van der Berg", None),
        ("Maria del Mar Garcia", "Garcia", "Maria del Mar"),
        # suffixes
        ("Martin Luther King Jr.", "King Jr.", "Martin Luther"),
        ("King Jr., Martin Luther", "King Jr.", "Martin Luther"),
        ("King, Jr.", "King Jr.", None),
        ("John Smith III", "Smith III", "John"),
        ("Smith III, John", "Smith III", "John"),
        ("Jan van der Berg Sr.", "van der Berg Sr.", "Jan"),
        # one name
        ("Plato", "Plato", None),
        ("Roe,", "Roe", None),
        ("王伟", "王伟", None),
        # hyphens, apostrophes, letters beyond ASCII
        ("Jean-Paul Sartre", "Sartre", "Jean-Paul"),
        ("Anne Meyer-Landrut", "Meyer-Landrut", "Anne"),
        ("Flannery O'Connor", "O'Connor", "Flannery"),
        ("O’Connor, Flannery", "O’Connor", "Flannery"),
        ("Văn Tuấn Đặng", "Đặng", "Văn Tuấn"),
        ("Đặng, Văn Tuấn", "Đặng", "Văn Tuấn"),
        ("José Müller", "Müller", "José"),
        # nobody
        ("", None, None),
        (" \t", None, None),
        (",", None, None),
    ],
)
def test_a_name_has_a_family_and_a_given_part(name: str, family: str | None, given: str | None) -> None:
    assert split_name(name) == (family, given)


@pytest.mark.parametrize(
    "name",
    [
        "ATLAS Collaboration",
        "World Health Organization",
        "The LIGO Scientific Collaboration",
        "Gene Ontology Consortium",
        "COVID-19 Study Group",
        "University of Utah",
        "Institute of Physics",
        "Ministry of Health, Kenya",
        "the OPERA collaboration",
    ],
)
def test_a_body_has_no_parts(name: str) -> None:
    assert split_name(name) == (None, None)


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [("Bin Yu", "Yu", "Bin"), ("Di Wu", "Wu", "Di"), ("Le Song", "Song", "Le"), ("Da Li", "Li", "Da")],
)
def test_a_given_name_that_looks_like_a_particle(name: str, family: str, given: str) -> None:
    assert split_name(name) == (family, given)


_WORD = st.from_regex(r"[A-ZÀÉÖĐ][a-zàéöđ]{2,8}(-[A-Z][a-z]{2,5})?", fullmatch=True)
PERSON = _WORD.filter(lambda word: split_name(f"{word} Roe") == ("Roe", word))


@given(family=PERSON, given_names=st.lists(PERSON, min_size=1, max_size=3))
def test_both_forms_of_a_name_agree(family: str, given_names: list[str]) -> None:
    first = " ".join(given_names)
    assert split_name(f"{first} {family}") == split_name(f"{family}, {first}") == (family, first)


@given(st.text(max_size=60))
def test_parts_of_a_name_are_in_it_and_are_never_empty(name: str) -> None:
    family, given_name = split_name(name)
    for part in (family, given_name):
        assert part is None or (part == part.strip() and part)
    assert set("".join(filter(None, (family, given_name)))) <= set(name) | {" "}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sep 25, 2024", "2024-09-25"),
        ("September 25, 2024", "2024-09-25"),
        ("Sept. 5, 2020", "2020-09-05"),
        ("SEPTEMBER 1, 2020", "2020-09-01"),
        ("Feb 29, 2024", "2024-02-29"),
        ("September 2024", "2024-09"),
        ("sep 2024", "2024-09"),
        ("May 2020", "2020-05"),
        ("2024", "2024"),
        (" 2024 ", "2024"),
        ("2024-09", "2024-09"),
        ("2024-09-25", "2024-09-25"),
    ],
)
def test_dates_that_listings_write(text: str, expected: str) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "n.d.",
        "forthcoming",
        "24",
        "20245",
        "0000",
        "25, 2024",
        "25 Sep 2024",
        "Feb 29, 2023",
        "Feb 30, 2024",
        "Sep 0, 2024",
        "Foo 2024",
        "Septem 2024",
        "2024-13",
        "2024-00",
        "2024-02-30",
        "2024-9-25",
        "2024/09/25",
        "2024-09-25T00:00",
        "c. 2024",
        "2023-2024",
        "２０２４",
        "٢٠٢٤",
    ],
)
def test_what_is_not_fully_understood_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_a_name_and_a_short_name(month: int) -> None:
    name = datetime.date(2024, month, 1).strftime("%B")
    assert parse_date(f"{name} 2024") == parse_date(f"{name[:3]} 2024") == f"2024-{month:02d}"
    assert parse_date(f"{name[:3]}. 7, 2024") == f"2024-{month:02d}-07"


DATE_LIKE = st.text(st.sampled_from("0123456789-/,. SepFebJanMay年"), max_size=14)


@given(st.text(max_size=40) | DATE_LIKE | st.from_regex(r"\d{4}(-\d\d(-\d\d)?)?", fullmatch=True))
def test_a_date_that_was_read_is_a_partial_date(text: str) -> None:
    date = parse_date(text)
    assert date is None or check_partial_date(date) == date


@given(st.dates())
def test_real_dates_are_read_in_every_form(date: datetime.date) -> None:
    iso = date.isoformat()
    month = date.strftime("%b")
    assert parse_date(iso) == parse_date(f"{month} {date.day}, {date.year:04d}") == iso
    assert parse_date(iso[:7]) == parse_date(f"{month} {date.year:04d}") == iso[:7]
    assert parse_date(iso[:4]) == iso[:4]
    assert year_of(iso) == date.year


@given(st.dates(), st.sampled_from([1, 2, 3]))
def test_partial_dates_are_written_with_what_is_known(date: datetime.date, known: int) -> None:
    written = partial_date(*(date.year, date.month, date.day)[:known])
    assert date.isoformat().startswith(written)
    assert len(written) == {1: 4, 2: 7, 3: 10}[known]
    assert check_partial_date(written) == written


@pytest.mark.parametrize("parts", [(2024, 0), (2024, 13), (2023, 2, 29), (2024, 1, 0), (0,), (10_000,), (-1,)])
def test_impossible_dates_are_not_written(parts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"partial date|must be in|out of range"):
        partial_date(*parts)


def test_a_day_without_a_month_is_no_date() -> None:
    with pytest.raises(ValueError, match="needs a month"):
        partial_date(2024, None, 7)


@pytest.mark.parametrize("text", ["", "24", "2024-", "2024-1", "2024-13", "2024-02-30", " 2024", "2024\n", "２０２４"])
def test_check_partial_date_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"partial date|must be in|out of range"):
        check_partial_date(text)


def test_no_date_has_no_year() -> None:
    assert year_of(None) is None


@pytest.mark.parametrize(
    ("line", "venue", "date"),
    [
        ("arXiv (Cornell University), Aug 11, 2019", "arXiv (Cornell University)", "Aug 11, 2019"),
        ("Nature, 2019", "Nature", "2019"),
        ("Nature, 2019 ", "Nature", "2019"),
        ("ArXiv, Sep 2020", "ArXiv", "Sep 2020"),
        ("Chips, Circuits, and Systems, September 2020", "Chips, Circuits, and Systems", "September 2020"),
        # no date at the end
        ("2021 IEEE/CVF International Conference", "2021 IEEE/CVF International Conference", None),
        ("Neural Networks", "Neural Networks", None),
        ("Nature 2019", "Nature 2019", None),
        ("Journal of X, Feb 30, 2019", "Journal of X, Feb 30, 2019", None),
        ("IEEE Trans., Foo 2019", "IEEE Trans., Foo 2019", None),
        ("ICML, Proceedings", "ICML, Proceedings", None),
    ],
)
def test_a_venue_line_ends_in_its_date(line: str, venue: str, date: str | None) -> None:
    assert split_venue_date(line) == (venue, date)


@given(st.text(max_size=60) | st.builds("{}, {}".format, st.text(max_size=20), DATE_LIKE))
def test_a_venue_line_loses_nothing_but_the_comma(line: str) -> None:
    venue, date = split_venue_date(line)
    assert venue == venue.strip()
    if date is None:
        assert venue == line.strip()
    else:
        assert parse_date(date) is not None
        assert "".join(line.split()) == "".join(f"{venue},{date}".split())


@pytest.mark.parametrize(
    ("venue", "year"),
    [
        ("2021 IEEE/CVF International Conference on Computer Vision (ICCV)", "2021"),
        ("1998 Winter Simulation Conference", "1998"),
        ("2121 Problems", None),
        ("1821 Letters", None),
        ("ICCV 2021", None),
        ("2021", None),
        ("20211 Leagues", None),
        ("", None),
    ],
)
def test_a_conference_is_named_after_its_year(venue: str, year: str | None) -> None:
    assert year_in_venue(venue) == year
