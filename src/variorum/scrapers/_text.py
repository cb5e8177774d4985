"""Helpers for pages as a text browser renders them: lines and places."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE_END = re.compile(r"[.!?…:)\]}\"'”’»]\s*$")
_URL_END = re.compile(r"(?:https?://|www\.)\S+$")


@dataclass(frozen=True)
class Line:
    """A line of a page: its number counted from 1, and its text without the line end."""

    number: int
    text: str


def numbered_lines(text: str) -> list[Line]:
    """All lines of the page, blank ones too. Only line feeds end a line (decoding leaves no others)."""
    return [Line(number, line) for number, line in enumerate(text.split("\n"), start=1)]


def filled_lines(text: str) -> list[Line]:
    """The lines that hold more than white space."""
    return [line for line in numbered_lines(text) if line.text.strip()]


def place_of(first: Line, last: Line) -> str:
    """Where lines stand on the page, e.g. ``line=31-35``."""
    return f"line={first.number}" if first == last else f"line={first.number}-{last.number}"


def ends_mid_sentence(text: str) -> bool:
    """Whether a text stops without punctuation or a web address, as a page does that was cut off."""
    return not (_SENTENCE_END.search(text) or _URL_END.search(text.rstrip()))
