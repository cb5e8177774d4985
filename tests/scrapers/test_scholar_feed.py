"""Scholar Feed: titles told from bylines, papers asked for page by page, and that no page breaks the readers."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.errors import BadInputError, LayoutError
from variorum.schema import Entry, split_values
from variorum.schema.harvest import Since
from variorum.scrapers._base import Body, Endpoint, Reading
from variorum.scrapers._decode import decode
from variorum.scrapers._key_harvest import Asked, KeyHarvest, Lead
from variorum.scrapers._scholar_feed_api import MOST_PAGES, lead
from variorum.scrapers.scholar_feed import SOURCE

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PAGES = sorted(FIXTURES.glob("scholar_feed/*/page.*"))


def _page(case: str) -> Body:
    return decode(next((FIXTURES / "scholar_feed" / case).glob("page.*")).read_bytes())


def _read(body: Body) -> Reading:
    """As the program does for a page whose source is named: by the layout of its medium."""
    layouts = [one for one in SOURCE.layouts if one.media == body.media]
    if not layouts:
        raise BadInputError(f"not read from {body.media}")
    return layouts[0].parse(body)


def _html(items: str) -> Body:
    page = f"<!DOCTYPE html><html><body><h1>Ann Roe</h1><p>h-index<b>3</b></p>{items}</body></html>"
    return decode(page.encode())


def _json(**answer: Any) -> Body:
    return decode(json.dumps(answer).encode())


# The same papers as HTML and as rendered text


def test_seed_as_html_says_what_its_rendering_says() -> None:
    text = json.loads(next(FIXTURES.glob("seeds/expected/003_*.json")).read_text())["records"]
    shown = json.loads((FIXTURES / "scholar_feed/seed_003/expected.json").read_text())["records"]
    assert len(shown) == len(text) == 29
    for mine, theirs in zip(shown, text, strict=True):
        inferred = {flag.removeprefix("low_confidence:") for flag in theirs["flags"]}
        assert [flag for flag in theirs["flags"] if flag not in {"low_confidence:title", "low_confidence:authors"}] == (
            mine["flags"]
        )
        own = {"source_key", "sightings", "links", "identifiers", "flags"}
        own |= {"title", "title_raw", "display_title"} if "title" in inferred else set()
        own |= {"authors", "authors_complete"} if "authors" in inferred else set()
        assert {k: v for k, v in mine.items() if k not in own} == {k: v for k, v in theirs.items() if k not in own}


# Structures

BADGES = "<p><span>LG</span><span>Feb 29, 2024</span></p>"
LINK = '<a href="/paper/2402.99001v3">'


@pytest.mark.parametrize(
    "item",
    [
        f"{BADGES}<p>{LINK}Rings, Again</a> <span>Ann Roe, Bo van Doe et al. · mit</span></p><p>Short.</p>",
        f"{BADGES}<p>{LINK}Rings, Again</a></p><p>Ann Roe, Bo van Doe et al. · mit</p><p>Short.</p>",
        f"{BADGES}<p>{LINK}Rings,<span> Again</span></a> <i>Ann Roe</i>, Bo van Doe et al. · mit</p><p>Short.</p>",
        f"{BADGES}<p>{LINK}Rings, <span>Again</span></a></p><p>Ann Roe, Bo van Doe et al. · mit</p><p>Short.</p>",
        f"{BADGES}{LINK}<span>Rings, Again</span><span>Ann Roe, Bo van Doe et al. · mit</span></a><p>Short.</p>",
        f"{LINK}{BADGES}<h3>Rings, <span>Again</span></h3>Ann Roe, Bo van Doe et al. <b>·</b> mit<p>Short.</p></a>",
        f"<p>LGFeb 29, 2024</p><p>{LINK}</a><span>Rings, Again</span><a href='/author/1'>Ann Roe</a>, "
        "<a href='/author/2'>Bo van Doe</a><span> et al.</span><span> · </span><span>mit</span></p><p>Short.</p>",
    ],
)
def test_title_and_byline_are_told_apart(item: str) -> None:
    for page in (_html(f"<div>{item}</div>"), _html(f"<nav>{LINK}The day's</a></nav><article>{item}</article>")):
        reading = _read(page)
        assert not reading.rejections
        (entry,) = reading.entries
        assert (entry.source_key, entry.fields["id"]) == ("2402.99001", "2402.99001v3")
        assert entry.fields["title"] == "Rings, Again"
        assert split_values(entry.fields["authors"]) == ("Ann Roe", "Bo van Doe")
        assert entry.fields["more_authors"] == "et al."
        assert entry.fields["institutions"] == "mit"
        assert entry.fields["abstract"] == "Short."


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (f"{BADGES}<p>{LINK}Rings</a></p><p>One.</p><p>Two.</p><p>Three.</p>", "unexpected_lines"),
        (f"{BADGES}{LINK}<img></a>", "unexpected_lines"),
        (f"{BADGES}<p>{LINK}Rings</a><span>ann-roe</span></p><p>One.</p>", "unsplit_byline"),
        (f"{BADGES}<p>New: <span>{LINK}Rings</a></span></p><p>Ann Roe et al.</p><p>One.</p>", "unsplit_byline"),
    ],
)
def test_what_cannot_be_told_apart_is_rejected(item: str, code: str) -> None:
    reading = _read(_html(f"<div>{item}</div>"))
    assert (reading.entries, [one.code for one in reading.rejections]) == ((), [code])


def test_pages_without_papers_of_an_author_are_refused() -> None:
    page = decode(b"<html><body><h1>A Paper</h1><a href='/paper/2402.99001v3'>Similar</a></body></html>")
    with pytest.raises(LayoutError, match="not an author's page"):
        _read(page)


# Asking


def _harvest(*authors: str) -> KeyHarvest:
    (channel,) = SOURCE.channels
    harvest = channel.harvest(Endpoint(channel.endpoint.url, sets=authors), Since())
    assert isinstance(harvest, KeyHarvest)
    return harvest


def test_an_authors_papers_are_asked_for_page_by_page() -> None:
    harvest = _harvest("94867", "8")
    position = harvest.begin()
    address = "https://api.scholarfeed.org/api/v1/public/authors/94867/papers"
    assert harvest.request(position).url == f"{address}?page=1&limit=50"
    step = harvest.follow(position, _page("api_page_1"))
    assert step.next
    assert harvest.request(step.next).url == f"{address}?page=2&limit=50"
    step = harvest.follow(step.next, _page("api_page_2"))
    assert step.done == ("94867",)
    assert step.next
    assert "/authors/8/papers?page=1&" in harvest.request(step.next).url
    step = harvest.follow(step.next, _json(papers=[], total=0, page=1, limit=50))
    assert (step.next, step.done, step.holds) == (None, ("8",), False)


def test_manners_are_those_of_callers_without_a_key() -> None:
    (channel,) = SOURCE.channels
    assert (channel.manners.gap, channel.manners.daily, channel.unpermitted) == (2.0, 100, "")


@pytest.mark.parametrize(
    ("token", "answer", "following"),
    [
        ("", {"papers": [{}] * 50, "total": 120, "page": 1}, "2 50"),
        ("3 100", {"papers": [{}] * 20, "total": 120, "page": 3}, ""),
        ("", {"papers": [{}] * 20, "total": 60, "page": 1, "limit": 20}, "2 20"),
        ("", {"papers": [{}] * 20, "total": 60}, "2 20"),
        ("", {"papers": [{}] * 50, "total": None}, "2 50"),
        ("", {"papers": [{}] * 49}, ""),
        ("2 50", {"papers": []}, ""),
        ("", {"papers": [{}] * 50, "total": 50}, "2 50"),
        ("", {"papers": [{}] * 3, "total": 3}, ""),
    ],
)
def test_the_next_page_is_asked_for_until_there_is_none(token: str, answer: dict[str, Any], following: str) -> None:
    assert lead(Asked("8", token), _json(**answer)) == Lead(token=following, holds=bool(answer["papers"]))


@pytest.mark.parametrize(
    ("token", "answer", "code"),
    [
        ("", {"error": "quota", "message": "Daily limit"}, "api_error"),
        ("", {"detail": "Author not found"}, "api_error"),
        ("", {"authors": []}, "unknown_layout"),
        ("", {"papers": {"0": {}}}, "unexpected_value"),
        ("2 50", {"papers": [{}], "page": 1}, "wrong_content"),
        ("2 50", {"papers": [], "total": 60}, "empty_slice"),
        (f"{MOST_PAGES} 50", {"papers": [{}] * 50}, "endless"),
        ("", {"papers": [], "total": "9" * 5000}, ""),
        ("", {"papers": [], "page": True}, "unexpected_value"),
    ],
)
def test_answers_that_lead_nowhere(token: str, answer: dict[str, Any], code: str) -> None:
    if not code:
        assert lead(Asked("8", token), _json(**answer)) == Lead(holds=False)
        return
    with pytest.raises(LayoutError) as raised:
        lead(Asked("8", token), _json(**answer))
    assert raised.value.code == code


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"[[[]]]", b'{"papers": 1e999}', b'{"papers": [' + b"[" * 9_000, b"{"], ids=len
)
def test_answers_that_are_none_are_refused(body: bytes) -> None:
    with pytest.raises(LayoutError):
        _read(decode(body))
    with pytest.raises(LayoutError):
        lead(Asked("8"), decode(body))


def test_halves_of_characters_are_rejected() -> None:
    page = decode(b'{"papers": [{"arxiv_id": "2301.99001", "title": "\\ud800"}]}')
    assert [one.code for one in _read(page).rejections] == ["bad_characters"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://www.scholarfeed.org/paper/2209.09476v1", "2209.09476"),
        ("2209.09476v2", "2209.09476"),
        ("math.CO/9901001", "math/9901001"),
        ("a8c4cc57b312756b", "a8c4cc57b312756b"),
    ],
)
def test_keys_that_somebody_means(text: str, key: str) -> None:
    assert SOURCE.key_of(text) == key


# Whatever the bytes

BITES = [b"<", b">", b"</", b"&", b'"', b"</p>", b"<p>", b"{", b"]", b"null", b"\n", b"\x00", b"\xff", b"<!--"]


@pytest.mark.parametrize("path", PAGES, ids=lambda page: page.parent.name)
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_garbled(path: Path, data: st.DataObject) -> None:
    page = path.read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(page))] * 2)))
    bite = b"".join(data.draw(st.lists(st.sampled_from(BITES), max_size=4)))
    try:
        reading = _read(decode(page[:start] + bite + page[end:]))
    except (BadInputError, LayoutError):
        return
    assert all(isinstance(one, Entry) and one.source_key for one in reading.entries)


@pytest.mark.parametrize(
    "body",
    [
        b"<p>LGFeb 29, 2024<p><a href='/paper/2402.%05d'>A</a>\n" * 4_000 % tuple(range(4_000)),
        b"h-index " * 100_000,
        b"<p>h-index" * 8_000,
        b"<p>LGFeb 29, 2024<h3><a href='/paper/2402.99001'>A</a>" + b"<span>bcdefghijklm</span>\n" * 10_000,
        b"<p>LGFeb 29, 2024<p><a href='/paper/2402.99001'>A</a><i>" + "a, · ".encode() * 100_000,
    ],
    ids=["items", "line", "lines", "words", "names"],
)
def test_large_pages_take_little_time(body: bytes) -> None:
    page = decode(b"<html><body><p>h-index3 papers %s</body></html>" % body)
    started = time.process_time()
    with suppress(LayoutError):
        _read(page)
    assert time.process_time() - started < 2
