"""OAI-PMH responses (http://www.openarchives.org/OAI/openarchivesprotocol.html), whoever sends them.

The namespace is looked through, because saved and older responses lack it. A response that reports an
error, or that lists no records by nature, is one rejection whose code says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.scrapers._base import Body, Reading
from variorum.scrapers._xml import all_words_of, child, children, name_of, parse_xml, words, words_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

HOST = re.compile(r"<(?:\w+:)?request\b[^>]*>\s*https?://(?:www\.)?([A-Za-z0-9.-]+)")
IDENTIFIER = re.compile(r"<(?:\w+:)?identifier>\s*oai:([A-Za-z0-9.-]+):")

_LISTS = ("ListRecords", "GetRecord")
_DUBLIN_CORE = (
    "title", "creator", "contributor", "subject", "description", "publisher", "date", "type", "format",
    "identifier", "source", "language", "relation", "coverage", "rights",
)  # fmt: skip

KeyOf = Callable[[str], str | None]
"""Takes an OAI identifier; gives the source key, None when it cannot be one of the source's."""
ReadMetadata = Callable[["Element"], tuple[str, dict[str, str]]]
"""Takes a record's metadata element; gives the format's name and its fields. Raises ``KeyError`` for others."""


def read_response(page: Body, source: str, read_metadata: ReadMetadata, key_of: KeyOf) -> Reading:
    """Read all records of a response. ``key_of`` makes a source key of an OAI identifier."""
    root, repaired = parse_xml(page.data)
    if name_of(root) == "record":
        return Reading.of([_record(root, 1, source, read_metadata, key_of, repaired)])
    if name_of(root) != "OAI-PMH":
        raise LayoutError("wrong_content", f"an OAI-PMH response was due, this is <{name_of(root)}>")
    _raise_errors(children(root, "error"))
    verb = next((one for one in children(root) if name_of(one) not in {"responseDate", "request", "error"}), None)
    if verb is None or name_of(verb) not in _LISTS:
        what = name_of(verb) if verb is not None else "an empty response"
        raise LayoutError("no_metadata", f"{what} describes no publications")
    records = enumerate(children(verb, "record"), start=1)
    return Reading.of(_record(one, number, source, read_metadata, key_of, repaired) for number, one in records)


def error_code(error: Element) -> str:
    """The code of an error element: letters only, and no more than any of the protocol's has."""
    return "".join(re.findall("[A-Za-z]", error.get("code") or ""))[:40] or "error"


def _raise_errors(errors: Iterable[Element]) -> None:
    for error in errors:
        code = error_code(error)
        raise LayoutError(f"oai_{code}", " ".join(words(error).split()) or f"the repository answered {code}")


def _record(
    record: Element,
    number: int,
    source: str,
    read_metadata: ReadMetadata,
    key_of: KeyOf,
    repaired: bool,
) -> Entry | Rejection:
    place = f"record={number}"
    header, metadata = child(record, "header"), child(record, "metadata")
    identifier = words_of(header, "identifier") if header is not None else ""
    if header is None or not identifier:
        return _rejected(record, place, "no_identifier", "the record's header names no identifier")
    key = key_of(identifier)
    if key is None:
        return _rejected(record, place, "no_identifier", f"{identifier[:200]} is no identifier of the source's")
    fields = {
        "oai_identifier": identifier,
        "datestamp": words_of(header, "datestamp"),
        "sets": join_values(all_words_of(header, "setSpec")),
        "repaired": "yes" if repaired else "",
    }
    if header.get("status") == "deleted":
        name, fields["status"] = "oai_deleted", "deleted"
    else:
        content = next(children(metadata), None) if metadata is not None else None
        if content is None:
            return _rejected(record, place, "no_metadata", "the record holds no metadata")
        try:
            name, own = read_metadata(content)
        except KeyError:
            message = f"metadata in <{name_of(content)}> is not a format that is read"
            return _rejected(record, place, "unknown_format", message)
        fields |= own
    fields = {key: value for key, value in fields.items() if value}
    return Entry(source=source, format=name, source_key=key, place=place, fields=fields)


def _rejected(record: Element, place: str, code: str, message: str) -> Rejection:
    from lxml import etree

    raw = etree.tostring(record, encoding="unicode", with_tail=False)
    return Rejection(code=code, message=message, place=place, raw=raw)


def read_dublin_core(content: Element) -> tuple[str, dict[str, str]]:
    """Fields of ``oai_dc``: the fifteen elements of Dublin Core, each with all its values."""
    if name_of(content) != "dc":
        raise KeyError(name_of(content))
    values: dict[str, list[str]] = {name: [] for name in _DUBLIN_CORE}
    for one in children(content):
        values.get(name_of(one), []).append(words(one))
    return "oai_dc", {name: join_values(found) for name, found in values.items() if found}


def hosts(text: str) -> Iterator[str]:
    """Whom a response may be named after, best first: the namespace of its identifiers, the host it was asked of."""
    for pattern in (IDENTIFIER, HOST):
        if match := pattern.search(text):
            yield match[1].lower()
