"""Whole references that stand in the field of a title, taken apart."""

from __future__ import annotations

import re
from typing import NamedTuple

_VANCOUVER = re.compile(
    r"(?P<byline>[^.:;]{3,300} [A-Z]{1,4}(?:, et al)?)\. (?P<title>[^.?!]{8,500}[.?!]) (?P<venue>[^.;:]{2,120})\. "
    r"(?P<year>(?:19|20)[0-9]{2})[^;:]{0,10};(?P<volume>[0-9]{1,5})(?:\((?P<issue>[^)]{1,12})\))?"
    r":(?P<pages>[A-Za-z]?[0-9][0-9A-Za-z–-]{0,14})\.?"
)
"""The form in which medicine writes references: ``Roe A, Doe B. Title. Venue. 1999;12(3):45-67.``"""

_LEAST = 40


class Reference(NamedTuple):
    """The fields of a reference, in its own words; the issue is empty where there is none."""

    byline: str
    title: str
    venue: str
    year: str
    volume: str
    issue: str
    pages: str


def read_reference(text: str) -> Reference | None:
    """The reference that a text is, taken apart; None for any other text."""
    if len(text) < _LEAST or ";" not in text:
        return None
    found = _VANCOUVER.fullmatch(text.strip())
    return Reference(**found.groupdict(default="")) if found else None
