"""Feeds of any site, RSS or Atom: ``feed:<host>``.

Namespaces count here: ``title`` is said by RSS, Atom, Dublin Core and media modules, and means different
things. Elements of Dublin Core and PRISM are taken by their names, the rest by what RSS and Atom say.

The XML is read as it stands rather than by ``feedparser``, which keeps one value of an element that is
repeated: of several ``dc:identifier``, or of authors written in parts, all but the last would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values, text_key
from variorum.schema.harvest import Since
from variorum.scrapers._base import Body, Channel, Endpoint, Expectations, Layout, Mark, Reading, Source, filled
from variorum.scrapers._feed_harvest import FeedHarvest
from variorum.scrapers._xml import child, children, name_of, parse_xml, words, words_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

FORMAT = "feed"

_DUBLIN_CORE = re.compile(r"https?://purl\.org/dc/(?:elements/1\.1|terms)/?")
_PRISM = re.compile(r"https?://(?:www\.)?prismstandard\.org/namespaces/\S*")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_OWN = re.compile(
    r"|http://purl\.org/rss/1\.0/|http://my\.netscape\.com/rdf/simple/0\.9/|http://www\.w3\.org/2005/Atom"
)
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

# The field that an element's words go to: (namespace, name), namespaces as abbreviated by _prefix.
_FIELDS = {
    "title": ("own:title", "dc:title"),
    "summary": ("own:description", "own:summary", "dc:description", "dc:abstract"),
    "content": ("content:encoded", "own:content"),
    "creators": ("dc:creator",),
    "keys": ("own:guid", "own:id"),
    "identifiers": ("prism:doi", "own:doi", "dc:identifier"),
    "issns": ("prism:issn", "prism:eIssn", "prism:isbn"),
    "dates": ("prism:publicationDate", "prism:coverDate", "prism:publishDate", "dc:date", "dc:issued"),
    "posted": ("own:pubDate", "own:published", "own:issued", "own:updated", "own:modified"),
    "venue": ("prism:publicationName",),
    "publisher": ("own:publisher", "dc:publisher"),
    "volume": ("prism:volume", "own:volume"),
    "issue": ("prism:number", "prism:issueIdentifier", "own:issue"),
    "first_page": ("prism:startingPage", "own:page"),
    "last_page": ("prism:endingPage",),
    "pages": ("prism:pageRange",),
    "types": ("dc:type", "prism:contentType", "prism:aggregationType", "prism:genre"),
    "subjects": ("own:category", "dc:subject", "prism:keyword", "own:subjects", "own:tags"),
}
_FIELD_OF = {element: field for field, elements in _FIELDS.items() for element in elements}
# Where several elements say the same thing, the first of the list is believed.
_FIRST_ONLY = ("title", "venue", "publisher", "volume", "issue", "first_page", "last_page", "pages", "content")

_BEFORE_ROOT = r"(?:\s++|<\?(?>.*?\?>)|<!--(?>.*?-->)|<!DOCTYPE[^>]{0,500}>)*+"
_ROOT = re.compile(rf"\A{_BEFORE_ROOT}<(?:\w+:)?(?:rss|RDF|feed)\b", re.S)
_NAMESPACE = re.compile(r"<rss\b|http://purl\.org/rss/1\.0/[\"']|rdf/simple/0\.9/|http://www\.w3\.org/2005/Atom")
_FIRST_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_HOST = r"\s*(?:<!\[CDATA\[\s*)?(?:https?:)?(?://)?(?:www\.)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
_ADDRESSES = (
    re.compile(rf"<link>{_HOST}"),
    re.compile(rf"<link\b(?=[^>]{{0,500}}\brel=[\"']alternate[\"'])[^>]{{0,500}}\bhref=[\"']{_HOST}"),
    re.compile(rf"<(?:\w+:)?link\b[^>]{{0,500}}\bhref=[\"']{_HOST}"),
    re.compile(rf"<id>{_HOST}"),
)
_NAME_IN_ADDRESS = re.compile(r"[^\s()<>]+@[^\s()<>]+\s*\(([^()]+)\)")
_ADDRESS = re.compile(r"[<(]?[^\s()<>@]{1,100}@[^\s()<>@]{1,300}[>)]?")


def site_of(page: Body) -> str:
    """What to call the feed: the host of the site it belongs to, else that of its own address."""
    first = _FIRST_ITEM.search(page.text)
    head = page.text[: first.start() if first else 20_000][:20_000]
    found = (pattern.search(head) for pattern in _ADDRESSES)
    return next((match[1].lower() for match in found if match), "unknown")


def parse(page: Body) -> Reading:
    """Read all items. Raises ``LayoutError`` for feeds without any (``no_entries``) and what is no feed."""
    root, repaired = parse_xml(page.data)
    channel = child(root, "channel")
    kind = name_of(root)
    if kind not in {"rss", "RDF", "feed"}:
        raise LayoutError("wrong_content", f"a feed was due, this is <{kind}>")
    homes = [root] if channel is None else [channel, root]
    items = [item for home in homes for item in children(home) if name_of(item) in {"item", "entry"}]
    if not items:
        raise LayoutError("no_entries", "the feed lists nothing")
    source = f"feed:{site_of(page)}"
    return Reading.of(_item(item, number, source, repaired) for number, item in enumerate(items, start=1))


def _item(item: Element, number: int, source: str, repaired: bool) -> Entry | Rejection:
    place = f"item={number}"
    found = _values(item)
    links = list(_links(item))
    keys = [*found.get("keys", ()), item.get(_ABOUT) or "", *links]
    title, text = found.get("title", [""])[0], "".join([*found.get("summary", ()), *found.get("content", ())])
    if not title and not text and not any(keys):
        raw = " ".join(words(item).split())
        return Rejection(code="empty_item", message="no title, no text, no address", place=place, raw=raw)
    fields = filled(
        **{name: found[name][0] for name in _FIRST_ONLY if name in found},
        **{name: join_values(values) for name, values in found.items() if name not in _FIRST_ONLY},
        authors=join_values(_authors(item)),
        people=join_values(_people(item)),
        links=join_values(links),
        repaired="yes" if repaired else "",
    )
    if "summary" in fields:
        fields.pop("content", None)
    key = next(filter(None, keys), "") or text_key(title, text)
    return Entry(source=source, format=FORMAT, source_key=" ".join(key.split()), place=place, fields=fields)


def _values(item: Element) -> dict[str, list[str]]:
    """The words of an item by field; of several elements for one field those named first come first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for element in children(item):
        name = f"{_prefix(element)}:{name_of(element)}"
        field = _FIELD_OF.get(name)
        text = words(element) or (element.get("term") or "" if field == "subjects" else "")
        if field and text:
            found.setdefault(field, []).append((_FIELDS[field].index(name), text))
    ordered = {field: sorted(values, key=lambda value: value[0]) for field, values in found.items()}
    return {field: list(dict.fromkeys(text for _, text in values)) for field, values in ordered.items()}


def _prefix(element: Element) -> str:
    namespace = element.tag.rpartition("}")[0].lstrip("{")
    if _OWN.fullmatch(namespace):
        return "own"
    if _DUBLIN_CORE.fullmatch(namespace):
        return "dc"
    if _PRISM.fullmatch(namespace):
        return "prism"
    return "content" if namespace == _CONTENT else ""


def _links(item: Element) -> Iterator[str]:
    """Addresses of the item's page, best first: Atom has them in attributes, RSS as words."""
    own = [element for element in children(item, "link") if _prefix(element) == "own"]
    ranked = sorted(own, key=lambda element: element.get("rel") not in {None, "alternate"})
    for element in ranked:
        address = words(element) or element.get("href") or ""
        if address and element.get("rel") in {None, "alternate"}:
            yield address


def _authors(item: Element) -> Iterator[str]:
    """Names of authors in RSS and Atom. RSS asks for addresses with the name behind: only names are read."""
    for element in children(item, "author"):
        name = words_of(element, "name") or ("" if len(element) else words(element))
        inside = _NAME_IN_ADDRESS.fullmatch(name)
        name = inside[1] if inside else _ADDRESS.sub("", name)
        if name.strip():
            yield name.strip()


def _people(item: Element) -> Iterator[str]:
    """Authors in parts, as TAB rows of family name, given names, ORCID."""
    for element in children(child(item, "authors") if child(item, "authors") is not None else item, "author"):
        given = " ".join(filter(None, (words_of(element, "given_name"), words_of(element, "middle_name"))))
        row = (words_of(element, "last_name"), given, words_of(element, "orcid"))
        if row[0]:
            yield "\t".join(" ".join(part.split()) for part in row)


SOURCE = Source(
    name="feed",
    title="RSS and Atom feeds",
    homepage="https://www.rssboard.org/rss-specification",
    category="listing",
    access="from the address in variorum.toml, when it has changed; saved responses",
    channels=(
        Channel(
            name="feed",
            scopes=(Since,),
            endpoint=Endpoint(""),
            harvest=FeedHarvest,
            conditional=True,
            steady=False,
        ),
    ),
    expects=Expectations(required=(("title", 0.8),), rejected=0.2),
    layouts=(
        Layout(
            formats=(FORMAT,),
            media="xml",
            marks=(
                Mark("root element <rss>, <rdf:RDF> or <feed>", _ROOT),
                Mark("a namespace of RSS or Atom", _NAMESPACE),
            ),
            parse=parse,
        ),
    ),
    notes=(
        "one source for each site: feed:joss.theoj.org, feed:aasnova.org",
        "an item's own date is that of its posting, of low confidence; dates of Dublin Core and PRISM are believed",
    ),
    member_of=site_of,
    lists_once=False,
)
