"""OSTI's older XML (``scitechxml``, ``pagesxml``): Dublin Core with elements of OSTI's own.

All names stand in one element, affiliations between them in brackets or behind a slash; where a record was
published stands in one element too, with labels. E-mail addresses among the names are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._contacts import without_emails
from variorum.scrapers._osti_json import FORMAT, SOURCE_NAME, osti_id, unknown_label, without_addresses
from variorum.scrapers._xml import child, children, parse_xml, words, words_by_name

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MARKS = (
    Mark("elements <records> and <record>", re.compile(r"<records\s[^<>]{0,300}>\s*<record\b")),
    Mark("element <ostiId>", re.compile(r"<(?:\w{1,20}:)?ostiId\b")),
)

_LABELS = {
    "Journal Name": "journal",
    "Journal Volume": "volume",
    "Journal Issue": "issue",
    "Conference": "conference",
}
_LABEL = re.compile(rf"(?:^|;\s)({'|'.join(_LABELS)}):\s")
_NUMBER = re.compile(r"\d{1,9}")
_BRACKET_OR_SEMICOLON = re.compile(r"[\[\];]")


def parse(page: Body) -> Reading:
    """Read the records.

    Raises ``LayoutError``: ``wrong_content`` when there is no list of records, ``wrong_count`` when it shows
    more or fewer than it says.
    """
    root, _ = parse_xml(page.data)
    listing = child(root, "records")
    if listing is None:
        raise LayoutError("wrong_content", "a list of records is due")
    records = list(children(listing, "record"))
    first, last = listing.get("start") or "", listing.get("end") or ""
    if _NUMBER.fullmatch(first) and _NUMBER.fullmatch(last) and records:
        due = int(last) - int(first) + 1
        if due != len(records):
            raise LayoutError("wrong_count", f"records {first} to {last} are due, {len(records)} stand there")
    return Reading.of(result for number, record in enumerate(records, start=1) for result in _read(record, number))


def _read(record: Element, number: int) -> Iterator[Entry | Rejection]:
    place, stated = f"item={number}", words_by_name(record)
    try:
        key = osti_id(stated.get("ostiId", ""))
    except LayoutError as error:
        raw = without_addresses(" ".join(words(record).split()))[:20_000]
        yield Rejection(code=error.code, message=error.message, place=place, raw=raw)
        return
    relation = stated.get("relation", "")
    fields = filled(
        title=stated.get("title"),
        authors=join_values(_between_semicolons(without_addresses(stated.get("creator", "")))),
        abstract=without_emails(stated.get("description", "")),
        date=stated.get("date"),
        doi=stated.get("doi"),
        type=stated.get("type"),
        **_labelled(relation),
        subjects=join_values(_between_semicolons(stated.get("subject", ""))),
        contracts=stated.get("identifierDOEcontract"),
        other_ids=stated.get("identifierOther"),
        institutions=join_values(_between_semicolons(stated.get("publisherResearch", ""))),
        landing=stated.get("identifier-citation"),
        fulltext=stated.get("identifier-purl"),
    )
    yield Entry(source=SOURCE_NAME, format=FORMAT, source_key=key, place=place, fields=fields)
    if relation and not _LABEL.match(relation):
        yield unknown_label(place, "relation", relation)


def _labelled(text: str) -> dict[str, str]:
    """The values behind the labels of an element; of two with one label the first."""
    found = list(_LABEL.finditer(text))
    bounds = [*(match.start() for match in found), len(text)]
    pairs = zip(found, bounds[1:], strict=True)
    values = [(_LABELS[match[1]], text[match.end() : end].strip()) for match, end in pairs]
    return dict(reversed(values))


def _between_semicolons(text: str) -> Iterable[str]:
    """The parts of a text between the semicolons that stand outside of brackets."""
    depth, begin = 0, 0
    for match in _BRACKET_OR_SEMICOLON.finditer(text):
        if match[0] != ";":
            depth = max(0, depth + (1 if match[0] == "[" else -1))
        elif depth == 0:
            yield text[begin : match.start()].strip()
            begin = match.end()
    yield text[begin:].strip()
