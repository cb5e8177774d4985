"""What of a statement is compared, computed once: normal forms of its words, names, numbers and ids."""

from __future__ import annotations

import re
from typing import NamedTuple

from variorum.dedup.bylines import read_byline, read_names
from variorum.dedup.folding import fold, plain
from variorum.dedup.places import read_pages, read_volume
from variorum.dedup.references import read_reference
from variorum.dedup.titles import read_title
from variorum.dedup.venues import is_thesis, read_venue

MAX_ABSTRACT = 300
"""Characters compared of an abstract. Beginnings tell abstracts apart; a listing shows no more of them."""

_ROOM_FOR_HEADING = 60

_YEAR = re.compile(r"(?<![0-9])(?:1[5-9]|20)[0-9]{2}(?![0-9])")
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>;,]+")
_PMID = re.compile(r"ncbi\.nlm\.nih\.gov/(?:pubmed/)?([1-9]\d{0,8})\b")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+?)(?:v\d+)?$")
_HEADING = re.compile(
    r"^(?:(?:abstract|background|objectives?|purpose|aims?|summary|introduction|context|copyright|c|importance)"
    r"(?: (?:and|of|the) (?:objectives?|purpose|aims?|study|review))? )+"
)
_PREPRINT_DOI_PREFIXES = (
    "10.48550/", "10.1101/", "10.21203/", "10.2139/", "10.20944/", "10.26434/", "10.31219/", "10.31234/", "10.31235/",
    "10.36227/", "10.31222/", "10.22541/", "10.14293/", "10.7287/", "10.32388/",
)  # fmt: skip
"""DOIs that name a preprint, which its article's own DOI does not contradict."""


class Statement(NamedTuple):
    """What a source says of a publication, as far as matching goes, in the source's words.

    Authors come as one ``byline``, or apart as ``names`` (family, given; or whole name, ""). ``identifiers`` are
    (scheme, value) in normal form. ``listed_once``: the source lists each publication once, so two statements of
    it are two works unless something says otherwise. ``own_id``: the source names it by an id, not only by words.
    """

    ref: str
    source: str = ""
    kind: str = ""
    title: str = ""
    byline: str = ""
    names: tuple[tuple[str, str], ...] = ()
    names_complete: bool = False
    profile_only: bool = False
    year: str = ""
    year_doubtful: bool = False
    venue: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    abstract: str = ""
    abstract_truncated: bool = False
    preprint: bool = False
    listed_once: bool = False
    own_id: bool = True


class Features(NamedTuple):
    """A statement as the matcher sees it. Text is folded: Latin letters, lower case, single spaces.

    ``families`` and ``givens`` (names) are of one length. Nothing known is an empty string, 0 or an empty tuple.
    """

    ref: str
    source: str
    kind: str
    title: str
    main_title: str
    families: tuple[str, ...]
    givens: tuple[str, ...]
    authors_complete: bool
    profile_only: bool
    year: int
    year_doubtful: bool
    venue: str
    form: str
    preprint: bool
    volume: str
    issue: str
    first_page: str
    last_page: int
    identifiers: tuple[str, ...]
    abstract: str
    abstract_truncated: bool
    listed_once: bool
    own_id: bool


def features_of(said: Statement) -> Features:
    """The features of a statement."""
    if not (said.byline or said.names or said.venue or said.volume) and (parts := read_reference(said.title)):
        said = said._replace(
            byline=parts.byline,
            title=parts.title,
            venue=parts.venue,
            year=parts.year,
            volume=parts.volume,
            issue=parts.issue or said.issue,
            pages=parts.pages,
        )
    title, main = read_title(said.title) if said.title else ("", "")
    if said.names:
        families, givens = read_names(said.names)
        complete = said.names_complete
    else:
        families, givens, complete = read_byline(said.byline)
    venue, form = read_venue(said.venue, said.kind) if said.venue or said.kind else ("", "")
    volume, issue = read_volume(said.volume) if said.volume else ("", "")
    if not issue and said.issue:
        issue = read_volume(said.issue)[0]
    first_page, last_page = read_pages(said.pages) if said.pages else ("", 0)
    year = 0 if said.year_doubtful else _year(said.year)
    abstract = _abstract(said.abstract) if said.abstract else ""
    identifiers = said.identifiers
    # All in their order, since given by name they take several times as long.
    return Features(
        said.ref,
        said.source,
        said.kind,
        title,
        main,
        families,
        givens,
        complete,
        said.profile_only,
        year,
        said.year_doubtful,
        venue,
        "thesis" if said.volume and not volume and is_thesis(said.volume) else form,
        said.preprint or form == "preprint" or (identifiers != () and _names_a_preprint(identifiers)),
        volume,
        issue,
        first_page,
        last_page,
        tuple(sorted(f"{scheme}:{value}" for scheme, value in identifiers)) if identifiers else (),
        abstract,
        said.abstract_truncated or len(said.abstract) > MAX_ABSTRACT,
        said.listed_once,
        said.own_id,
    )


def _names_a_preprint(identifiers: tuple[tuple[str, str], ...]) -> bool:
    return any(scheme == "doi" and value.startswith(_PREPRINT_DOI_PREFIXES) for scheme, value in identifiers)


def _year(text: str) -> int:
    if len(text) == 4 and text.isascii() and text.isdigit():
        return int(text)
    found = _YEAR.search(text)
    return int(found[0]) if found else 0


def _abstract(text: str) -> str:
    folded = fold(plain(text[: MAX_ABSTRACT + _ROOM_FOR_HEADING]))
    return _HEADING.sub("", folded, count=1)[:MAX_ABSTRACT]
