"""Dates as listings write them, read strictly: what is not fully understood is no date."""

from __future__ import annotations

import re
from functools import lru_cache

from variorum.schema import partial_date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
_ENGLISH = re.compile(r"(?:(?P<month>[A-Za-z]{3,9})\.?\s+)?(?:(?P<day>\d{1,2}),\s+)?(?P<year>\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_YEAR = re.compile(r"(\d{4})\.0+", re.ASCII)
_SLASHED = re.compile(r"(\d{4})/(?:(\d{1,2})/)?(?:(\d{1,2})(?:/.*)?)?/*", re.ASCII)
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:.*", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_YEAR_WITH_MARKS = re.compile(
    r"[(\[]?(?:c\.?|ca\.?|©)?\s?((?:1[4-9]|20)\d\d)\??[)\]]?(?:\s?[-–/]\s?\d{2,4})?\.?", re.ASCII
)
_TRAILING_DATE = re.compile(r",\s*(?P<date>(?:[A-Za-z]{3,9}\.?\s+)?(?:\d{1,2},\s+)?\d{4})\s*$", re.ASCII)
_LEADING_YEAR = re.compile(r"((?:19|20)\d\d)\s", re.ASCII)


def parse_date(text: str) -> str | None:
    """``Sep 25, 2024``, ``September 2024``, ``2024`` or an ISO date as a partial date; None otherwise."""
    text = text.strip()
    if iso := _ISO.fullmatch(text):
        year, month, day = (int(part) if part else None for part in iso.groups())
        return _real(year, month, day)
    match = _ENGLISH.fullmatch(text)
    if match is None:
        return None
    name, day_text = match["month"], match["day"]
    month = _MONTHS.get(name.lower()) if name else None
    if (name and month is None) or (day_text and month is None):
        return None
    return _real(int(match["year"]), month, int(day_text) if day_text else None)


def read_date(text: str) -> str | None:
    """A date also as spreadsheets (2019.0), RIS (2019/05/03/) and programs (2019-05-03T00:00) write it."""
    if _ISO.fullmatch(text):  # as most are
        return parse_date(text)
    if match := _YEAR.fullmatch(text) or _TIMESTAMP.fullmatch(text):
        return parse_date(match[1])
    if match := _SLASHED.fullmatch(text):
        return parse_date("-".join(part.zfill(2) for part in match.groups() if part))
    return parse_date(text)


def read_loose_date(text: str) -> str | None:
    """A date also as repositories write it: ``(1998)``, ``1998?``, ``c1998``, ``1998-2003``, ``23-05-2019``.

    Of a span the beginning counts. A day and month in doubtful order give the year alone.
    """
    if found := read_date(text.strip()):
        return found
    if match := _DAY_FIRST.fullmatch(text.strip()):
        first, second, year = match.groups()
        return _real(int(year), int(second), int(first)) if int(first) > 12 else _real(int(year), None, None)
    match = _YEAR_WITH_MARKS.fullmatch(text.strip())
    return match[1] if match else None


@lru_cache(maxsize=4096)
def _real(year: int | None, month: int | None, day: int | None) -> str | None:
    try:
        return partial_date(year or 0, month, day)
    except ValueError:
        return None


def split_venue_date(line: str) -> tuple[str, str | None]:
    """Venue and date of a line like ``arXiv (Cornell University), Aug 11, 2019``; the date may be missing."""
    match = _TRAILING_DATE.search(line)
    if match is None or parse_date(match["date"]) is None:
        return line.strip(), None
    return line[: match.start()].strip(), match["date"]


def year_in_venue(venue: str) -> str | None:
    """The year a conference's name begins with (``2021 IEEE/CVF International Conference …``)."""
    match = _LEADING_YEAR.match(venue)
    return match[1] if match else None
