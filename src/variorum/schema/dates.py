"""Partial dates: as much of a date as the source states, never more.

Written in ISO 8601 with reduced precision (``2021``, ``2021-11``, ``2021-11-22``), which is also EDTF
level 0. The text form sorts by time and two dates agree when one is a prefix of the other.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@lru_cache(maxsize=4096)  # ten years of days: a harvest names the same ones again and again
def check_partial_date(text: str) -> str:
    """Return ``text`` when it is a real partial date; raise ``ValueError`` otherwise."""
    match = _PARTIAL_DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a partial date (YYYY, YYYY-MM or YYYY-MM-DD): {text!r}")
    year, month, day = (int(part) if part else 1 for part in match.groups())
    datetime.date(year, month, day)
    return text


def partial_date(year: int, month: int | None = None, day: int | None = None) -> str:
    """Write a partial date. A day needs a month; raises ``ValueError`` for impossible dates."""
    if day is not None and month is None:
        raise ValueError("a day needs a month")
    parts = [f"{year:04d}"] + [f"{part:02d}" for part in (month, day) if part is not None]
    return check_partial_date("-".join(parts))


def year_of(date: str | None) -> int | None:
    """The year of a partial date, None for None."""
    return int(date[:4]) if date else None
