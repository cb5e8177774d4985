"""OpenAlex: what is asked, what counts as an answer, and abstracts put together from an index of their words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.errors import LayoutError
from variorum.pipeline.reading import read_page
from variorum.schema.harvest import Keys
from variorum.scrapers import Endpoint, KeyHarvest, Wanted, decode, get_source
from variorum.scrapers._openalex_works import parse

SOURCE = get_source("openalex")
ENDPOINT = Endpoint("https://api.openalex.org")
WORK = {"id": "https://openalex.org/W14", "title": "Knots", "doi": "https://doi.org/10.5555/JK.14"}

ORCID = "0000-0002-1825-0097"


def _harvest(*keys: str) -> KeyHarvest:
    harvest = SOURCE.channels[0].harvest(ENDPOINT, Keys(keys))
    assert isinstance(harvest, KeyHarvest)
    return harvest


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://doi.org/10.5555/JK.14", "10.5555/jk.14"),
        ("w14", "W14"),
        ("https://openalex.org/W14", "W14"),
        ("https://api.openalex.org/works/W14", "W14"),
        ("https://openalex.org/A14", None),
        ("Knots", None),
    ],
)
def test_what_can_be_asked_for(text: str, key: str | None) -> None:
    assert SOURCE.key_of(text) == key


def test_a_key_is_asked_for_and_the_next() -> None:
    harvest = _harvest("10.5555/(sici)1<2::aid#3>4", "W14")
    first = harvest.begin()
    assert harvest.request(first).url == "https://api.openalex.org/works/doi:10.5555/%28sici%291%3C2%3A%3Aaid%233%3E4"
    work = {**WORK, "doi": "https://doi.org/10.5555/(sici)1<2::aid#3>4"}
    step = harvest.follow(first, decode(_json(work)))
    assert step.done == ("10.5555/(sici)1<2::aid#3>4",)
    assert step.next is not None
    assert harvest.request(step.next).url == "https://api.openalex.org/works/W14"
    assert harvest.follow(step.next, decode(_json(WORK))).next is None


def test_a_work_is_known_by_the_dois_of_its_copies() -> None:
    work = {**WORK, "locations": [{"landing_page_url": "https://doi.org/10.48550/arXiv.2304.00014"}]}
    harvest = _harvest("10.48550/arxiv.2304.00014")
    assert harvest.follow(harvest.begin(), decode(_json(work))).done


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({**WORK, "doi": "https://doi.org/10.5555/jk.15"}, "wrong_answer"),
        ({"meta": {"count": 1}, "results": [WORK]}, "wrong_answer"),
        ({"id": "https://openalex.org/A14"}, "wrong_content"),
        ({"doi": "https://doi.org/10.5555/jk.14"}, "wrong_content"),
        ({"error": "Invalid query parameters error.", "message": "x"}, "api_error"),
        ([WORK], "wrong_content"),
    ],
)
def test_another_answer_than_was_asked_for(answer: Any, code: str) -> None:
    harvest = _harvest("10.5555/jk.14")
    with pytest.raises(LayoutError) as error:
        harvest.follow(harvest.begin(), decode(_json(answer)))
    assert error.value.code == code


def _title_search(title: str) -> str | None:
    assert SOURCE.search is not None
    request = SOURCE.search.by_title(ENDPOINT, Wanted(title=title))
    return request.url if request else None


def _abstract_search(abstract: str) -> str | None:
    assert SOURCE.search is not None
    request = SOURCE.search.by_abstract(ENDPOINT, Wanted(abstract=abstract))
    return request.url if request else None


def test_only_plain_words_of_a_title_are_searched_for() -> None:
    assert _title_search("Knots, Links | Loops: NOT the «Thin-Film» of Roe's $x^2$?") == (
        "https://api.openalex.org/works?filter=title.search:knots%20links%20loops%20not%20the%20thin-film%20of&per-page=5"
    )
    assert _title_search("Knots") is None
    assert _title_search("$x$ & $y$") is None


def test_an_abstract_is_searched_for_by_a_phrase_of_plain_words() -> None:
    opening = "We show, for $n > 2$, that every long knot (of its kind) has at least one short mirror, not a loop."
    assert _abstract_search(opening) == (
        "https://api.openalex.org/works?filter=abstract.search:"
        "%22that%20every%20long%20knot%20of%20its%20kind%20has%20at%20least%20one%20short%22&per-page=5"
    )
    assert _abstract_search("We colour knots.") is None
    assert _abstract_search("") is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abc,.é", min_size=1, max_size=4), min_size=1, max_size=40))
def test_an_abstract_comes_back_word_for_word(words: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for position, word in enumerate(words):
        index.setdefault(word, []).append(position)
    (entry,) = parse(decode(_json({**WORK, "abstract_inverted_index": index}))).entries
    assert entry.fields["abstract"] == " ".join(words)
    assert "abstract_gaps" not in entry.fields


@pytest.mark.parametrize(
    "index",
    [
        {"a": [-1]},
        {"a": [0, 0]},
        {"a": [20_001]},
        {"a": [1.5]},
        {"a": ["1"]},
        {"a": [True]},
        {"a": 1},
        {"a" * 1000: list(range(1000))},
        [["a", [0]]],
    ],
)
def test_an_index_that_is_none(index: Any) -> None:
    reading = parse(decode(_json({**WORK, "abstract_inverted_index": index})))
    assert [one.code for one in reading.rejections] == ["unexpected_value"]
    assert not reading.entries


def test_addresses_in_affiliations_are_not_kept_with_what_could_not_be_read() -> None:
    affiliated = {"raw_affiliation_strings": ["Knots. Electronic address: roe@knots.example."], "author": "Roe"}
    page = read_page(_json({**WORK, "authorships": [affiliated]}))
    (rejection,) = page.rejections
    assert rejection.code == "unexpected_value"
    assert "@" not in rejection.raw


def test_a_list_longer_than_it_says() -> None:
    with pytest.raises(LayoutError, match="1 works, and shows 2"):
        parse(decode(_json({"meta": {"count": 1}, "results": [WORK, WORK]})))


@pytest.mark.parametrize(
    ("author", "names", "complete"),
    [
        ({"raw_author_name": "Jane Doe (jane@knots.example)"}, [("Jane Doe", ORCID)], True),
        ({"raw_author_name": "Doe, J.; Poe, C."}, [("Doe, J.", None), ("Poe, C.", None)], True),
        ({"raw_author_name": "Doe, J.; et al."}, [("Doe, J.", None)], False),
        ({"raw_author_name": "et al."}, [], False),
        ({}, [], False),
    ],
)
def test_bylines(author: dict[str, str], names: list[tuple[str, str | None]], complete: bool) -> None:
    who = {"orcid": f"https://orcid.org/{ORCID}"} if author else {}
    rows = [{"raw_author_name": "Ann Roe"}, {**author, "author": who}]
    (sighting,) = read_page(_json({**WORK, "authorships": rows})).sightings
    record = sighting.statement
    assert [(one.name, one.orcid) for one in record.authors] == [("Ann Roe", None), *names]
    assert record.authors_complete is complete


def test_abstracts_are_kept_without_addresses() -> None:
    index = {"Ask": [0], "roe@knots.example": [1], "first.": [2]}
    (entry,) = parse(decode(_json({**WORK, "abstract_inverted_index": index}))).entries
    assert entry.fields["abstract"] == "Ask  first."
