"""Text that was decoded with the wrong encoding and encoded again: ``JÃ¸rgensen`` for ``Jørgensen``."""

from __future__ import annotations

import re

# Every such repair begins at a letter that UTF-8's lead bytes turn into; without one the library need not look.
_LEAD = re.compile(
    "[\u00c2-\u00f4\u0410-\u044f\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)
_LOST = "\ufffd"
# Lead bytes behind which question marks stand for lost ones, and question marks inside words.
_GARBLED = re.compile(r"[ÃÂ]\?+[^\W\d_]|[ÃÂ]\?{2}|[^\W\d_]\?[a-z\u00df-\u00ff]|\ufffd")


def mended(text: str) -> str:
    """The text as it was before it was garbled; unchanged where that cannot be told."""
    if text.isascii() or not _LEAD.search(text):
        return text
    # Imported on first use: most pages hold no such text.
    import ftfy

    repaired = ftfy.fix_encoding(text)
    # Where bytes are lost, signs for them would take the place of what is left of the word.
    return text if repaired.count(_LOST) > text.count(_LOST) else repaired


def is_garbled(text: str) -> bool:
    """Whether characters of a text are lost, so that nothing can mend it."""
    return _GARBLED.search(text) is not None
