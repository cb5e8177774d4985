"""What of a statement is compared, computed once: normal forms of its words, names, numbers and ids."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from variorum.dedup.bylines import read_byline, read_names
from variorum.dedup.folding import fold, plain
from variorum.dedup.places import read_pages, read_volume
from variorum.dedup.references import read_reference
from variorum.dedup.titles import read_title
from variorum.dedup.venues import is_thesis, read_venue

MAX_BYLINE = 200
"""Characters kept of a byline as it stands, by which records meet."""

MAX_ABSTRACT = 300
"""Characters compared of an abstract. Beginnings tell abstracts apart; a listing shows no more of them."""

MOST_READ = 400
"""Characters read of a byline or of an abstract: enough for a heading and markup beside what is kept."""

_YEAR = re.compile(r"(?<![0-9])(?:1[5-9]|20)[0-9]{2}(?![0-9])")
_HEADINGS = "abstract|background|objectives?|purpose|aims?|summary|introduction|context|copyright|c|importance"
_HEADING = re.compile(
    rf"^(?:(?:{_HEADINGS})"
    r"(?: (?:and|of|the) (?:objectives?|purpose|aims?|study|review))? )+"
)
_PREPRINT_DOI_PREFIXES = frozenset({
    "10.48550/", "10.1101/", "10.21203/", "10.2139/", "10.20944/", "10.26434/", "10.31219/", "10.31234/", "10.31235/",
    "10.36227/", "10.31222/", "10.22541/", "10.14293/", "10.7287/", "10.32388/",
})  # fmt: skip
"""DOIs that name a preprint, which its article's own DOI does not contradict."""


class Statement(NamedTuple):
    """What a source says of a publication, as far as matching goes, in the source's words.

    Authors come as one ``byline``, or apart as ``names`` (family, given; or whole name, ""). ``identifiers`` are
    (scheme, value) in normal form. ``listed_once``: the source lists each publication once, so two statements of
    it are two works unless something says otherwise. ``own_id``: the source names it by an id, not only by words.
    ``read``: what ``read_title`` makes of the title, where that is known already.
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
    read: tuple[str, str] | None = None


class Features(NamedTuple):
    """A statement as the matcher sees it. Text is folded: Latin letters, lower case, single spaces.

    ``families`` and ``givens`` (names) are of one length; ``byline`` has both as they stand, but not of a profile,
    whose owner is an author of everything on it. Nothing known is an empty string, 0 or an empty tuple.
    """

    ref: str
    source: str
    kind: str
    title: str
    main_title: str
    families: tuple[str, ...]
    givens: tuple[str, ...]
    byline: str
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


def features_of(statement: Statement) -> Features:
    """The features of a statement."""
    said = taken_apart(statement)
    title, main = said.read or (read_title(said.title) if said.title else ("", ""))
    venue, form = read_venue(said.venue, said.kind) if said.venue or said.kind else ("", "")
    volume, issue = read_volume(said.volume) if said.volume else ("", "")
    if not issue and said.issue:
        issue = read_volume(said.issue)[0]
    first_page, last_page = read_pages(said.pages) if said.pages else ("", 0)
    abstract = read_abstract(said.abstract) if said.abstract else ""
    # All in their order, since given by name they take several times as long.
    return Features(
        said.ref,
        said.source,
        said.kind,
        title,
        main,
        *_authors(said),
        said.profile_only,
        stated_year(said),
        said.year_doubtful,
        venue,
        "thesis" if said.volume and not volume and is_thesis(said.volume) else form,
        is_preprint(said),
        volume,
        issue,
        first_page,
        last_page,
        stated_identifiers(said),
        abstract,
        said.abstract_truncated or len(said.abstract) > MAX_ABSTRACT,
        said.listed_once,
        said.own_id,
    )


def _authors(said: Statement) -> tuple[tuple[str, ...], tuple[str, ...], str, bool]:
    """Family names, given names, the byline as it stands, and whether it is whole."""
    if said.names:
        families, givens = read_names(said.names)
        complete = said.names_complete
    else:
        families, givens, complete = read_byline(said.byline)
    return families, givens, read_byline_words(stated_byline(said)), complete


def taken_apart(said: Statement) -> Statement:
    """A statement whose title is a whole reference, with its fields in their places; any other as it is."""
    if ";" not in said.title or said.byline or said.names or said.venue or said.volume:
        return said
    parts = read_reference(said.title)
    if parts is None:
        return said
    fields = parts._asdict()
    return said._replace(**fields | {"issue": parts.issue or said.issue})


def read_byline_words(text: str) -> str:
    """The names of a byline as they stand, folded."""
    return fold(plain(text[:MOST_READ]))[:MAX_BYLINE].rstrip()


def stated_byline(said: Statement) -> str:
    """The byline by which records meet; none of a profile, whose owner is an author of everything on it."""
    if said.profile_only:
        return ""
    return " ".join(f"{family} {given}" for family, given in said.names) if said.names else said.byline


def stated_year(said: Statement) -> int:
    """The year, 0 where it is unknown or doubtful."""
    return 0 if said.year_doubtful or not said.year else read_year(said.year)


def stated_identifiers(said: Statement) -> tuple[str, ...]:
    """The identifiers with their schemes, sorted."""
    return with_schemes(said.identifiers)


def with_schemes(identifiers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Identifiers written with their schemes, sorted."""
    written = [f"{scheme}:{value}" for scheme, value in identifiers]
    return tuple(sorted(written)) if len(written) > 1 else tuple(written)


def is_preprint(said: Statement) -> bool:
    """Whether it is said to be a preprint, or its venue or DOI says so."""
    if said.preprint or (said.venue and read_venue(said.venue, said.kind)[1] == "preprint"):
        return True
    return names_preprint(said.identifiers)


def names_preprint(identifiers: Iterable[tuple[str, str]]) -> bool:
    """Whether one of the identifiers is the DOI of a preprint."""
    for scheme, value in identifiers:
        if scheme == "doi" and value[: value.find("/") + 1] in _PREPRINT_DOI_PREFIXES:
            return True
    return False


def read_year(text: str) -> int:
    """The first year in a text, 0 without one."""
    if len(text) == 4 and text.isascii() and text.isdigit():
        return int(text)
    found = _YEAR.search(text)
    return int(found[0]) if found else 0


def read_abstract(text: str) -> str:
    """The beginning of an abstract, folded, without a heading."""
    return without_heading(fold(plain(text[:MOST_READ])))[:MAX_ABSTRACT]


def without_heading(folded: str) -> str:
    """A folded abstract without the heading with which it begins."""
    heading = _HEADING.match(folded)
    return folded[heading.end() :] if heading else folded
