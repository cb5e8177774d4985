"""Entries of citation files: whatever reference managers and databases export, under common field names.

The words come from everywhere, so TeX, HTML entities and inline markup are all read where they occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from variorum.normalizers._authors import is_placeholder, name_parts, split_authors
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._markup import ABSTRACT_HEADING, readable, unmarked
from variorum.normalizers._venues import kind_of, stage_of
from variorum.schema import Author, Entry, Identifier, Kind, Link, Record, Stage
from variorum.schema.identifiers import (
    find_dois,
    normalise_arxiv,
    normalise_doi,
    normalise_isbn,
    normalise_issn,
    normalise_pmid,
)

FORMAT = "citation"

_BOOK_INSIDE = frozenset({"article", "article-journal", "chapter", "paper-conference"})
"""Kinds that an ISBN cannot name: it is that of the volume they stand in."""

_NO_TITLE = frozenset(
    {"", "-", "?", "name", "title", "untitled", "unknown", "null", "none", "nan", "n/a", "na"}
    | {"no title", "no title available", "title not available", "not available"}
)
_NO_ABSTRACT = re.compile(r"\W*(?:no abstract(?: is)?(?: available)?|abstract (?:is )?not available)\W*", re.I)
_LABEL = re.compile(r"\[[A-Za-z]{1,10}\]")
_DOI_PATH = re.compile(r"/doi/(?:(?:abs|book|epdf|epub|full|pdf)/)?(10\.\d{4,9}/[^?#]+)", re.I)
_DIGIT = re.compile(r"\d")
_WEB = re.compile(r"(?:(?:https?|ftp)://|www\.)\S+", re.I)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One citation as a record.

    Placeholders ("[no title]", "n/a") are no values. Flags beside those every record may have:
    ``unknown_kind``, and ``invalid_doi``, ``invalid_arxiv``, ``invalid_pmid``, ``invalid_isbn``,
    ``invalid_issn``, ``invalid_url`` for fields that hold something else than they should.
    """
    tex = fields.take("markup") == "tex"
    for unused in ("publisher", "editor", "language"):  # the schema has no place for them; the entry keeps them
        fields.take(unused)
    title_raw, venue_raw, abstract_raw = (fields.take(name) for name in ("title", "venue", "abstract"))
    title = readable(title_raw or "", tex)
    venue = None if is_placeholder(venue_raw or "") else readable(venue_raw or "", tex)
    abstract = ABSTRACT_HEADING.sub("", unmarked(abstract_raw or ""))
    abstract = "" if _NO_ABSTRACT.fullmatch(abstract) or is_placeholder(abstract) else readable(abstract, tex)
    title = "" if title.casefold().strip(" .[](){}<>*") in _NO_TITLE else title
    kind, kind_raw, stage = _kind_and_stage(fields.take("type"), venue)
    date, date_raw = _date(fields.take("date"), fields.take("year"))
    names, complete = split_authors(fields.take("authors") or "")
    identifiers, links, invalid = _identifiers(fields, kind)
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind,
        kind_raw=kind_raw,
        title=title or None,
        title_raw=title_raw,
        authors=tuple(map(_author, names)),
        authors_complete=complete,
        abstract=abstract or None,
        abstract_raw=abstract_raw,
        abstract_truncated=abstract.endswith(("...", "…")),
        date=date,
        date_raw=date_raw,
        venue=venue or None,
        venue_raw=venue_raw,
        volume=_number(fields.take("volume")),
        issue=_number(fields.take("issue")),
        pages=_number(fields.take("pages")),
        stage=stage,
        subjects=tuple(readable(subject, tex) for subject in _keywords(fields.take("keywords") or "")),
        identifiers=identifiers,
        links=links,
        flags=(
            *(["unknown_kind"] if kind_raw and kind_of_type(kind_raw) is None else []),
            *(["stub"] if not title and not abstract else []),
            *(f"invalid_{name}" for name in invalid),
        ),
    )


def _author(name: str) -> Author:
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)


def _keywords(text: str) -> Iterator[str]:
    separator = next((sign for sign in ("\n", ";", ",") if sign in text), "\n")
    return filter(None, (word.strip() for word in text.split(separator)))


def _number(text: str | None) -> str | None:
    """A volume, issue or page range as written, without the comma that followed it."""
    return (text or "").strip(" \t\r\n,;") or None


# Kind, stage, date


def _kind_and_stage(kind_raw: str | None, venue: str | None) -> tuple[Kind, str | None, Stage | None]:
    """The kind the type names, or without type the venue suggests; a preprint is no journal's article."""
    kind = (kind_of_type(kind_raw) or "document") if kind_raw else kind_of(venue)
    stage: Stage | None = "preprint" if kind == "article" else stage_of(venue)
    if stage == "preprint" and kind in ("article-journal", "document"):
        kind = "article"
    return kind, kind_raw, stage


def _date(date: str | None, year: str | None) -> tuple[str | None, str | None]:
    """The date, or the year where the date cannot be read; and what the source says, the date first."""
    stated = [text.strip() for text in (date, year) if text]
    return next(filter(None, map(read_date, stated)), None), next(iter(stated), None)


# Identifiers and links


def _identifiers(fields: Fields, kind: Kind) -> tuple[tuple[Identifier, ...], tuple[Link, ...], list[str]]:
    """Identifiers and links, and the names of the fields that hold none."""
    raw = {name: (fields.take(name) or "").strip() for name in ("doi", "arxiv", "pmid", "isbn", "issn", "url")}
    stated = {name: "" if is_placeholder(text) else text for name, text in raw.items()}
    found = {
        "doi": list(_dois(stated["doi"])),
        "arxiv": list(_arxiv(stated["arxiv"])),
        "pmid": list(_pmid(stated["pmid"])),
        "isbn": list(_book_and_serial_numbers(stated["isbn"], kind)),
        "issn": list(_book_and_serial_numbers(stated["issn"], kind)),
        "url": list(_from_urls(stated["url"])),
    }
    links = tuple(Link(url=url, rel="landing") for url in _WEB.findall(stated["url"]))
    invalid = [name for name in raw if stated[name] and not found[name] and not (name == "url" and links)]
    # A page's address names the publication only where the file does not do so itself.
    schemes = {identifier.scheme for name in ("doi", "arxiv", "pmid") for identifier in found[name]}
    found["url"] = [
        identifier
        for identifier in found["url"]
        if identifier.scheme not in schemes and (identifier.scheme == "pmid" or not stated["doi"])
    ]
    unique = {(i.scheme, i.value, i.role): i for group in reversed(found.values()) for i in reversed(group)}
    return tuple(reversed(unique.values())), links, invalid


def _dois(raw: str) -> Iterator[Identifier]:
    bare = _LABEL.sub("", raw)
    if whole := normalise_doi(bare):
        yield _doi(whole, raw)
    # Of a DOI with a space in it the first half would pass for one: several are believed, a single one not.
    elif len(several := find_dois(bare)) > 1:
        yield from (_doi(doi, raw) for doi in several)


def _doi(doi: str, raw: str) -> Identifier:
    """The identifier for a DOI; arXiv's own DOIs count as arXiv ids, as they do everywhere."""
    if paper := normalise_arxiv(doi) if "arxiv" in doi else None:
        return Identifier(scheme="arxiv", value=paper.id, raw=raw)
    return Identifier(scheme="doi", value=doi, raw=raw)


def _arxiv(raw: str) -> Iterator[Identifier]:
    if paper := normalise_arxiv(raw):
        yield Identifier(scheme="arxiv", value=paper.id, raw=raw)


def _pmid(raw: str) -> Iterator[Identifier]:
    if pmid := normalise_pmid(raw):
        yield Identifier(scheme="pmid", value=pmid, raw=raw)


def _book_and_serial_numbers(raw: str, kind: Kind) -> Iterator[Identifier]:
    """ISBNs and ISSNs of a field with one or several: files put either into the other's place."""
    if isbn := normalise_isbn(raw):
        yield Identifier(scheme="isbn", value=isbn, raw=raw, role="container" if kind in _BOOK_INSIDE else "self")
    elif issn := normalise_issn(raw):
        yield Identifier(scheme="issn", value=issn, raw=raw, role="container")
    else:
        pieces = [piece for piece in re.split(r"[;,|\n]", raw) if piece.strip()]
        pieces = pieces if len(pieces) > 1 else raw.split()
        for piece in filter(_DIGIT.search, pieces if len(pieces) > 1 else ()):
            yield from _book_and_serial_numbers(piece.strip(), kind)


def _from_urls(raw: str) -> Iterator[Identifier]:
    for url in raw.split():
        address = url.lower()
        if "arxiv" in address:
            yield from _arxiv(url)
        elif "nlm.nih.gov" in address:
            yield from _pmid(url)
        elif "doi" in address or address.startswith("10."):
            path = _DOI_PATH.search(url)
            if doi := normalise_doi(path[1] if path else url):
                yield _doi(doi, url)
