"""Works of OpenAlex.

The byline counts before OpenAlex's own names for its people. OpenAlex writes a date of which only the year is
known as the first of January: such a date is read as the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from variorum.normalizers._authors import name_parts
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._grants import Grant, nsf_awards
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._registry import distinct, jats_text, kind_of_work, marked_text, names_in
from variorum.schema import Author, Entry, Identifier, Kind, Link, Record, Stage, identify
from variorum.schema.identifiers import Role, normalise_arxiv, normalise_issn, normalise_orcid, normalise_pmid

FORMAT = "openalex"

_KINDS: dict[str, Kind] = {
    "book-review": "article-journal",
    "conference-abstract": "paper-conference",
    "editorial": "article-journal",
    "erratum": "article-journal",
    "letter": "article-journal",
    "libguides": "document",
    "paratext": "document",
    "retraction": "article-journal",
    "software-paper": "article-journal",
    "supplementary-materials": "document",
}
"""Types that only OpenAlex has."""
_ARTICLES = frozenset({"article", "article-journal", "paper-conference", "chapter", "report", "document"})
"""Kinds of which a submitted version is a preprint; of theses, books, data and programs it is not."""
_PUBLISHING = frozenset({"journal", "conference", "book series", "ebook platform"})
_ARXIV = re.compile(r"https?://(?:www\.)?arxiv\.org/", re.I)
_WEB = re.compile(r"https?://\S+", re.I)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One work as a record.

    Flags beside those every record may have: ``retracted``, ``unknown_kind``, ``low_confidence:abstract`` where
    the index of its words has gaps, and ``invalid_doi``, ``invalid_pmid``, ``invalid_orcid``, ``invalid_award``.
    """
    title_raw, abstract_raw, venue_raw = (fields.take(name) for name in ("title", "abstract", "venue"))
    title, abstract, venue = marked_text(title_raw or ""), jats_text(abstract_raw or ""), marked_text(venue_raw or "")
    kind_raw = fields.take("type")
    kind, stage = _kind_and_stage(kind_raw, fields)
    date, year = fields.take("date"), fields.take("year")
    rows = [tuple(row.split("\t")) for row in fields.take_values("authors")]
    authors, complete = _authors(rows)
    awards, all_awards = nsf_awards(_grants(fields.take_values("awards")))
    identifiers, invalid = _identifiers(entry, fields)
    if any(orcid and normalise_orcid(orcid) is None for _, _, orcid in rows):
        invalid.append("orcid")
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind,
        kind_raw=kind_raw,
        title=title or None,
        title_raw=title_raw,
        authors=authors,
        authors_complete=fields.take("more_authors") is None and complete,
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=abstract.endswith(("...", "…")),
        date=_date(date, year),
        date_raw=date or year,
        venue=venue or None,
        venue_raw=venue_raw,
        volume=fields.take("volume"),
        issue=fields.take("issue"),
        pages=_pages(fields.take("first_page"), fields.take("last_page")),
        stage=stage,
        subjects=tuple(dict.fromkeys(map(marked_text, fields.take_values("subjects")))),
        identifiers=identifiers,
        awards=awards,
        links=tuple(_links(fields.take("landing"), fields.take("fulltext"))),
        institutions=tuple(dict.fromkeys(map(marked_text, fields.take_values("institutions")))),
        flags=(
            *(["stub"] if not title and not abstract else []),
            *(["retracted"] if fields.take("retracted") else []),
            *(["unknown_kind"] if kind_raw and _kind(kind_raw) is None else []),
            *(["low_confidence:abstract"] if fields.take("abstract_gaps") else []),
            *(f"invalid_{name}" for name in invalid),
            *([] if all_awards else ["invalid_award"]),
        ),
    )


def _authors(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[Author, ...], bool]:
    """Authors of rows with the name in the byline, OpenAlex's own, and the ORCID iD; and whether they are all."""
    authors: list[Author] = []
    all_read = True
    for written, own, orcid in rows:
        names, complete = names_in(written or own)
        all_read = all_read and complete
        for name in names:
            family, given = name_parts(name)
            # Whose of several it is cannot be told.
            of_one = normalise_orcid(orcid) if orcid and complete and len(names) == 1 else None
            authors.append(Author(name=name, family=family, given=given, orcid=of_one))
    return tuple(authors), bool(authors) and all_read


def _date(date: str | None, year: str | None) -> str | None:
    found = read_date(date) if date else None
    if found and found.endswith("-01-01"):
        return found[:4]
    return found or (read_date(year) if year else None)


def _pages(first: str | None, last: str | None) -> str | None:
    return f"{first}-{last}" if first and last and first != last else first


def _links(landing: str | None, fulltext: str | None) -> Iterator[Link]:
    if landing and _WEB.fullmatch(landing):
        yield Link(url=landing, rel="landing")
    if fulltext and fulltext != landing and _WEB.fullmatch(fulltext):
        yield Link(url=fulltext, rel="fulltext")


def _grants(rows: Iterable[str]) -> Iterator[Grant]:
    for row in rows:
        funder, _, number = row.split("\t")
        yield Grant(funder, (), number)


# Kind and stage


def _kind(name: str) -> Kind | None:
    return _KINDS.get(name) or kind_of_work(name)


def _kind_and_stage(kind_raw: str | None, fields: Fields) -> tuple[Kind, Stage | None]:
    at_registry, venue_type, version = (fields.take(name) for name in ("type_at_registry", "venue_type", "version"))
    kind = (_kind(kind_raw) if kind_raw else None) or "document"
    in_proceedings = kind_of_type(at_registry or "") == "paper-conference" or venue_type == "conference"
    if kind == "article-journal" and in_proceedings:
        kind = "paper-conference"
    stage = _stage(kind, version, venue_type)
    return ("article" if stage == "preprint" and kind in {"article-journal", "document"} else kind), stage


def _stage(kind: Kind, version: str | None, venue_type: str | None) -> Stage | None:
    if kind == "article":
        return "preprint"
    match version:
        case "submittedVersion":
            return "preprint" if kind in _ARTICLES else None
        case "acceptedVersion":
            return "accepted"
        case "publishedVersion":
            return "published"
    return "published" if venue_type in _PUBLISHING else None


# Identifiers


def _identifiers(entry: Entry, fields: Fields) -> tuple[tuple[Identifier, ...], list[str]]:
    """Identifiers, and the names of the fields that hold none.

    A place where the work is kept may name it too: by its arXiv id, or by the DOI of another version.
    """
    doi, pmid, places = fields.take("doi"), fields.take("pmid"), fields.take_values("locations")
    own = identify(doi) if doi else None
    number = normalise_pmid(pmid) if pmid else None
    found = [Identifier(scheme="openalex", value=entry.source_key, raw=fields.take("id") or entry.source_key)]
    if own is not None:
        found.append(own)
    if number and pmid:
        found.append(Identifier(scheme="pmid", value=number, raw=pmid))
    found.extend(_elsewhere(places, own))
    found.extend(
        Identifier(scheme="issn", value=issn, raw=raw, role="container")
        for raw in fields.take_values("issn")
        if (issn := normalise_issn(raw))
    )
    invalid = [name for name, stated, read in (("doi", doi, own), ("pmid", pmid, number)) if stated and not read]
    return distinct(found), invalid


def _elsewhere(places: Iterable[str], own: Identifier | None) -> Iterator[Identifier]:
    """What addresses name: of arXiv ids the first is the work's, any other is of another paper."""
    paper = own.value if own is not None and own.scheme == "arxiv" else None
    for address in places:
        if (arxiv := normalise_arxiv(address)) and (_ARXIV.match(address) or "doi.org" in address):
            paper = paper or arxiv.id
            role: Role = "self" if arxiv.id == paper else "related"
            yield Identifier(scheme="arxiv", value=arxiv.id, raw=address, role=role)
        elif "doi.org" in address and (found := identify(address, role="version")):
            yield found
