"""Text that was decoded with the wrong encoding and encoded again: ``JÃ¸rgensen`` for ``Jørgensen``."""

from __future__ import annotations

import re

# Every such repair begins at a letter that UTF-8's lead bytes turn into; without one the library need not look.
_LEAD = re.compile(
    "[\u00c2-\u00f4\u0410-\u044f\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)
# A letter by itself before a raised digit, a degree or plus and minus: Å², Ø±0.1. Garbled ones that look so stand in
# words; what stands alone when it is garbled (β, Russian в, Persian digits) begins with letters left out here.
_SOUND = re.compile(
    r"""
    ( (?<![^\x00-\x7f\s·×−–—‘“]) (?<![A-Za-z]) [ÀÁÄ-ÍÑ-ÖØ-ÚÜ-Þ] [¹²³°±]
    | (?<=[a-z]) Å² | (?<=\b[ek]) Å³                    # eÅ², kÅ³, but Lithuanian words end in such a letter
    | (?<=[A-ZÀ-Þ]) [ÀÁÄÆ-ÍÑ-ÖØ-ÚÜ-Þ] [¹²³]             # JOSÉ²: a note behind a name in capitals
    | (?<![^\s(]) “ [^“”]{0,200} [A-ZÀ-Þ] Ã”            # “MAÇÃ”: the end of a quotation
    | (?<![^\s(]) « [^«»]{0,200} [A-ZÀ-Þ] Ã»
    ) (?![^\W\d_])
    """,
    re.X,
)
# Mended in one go, a garbled Å² would be taken for a letter that is garbled in its turn.
_GARBLED_ANGSTROM = re.compile("Ã[…\x85]Â(?=[¹²³°±])")
_LOST = "\ufffd"
# Lead bytes behind which question marks stand for lost ones, and question marks inside words.
_GARBLED = re.compile(r"[ÃÂ]\?+[^\W\d_]|[ÃÂ]\?{2}|[^\W\d_]\?[a-z\u00df-\u00ff]|\ufffd")


def mended(text: str) -> str:
    """The text as it was before it was garbled; unchanged where that cannot be told."""
    if text.isascii() or not _LEAD.search(text):
        return text
    text = _GARBLED_ANGSTROM.sub("Å", text)
    return "".join(piece if at % 2 else _repaired(piece) for at, piece in enumerate(_SOUND.split(text)))


def _repaired(text: str) -> str:
    """The text without what looks garbled, wherever it stands."""
    # Imported on first use: most pages hold no such text.
    import ftfy

    repaired = ftfy.fix_encoding(text)
    # Where bytes are lost, signs for them would take the place of what is left of the word.
    return text if repaired.count(_LOST) > text.count(_LOST) else repaired


def is_garbled(text: str) -> bool:
    """Whether characters of a text are lost, so that nothing can mend it."""
    return _GARBLED.search(text) is not None
