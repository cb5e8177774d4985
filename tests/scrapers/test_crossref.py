"""Crossref: what is asked for, what an answer leads to, and words, dates and funders as registries give them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.errors import BadInputError, LayoutError
from variorum.normalizers._grants import Grant, is_nsf, nsf_awards
from variorum.normalizers._registry import date_of_parts, earliest_date, jats_text, marked_text
from variorum.pipeline.reading import read_page
from variorum.schema.harvest import Keys, Position
from variorum.scrapers import Body, Endpoint, Search, Wanted
from variorum.scrapers.crossref import SOURCE

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
ENDPOINT = Endpoint("https://crossref.example")
SICI = "10.1002/(SICI)1097(1998)66:4<261::AID-QUA1>3.0.CO;2-T"


def _answer(message: Any, sort: str = "work", **more: Any) -> bytes:
    return json.dumps({"status": "ok", "message-type": sort, "message": message, **more}).encode()


def _body(data: bytes) -> Body:
    return Body(data, "json", data.decode())


def _harvest(*keys: str) -> Any:
    return SOURCE.channels[0].harvest(ENDPOINT, Keys(keys))


def test_a_doi_is_asked_for_in_one_segment_of_the_address() -> None:
    request = _harvest(SICI).request(Position())
    assert request.url == (
        "https://crossref.example/works/10.1002%2F%28sici%291097%281998%2966%3A4%3C261%3A%3Aaid-qua1%3E3.0.co%3B2-t"
    )
    assert request.expects == "json"
    assert SOURCE.key_of("https://doi.org/10.5555/A") == "10.5555/a"
    assert SOURCE.key_of("1706.00001") is None


def test_an_answer_leads_to_the_next_key() -> None:
    harvest = _harvest("10.5555/a", "10.5555/b")
    step = harvest.follow(Position(), _body(_answer({"DOI": "10.5555/A"})))
    assert (step.done, step.next) == (("10.5555/a",), Position(part=1))
    alias = harvest.follow(Position(part=1), _body(_answer({"DOI": "10.5555/c", "aliases": ["10.5555/B"]})))
    assert (alias.done, alias.next, alias.note) == (("10.5555/b",), None, "10.5555/b is an alias of 10.5555/c")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (_answer({"DOI": "10.5555/other"}), "wrong_answer"),
        (_answer({}), "wrong_answer"),
        (_answer({"items": []}, "work-list"), "wrong_answer"),
        (_answer({"items": [{"DOI": "10.5555/a"}, {"DOI": "10.5555/b"}]}, "work-list"), "wrong_answer"),
        (_answer({"DOI": "10.5555/a", "agency": {"id": "crossref"}}, "work-agency"), "wrong_content"),
        (_answer([{"message": "no"}], "validation-failure", status="failed"), "api_error"),
        (_answer({"message": "boom", "stack-trace": []}, "exception", status="error"), "api_error"),
        (_answer(["10.5555/a"]), "unexpected_value"),
        (b'{"DOI": ', "malformed_json"),
        (b"[]", "unexpected_value"),
        (b"{}", "wrong_content"),
    ],
)
def test_another_answer_leads_nowhere(answer: bytes, code: str) -> None:
    with pytest.raises(LayoutError) as caught:
        _harvest("10.5555/a").follow(Position(), _body(answer))
    assert caught.value.code == code


def test_a_title_is_searched_for_with_name_and_year() -> None:
    search = SOURCE.search
    assert isinstance(search, Search)
    request = search.by_title(ENDPOINT, Wanted(title=" Loops &\n links ", family="van Doe", year=2018))
    assert request is not None
    address = urlsplit(request.url)
    assert (address.netloc, address.path) == ("crossref.example", "/works")
    assert parse_qs(address.query) == {"query.bibliographic": ["Loops & links van Doe 2018"], "rows": ["5"]}
    assert search.by_title(ENDPOINT, Wanted(title=" ", family="Doe", abstract="We untie knots.")) is None
    long = search.by_title(ENDPOINT, Wanted(title="knot " * 10_000))
    assert long is not None
    assert len(long.url) < 500
    assert search.by_abstract(ENDPOINT, Wanted(abstract="We untie knots.")) is None


def _authors(*rows: dict[str, Any]) -> tuple[list[tuple[str, str | None]], bool]:
    (sighting,) = read_page(_answer({"DOI": "10.5555/a", "title": ["Knots"], "author": rows})).sightings
    record = sighting.statement
    return [(one.name, one.family) for one in record.authors], record.authors_complete


def test_authors() -> None:
    roe = {"family": "Roe", "given": "Ann"}
    assert _authors(roe, {"literal": "Knot Group"}) == ([("Ann Roe", "Roe"), ("Knot Group", None)], True)
    assert _authors(roe, {"sequence": "additional"}) == ([("Ann Roe", "Roe")], False)
    assert _authors(roe, {"family": "et al."}) == ([("Ann Roe", "Roe")], False)
    assert _authors({"family": "Roe roe@knots.example", "given": "Ann"}) == ([("Ann Roe", "Roe")], True)


def test_addresses_are_not_kept_and_another_doi_of_the_same_work_is_its_own() -> None:
    relation = {
        "is-same-as": [{"id-type": "doi", "id": "10.5555/b"}],
        "has-version": [{"id-type": "doi", "id": "10.5555/c"}],
    }
    work = {"DOI": "10.5555/a", "title": ["Knots"], "abstract": "Ask roe@knots.example.", "relation": relation}
    (sighting,) = read_page(_answer(work)).sightings
    record = sighting.statement
    assert (record.abstract_raw, record.abstract) == ("Ask .", "Ask .")
    assert [(one.value, one.role) for one in record.identifiers] == [
        ("10.5555/a", "self"),
        ("10.5555/b", "self"),
        ("10.5555/c", "version"),
    ]


# Words, dates, funders


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<jats:title>ABSTRACT</jats:title><jats:p>Knots.</jats:p>", "Knots."),
        ("<jats:p>Abstract algebra is older than knots.</jats:p>", "Abstract algebra is older than knots."),
        ("<jats:title>Abstract</jats:title><jats:p>Syntax Trees grow.</jats:p>", "Syntax Trees grow."),
        ("<jats:p>Abstract</jats:p><jats:p>Syntax Trees grow.</jats:p>", "Syntax Trees grow."),
        ("<jats:p>Abstract Syntax Trees grow.</jats:p>", "Abstract Syntax Trees grow."),
        ("Abstract\nSyntax Trees grow.", "Syntax Trees grow."),
        ("<jats:p>No abstract thinking can do it.</jats:p>", "No abstract thinking can do it."),
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
        ("H<jats:sub>2</jats:sub>O, <jats:ext-link href='x'>there</jats:ext-link>", "H2O, there"),
        ("&lt;jats:p&gt;Twice escaped: p &amp;lt; 0.05&lt;/jats:p&gt;", "Twice escaped: p < 0.05"),
        ("x <jats:alternatives><mml:math>y</mml:math></jats:alternatives>", "x y"),
        ("<inline-formula><tex-math notation='LaTeX'>$\\mu$</tex-math></inline-formula>-knots", "μ-knots"),
        ("No abstract available.", ""),
        ("[No abstract]", ""),
        ("Abstract not available in English", ""),
        ("", ""),
    ],
)
def test_abstracts(markup: str, text: str) -> None:
    assert jats_text(markup) == text


@pytest.mark.parametrize(
    "piece", ["<", " ", "\n ", "<jats:title>", "<jats:alternatives>", "<tex-math>$", "&lt;", "abstract "]
)
def test_hostile_markup_takes_no_time(piece: str) -> None:
    started = time.monotonic()
    jats_text(piece * (50_000 // len(piece)))
    assert time.monotonic() - started < 1


@given(st.text(max_size=60))
@settings(max_examples=50, deadline=None)
def test_words_stay_words(text: str) -> None:
    assert marked_text(text) == marked_text(text).strip()


@pytest.mark.parametrize(
    ("parts", "date"),
    [("2018-6-1", "2018-06-01"), ("2018-21", "2018"), ("2018-2-30", "2018-02"), ("2018-0-0", "2018")]
    + [(text, None) for text in ("", "0", "99999", "x-1", "-2018", "²018")],
)
def test_dates_in_parts(parts: str, date: str | None) -> None:
    assert date_of_parts(parts) == date


@given(st.lists(st.dates().flatmap(lambda day: st.sampled_from([f"{day}", f"{day}"[:7], f"{day}"[:4]])), max_size=5))
@settings(max_examples=50)
def test_the_earliest_date_is_one_of_them(dates: list[str]) -> None:
    found = earliest_date(dates)
    assert found is None if not dates else found in dates and found[:4] == min(dates)[:4]


@pytest.mark.parametrize(
    ("name", "ids", "is_it"),
    [
        ("National Science Foundation", (), True),
        ("The U.S. National Science Foundation (NSF)", (), True),
        ("NSF | BIO | Division of Molecular and Cellular Biosciences", (), True),
        ("National Science Foundation, Division of Physics", (), True),
        ("Division of Mathematical Sciences", ("10.13039/100000121",), True),
        ("whatever", ("https://ror.org/021nxhr62",), True),
        ("National Science Foundation", ("http://dx.doi.org/10.13039/501100001809",), False),
        ("National Science Foundation of China", (), False),
        ("Swiss National Science Foundation", (), False),
        ("National Natural Science Foundation of China", (), False),
        ("NSFC", (), False),
        ("", (), False),
    ],
)
def test_who_is_nsf(name: str, ids: tuple[str, ...], is_it: bool) -> None:
    assert is_nsf(name, ids) is is_it


def test_award_numbers() -> None:
    awards, all_read = nsf_awards(
        [Grant("NSF", (), "CCF 1011228 and DMS-1228304; 1011228"), Grant("NIH", (), "1234567")]
    )
    assert [(one.funder, one.id) for one in awards] == [("NSF", "1011228"), ("NSF", "1228304")]
    assert all_read
    assert nsf_awards([Grant("NSF", (), "PHY99-07949")]) == ((), False)


# Pages that have changed


def _values(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to each value inside another."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from _values(one, (*path, key))


PAGES = [FIXTURES / name / "page.json" for name in ("crossref/work", "crossref/works", "datacite/doi", "datacite/dois")]
ODD: list[Any] = [
    None,
    "",
    "x",
    "\ud800",
    "\t\x1e\x00",
    0,
    1e300,
    True,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"x": 1},
    ["x"] * 3,
]


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_value_may_be_another(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PAGES))
    page = json.loads(path.read_text())
    *way, last = data.draw(st.sampled_from(list(_values(page))))
    holder = page
    for key in way:
        holder = holder[key]
    holder[last] = data.draw(st.sampled_from(ODD))
    try:
        read = read_page(json.dumps(page).encode(), path.parent.parent.name)
    except BadInputError:  # no page of any source
        return
    assert read.seen > 0


def test_a_work_with_its_envelope_last_and_one_from_doi_org() -> None:
    last = json.dumps({"message": {"DOI": "10.5555/a", "title": ["Knots"]}, "message-type": "work", "status": "ok"})
    csl = {"DOI": "10.5555/a", "type": "article-journal", "title": "Knots", "ISSN": "1234-5679", "reference-count": 0}
    for page in (last, json.dumps(csl), json.dumps({"items": [csl]})):
        read = read_page(page.encode())
        assert read.source.name == "crossref"
        assert [(one.statement.source_key, one.statement.title) for one in read.sightings] == [("10.5555/a", "Knots")]


def test_a_work_that_is_no_json_is_no_list_of_lines() -> None:
    broken = json.dumps({"DOI": "10.5555/a", "reference-count": 0, "title": ["Knots"]}, indent=1).rstrip("}\n")
    read = read_page(broken.encode())
    assert [one.code for one in read.rejections] == ["malformed_json"]
    assert read.rejection is not None


def test_a_work_may_have_a_status_of_its_own() -> None:
    work = {"DOI": "10.5555/grant", "type": "grant", "status": {"type": "active"}, "reference-count": 0}
    assert [one.statement.kind for one in read_page(json.dumps(work).encode()).sightings] == ["document"]
