"""Items of feeds: news and papers alike, described by RSS, Atom, Dublin Core and PRISM.

An item's text may be plain or escaped HTML. A date of PRISM or Dublin Core is the publication's; the feed's
own is that of the posting and of low confidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from email.utils import parsedate_to_datetime

from variorum.normalizers._authors import is_placeholder, name_parts, split_authors
from variorum.normalizers._dates import read_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._markup import ABSTRACT_HEADING, readable
from variorum.schema import Author, Entry, Identifier, Kind, Link, Record, identify
from variorum.schema.identifiers import Role, normalise_isbn, normalise_issn, normalise_orcid

FORMAT = "feed"

_TAG = re.compile(r"""<(?:!--.{0,1000}?--|/?[A-Za-z](?:[^<>"']|"[^"<]{0,2000}"|'[^'<]{0,2000}')*+)>""", re.S)
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|table|blockquote|figure|figcaption)\b", re.I)
# What blogging software puts under each excerpt.
_APPEARED = re.compile(r"\s*The post .{1,500}? appeared first on .{1,200}?\.?\s*\Z", re.S)
_WEB = re.compile(r"https?://\S+", re.I)
_ZONE = re.compile(r"(\d{4}-\d\d-\d\d) \d\d:\d\d.*")


def normalise(entry: Entry, fields: Fields) -> Record:
    """One item as a record: an article where the feed says so, else a ``document``."""
    titles = fields.take("title")
    summary = max(fields.take_values("summary"), key=len, default=None)
    summary = summary or fields.take("content")
    title = readable(_plain(titles), tex=False) if titles else None
    abstract = _APPEARED.sub("", readable(ABSTRACT_HEADING.sub("", _plain(summary)), tex=False)) if summary else None
    date, date_raw, certain = _date(fields)
    venue, volume, types = fields.take("venue"), fields.take("volume"), fields.take_values("types")
    identifiers, links = _identifiers(fields, is_publication=bool(venue or volume or types))
    issns = tuple(_container(fields.take_values("issns")))
    kind, kind_raw = _kind(types, journal=bool(venue or volume))
    if any(one.scheme == "arxiv" and one.role == "self" for one in identifiers):
        kind = "article"
    people, complete = _authors(fields)
    fields.take("publisher")
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind,
        kind_raw=kind_raw,
        title=title or None,
        title_raw=titles,
        authors=people,
        authors_complete=complete,
        abstract=abstract or None,
        abstract_raw=summary,
        abstract_truncated=(abstract or "").endswith(("...", "…", "[…]", "[...]")),
        date=date,
        date_raw=date_raw,
        venue=readable(_plain(venue), tex=False) if venue else None,
        venue_raw=venue,
        volume=volume,
        issue=fields.take("issue"),
        pages=_pages(fields),
        subjects=tuple(dict.fromkeys(_subjects(fields.take_values("subjects")))),
        identifiers=(*identifiers, *issns),
        links=links,
        flags=(
            *(["stub"] if not title and not abstract else []),
            *([] if certain else ["low_confidence:date"]),
            *(["repaired"] if fields.take("repaired") else []),
        ),
    )


def _plain(text: str) -> str:
    """Text without HTML tags; its entities are left to those who read it."""
    return _TAG.sub(lambda tag: " " if _BLOCK.match(tag[0]) else "", text) if "<" in text else text


def _date(fields: Fields) -> tuple[str | None, str | None, bool]:
    """The date, what the item says, and whether it is the publication's rather than the posting's."""
    stated, posted = fields.take_values("dates"), fields.take_values("posted")
    for texts, certain in ((stated, True), (posted, False)):
        for text in texts:
            if found := _day(text):
                return found, text, certain
    return None, next(iter((*stated, *posted)), None), True


def _day(text: str) -> str | None:
    """The day of a date in ISO 8601 or as in mail."""
    text = text.strip()
    zoned = _ZONE.fullmatch(text)
    if found := read_date(zoned[1] if zoned else text):
        return found
    try:
        return read_date(parsedate_to_datetime(text).date().isoformat())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _kind(types: Sequence[str], *, journal: bool) -> tuple[Kind, str | None]:
    """The kind and what the feed says; what has no type and stands in a journal is an article of it."""
    named = (kind_of_type(name) for name in types)
    kind = next((kind for kind in named if kind not in (None, "document")), None)
    return kind or ("article-journal" if journal else "document"), "; ".join(types) or None


def _authors(fields: Fields) -> tuple[tuple[Author, ...], bool]:
    """The authors by the fullest of the ways in which an item may name them, and whether they are all."""
    people, creators, authors = (fields.take_values(name) for name in ("people", "creators", "authors"))
    if people:
        return tuple(map(_person, people)), True
    stated = creators or authors
    # Several elements are a name each; one may hold all names.
    split = [split_authors(text) if len(stated) == 1 or ";" in text else ((text,), True) for text in stated]
    names = [" ".join(name.split()) for found, _ in split for name in found]
    # "&amp;" between names, taken apart by some program before us.
    names = [name for name in names if name and name != "amp" and not is_placeholder(name)]
    return tuple(map(_author, names)), bool(names) and all(complete for _, complete in split)


def _author(name: str) -> Author:
    family, given = name_parts(name)
    return Author(name=name, family=family, given=given)


def _person(row: str) -> Author:
    family, given, orcid = row.split("\t")
    return Author(name=f"{given} {family}".strip(), family=family, given=given or None, orcid=normalise_orcid(orcid))


def _pages(fields: Fields) -> str | None:
    first, last, span = fields.take("first_page"), fields.take("last_page"), fields.take("pages")
    return span or "-".join(filter(None, (first, last))) or None


def _subjects(texts: Iterable[str]) -> Iterator[str]:
    """Subjects; several may stand in one element, between commas."""
    for text in texts:
        for piece in text.split(","):
            if subject := readable(_plain(piece), tex=False):
                yield subject


def _identifiers(fields: Fields, *, is_publication: bool) -> tuple[tuple[Identifier, ...], tuple[Link, ...]]:
    """What the item says it is called, and where it is to be found.

    News link to the papers they are about, so an address by itself names the item only if the item says in
    another way that it is a publication.
    """
    stated, keys, pages = (fields.take_values(name) for name in ("identifiers", "keys", "links"))
    linked: Role = "self" if is_publication or stated else "related"
    found: dict[tuple[str, str], Identifier] = {}
    links: dict[str, Link] = {}
    for raw in (*stated, *keys):
        if identifier := identify(raw):
            found.setdefault((identifier.scheme, identifier.value), identifier)
    for raw in pages:
        if identifier := identify(raw, role=linked):
            found.setdefault((identifier.scheme, identifier.value), identifier)
        elif _WEB.fullmatch(raw):
            links.setdefault(raw, Link(url=raw, rel="landing"))
    return tuple(found.values()), tuple(links.values())


def _container(texts: Iterable[str]) -> Iterator[Identifier]:
    for raw in dict.fromkeys(texts):
        if issn := normalise_issn(raw):
            yield Identifier(scheme="issn", value=issn, raw=raw, role="container")
        elif isbn := normalise_isbn(raw):
            yield Identifier(scheme="isbn", value=isbn, raw=raw, role="container")
