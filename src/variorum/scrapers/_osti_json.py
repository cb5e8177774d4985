"""OSTI.GOV's API, version 1: records as a JSON list.

Spellings changed over the years: names with affiliations in brackets or with ORCID iDs, DOIs bare or as
addresses. ``author_details`` says the same again, as JSON inside of text, and is not read. Neither are
e-mail addresses, which some records hold among the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._contacts import without_emails
from variorum.scrapers._json import objects_in, parse_json, read_each, text_in, texts_in

FORMAT = "osti"
SOURCE_NAME = "osti"

MARKS = (Mark('key "osti_id"', re.compile(r'"osti_id"\s*:')),)

_ID = re.compile(r"[1-9]\d{0,11}")
_ANNOUNCED = re.compile(r"\be-?mail:\s{0,5}(?=\S{1,100}@)", re.I)
_ARTICLE_TYPES = frozenset({"acceptedmanuscript", "publishedarticle", "publishersacceptedmanuscript"})
_LINKS = frozenset({"citation", "fulltext"})


def parse(page: Body) -> Reading:
    """Read a list of records, or one. Raises ``LayoutError`` (``wrong_content``) when the page is neither."""
    answer = parse_json(page)
    if isinstance(answer, dict) and "osti_id" in answer:
        return Reading.of(_read("page", answer))
    if not isinstance(answer, list):
        raise LayoutError("wrong_content", "a list of records is due")
    return Reading.of(result for number, item in enumerate(answer, start=1) for result in _read(f"item={number}", item))


def osti_id(text: str) -> str:
    """OSTI's id of a record. Raises ``LayoutError`` (``no_identifier``) when a text is none."""
    if not _ID.fullmatch(text):
        raise LayoutError("no_identifier", f"the record has no OSTI id: {text[:100]!r}")
    return text


def without_addresses(text: str) -> str:
    """A text without e-mail addresses and the words that announce them."""
    return without_emails(_ANNOUNCED.sub("", text)) if "@" in text else text


def letters(text: str) -> str:
    """The letters of a label or type in lower case."""
    return "".join(filter(str.isalpha, text.lower()))


def _read(place: str, record: Any) -> Iterator[Entry | Rejection]:
    for result in read_each([(place, record)], _entry):
        if isinstance(result, Rejection):
            kept = {"message": without_addresses(result.message), "raw": without_addresses(result.raw)}
            yield result.model_copy(update=kept)
            continue
        yield result
        yield from _unknown(place, record)


def _entry(place: str, record: Any) -> Entry:
    key = osti_id(text_in(record, "osti_id"))
    if "persons" in record:
        raise LayoutError("unknown_layout", "the record is one of E-Link's, for those who submit to OSTI")
    links = objects_in(record, "links")
    fields = filled(
        title=text_in(record, "title"),
        authors=join_values(map(without_addresses, texts_in(record, "authors"))),
        abstract=without_emails(text_in(record, "description")),
        date=text_in(record, "publication_date"),
        doi=text_in(record, "doi"),
        type=text_in(record, "product_type"),
        article_type=text_in(record, "article_type"),
        journal=text_in(record, "journal_name"),
        conference=text_in(record, "conference_info"),
        volume=text_in(record, "journal_volume"),
        issue=text_in(record, "journal_issue"),
        issn=text_in(record, "journal_issn"),
        subjects=join_values(texts_in(record, "subjects")),
        contracts=text_in(record, "doe_contract_number"),
        other_ids=join_values(texts_in(record, "other_identifiers")),
        institutions=join_values(texts_in(record, "research_orgs")),
        landing=join_values(text_in(link, "href") for link in links if text_in(link, "rel") == "citation"),
        fulltext=join_values(text_in(link, "href") for link in links if text_in(link, "rel") == "fulltext"),
    )
    return Entry(source=SOURCE_NAME, format=FORMAT, source_key=key, place=place, fields=fields)


def _unknown(place: str, record: dict[str, Any]) -> Iterator[Rejection]:
    """A report for each type of article or link that is not known, beside the entry."""
    stated = text_in(record, "article_type")
    if stated and letters(stated) not in _ARTICLE_TYPES:
        yield unknown_label(place, "article_type", stated)
    for link in objects_in(record, "links"):
        if text_in(link, "rel") not in _LINKS:
            yield unknown_label(place, "links.rel", f"{text_in(link, 'rel')}: {text_in(link, 'href')}")


def unknown_label(place: str, label: str, value: str) -> Rejection:
    """The report that a value stands where it is not read."""
    return Rejection(
        code="unknown_label",
        message=f"{label} says what is not known: {value[:100]!r}",
        place=f"{place};label={label}",
        raw=f"{label}: {value}"[:20_000],
    )
