"""Making foreign text safe to show: in a terminal, and in a CSV file that a spreadsheet will open."""

from __future__ import annotations

import re

# C0 and C1 controls start terminal escapes; the bidirectional marks reorder what stands around them.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FORMULA = re.compile(r"^[=+\-@\t\r]")


def terminal_safe(text: str) -> str:
    """Text with control and direction characters written as escapes; line ends become spaces."""
    text = text.replace("\n", " ")
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def json_safe(text: str) -> str:
    """JSON text whose control and direction characters, line ends aside, are written as JSON escapes."""
    return _UNSAFE.sub(lambda match: match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text)


def csv_safe(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return "" if value is None else value


def shorten(text: str, width: int) -> str:
    """Text cut to ``width`` characters at most, an ellipsis in place of what is missing."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
