"""Academia.edu works, rendered text: a venue line, an abstract, or both; never a title."""

from __future__ import annotations

from variorum.normalizers._dates import parse_date, split_venue_date, year_in_venue
from variorum.normalizers._fields import Fields
from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean
from variorum.normalizers._venues import kind_of, stage_of
from variorum.schema import Author, Entry, Record

FORMAT = "academia_text"


def normalise(entry: Entry, fields: Fields) -> Record:
    """One listed work as a record; a venue line alone makes a ``stub``."""
    owner, line, abstract = fields.take("owner") or "", fields.take("venue"), fields.take("abstract")
    venue, date_raw = split_venue_date(line) if line else (None, None)
    venue = clean(venue) if venue else None
    date, conference_year = parse_date(date_raw) if date_raw else None, None
    if date is None and venue:
        # The year in a conference's name is when it was held; the page gives no other date.
        date = conference_year = year_in_venue(venue)
    family, given = split_name(owner)
    flags = [
        *([] if abstract else ["stub"]),
        *(["low_confidence:date"] if conference_year else []),
    ]
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind=kind_of(venue),
        authors=(Author(name=owner, family=family, given=given, evidence="profile"),),
        abstract=clean(abstract, tex=True) if abstract else None,
        abstract_raw=abstract,
        abstract_truncated=bool(abstract) and (abstract or "").rstrip().endswith(("...", "…")),
        date=date,
        date_raw=date_raw or conference_year,
        venue=venue,
        venue_raw=line,
        stage=stage_of(venue),
        flags=tuple(flags),
    )
