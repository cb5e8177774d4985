"""arXiv: OAI-PMH (``arXiv``, ``arXivRaw``, ``oai_dc``) and the query API's Atom feed, as saved responses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.harvest import Between, Keys, Manners, Scope, Since
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers import _arxiv_abs, _arxiv_feed, _arxiv_html, _arxiv_snapshot
from variorum.scrapers._arxiv_api import ApiHarvest
from variorum.scrapers._base import Body, Channel, Endpoint, Expectations, Layout, Mark, Reading, Source
from variorum.scrapers._feed_harvest import FeedHarvest
from variorum.scrapers._oai import read_dublin_core, read_response
from variorum.scrapers._oai_harvest import OaiHarvest
from variorum.scrapers._xml import all_words_of, child, children, name_of, parse_xml, words, words_by_name, words_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_PLAIN = {
    **{name: name for name in ("id", "title", "abstract", "comments", "categories", "doi", "license")},
    "created": "created",
    "updated": "updated",
    "journal-ref": "journal_ref",
    "report-no": "report_no",
}
"""arXiv's names of plain elements, and the names of the fields."""


def parse_oai(page: Body) -> Reading:
    """Read an OAI-PMH response. Raises ``LayoutError`` for errors and for answers without records."""
    return read_response(page, SOURCE.name, _read_metadata, _key_of)


def _key_of(identifier: str) -> str | None:
    """The arXiv id an OAI identifier or address ends in, without version."""
    # Aggregators put a prefix of their own before it: ftarxivpreprints:oai:arXiv.org:1112.6130.
    found = normalise_arxiv(identifier.rpartition("oai:arXiv.org:")[2])
    return found.id if found else None


def _read_metadata(content: Element) -> tuple[str, dict[str, str]]:
    name = name_of(content)
    if name == "arXiv":
        return "arxiv_oai", _arxiv_fields(content)
    if name == "arXivRaw":
        return "arxiv_raw", _raw_fields(content)
    return read_dublin_core(content)


def _common(content: Element) -> dict[str, str]:
    return {_PLAIN[name]: text for name, text in words_by_name(content).items() if name in _PLAIN}


def _arxiv_fields(content: Element) -> dict[str, str]:
    """``arXiv``: authors come split. ``acm-class`` is left out: the server prints the MSC value there."""
    authors = child(content, "authors")
    people = children(authors, "author") if authors is not None else ()
    parts = (words_by_name(person) for person in people)
    names = ["\t".join([own.get("keyname", ""), own.get("forenames", ""), own.get("suffix", "")]) for own in parts]
    return {**_common(content), "authors": join_values(names)}


def _raw_fields(content: Element) -> dict[str, str]:
    """``arXivRaw``: authors are one text; the versions are listed. The submitter is personal data and left out."""
    versions = [
        "\t".join((version.get("version") or "", words_of(version, "date"), words_of(version, "size")))
        for version in children(content, "version")
    ]
    return {**_common(content), "byline": words_of(content, "authors"), "versions": join_values(versions)}


def parse_atom(page: Body) -> Reading:
    """Read the query API's feed. Raises ``LayoutError`` when it reports an error or an empty slice of a longer list."""
    root, _ = parse_xml(page.data)
    entries = list(children(root, "entry"))
    total = words_of(root, "totalResults")
    if not entries and total not in {"", "0"}:
        raise LayoutError("empty_slice", f"the feed announces {total} results and lists none: ask again")
    return Reading.of(_atom_entry(entry, number) for number, entry in enumerate(entries, start=1))


def _atom_entry(entry: Element, number: int) -> Entry | Rejection:
    place, address = f"entry={number}", words_of(entry, "id")
    found = normalise_arxiv(address)
    if "/api/errors" in address or found is None:
        message = words_of(entry, "summary") or f"{address or 'the entry'} names no paper"
        return Rejection(code="api_error", message=message, place=place, raw=" ".join(words(entry).split()))
    fields = {
        "id": address,
        "title": words_of(entry, "title"),
        "abstract": words_of(entry, "summary"),
        "created": words_of(entry, "published"),
        "updated": words_of(entry, "updated"),
        "names": join_values([words_of(author, "name") for author in children(entry, "author")]),
        "categories": " ".join(one.get("term") or "" for one in children(entry, "category")),
        "primary": next((one.get("term") or "" for one in children(entry, "primary_category")), ""),
        "doi": " ".join(all_words_of(entry, "doi")),
        "journal_ref": words_of(entry, "journal_ref"),
        "comments": words_of(entry, "comment"),
    }
    fields = {key: value for key, value in fields.items() if value}
    return Entry(source=SOURCE.name, format="arxiv_atom", source_key=found.id, place=place, fields=fields)


MANNERS = Manners(gap=3.0, deadline=240.0, pause=600.0)
"""One request in three seconds on one connection, as the terms of use ask
(https://info.arxiv.org/help/api/tou.html); OAI answers take up to 90 s; after "Rate exceeded", ten minutes' pause."""


def _oai_harvest(endpoint: Endpoint, scope: Scope) -> OaiHarvest:
    return OaiHarvest(endpoint, scope, prefix="oai:arXiv.org:", by_date=True)


SOURCE = Source(
    name="arxiv",
    title="arXiv",
    homepage="https://arxiv.org/",
    category="arxiv",
    key_of=_key_of,
    access="OAI-PMH (nightly), query API (by id, by day), RSS; saved responses",
    channels=(
        # Announcements pause from Friday to Sunday: three days back always reach the last one.
        Channel(
            name="oai",
            scopes=(Since,),
            endpoint=Endpoint("https://oaipmh.arxiv.org/oai", format="arXiv"),
            harvest=_oai_harvest,
            manners=MANNERS,
            lookback=3,
        ),
        Channel(
            name="api",
            scopes=(Keys, Between),
            endpoint=Endpoint("https://export.arxiv.org/api/query"),
            harvest=ApiHarvest,
            manners=MANNERS,
        ),
        Channel(
            name="feed",
            scopes=(Since,),
            endpoint=Endpoint("https://rss.arxiv.org/rss/"),
            harvest=FeedHarvest,
            manners=MANNERS,
            conditional=True,
            steady=False,
        ),
    ),
    expects=Expectations(
        required=(("authors", 0.9), ("identifiers", 0.99), ("title", 0.98)), rejected=0.05, same_title=0.5
    ),
    layouts=(
        Layout(
            formats=("arxiv_oai", "arxiv_raw", "oai_dc", "oai_deleted"),
            media="xml",
            marks=(
                Mark("element <OAI-PMH> or <record>", re.compile(r"<(?:\w+:)?(?:OAI-PMH|record)\b")),
                Mark("arXiv's address or identifiers", re.compile(r"arxiv\.org/oai|oai:arxiv\.org:", re.I)),
            ),
            parse=parse_oai,
        ),
        Layout(formats=(_arxiv_feed.FORMAT,), media="xml", marks=_arxiv_feed.RSS_MARKS, parse=_arxiv_feed.parse_feed),
        Layout(formats=(_arxiv_feed.FORMAT,), media="xml", marks=_arxiv_feed.ATOM_MARKS, parse=_arxiv_feed.parse_feed),
        Layout(
            formats=("arxiv_atom",),
            media="xml",
            marks=(
                Mark("element <feed>", re.compile(r"<(?:\w+:)?feed\b")),
                Mark(
                    "the query API's address or results",
                    re.compile(r"arxiv\.org/api|arxiv Query:|arxiv\.org/</id>", re.I),
                ),
            ),
            parse=parse_atom,
        ),
        Layout(
            formats=(_arxiv_snapshot.FORMAT,),
            media="json",
            marks=_arxiv_snapshot.MARKS,
            parse=_arxiv_snapshot.parse_snapshot,
        ),
        Layout(formats=(_arxiv_abs.FORMAT,), media="text", marks=_arxiv_abs.MARKS, parse=_arxiv_abs.parse_abs),
        Layout(formats=(_arxiv_html.FORMAT,), media="html", marks=_arxiv_html.MARKS, parse=_arxiv_html.parse_page),
    ),
    notes=(
        "withdrawn papers stay, marked withdrawn; deleted records stay, marked deleted",
        "the submitter's name is not read: it is personal data",
    ),
)
