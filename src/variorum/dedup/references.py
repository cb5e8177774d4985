"""Whole references that stand in the field of a title, taken apart."""

from __future__ import annotations

import re

_VANCOUVER = re.compile(
    r"(?P<byline>[^.:;]{3,300} [A-Z]{1,4}(?:, et al)?)\. (?P<title>[^.?!]{8,500}[.?!]) (?P<venue>[^.;:]{2,120})\. "
    r"(?P<year>(?:19|20)[0-9]{2})[^;:]{0,10};(?P<volume>[0-9]{1,5})(?:\((?P<issue>[^)]{1,12})\))?"
    r":(?P<pages>[A-Za-z]?[0-9][0-9A-Za-z–-]{0,14})\.?"
)
"""The form in which medicine writes references: ``Roe A, Doe B. Title. Venue. 1999;12(3):45-67.``"""

_LEAST = 40


def read_reference(text: str) -> dict[str, str]:
    """The fields of a reference by the names of a statement's fields; empty for text that is none."""
    if len(text) < _LEAST or ";" not in text:
        return {}
    found = _VANCOUVER.fullmatch(text.strip())
    return {name: value for name, value in found.groupdict().items() if value} if found else {}
