"""DataCite's REST API (api.datacite.org): single DOIs and lists of DOIs, in JSON:API."""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from variorum.errors import LayoutError
from variorum.schema.harvest import Keys, Manners, Request, Scope
from variorum.schema.identifiers import arxiv_doi, normalise_arxiv, normalise_doi
from variorum.scrapers._base import (
    Body,
    Channel,
    Endpoint,
    Expectations,
    Layout,
    Mark,
    Reading,
    Search,
    Source,
    Wanted,
)
from variorum.scrapers._datacite_dois import FORMAT, doi_of, read_resource
from variorum.scrapers._json import list_in, objects_in, parse_json, read_each, text_in
from variorum.scrapers._key_harvest import Asked, KeyHarvest, Lead

NAME = "datacite"

_HITS = 5
_LONGEST_QUERY = 50
"""Words of a title that is searched for."""


def parse_page(page: Body) -> Reading:
    """Read an answer of the API. Raises ``LayoutError`` for errors and for answers that hold no DOIs."""
    answer = parse_json(page)
    _refuse(_failures(answer))
    return Reading.of(read_each(_resources(answer), partial(read_resource, NAME)))


def _resources(answer: dict[str, Any]) -> list[tuple[str, Any]]:
    """The resources of an answer, each with its place."""
    if "data" not in answer:
        raise LayoutError("wrong_content", "an object with data is due")
    if isinstance(answer["data"], dict):
        return [("data", answer["data"])]
    return [(f"item={number}", one) for number, one in enumerate(list_in(answer, "data"), start=1)]


def _failures(answer: Any) -> list[tuple[str, str]]:
    """Status and title of each error that the API reports."""
    return [(text_in(one, "status"), text_in(one, "title").strip()) for one in objects_in(answer, "errors")]


def _refuse(failures: list[tuple[str, str]]) -> None:
    """Raise ``LayoutError`` when there are errors."""
    if failures:
        raise LayoutError("api_error", "; ".join(filter(None, (title for _, title in failures))) or "no reason given")


# Asking


def _key(text: str) -> str | None:
    """The DOI that a text is; of an arXiv id that which arXiv registers, which has no version."""
    paper = normalise_arxiv(text)
    return arxiv_doi(paper.id) if paper else normalise_doi(text)


def _ask(endpoint: Endpoint, asked: Asked) -> Request:
    return Request(f"{endpoint.url}/dois/{quote(_key(asked.key) or asked.key, safe='/')}", "json")


def _lead(asked: Asked, page: Body) -> Lead:
    """Whether the answer is the DOI that was asked for."""
    answer = parse_json(page)
    failures = _failures(answer)
    if failures and all(status == "404" for status, _ in failures):
        return Lead(known=False)
    _refuse(failures)
    found = [normalise_doi(doi_of(resource)) for _, resource in _resources(answer)]
    if found != [_key(asked.key)] or None in found:
        raise LayoutError("wrong_answer", f"asked for {asked.key[:100]}, got {found[0] if found else 'nothing'}")
    return Lead()


def _harvest(endpoint: Endpoint, scope: Scope) -> KeyHarvest:
    return KeyHarvest(endpoint, scope, _ask, _lead)


def _by_title(endpoint: Endpoint, wanted: Wanted) -> Request | None:
    """DOIs whose title holds the words in their order, and whose creators hold the name."""
    if not wanted.title.strip():
        return None
    terms = [f"titles.title:{_phrase(wanted.title)}"]
    if wanted.family.strip():
        terms.append(f"creators.name:{_phrase(wanted.family)}")
    asked = {"query": " AND ".join(terms), "sort": "relevance", "page[size]": _HITS}
    return Request(f"{endpoint.url}/dois?{urlencode(asked)}", "json")


def _phrase(words: str) -> str:
    """Words as a phrase in Lucene's query syntax, where two characters still have a meaning."""
    plain = " ".join(words.split()[:_LONGEST_QUERY])
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


SOURCE = Source(
    name=NAME,
    title="DataCite",
    homepage="https://datacite.org/",
    category="registry",
    access="REST API (by DOI, by title); saved answers",
    key_of=_key,
    channels=(
        Channel(
            name="api",
            scopes=(Keys,),
            endpoint=Endpoint("https://api.datacite.org"),
            harvest=_harvest,
            manners=Manners(gap=1.0),
        ),
    ),
    expects=Expectations(required=(("authors", 0.8), ("identifiers", 0.99), ("title", 0.95)), rejected=0.05),
    layouts=(
        Layout(
            formats=(FORMAT,),
            media="json",
            marks=(
                Mark('key "data"', re.compile(r'"data"\s*:\s*[\[{]')),
                Mark("resources of type dois", re.compile(r'"type"\s*:\s*"dois"')),
            ),
            parse=parse_page,
        ),
        Layout(
            formats=(FORMAT,),
            media="json",
            marks=(
                Mark("an empty list", re.compile(r'"data"\s*:\s*\[\s*\]')),
                Mark("the API's address", re.compile(r"api\.(?:test\.)?datacite\.org\\?/dois")),
            ),
            parse=parse_page,
        ),
    ),
    search=Search(by_title=_by_title),
    notes=(
        "each version of a dataset or program has a DOI of its own, and all versions together have one",
        "of funders only NSF's award numbers have a place; the archived answer keeps the others",
    ),
)
