"""DataCite: what is asked for and what an answer leads to."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from variorum.errors import LayoutError
from variorum.pipeline.reading import read_page
from variorum.schema import Record
from variorum.schema.harvest import Keys, Position
from variorum.schema.identifiers import Role
from variorum.scrapers import Body, Endpoint, Search, Wanted
from variorum.scrapers.datacite import SOURCE

ENDPOINT = Endpoint("https://datacite.example")


def _body(answer: Any) -> Body:
    data = json.dumps(answer).encode()
    return Body(data, "json", data.decode())


def _resource(doi: str) -> dict[str, Any]:
    return {"id": doi.lower(), "type": "dois", "attributes": {"doi": doi}}


def _harvest(*keys: str) -> Any:
    return SOURCE.channels[0].harvest(ENDPOINT, Keys(keys))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://doi.org/10.5281/ZENODO.1", "10.5281/zenodo.1"),
        ("arXiv:1706.00001v3", "10.48550/arxiv.1706.00001"),
        ("10.48550/arXiv.1706.00001", "10.48550/arxiv.1706.00001"),
        ("math/0601001", "10.48550/arxiv.math/0601001"),
        ("no id", None),
    ],
)
def test_keys_are_dois_and_arxiv_ids(text: str, key: str | None) -> None:
    assert SOURCE.key_of(text) == key


def test_a_doi_is_asked_for() -> None:
    request = _harvest("10.5555/a?b#c<d>").request(Position())
    assert (request.url, request.expects) == ("https://datacite.example/dois/10.5555/a%3Fb%23c%3Cd%3E", "json")


def test_an_answer_leads_to_the_next_key() -> None:
    harvest = _harvest("10.5555/a", "10.5555/b")
    step = harvest.follow(Position(), _body({"data": _resource("10.5555/A")}))
    assert (step.done, step.next) == (("10.5555/a",), Position(part=1))
    errors = [{"status": "404", "title": "The resource you are looking for doesn't exist."}]
    unknown = harvest.follow(Position(part=1), _body({"errors": errors}))
    assert (unknown.missing, unknown.holds, unknown.next) == (("10.5555/b",), False, None)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"data": _resource("10.5555/other")}, "wrong_answer"),
        ({"data": {"id": "x"}}, "wrong_answer"),
        ({"data": []}, "wrong_answer"),
        ({"data": None}, "wrong_answer"),
        ({"errors": [{"status": "503", "title": "Busy"}, {"status": "404"}]}, "api_error"),
        ({"data": "10.5555/a"}, "unexpected_value"),
        ({}, "wrong_content"),
        ([], "unexpected_value"),
    ],
)
def test_another_answer_leads_nowhere(answer: Any, code: str) -> None:
    with pytest.raises(LayoutError) as caught:
        _harvest("10.5555/a").follow(Position(), _body(answer))
    assert caught.value.code == code


def test_an_error_is_told_in_the_words_of_the_api() -> None:
    read = read_page(json.dumps({"errors": [{"status": "400", "title": "Bad query"}]}).encode(), "datacite")
    assert read.rejection is not None
    assert (read.rejection.code, read.rejection.message) == ("api_error", "Bad query")


def test_a_title_is_searched_for_as_a_phrase() -> None:
    search = SOURCE.search
    assert isinstance(search, Search)
    request = search.by_title(ENDPOINT, Wanted(title='On "knots" AND\n\\loops?', family="van Doe", year=2018))
    assert request is not None
    address = urlsplit(request.url)
    assert (address.netloc, address.path) == ("datacite.example", "/dois")
    asked = parse_qs(address.query)
    assert asked["query"] == ['titles.title:"On \\"knots\\" AND \\\\loops?" AND creators.name:"van Doe"']
    assert (asked["sort"], asked["page[size]"]) == (["relevance"], ["5"])
    alone = search.by_title(ENDPOINT, Wanted(title="Knots"))
    assert alone is not None
    assert parse_qs(urlsplit(alone.url).query)["query"] == ['titles.title:"Knots"']
    assert search.by_title(ENDPOINT, Wanted(family="Doe")) is None


def _record(**attributes: Any) -> Record:
    resource = {"id": "10.5555/a", "type": "dois", "attributes": {"doi": "10.5555/a", **attributes}}
    (sighting,) = read_page(json.dumps({"data": resource}).encode()).sightings
    return sighting.statement


@pytest.mark.parametrize(
    ("type", "container", "publisher", "expected"),
    [
        ("JournalArticle", None, "Zenodo", ("article-journal", None, None)),
        ("JournalArticle", "Journal of Knots", "Zenodo", ("article-journal", "Journal of Knots", "published")),
        ("Text", None, "arXiv", ("article", "arXiv", "preprint")),
        ("Text", None, "Zenodo", ("document", None, None)),
        ("Preprint", None, "Zenodo", ("article", "Zenodo", "preprint")),
        ("Dataset", None, "Zenodo", ("dataset", "Zenodo", None)),
        ("Dissertation", None, "Example University", ("thesis", "Example University", None)),
    ],
)
def test_a_publisher_is_no_journal(
    type: str, container: str | None, publisher: str, expected: tuple[str | None, ...]
) -> None:
    stated = {"container": {"title": container}} if container else {}
    record = _record(types={"resourceTypeGeneral": type}, publisher=publisher, **stated)
    assert (record.kind, record.venue, record.stage) == expected


@pytest.mark.parametrize(
    ("creator", "names", "complete"),
    [
        ({"name": "Roe, A.; Doe, B.", "familyName": "Roe", "givenName": "A.; Doe, B."}, ["Roe, A.", "Doe, B."], True),
        ({"name": "Doe, B. (b.doe@knots.example)"}, ["Doe, B."], True),
        ({"name": "Knots; Loops", "nameType": "Organizational"}, ["Knots; Loops"], True),
        ({"name": "Poe, C."}, ["Poe, C."], True),
        ({"name": ":(unav)"}, [], False),
        ({"name": "(:unav)", "familyName": "(:unav)"}, [], False),
        ({"name": "et al."}, [], False),
        ({}, [], False),
    ],
)
def test_creators(creator: dict[str, str], names: list[str], complete: bool) -> None:
    record = _record(creators=[{"name": "Moe, Ann", "familyName": "Moe", "givenName": "Ann"}, creator])
    assert ([one.name for one in record.authors], record.authors_complete) == (["Moe, Ann", *names], complete)


def test_abstracts_are_kept_without_addresses() -> None:
    record = _record(descriptions=[{"descriptionType": "Abstract", "description": "Ask roe@knots.example for knots."}])
    assert record.abstract_raw == "Ask  for knots."


def test_a_copy_meets_what_it_is_identical_to() -> None:
    def stated(relation: str, scheme: str = "DOI", id: str = "10.5555/b") -> list[tuple[str, Role]]:
        related = {"relationType": relation, "relatedIdentifierType": scheme, "relatedIdentifier": id}
        record = _record(titles=[{"title": "Colouring long knots"}], relatedIdentifiers=[related])
        return [(one.value, one.role) for one in record.identifiers][1:]

    assert stated("IsIdenticalTo") == [("10.5555/b", "self")]
    assert stated("IsIdenticalTo", "ISSN", "1234-5679") == [("1234-5679", "related")]
    assert stated("IsVariantFormOf") == stated("IsVersionOf") == [("10.5555/b", "version")]
