"""What the line of venue and date under a work on Academia.edu says."""

from __future__ import annotations

from typing import Any

from variorum.normalizers._dates import parse_date, split_venue_date, year_in_venue
from variorum.normalizers._text import clean
from variorum.normalizers._venues import kind_of, stage_of


def fields_of_venue(line: str | None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The record's fields that a line like ``arXiv (Cornell University), Aug 11, 2019`` tells, and their flags.

    Venue or date may be missing.
    """
    words, date_raw = split_venue_date(line) if line and not parse_date(line) else ("", line)
    venue = clean(words) or None
    date, conference_year = parse_date(date_raw) if date_raw else None, None
    if date is None and venue:
        # The year in a conference's name is when it was held; the page gives no other date.
        date = conference_year = year_in_venue(venue)
    told = {
        "kind": kind_of(venue),
        "date": date,
        "date_raw": date_raw or conference_year,
        "venue": venue,
        "venue_raw": line,
        "stage": stage_of(venue),
    }
    return told, ("low_confidence:date",) if conference_year else ()


def is_cut(abstract: str | None) -> bool:
    """Whether the site has cut an abstract off, as it shows by dots."""
    return bool(abstract) and (abstract or "").rstrip().endswith(("...", "…"))
