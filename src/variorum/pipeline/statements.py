"""Statements for matching: from rows of citation files, and from stored records.

Of a row only as much is read as matching needs, since a file may hold millions. What is read goes by the rules
that make a record of a row, so that both ways lead to the same features.
"""

from __future__ import annotations

from functools import lru_cache

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
from variorum.schema import Author, Kind, Record, Rejection, is_text_key, text_key, year_of
from variorum.scrapers import UNSTATED_SOURCE, Row

_PERHAPS_NONE = 100
"""Characters up to which a title or an abstract may say no more than that there is none."""

_TEXT_KEY = len(text_key())
_LONGEST_KEY = LONGEST["source_key"]

_END = 40
"""Characters at an abstract's end among which its marks of being cut stand."""

_CUT = ("...", "…")


def statement_of_row(row: Row, markup: str, *, prefix: str = "") -> Statement | Rejection:
    """What a row of a citation file says. ``prefix`` is put before its key, to tell the keys of files apart.

    Gives the ``Rejection`` that ``normalise`` would (``too_long``) for a value far longer than it can be.
    """
    if len(row.key) > _LONGEST_KEY or len("".join(row)) > LONGEST_FIELD:
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
    own_id = len(key) != _TEXT_KEY or not is_text_key(key)
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


def _year(date: str, year: str) -> str:
    if not date and len(year) == 4 and year.isascii() and year.isdigit():
        return year
    return (date_of(date, year) or "")[:4]


def _is_cut(abstract: str) -> bool:
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
