"""Statements for matching: from rows of citation files, and from stored records.

Of a row only as much is read as matching needs, since a file may hold millions. What is read goes by the rules
that make a record of a row, so that both ways lead to the same features.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

from variorum.dedup.columns import StatementColumns, of_each
from variorum.dedup.features import Statement
from variorum.normalizers import LONGEST, LONGEST_FIELD, normalise
from variorum.normalizers.citation import (
    date_of,
    is_no_title,
    kind_and_stage,
    own_identifiers,
    stated_abstract,
    stated_venue,
)
from variorum.schema import TEXT_KEY_LENGTH, is_text_key, year_of
from variorum.scrapers import UNSTATED_SOURCE, Row, RowColumns

if TYPE_CHECKING:
    from variorum.schema import Author, Kind, Record, Rejection

_PERHAPS_NONE = 100
"""Characters up to which a title or an abstract may say no more than that there is none."""

_MOST_WORDS = 40
"""Characters of the longest words that say so, and more."""

_LONGEST_KEY = LONGEST["source_key"]

_END = 40
"""Characters at an abstract's end among which its marks of being cut stand."""

_CUT = ("...", "…")
_DOIS = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/)?(10\.(?!48550/)[0-9]{4,9}/[A-Za-z0-9_()/.-]{0,300}[A-Za-z0-9])\0|[^\0]*\0"
)
"""DOIs that need no closer look, which are most of them, and other texts, each with its end."""

_PUBMED = re.compile(r"https?://(?:www\.ncbi\.nlm\.nih\.gov/pubmed|pubmed\.ncbi\.nlm\.nih\.gov)/([1-9][0-9]{0,8})")
_PMID_HOST = "nlm.nih.gov"
_ELSEWHERE = re.compile(r"https?://(?:[abcefgj-t]|www\.[abce-z])\S*")
"""Addresses that go on unlike those of resolvers of DOIs."""


def statement_of_row(row: Row, markup: str, *, prefix: str = "") -> Statement | Rejection:
    """What a row of a citation file says. ``prefix`` is put before its key, to tell the keys of files apart.

    Gives the ``Rejection`` that ``normalise`` would (``too_long``) for a value far longer than it can be.
    """
    if len(row.key) > _LONGEST_KEY or len("".join(row)) > LONGEST_FIELD:
        from variorum.schema import Rejection

        result = normalise(row.entry(markup))
        if isinstance(result, Rejection):
            return result
    (key, source, _, type_said, title, byline, year, date, venue, volume, issue, pages,
     doi, abstract, isbn, issn, url, arxiv, pmid, _, _, _, _) = row  # fmt: skip
    kind, preprint, venue = _standing(type_said, venue, markup == "tex")
    if len(title) < _PERHAPS_NONE and is_no_title(title):
        title = ""
    if len(abstract) < _PERHAPS_NONE and abstract:
        abstract = stated_abstract(abstract)
    identifiers: tuple[tuple[str, str], ...] = ()
    if doi or url or pmid or arxiv or isbn or issn:
        identifiers = own_identifiers(doi=doi, arxiv=arxiv, pmid=pmid, isbn=isbn, issn=issn, url=url, kind=kind)
    truncated = _is_cut(abstract) if abstract else False
    own_id = len(key) != TEXT_KEY_LENGTH or not is_text_key(key)
    # All in their order, since given by name they take several times as long.
    return Statement(
        prefix + key,
        "" if source == UNSTATED_SOURCE else source,
        kind,
        title,
        byline,
        (),  # names
        False,  # names_complete
        False,  # profile_only
        _year(date, year),
        False,  # year_doubtful
        venue,
        volume,
        issue,
        pages,
        identifiers,
        abstract,
        truncated,
        preprint,
        False,  # listed_once
        own_id,
    )


@lru_cache(maxsize=1 << 14)
def _standing(type_said: str, venue: str, tex: bool) -> tuple[Kind, bool, str]:
    """Kind, whether a preprint, and venue: the same few go with very many rows."""
    read = stated_venue(venue, tex)
    kind, stage = kind_and_stage(type_said, read)
    return kind, stage == "preprint", read or ""


def statement_columns(
    rows: RowColumns, markup: str, *, prefix: str = "", longest: int | None = None
) -> StatementColumns | None:
    """What ``statement_of_row`` makes of each row; None if it rejects one of them.

    ``longest`` is the length of the longest row, or more, where that is known.
    """
    if _any_too_long(rows, markup, longest):
        return None
    unsaid: list[Any] = [()] * len(rows.key)
    no = [False] * len(rows.key)
    tex = markup == "tex"
    standings = list(map(_standing, rows.type, rows.venue, repeat(tex)))
    kinds = [kind for kind, _, _ in standings]
    abstracts = [stated_abstract(text) if text and len(text) < _PERHAPS_NONE else text for text in rows.abstract]
    return StatementColumns(
        ref=[prefix + key for key in rows.key] if prefix else rows.key,
        source=of_each(lambda source: "" if source == UNSTATED_SOURCE else source, rows.source),
        kind=kinds,
        title=["" if _perhaps_no_title(text) and is_no_title(text) else text for text in rows.title],
        byline=rows.authors,
        names=unsaid,
        names_complete=no,
        profile_only=no,
        year=list(map(_year, rows.date, rows.year)) if any(rows.date) else of_each(partial(_year, ""), rows.year),
        year_doubtful=no,
        venue=[venue for _, _, venue in standings],
        volume=rows.volume,
        issue=rows.issue,
        pages=rows.pages,
        identifiers=_identifiers(rows, kinds),
        abstract=abstracts,
        abstract_truncated=[bool(text) and _is_cut(text) for text in abstracts],
        preprint=[preprint for _, preprint, _ in standings],
        listed_once=no,
        own_id=[len(key) != TEXT_KEY_LENGTH or not is_text_key(key) for key in rows.key],
    )


def _any_too_long(rows: RowColumns, markup: str, longest: int | None) -> bool:
    """Whether ``statement_of_row`` rejects a row, which has to be looked at only where one is long."""
    if longest is None:
        longest = max(map(len, map("".join, zip(*rows, strict=True))), default=0)
    if longest <= LONGEST_FIELD and max(map(len, rows.key), default=0) <= _LONGEST_KEY:
        return False
    return any(not isinstance(statement_of_row(row, markup), Statement) for row in rows.rows())


def _identifiers(rows: RowColumns, kinds: Sequence[Kind]) -> list[tuple[tuple[str, str], ...]]:
    """What ``own_identifiers`` finds in each row; where all is plain to see, without its closer look."""
    plain_dois = _plain_dois(rows.doi)
    stated = zip(plain_dois, rows.doi, rows.arxiv, rows.pmid, rows.isbn, rows.issn, rows.url, kinds, strict=True)
    found: list[tuple[tuple[str, str], ...]] = []
    for plain, doi, arxiv, pmid, isbn, issn, url, kind in stated:
        if not (url or isbn or issn or arxiv or pmid) and (plain or not doi):
            found.append((("doi", plain),) if plain else ())
            continue
        in_url = _PUBMED.fullmatch(url) if url else None
        unclear = url and not in_url and _may_name(url, beside_doi=bool(plain))
        if unclear or arxiv or pmid or (doi and not plain):
            found.append(own_identifiers(doi=doi, arxiv=arxiv, pmid=pmid, isbn=isbn, issn=issn, url=url, kind=kind))
            continue
        own = _numbers(isbn, issn, kind) if isbn or issn else ()
        if in_url:
            own = (("pmid", in_url[1]), *own)
        found.append((("doi", plain), *own) if plain else own)
    return found


def _may_name(url: str, *, beside_doi: bool) -> bool:
    """Whether an address may name the publication. Beside a DOI only a PMID in it counts."""
    address = url.lower()
    if beside_doi or _PMID_HOST in address:
        return _PMID_HOST in address
    return "arxiv" in address or "/doi/" in address or not _ELSEWHERE.fullmatch(address)


def _plain_dois(stated: Sequence[str]) -> list[str]:
    """The DOIs that are plain to see, and empty texts in the places of others."""
    found: list[str] = _DOIS.findall("\0".join([*stated, ""]))
    if len(found) != len(stated):  # for a text may have any sign
        return [""] * len(stated)
    together = "\0".join(found).lower()
    found = together.split("\0") if found else found
    return ["" if "..." in doi else doi for doi in found] if "..." in together else found


@lru_cache(maxsize=1 << 12)  # a journal's stand with each of its articles
def _numbers(isbn: str, issn: str, kind: Kind) -> tuple[tuple[str, str], ...]:
    return own_identifiers(doi="", arxiv="", pmid="", isbn=isbn, issn=issn, url="", kind=kind)


def _perhaps_no_title(text: str) -> bool:
    """Whether words may only say that there is no title: they are few, and more signs stand only around them."""
    length = len(text)
    return length < _PERHAPS_NONE and (length < _MOST_WORDS or not (text[0].isalnum() and text[-1].isalnum()))


def _year(date: str, year: str) -> str:
    if not date and len(year) == 4 and year.isascii() and year.isdigit():
        return year
    return (date_of(date, year) or "")[:4]


def _is_cut(abstract: str) -> bool:
    if abstract[-1].isalnum() or (abstract[-1] == "." and abstract[-3:] != "..."):
        return False  # so it is for nearly all
    end = abstract[-_END:].rstrip()
    return end.endswith(_CUT) or (end.endswith(">") and stated_abstract(end).rstrip().endswith(_CUT))


def statement_of_record(record: Record, *, listed_once: bool = False) -> Statement:
    """What a stored record says; ``listed_once`` when its source lists each publication once."""
    year = year_of(record.date)
    return Statement(
        ref=record.ref,
        source=record.source,
        kind=record.kind,
        title=record.title or "",
        names=tuple(map(_name, record.authors)),
        names_complete=record.authors_complete,
        profile_only=bool(record.authors) and all(author.evidence == "profile" for author in record.authors),
        year=str(year) if year else "",
        year_doubtful=record.date is not None and record.low_confidence("date"),
        venue=record.venue or "",
        volume=record.volume or "",
        issue=record.issue or "",
        pages=record.pages or "",
        identifiers=tuple((one.scheme, one.value) for one in record.identifiers if one.role == "self"),
        abstract=record.abstract or "",
        abstract_truncated=record.abstract_truncated,
        preprint=record.stage == "preprint",
        listed_once=listed_once,
        own_id=not is_text_key(record.source_key),
    )


def _name(author: Author) -> tuple[str, str]:
    return (author.family, author.given or "") if author.family else (author.name, "")
