"""Feeds of any site: what they are called, and that no words are lost that another reader finds."""

from __future__ import annotations

from pathlib import Path

import feedparser
import pytest

from variorum.errors import BadInputError, LayoutError
from variorum.pipeline.reading import read_page
from variorum.scrapers import decode, recognise
from variorum.scrapers.feed import parse, site_of

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "feed"
PAGES = sorted(FIXTURES.glob("*/page.xml"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_another_reader_finds_the_same_titles_and_addresses(page: Path) -> None:
    body = page.read_bytes()
    theirs = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries
    ours = parse(decode(body)).entries
    told = [entry for entry in theirs if entry.get("title")]
    assert [entry.fields["title"] for entry in ours] == [entry.title for entry in told]
    for entry, other in zip(ours, told, strict=True):
        # It takes an address from the id where there is no link.
        if "links" in entry.fields:
            assert entry.fields["links"].split("\x1e")[0] == other.link


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("<link>https://www.example.org/a</link>", "example.org"),
        ("<link><![CDATA[ http://Example.org ]]></link>", "example.org"),
        ("<link>example.org</link>", "example.org"),
        ('<atom:link href="https://feeds.example.net/x" rel="self"/>', "feeds.example.net"),
        ('<atom:link href="https://feeds.example.net/x" rel="self"/><link>//example.org</link>', "example.org"),
        ("<title>No address</title>", "unknown"),
        ("<title>No address</title><item><link>https://example.org</link></item>", "unknown"),
    ],
)
def test_a_feed_is_called_after_its_site(head: str, name: str) -> None:
    body = decode(f"<rss><channel>{head}</channel></rss>".encode())
    assert site_of(body) == name


@pytest.mark.parametrize(
    "body",
    [
        b"<response><result/></response>",
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b"<feed><entry/></feed>",
        b"<records><rss/></records>",
        b"<!--" + b"-->" * 5_000 + b"<rss",
    ],
)
def test_other_xml_is_no_feed(body: bytes) -> None:
    with pytest.raises(BadInputError) as caught:
        recognise(decode(body))
    assert caught.value.code == "unrecognised"


def test_feeds_of_a_site_with_a_reader_of_its_own_are_that_site_s() -> None:
    body = (FIXTURES.parent / "arxiv" / "feed_rss" / "page.xml").read_bytes()
    assert recognise(decode(body))[0].name == "arxiv"


def test_a_feed_without_items_says_so() -> None:
    with pytest.raises(LayoutError) as caught:
        parse(decode(b"<rss><channel><title>a</title></channel></rss>"))
    assert caught.value.code == "no_entries"


@pytest.mark.parametrize("author", ["nobody@example.org", "<nobody@example.org>", "nobody@example.org ()"])
def test_addresses_of_people_are_not_read(author: str) -> None:
    author = author.replace("<", "&lt;").replace(">", "&gt;")
    body = f"<rss><channel><item><title>a</title><author>{author}</author></item></channel></rss>".encode()
    (sighting,) = read_page(body).sightings
    assert sighting.statement.authors == ()
    assert "nobody" not in sighting.statement.model_dump_json()
