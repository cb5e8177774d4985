"""NSF PAR's search results: titles, authors, days, DOIs and abstracts; neither journals nor numbers."""

from __future__ import annotations

import re

from variorum.normalizers._dates import parse_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._par import (
    abstract_words,
    awards_of,
    embargo_flags,
    links_of,
    own_identifiers,
    people,
    words,
)
from variorum.schema import Entry, Record

FORMAT = "nsf_par"

_SHOWN = re.compile(r"\s*\(\s*((?:[A-Z][a-z]{2,8}\.?\s+)?(?:\d{1,2},\s+)?\d{4})\b")


def normalise(entry: Entry, fields: Fields) -> Record:
    """One search result as a record, supported by the award that was searched for.

    Flags: ``embargo:<day>``, ``invalid_doi``, ``unknown_kind``, ``low_confidence:date`` where the day that is shown
    is not the one in the markup.
    """
    title_raw, abstract_raw = fields.take("title"), fields.take("abstract")
    title, abstract = words(title_raw), abstract_words(abstract_raw)
    authors, complete = people(fields.take("authors") or "")
    nameless = fields.take("nameless") is not None
    date, date_raw, certain = _date(fields.take("date"), fields.take("dated"))
    address = fields.take("address")
    identifiers, is_doi = own_identifiers(entry.source_key, address, fields.take("doi"))
    # A search may also be for a part of a number, which names no award.
    awards, _ = awards_of(fields.take("award"))
    kind_raw = fields.take("type")
    kind = kind_of_type(kind_raw) if kind_raw else None
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind or "document",
        kind_raw=kind_raw,
        title=title,
        title_raw=title_raw,
        authors=authors,
        authors_complete=complete and not nameless,
        abstract=abstract,
        abstract_raw=abstract_raw,
        date=date,
        date_raw=date_raw,
        identifiers=identifiers,
        awards=awards,
        links=links_of(address, fields.take_values("fulltext"), fields.take_values("external")),
        flags=(
            *(["stub"] if not title and not abstract else []),
            *(["unknown_kind"] if kind_raw and kind is None else []),
            *([] if is_doi else ["invalid_doi"]),
            *([] if certain else ["low_confidence:date"]),
            *embargo_flags(fields.take("embargo")),
        ),
    )


def _date(machine: str | None, shown: str | None) -> tuple[str | None, str | None, bool]:
    """The date, what the page shows for it, and whether what it shows agrees with its markup.

    The markup has a day even where only a month or a year is shown: then no more than that is known.
    """
    found = _SHOWN.match(shown or "")
    by_eye = parse_date(found[1]) if found else None
    by_markup = parse_date(machine) if machine else None
    agree = not (by_eye and by_markup) or by_markup.startswith(by_eye) or by_eye.startswith(by_markup)
    date = by_eye if by_eye and agree and len(by_eye) <= len(by_markup or by_eye) else by_markup or by_eye
    return date, shown or machine, agree
