"""Crossref's REST API (api.crossref.org): single works, lists of works, and works one a line as in its dumps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection
from variorum.schema.harvest import Keys, Manners, Request, Scope
from variorum.schema.identifiers import normalise_doi
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
from variorum.scrapers._crossref_works import FORMAT, read_work
from variorum.scrapers._json import (
    LONGEST_RAW,
    list_in,
    load_json,
    object_in,
    objects_in,
    parse_json,
    read_each,
    text_in,
    texts_in,
)
from variorum.scrapers._key_harvest import Asked, KeyHarvest, Lead

NAME = "crossref"

_HITS = 5
_LONGEST_QUERY = 50
"""Words of a query."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

_read = partial(read_work, NAME)


def parse_page(page: Body) -> Reading:
    """Read an answer of the API, or works without its envelope: one, a file of them (``items``), or one a line.

    Raises ``LayoutError`` for answers that report a failure or hold no works, and for what is no JSON.
    """
    try:
        value = parse_json(page)
    except LayoutError as error:
        return _read_lines(page, error)
    return Reading.of(read_each(_works(value), _read))


def _works(value: Any) -> Iterator[tuple[str, Any]]:
    """The works of an answer or a file, each with its place."""
    sort = text_in(value, "message-type")
    if sort and text_in(value, "status") not in {"", "ok"}:  # works have a status too, that of a grant
        raise LayoutError("api_error", _failures(value) or f"the request failed ({sort[:50]})")
    if sort not in {"", "work", "work-list"}:
        raise LayoutError("wrong_content", f"the message is a {sort[:50]}, not works")
    if not sort and not value.keys() & {"DOI", "items"}:
        raise LayoutError("wrong_content", "neither an answer of the API nor a work")
    holder = object_in(value, "message") if sort else value
    if sort == "work-list" or (not sort and "items" in value):
        yield from ((f"item={number}", work) for number, work in enumerate(list_in(holder, "items"), start=1))
    else:
        yield "work", holder


def _failures(answer: dict[str, Any]) -> str:
    """What the API says went wrong: in a list for requests, in an object for itself."""
    message = answer.get("message")
    reasons = [message] if isinstance(message, dict) else objects_in(answer, "message")
    return "; ".join(text for one in reasons if (text := text_in(one, "message").strip()))


def _read_lines(page: Body, error: LayoutError) -> Reading:
    """Read works one a line, each by itself; raise what was wrong with the whole when no line is an object."""
    lines = [(number, line) for number, line in enumerate(page.data.split(b"\n"), start=1) if line.strip()]
    results = [_read_line(line, f"line={number}") for number, line in lines]
    if all(isinstance(result, Rejection) and result.code == "malformed_json" for result in results):
        raise error
    return Reading.of(results)


def _read_line(line: bytes, place: str) -> Entry | Rejection:
    try:
        work = load_json(line.decode("utf-8-sig"))
    except ValueError as error:  # as are errors of decoding
        return _malformed(line, place, f"the line is no JSON: {error}")
    if not isinstance(work, dict):
        return _malformed(line, place, "the line is no object")
    return read_each([(place, work)], _read)[0]


def _malformed(line: bytes, place: str, message: str) -> Rejection:
    raw = _CONTROL.sub("\ufffd", line.decode("utf-8", "replace").strip()[:LONGEST_RAW])
    return Rejection(code="malformed_json", message=message, place=place, raw=raw)


# Asking


def _ask(endpoint: Endpoint, asked: Asked) -> Request:
    return Request(f"{endpoint.url}/works/{quote(normalise_doi(asked.key) or asked.key, safe='')}", "json")


def _lead(asked: Asked, page: Body) -> Lead:
    """Whether the answer is the work that was asked for, which may be filed under another of its DOIs."""
    works = [work for _, work in _works(parse_json(page))]
    found, due = [normalise_doi(text_in(work, "DOI")) for work in works], normalise_doi(asked.key)
    if due and found == [due]:
        return Lead()
    if due and len(works) == 1 and due in map(normalise_doi, texts_in(works[0], "aliases")):
        return Lead(note=f"{due} is an alias of {found[0]}")
    raise LayoutError("wrong_answer", f"asked for {asked.key[:100]}, got {found[0] if found else 'no work'}")


def _harvest(endpoint: Endpoint, scope: Scope) -> KeyHarvest:
    return KeyHarvest(endpoint, scope, _ask, _lead)


def _by_title(endpoint: Endpoint, wanted: Wanted) -> Request | None:
    """Works by title, an author's name and year, all in one query.

    Such a query ranks and excludes nothing, so that a name written in another way does no harm; the field is
    made for citations (``query.title`` was withdrawn for years). Whole records are asked for, not selected
    members: a record without its relations and updates would pass for a newer statement of the same work.
    """
    title = " ".join(wanted.title.split()[:_LONGEST_QUERY])
    if not title:
        return None
    words = " ".join(filter(None, (title, wanted.family.strip(), str(wanted.year or ""))))
    return Request(f"{endpoint.url}/works?{urlencode({'query.bibliographic': words, 'rows': _HITS})}", "json")


SOURCE = Source(
    name=NAME,
    title="Crossref",
    homepage="https://www.crossref.org/",
    category="registry",
    access="REST API (by DOI, by title); saved answers and dumps",
    key_of=normalise_doi,
    channels=(
        Channel(
            name="api",
            scopes=(Keys,),
            endpoint=Endpoint("https://api.crossref.org"),
            harvest=_harvest,
            manners=Manners(gap=1.0),
        ),
    ),
    # Issues, volumes and components of articles have DOIs too, and no titles or authors.
    expects=Expectations(required=(("identifiers", 0.99), ("title", 0.8)), rejected=0.05),
    layouts=(
        Layout(
            formats=(FORMAT,),
            media="json",
            marks=(
                Mark('key "message-type"', re.compile(r'"message-type"\s*:\s*"')),
                Mark('key "message"', re.compile(r'"message"\s*:\s*[\[{]')),
            ),
            parse=parse_page,
        ),
        Layout(
            formats=(FORMAT,),
            media="json",
            marks=(
                Mark('key "DOI"', re.compile(r'"DOI"\s*:\s*"')),
                Mark(
                    "Crossref's dates and counts of a work",
                    re.compile(r'"(?:content-domain|deposited|indexed|is-referenced-by-count|references?-count)"\s*:'),
                ),
            ),
            parse=parse_page,
        ),
    ),
    search=Search(by_title=_by_title),
    notes=(
        "the date is the earliest that is stated of print, online and posting",
        "of funders only NSF's award numbers have a place; the archived answer keeps the others",
        "retracted works stay, marked withdrawn",
    ),
)
