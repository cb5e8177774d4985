"""Entries of citation files: whatever reference managers and databases export, under common field names.

The words come from everywhere, so TeX, HTML entities and inline markup are all read where they occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from variorum.normalizers._authors import is_placeholder, name_parts, split_authors
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._markup import ABSTRACT_HEADING, readable, unmarked
from variorum.normalizers._venues import kind_of, stage_of
from variorum.schema.identifiers import (
    Role,
    Scheme,
    find_dois,
    normalise_arxiv,
    normalise_doi,
    normalise_isbn,
    normalise_issn,
    normalise_pmid,
)

if TYPE_CHECKING:
    from variorum.schema import Author, Entry, Identifier, Kind, Link, Record, Stage

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
# Identifiers in the forms that nearly all have, where the rules for any form would find nothing to change. Of
# DOIs those with other signs in them or at their end need a closer look, and arXiv's own.
_PLAIN_DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|(?:doi|DOI): ?)?"
    r"(10\.(?!48550/)[0-9]{4,9}(?:\.[0-9]{1,9}){0,4}/[A-Za-z0-9_()/.-]{0,300}[A-Za-z0-9])"
)
_PLAIN_ARXIV = re.compile(
    r"(?:https?://arxiv\.org/abs/|arXiv:)?((?:1[5-9]|2[0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5})(?:v[1-9][0-9]{0,2})?"
)
_PLAIN_PMID = re.compile(
    r"(?:https?://(?:www\.ncbi\.nlm\.nih\.gov/pubmed|pubmed\.ncbi\.nlm\.nih\.gov)/)?([1-9][0-9]{0,8})"
)
_PMID_HOST = "nlm.nih.gov"
_PERHAPS_ISBN = re.compile(r"[0-9](?:[ -]?[0-9]){8}")
# An address that goes on like this names no resolver of DOIs, and begins with none.
_OTHER_HOST = re.compile(r"https?://(?:[abcefgj-tvxyz02-9]|d[a-np-wyz0-9]|www\.[abce-z0-9])")
_WEB = re.compile(r"(?:(?:https?|ftp)://|www\.)\S+", re.I)


def normalise(entry: Entry, fields: Fields) -> Record:
    """One citation as a record.

    Placeholders ("[no title]", "n/a") are no values. Flags beside those every record may have:
    ``unknown_kind``, and ``invalid_doi``, ``invalid_arxiv``, ``invalid_pmid``, ``invalid_isbn``,
    ``invalid_issn``, ``invalid_url`` for fields that hold something else than they should.
    """
    from variorum.schema import Record

    tex = fields.take("markup") == "tex"
    for unused in ("publisher", "editor", "language"):  # the schema has no place for them; the entry keeps them
        fields.take(unused)
    title_raw, venue_raw, abstract_raw = (fields.take(name) for name in ("title", "venue", "abstract"))
    title = readable(title_raw or "", tex)
    venue = stated_venue(venue_raw or "", tex)
    abstract = readable(stated_abstract(abstract_raw or ""), tex)
    title = "" if is_no_title(title) else title
    kind_raw = fields.take("type")
    kind, stage = kind_and_stage(kind_raw, venue)
    date_said, year_said = fields.take("date"), fields.take("year")
    date = date_of(date_said, year_said)
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
        date_raw=next((text.strip() for text in (date_said, year_said) if text), None),
        venue=venue,
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


def is_no_title(text: str) -> bool:
    """Whether words in a title's place only say that there is none."""
    return text.casefold().strip(" .[](){}<>*") in _NO_TITLE


def stated_venue(raw: str, tex: bool) -> str | None:
    """A venue as people read it; None where there is none."""
    return None if is_placeholder(raw) else readable(raw, tex) or None


def stated_abstract(raw: str) -> str:
    """An abstract without the markup of databases and its heading; empty where the words say that there is none."""
    abstract = ABSTRACT_HEADING.sub("", unmarked(raw))
    return "" if _NO_ABSTRACT.fullmatch(abstract) or is_placeholder(abstract) else abstract


def _author(name: str) -> Author:
    from variorum.schema import Author

    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)


def _keywords(text: str) -> Iterator[str]:
    separator = next((sign for sign in ("\n", ";", ",") if sign in text), "\n")
    return filter(None, (word.strip() for word in text.split(separator)))


def _number(text: str | None) -> str | None:
    """A volume, issue or page range as written, without the comma that followed it."""
    return (text or "").strip(" \t\r\n,;") or None


# Kind, stage, date


def kind_and_stage(kind_raw: str | None, venue: str | None) -> tuple[Kind, Stage | None]:
    """The kind the type names, or without type the venue suggests; a preprint is no journal's article."""
    kind = (kind_of_type(kind_raw) or "document") if kind_raw else kind_of(venue)
    stage: Stage | None = "preprint" if kind == "article" else stage_of(venue)
    if stage == "preprint" and kind in ("article-journal", "document"):
        kind = "article"
    return kind, stage


def date_of(date: str | None, year: str | None) -> str | None:
    """The date, or the year where the date cannot be read."""
    return next(filter(None, (read_date(text.strip()) for text in (date, year) if text)), None)


# Identifiers and links


Named = tuple[Scheme, str, str, Role]
"""An identifier in a field: its scheme, value, words and role. Light, since a file may hold millions."""


def _identifiers(fields: Fields, kind: Kind) -> tuple[tuple[Identifier, ...], tuple[Link, ...], list[str]]:
    """Identifiers and links, and the names of the fields that hold none."""
    from variorum.schema import Identifier, Link

    stated = {name: _stated(fields.take(name) or "") for name in ("doi", "arxiv", "pmid", "isbn", "issn", "url")}
    in_urls = _from_urls(stated["url"])
    found: dict[str, Sequence[Named]] = {
        "doi": _dois(stated["doi"]),
        "arxiv": _arxiv(stated["arxiv"]),
        "pmid": _pmid(stated["pmid"]),
        "isbn": _book_and_serial_numbers(stated["isbn"], kind),
        "issn": _book_and_serial_numbers(stated["issn"], kind),
        "url": in_urls,
    }
    links = tuple(Link(url=url, rel="landing") for url in _WEB.findall(stated["url"]))
    invalid = [name for name in stated if stated[name] and not found[name] and not (name == "url" and links)]
    said = [*found["doi"], *found["arxiv"], *found["pmid"]]
    found["url"] = _beside(said, in_urls, doi_stated=bool(stated["doi"]))
    unique = {(one[0], one[1], one[3]): one for one in reversed([*chain.from_iterable(found.values())])}
    identifiers = (Identifier(scheme=s, value=v, raw=raw, role=role) for s, v, raw, role in reversed(unique.values()))
    return tuple(identifiers), links, invalid


def own_identifiers(
    *, doi: str, arxiv: str, pmid: str, isbn: str, issn: str, url: str, kind: Kind
) -> tuple[tuple[Scheme, str], ...]:
    """Scheme and value of those identifiers among a citation's that name the publication itself."""
    numbered = kind not in _BOOK_INSIDE and (isbn or issn)
    plain = _plain_doi(doi)
    if plain and not (arxiv or pmid or numbered or (url and _PMID_HOST in url.lower())):
        return (("doi", plain),)  # so it is for nearly all: beside a DOI only a PMID in an address counts
    doi = doi and _stated(doi)
    found = _dois(doi) if doi else []
    if arxiv:
        found += _arxiv(_stated(arxiv))
    if pmid:
        found += _pmid(_stated(pmid))
    if url:
        found += _beside(found, _from_urls(_stated(url)), doi_stated=bool(doi))
    for text in (isbn, issn) if numbered else ():
        # What has no run of digits as long as an ISBN is not worth a closer look.
        if text and (_PERHAPS_ISBN.search(text) or not text.isascii()):
            found += _book_and_serial_numbers(_stated(text), kind)
    own = [(scheme, value) for scheme, value, _, role in found if role == "self"]
    return tuple(own if len(own) < 2 else dict.fromkeys(own))


def _stated(text: str) -> str:
    text = text.strip()
    # No placeholder ends in a digit, and most identifiers do.
    return "" if text[-1:] not in "0123456789" and is_placeholder(text) else text


def _beside(said: Sequence[Named], in_urls: list[Named], *, doi_stated: bool) -> list[Named]:
    """Of the identifiers in addresses those that count: a page's names the publication where the file does not."""
    if not said and not doi_stated:
        return in_urls
    schemes = {scheme for scheme, *_ in said}
    return [one for one in in_urls if one[0] not in schemes and (one[0] == "pmid" or not doi_stated)]


def _dois(raw: str) -> list[Named]:
    if plain := _plain_doi(raw):
        return [("doi", plain, raw, "self")]
    bare = _LABEL.sub("", raw)
    if whole := normalise_doi(bare):
        return [_doi(whole, raw)]
    # Of a DOI with a space in it the first half would pass for one: several are believed, a single one not.
    several = find_dois(bare)
    return [_doi(doi, raw) for doi in several] if len(several) > 1 else []


def _plain_doi(raw: str) -> str:
    """The DOI in ``raw`` where it is plain to see, else empty."""
    found = _PLAIN_DOI.fullmatch(raw)
    return found[1].lower() if found and "..." not in raw else ""


def _doi(doi: str, raw: str) -> Named:
    """The identifier for a DOI; arXiv's own DOIs count as arXiv ids, as they do everywhere."""
    if paper := normalise_arxiv(doi) if "arxiv" in doi else None:
        return ("arxiv", paper.id, raw, "self")
    return ("doi", doi, raw, "self")


def _arxiv(raw: str) -> list[Named]:
    if plain := _PLAIN_ARXIV.fullmatch(raw):
        return [("arxiv", plain[1], raw, "self")]
    paper = normalise_arxiv(raw)
    return [("arxiv", paper.id, raw, "self")] if paper else []


def _pmid(raw: str) -> list[Named]:
    plain = _PLAIN_PMID.fullmatch(raw)
    pmid = plain[1] if plain else normalise_pmid(raw)
    return [("pmid", pmid, raw, "self")] if pmid else []


@lru_cache(maxsize=1024)  # a journal's stand with each of its articles
def _book_and_serial_numbers(raw: str, kind: Kind) -> tuple[Named, ...]:
    """ISBNs and ISSNs of a field with one or several: files put either into the other's place."""
    if isbn := normalise_isbn(raw):
        return (("isbn", isbn, raw, "container" if kind in _BOOK_INSIDE else "self"),)
    if issn := normalise_issn(raw):
        return (("issn", issn, raw, "container"),)
    pieces = [piece for piece in re.split(r"[;,|\n]", raw) if piece.strip()]
    pieces = pieces if len(pieces) > 1 else raw.split()
    several = filter(_DIGIT.search, pieces if len(pieces) > 1 else ())
    return tuple(chain.from_iterable(_book_and_serial_numbers(piece.strip(), kind) for piece in several))


def _from_urls(raw: str) -> list[Named]:
    return [one for url in raw.split() for one in _from_url(url)]


def _from_url(url: str) -> list[Named]:
    address = url.lower()
    if "arxiv" in address:
        return _arxiv(url)
    if _PMID_HOST in address:
        return _pmid(url)
    if "doi" not in address and not address.startswith("10."):
        return []
    if path := _DOI_PATH.search(url) if "/doi/" in address else None:
        named = path[1]
    elif _OTHER_HOST.match(address):
        return []
    else:
        named = url
    doi = _plain_doi(named) or normalise_doi(named)
    return [_doi(doi, url)] if doi else []
