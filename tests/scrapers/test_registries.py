"""Saved answers of Semantic Scholar, Europe PMC and OSTI: what they are told by, and what is not kept of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from variorum.errors import BadInputError
from variorum.pipeline.reading import Page, read_page
from variorum.schema import Award
from variorum.scrapers import decode, get_source

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PAPER = {"paperId": "ab" * 20, "title": "Knots"}
RECORD: dict[str, Any] = {"osti_id": "1170001", "title": "Knots", "authors": []}


def _read(value: Any, source: str | None = None) -> Page:
    return read_page(json.dumps(value).encode(), source)


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        (PAPER, "semantic_scholar"),
        ([None, PAPER], "semantic_scholar"),
        ({"total": 1, "offset": 0, "data": [PAPER]}, "semantic_scholar"),
        ({"version": "6.9", "hitCount": 0, "resultList": {"result": []}}, "europe_pmc"),
        ([RECORD], "osti"),
        (RECORD, "osti"),
    ],
)
def test_recognised(answer: Any, source: str) -> None:
    assert _read(answer).source.name == source


@pytest.mark.parametrize("answer", [{"data": []}, {"authorId": "2262347", "name": "A. Roe"}, [], {"title": "Knots"}])
def test_answers_that_could_be_anybodys_are_not_recognised(answer: Any) -> None:
    with pytest.raises(BadInputError):
        _read(answer)


def test_an_empty_list_is_read_where_the_source_is_named() -> None:
    assert [one.code for one in _read({"total": 0, "data": []}, "semantic_scholar").rejections] == ["no_entries"]
    assert [one.code for one in _read({"error": "Paper not found"}, "semantic_scholar").rejections] == ["api_error"]


def test_more_results_than_there_are() -> None:
    result = {"id": "1", "source": "MED", "title": "Knots"}
    page = _read({"version": "6.9", "hitCount": 1, "resultList": {"result": [result, result]}})
    assert [one.code for one in page.rejections] == ["wrong_count"]


def test_no_addresses_are_kept() -> None:
    for name in ("osti/api/page.json", "osti/scitech_xml/page.xml", "europe_pmc/core/page.json"):
        body = (FIXTURES / name).read_bytes()
        assert b"@" in body
        document = decode(body)
        layout = get_source(name.partition("/")[0]).layout_of(document)
        assert layout is not None
        reading = layout.parse(document)
        kept = [value for entry in reading.entries for value in entry.fields.values()]
        kept += [text for one in reading.rejections for text in (one.message, one.raw)]
        assert kept
        assert not any("@" in text for text in kept)


@pytest.mark.parametrize(
    ("written", "award"),
    [
        ("AC02-05CH11231", "DE-AC02-05CH11231"),
        ("DE-AC02- 05CH11231", "DE-AC02-05CH11231"),
        ("DEAC0205CH11231", "DE-AC02-05CH11231"),
        ("sc0012704", "DE-SC0012704"),
        ("W-7405-ENG-48", "W-7405-ENG-48"),
        ("89233218CNA000001", "89233218CNA000001"),
    ],
)
def test_contracts_have_one_form(written: str, award: str) -> None:
    (sighting,) = _read([{**RECORD, "doe_contract_number": written}]).sightings
    assert sighting.statement.awards == (Award(funder="DOE", id=award, raw=written),)
    assert sighting.statement.flags == ()


@pytest.mark.parametrize(
    ("written", "name", "orcid", "institutions"),
    [
        ("Roe, A. [Univ. of Knots (UK), Here; Loops]", "Roe, A.", None, ("Univ. of Knots (UK), Here; Loops",)),
        ("Roe, A. (ORCID:0000000218250097)", "Roe, A.", "0000-0002-1825-0097", ()),
        ("Roe, A. (ORCID: 0000-0002-1825-0097) [Knots]", "Roe, A.", "0000-0002-1825-0097", ("Knots",)),
        ("Roe, Email: roe@knots.example, A.", "Roe, A.", None, ()),
        ("Roe, A. /Univ. of Knots", "Roe, A.", None, ("Univ. of Knots",)),
        ("Knot Collaboration", "Knot Collaboration", None, ()),
    ],
)
def test_names_without_what_stands_beside_them(
    written: str, name: str, orcid: str | None, institutions: tuple[str, ...]
) -> None:
    (sighting,) = _read([{**RECORD, "authors": [written]}]).sightings
    (author,) = sighting.statement.authors
    assert (author.name, author.orcid, sighting.statement.institutions) == (name, orcid, institutions)


@pytest.mark.parametrize(
    ("names", "expected", "complete"),
    [
        (["Ann Roe", "et al."], ["Ann Roe"], False),
        (["Roe, A.; Doe, B."], ["Roe, A.", "Doe, B."], True),
        (["Ann Roe", None], ["Ann Roe"], False),
        (["Ann Roe <roe@knots.example>"], ["Ann Roe"], True),
    ],
)
def test_names_at_semantic_scholar(names: list[str | None], expected: list[str], complete: bool) -> None:
    (sighting,) = _read({**PAPER, "authors": [{"name": name} for name in names]}).sightings
    record = sighting.statement
    assert ([one.name for one in record.authors], record.authors_complete) == (expected, complete)
