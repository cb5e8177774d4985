"""Records of words under labels, as NSF PAR's record pages and exports have them."""

from __future__ import annotations

import re

from variorum.normalizers._authors import is_placeholder, name_parts, split_authors
from variorum.normalizers._dates import read_loose_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._markup import readable
from variorum.normalizers._par import (
    abstract_words,
    awards_of,
    container_identifiers,
    embargo_flags,
    links_of,
    own_identifiers,
    people,
    words,
)
from variorum.normalizers._venues import kind_of, stage_of
from variorum.schema import Author, Entry, Kind, Record

_UNUSED = ("editors", "publisher", "formats", "sponsor")
_UNTELLING = frozenset({"article", "misc"})
"""Types of BibTeX that the site gives to everything."""


def labelled_record(entry: Entry, fields: Fields) -> Record:
    """One record. Fields that begin with ``bib_`` are the citation's and count where the labels are silent.

    Flags: ``embargo:<day>``, ``unknown_kind``, and ``invalid_doi``, ``invalid_issn``, ``invalid_award`` for fields
    that hold something else than they should.
    """
    for unused in _UNUSED:  # the schema has no place for them; the entry keeps them
        fields.take(unused)
    title, title_raw = _words(fields, "title")
    venue, venue_raw = _words(fields, "venue")
    own_abstract, cited_abstract = fields.take("abstract"), fields.take("bib_abstract")
    abstract_raw = own_abstract or cited_abstract
    abstract = abstract_words(abstract_raw)
    authors, complete = _authors(fields)
    dated = fields.take("dated") or fields.take("bib_year")
    kind, kind_raw, known = _kind(fields, venue)
    identifiers, is_doi = own_identifiers(entry.source_key, _plain(fields, "id"), _plain(fields, "doi"))
    containers, are_numbers = container_identifiers(fields.take("numbers"), kind)
    awards, are_awards = awards_of(fields.take("awards"))
    landing = fields.take("address") or fields.take("bib_url")
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=entry.format,
        kind=kind,
        kind_raw=kind_raw,
        title=title,
        title_raw=title_raw,
        authors=authors,
        authors_complete=complete,
        abstract=abstract,
        abstract_raw=abstract_raw,
        date=read_loose_date(dated) if dated else None,
        date_raw=dated,
        venue=venue,
        venue_raw=venue_raw,
        volume=_plain(fields, "volume"),
        issue=_plain(fields, "issue"),
        pages=_plain(fields, "pages"),
        stage=stage_of(venue),
        subjects=_subjects(fields.take("keywords") or ""),
        identifiers=(*identifiers, *containers),
        awards=awards,
        links=links_of(landing, fields.take_values("fulltext")),
        flags=(
            *(["stub"] if not title and not abstract else []),
            *([] if known else ["unknown_kind"]),
            *([] if is_doi else ["invalid_doi"]),
            *([] if are_numbers else ["invalid_issn"]),
            *([] if are_awards else ["invalid_award"]),
            *embargo_flags(fields.take("embargo")),
        ),
    )


def _words(fields: Fields, name: str) -> tuple[str | None, str | None]:
    """The words of a field as people read them, and as they stand there; the citation's are TeX."""
    own, cited = fields.take(name), fields.take(f"bib_{name}")
    if own:
        return words(own), own
    text = readable(cited, tex=True) if cited else ""
    return None if is_placeholder(text) else text, cited


def _plain(fields: Fields, name: str) -> str | None:
    own, cited = fields.take(name), fields.take(f"bib_{name}")
    return " ".join((own or cited or "").split()) or None


def _authors(fields: Fields) -> tuple[tuple[Author, ...], bool]:
    byline, cited = fields.take("authors"), fields.take("bib_authors")
    if byline or not cited:
        return people(byline or "")
    names, complete = split_authors(cited)
    # An author whose name is missing is called null.
    missing = any(map(is_placeholder, " ".join(cited.split()).split(" and ")))
    return tuple(map(_author, names)), complete and not missing


def _author(name: str) -> Author:
    family, given = name_parts(name)
    return Author(name=readable(name, tex=True) or name, family=family, given=given)


def _kind(fields: Fields, venue: str | None) -> tuple[Kind, str | None, bool]:
    """The kind that the page or a telling type of the citation names, else the venue suggests; whether it is known."""
    stated, cited = fields.take("type"), fields.take("bib_type")
    if stated is None and cited and cited.lower() not in _UNTELLING:
        stated = cited
    if stated is None:
        return kind_of(venue), None, True
    named = kind_of_type(stated)
    return named or "document", stated, named is not None


def _subjects(text: str) -> tuple[str, ...]:
    separator = next((sign for sign in ("\n", ";", ",") if sign in text), "\n")
    found = (words(piece.strip()) for piece in re.split(separator, text))
    return tuple(dict.fromkeys(subject for subject in found if subject))
