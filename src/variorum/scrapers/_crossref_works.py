"""Works as Crossref describes them in JSON: the members that make up a record, in Crossref's own words.

Not read are references, licences, publishers, contributors other than authors, affiliations (which hold
addresses, of persons too), Crossmark assertions, further titles, and the dates of the description itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from variorum.errors import LayoutError
from variorum.schema import Entry, join_values
from variorum.schema.identifiers import normalise_doi
from variorum.scrapers._base import filled
from variorum.scrapers._contacts import without_email, without_emails
from variorum.scrapers._json import as_text, list_in, object_in, objects_in, text_in, texts_in

FORMAT = "crossref"

_TEXTS = {
    "DOI": "doi",
    "type": "type",
    "subtype": "subtype",
    "abstract": "abstract",
    "description": "description",
    "volume": "volume",
    "issue": "issue",
    "page": "pages",
    "article-number": "article_number",
    "URL": "url",
}
"""Crossref's names of plain members, and the names of the fields."""

_LISTS = {"container-title": "containers", "ISSN": "issn", "ISBN": "isbn", "subject": "subjects", "aliases": "aliases"}

_DATES = ("issued", "published", "published-print", "published-online", "published-other", "posted", "approved")

_CITATIONS = frozenset({"cites", "is-cited-by", "references", "is-referenced-by", "has-part"})
"""Relations that name long lists of other works."""


def read_work(source: str, place: str, work: Any) -> Entry:
    """One work as an entry. Raises ``LayoutError`` when it has no DOI or its members are not as they should be."""
    stated = text_in(work, "DOI")
    doi = normalise_doi(stated)
    if doi is None:
        raise LayoutError("no_identifier", f"the work's DOI is none: {stated[:100]!r}" if stated else "no DOI")
    titles = _texts(work, "title")
    fields = {ours: text_in(work, theirs) for theirs, ours in _TEXTS.items()}
    fields |= {ours: join_values(_texts(work, theirs)) for theirs, ours in _LISTS.items()}
    fields |= {
        "abstract": without_emails(fields["abstract"]),
        "description": without_emails(fields["description"]),
        "title": titles[0] if titles else "",
        "subtitle": next(iter(_texts(work, "subtitle")), ""),
        "authors": join_values(map(_author, objects_in(work, "author"))),
        "dates": join_values(
            f"{name} {parts}" for name in _DATES if name in work and (parts := _date_parts(work, name))
        ),
        "institution": next((text_in(one, "name") for one in objects_in(work, "institution")), ""),
        "event": text_in(object_in(work, "event"), "name"),
        "relations": join_values(_relations(object_in(work, "relation"))),
        "updates": join_values(_updates(work)),
        "grants": join_values(_grants(work)),
        "links": join_values(_links(work)),
    }
    return Entry(source=source, format=FORMAT, source_key=doi, place=place, fields=filled(**fields))


def _texts(work: Any, name: str) -> list[str]:
    """The texts of a member: CSL, which doi.org gives under the same names, has one where Crossref has a list."""
    value = work.get(name)
    return [text for text in [as_text(value, name)] if text] if isinstance(value, str) else texts_in(work, name)


def _row(*cells: str) -> str:
    return "\t".join(cell.replace("\t", " ") for cell in cells)


def _author(author: dict[str, Any]) -> str:
    """Family name, given name, suffix, name (of a group, which CSL calls literal), ORCID iD."""
    family, given, suffix = (text_in(author, name) for name in ("family", "given", "suffix"))
    group = text_in(author, "name") or text_in(author, "literal")
    return _row(*map(without_email, (family, given, suffix, group)), text_in(author, "ORCID"))


def _date_parts(work: Any, name: str) -> str:
    """Year, month and day with hyphens between; empty where none is stated, which Crossref writes ``[[null]]``."""
    parts = list_in(object_in(work, name), "date-parts")
    first = parts[0] if parts and isinstance(parts[0], list) else parts
    return "-".join(filter(None, (as_text(part, name) for part in first)))


def _relations(relation: dict[str, Any]) -> Iterator[str]:
    """Relation, scheme and id."""
    for name in relation:
        if name not in _CITATIONS:
            for one in objects_in(relation, name):
                yield _row(as_text(name, "relation"), text_in(one, "id-type"), text_in(one, "id"))


def _updates(work: Any) -> Iterator[str]:
    """Direction, type and DOI: what the work corrects or retracts, and what does so to it."""
    for direction in ("update-to", "updated-by"):
        for one in objects_in(work, direction):
            yield _row(direction, text_in(one, "type"), text_in(one, "DOI"))


def _grants(work: Any) -> Iterator[str]:
    """Funder, the funder's ids with spaces between them, number; a row for each number."""
    for funder in objects_in(work, "funder"):
        ids = [text_in(funder, "DOI"), *(text_in(one, "id") for one in objects_in(funder, "id"))]
        for number in texts_in(funder, "award"):
            yield _row(text_in(funder, "name"), " ".join(dict.fromkeys(filter(None, ids))), number)


def _links(work: Any) -> Iterator[str]:
    """Purpose and address; the publisher's page has the purpose ``resource``."""
    resource = text_in(object_in(object_in(work, "resource"), "primary"), "URL")
    if resource:
        yield _row("resource", resource)
    for link in objects_in(work, "link"):
        yield _row(text_in(link, "intended-application"), text_in(link, "URL"))
