"""arXiv's daily announcements, as RSS 2.0 and as Atom (rss.arxiv.org).

Items are dated by the announcement's midnight, not by the submission, so no date is read. The feeds
leave out replacements from the sixth version on: they are news, no register of changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._xml import all_words_of, child, children, name_of, parse_xml, words, words_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

FORMAT = "arxiv_feed"

RSS_MARKS = (
    Mark("element <rss>", re.compile(r"<rss\b")),
    Mark("a link to rss.arxiv.org", re.compile(r"<link>\s*https?://rss\.arxiv\.org/")),
)
ATOM_MARKS = (
    Mark("element <feed>", re.compile(r"<(?:\w+:)?feed\b")),
    Mark("an id at rss.arxiv.org", re.compile(r"<id>\s*https?://rss\.arxiv\.org/")),
)

_FEED_ERROR = "Feed error for query"
_DESCRIPTION = re.compile(r"\s*arXiv:(?P<id>\S+)\s+Announce Type:\s*(?P<type>[\w-]+)\s+Abstract:(?P<abstract>.*)", re.S)


def parse_feed(page: Body, source: str = "arxiv") -> Reading:
    """Read the announced papers.

    Raises ``LayoutError`` for error reports (``api_error``), for feeds without items (``no_entries``), as
    they are sent at weekends, and for other feeds (``wrong_content``).
    """
    root, repaired = parse_xml(page.data)
    top = root if name_of(root) == "feed" else child(root, "channel")
    if top is None:
        raise LayoutError("wrong_content", f"a feed was due, this is <{name_of(root)}>")
    title = words_of(top, "title")
    if title.startswith(_FEED_ERROR):
        raise LayoutError("api_error", words_of(top, "description") or words_of(top, "subtitle") or title)
    items = [*children(top, "item"), *children(top, "entry")]
    if not items:
        raise LayoutError("no_entries", f"nothing is announced in {title or 'the feed'}")
    return Reading.of(_item(item, number, source, repaired) for number, item in enumerate(items, start=1))


def _item(item: Element, number: int, source: str, repaired: bool) -> Entry | Rejection:
    place = f"item={number}"
    stated = words_of(item, "guid") or words_of(item, "id")
    found = normalise_arxiv(stated)
    raw = " ".join(words(item).split())
    if found is None:
        return Rejection(code="no_identifier", message=f"{stated!r} names no paper", place=place, raw=raw)
    description = _DESCRIPTION.fullmatch(words_of(item, "description") or words_of(item, "summary"))
    announced = normalise_arxiv(description["id"]) if description else None
    if description is None or announced is None:
        message = "the description is not 'arXiv:… Announce Type: … Abstract: …'"
        return Rejection(code="unknown_layout", message=message, place=place, raw=raw)
    if announced != found:
        message = f"the item is {stated}, its description that of {description['id']}"
        return Rejection(code="contradiction", message=message, place=place, raw=raw)
    fields = filled(
        id=stated,
        announce_type=words_of(item, "announce_type") or description["type"],
        title=words_of(item, "title"),
        abstract=description["abstract"].strip(),
        byline=words_of(item, "creator"),
        categories=join_values(one.get("term") or words(one) for one in children(item, "category")),
        doi=" ".join(all_words_of(item, "DOI")),
        journal_ref=words_of(item, "journal_reference"),
        license=words_of(item, "rights"),
        repaired="yes" if repaired else "",
    )
    return Entry(source=source, format=FORMAT, source_key=found.id, place=place, fields=fields)
