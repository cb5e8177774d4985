"""Helpers for pages as a text browser renders them: decoding, lines, places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from variorum.errors import BadInputError

MAX_LINE = 1_000_000
"""Longest line, in characters, that any page of the known sources could hold; beyond it is not such a page."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SENTENCE_END = re.compile(r"[.!?…:)\]}\"'”’»]\s*$")
_URL_END = re.compile(r"(?:https?://|www\.)\S+$")


@dataclass(frozen=True)
class Line:
    """A line of a page: its number counted from 1, and its text without the line end."""

    number: int
    text: str


def decode(body: bytes) -> str:
    """Decode a page of text.

    Raises ``BadInputError`` with code ``empty_file``, ``bad_encoding``, ``not_text`` or
    ``line_too_long`` when the bytes are no page of text.
    """
    if not body.strip(b"\xef\xbb\xbf \t\r\n"):
        raise BadInputError("the file is empty", code="empty_file")
    if body.startswith(_UTF16_MARKS):
        raise BadInputError(
            "the file is UTF-16, not UTF-8; convert it first, e.g. iconv -f UTF-16 -t UTF-8 FILE",
            code="bad_encoding",
        )
    if b"\x00" in body[:4096]:
        raise BadInputError("the file is binary, not a page of text", code="not_text")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"not UTF-8 at byte {error.start} ({body[error.start]:#04x}); save the page as UTF-8 text",
            code="bad_encoding",
        ) from None
    if _CONTROL.search(text):
        raise BadInputError("the file holds control characters; it is no page of text", code="not_text")
    if len(text) > MAX_LINE and max(map(len, _LINE_END.split(text))) > MAX_LINE:
        raise BadInputError(f"a line is longer than {MAX_LINE:,} characters", code="line_too_long")
    return text


def numbered_lines(text: str) -> list[Line]:
    """All lines of the page, blank ones too. Only line feeds and carriage returns end a line."""
    return [Line(number, line) for number, line in enumerate(_LINE_END.split(text), start=1)]


def filled_lines(text: str) -> list[Line]:
    """The lines that hold more than white space."""
    return [line for line in numbered_lines(text) if line.text.strip()]


def place_of(first: Line, last: Line) -> str:
    """Where lines stand on the page, e.g. ``line=31-35``."""
    return f"line={first.number}" if first == last else f"line={first.number}-{last.number}"


def ends_mid_sentence(text: str) -> bool:
    """Whether a text stops without punctuation or a web address, as a page does that was cut off."""
    return not (_SENTENCE_END.search(text) or _URL_END.search(text.rstrip()))
