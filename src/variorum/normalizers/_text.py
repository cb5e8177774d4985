"""Cleaning of titles and abstracts: TeX to Unicode, white space, normal form."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u2060\ufeff]")
# Only marked spans are ever handed to the TeX reader: on plain text it would take the % of "50 % off" for
# a comment and the & of "AT&T" for a column separator, and drop what follows.
_TEX_SPAN = re.compile(
    r"""
      \\\( .{0,300}? \\\)                                   # \( … \)
      # $ … $ that holds TeX or one letter. As in Pandoc, no space inside the dollars and no digit after
      # them: "$5 and $10" are prices.
    | \$ (?=\S) (?=[^$]{0,300}[\\^_{}]|[A-Za-z]\$) [^$]{1,300} (?<=\S) \$ (?!\d)
    | \{ \\["'`^~=.] \{?\\?[A-Za-z]\}? \}                  # {\"o}
    | \\["'`^~=.] (?: \{\\?[A-Za-z]\} | \\?[A-Za-z] )      # \"o, \'{\i}
    | \\[A-Za-z]{1,20} \s? (?: \{ [^{}]{0,300} \} ){0,3}    # \alpha, \frac{1}{2}
    | \\[%&$#_{} ]                                          # escaped characters
    """,
    re.X | re.S,
)
_TEX_TIE = re.compile(r"(?<=[^\s~/])~(?=[^\s~/])")
_TEX_LINE_END = re.compile(r"\\\\(?:\[[^\]]{0,20}\])?")
_SUPERSCRIPT = re.compile(r"\^(?:\{([0-9+\-n]{1,4})\}|([0-9]))")
_TO_SUPERSCRIPT = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_WITHOUT_WORDS = re.compile(r"[~ ]?\\(?:cite[a-z]{0,8}|ref|eqref|label|footnote)\*?\s?\{[^{}]{0,300}\}")
# Macros that only say how their words look; the innermost are taken off first.
_STYLED = re.compile(r"\\(?:text[a-z]{2}|emph|mbox|underline|href\{[^{}]{0,300}\})\s?\{([^{}]{0,2000})\}")
_DEEPEST_STYLE = 4


def clean(text: str, *, tex: bool = False) -> str:
    """Text for people: NFC, no invisible characters, single spaces; TeX spans read when ``tex``.

    ``tex`` is for sources whose words come from arXiv-like TeX; elsewhere a backslash is a backslash.
    """
    if tex:
        text = read_tex(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def read_tex(text: str) -> str:
    """Replace TeX spans by what they stand for; everything between them stays as it is."""
    if "\\" in text:
        text = _TEX_LINE_END.sub(" ", _WITHOUT_WORDS.sub("", text))
        for _ in range(_DEEPEST_STYLE):
            text, found = _STYLED.subn(r"\1", text)
            if not found:
                break
    if "\\" in text or "$" in text:
        text = _TEX_SPAN.sub(lambda match: _span(match[0]), text)
    if "~" in text:
        text = " ".join(_tie(word) for word in text.split(" "))
    return text


def _tie(word: str) -> str:
    """A ``~`` between characters is TeX's unbreakable space, except in a web address."""
    return word if "://" in word else _TEX_TIE.sub(" ", word)


@lru_cache(maxsize=4096)
def _span(span: str) -> str:
    readable = _SUPERSCRIPT.sub(lambda match: (match[1] or match[2]).translate(_TO_SUPERSCRIPT), span)
    try:
        return str(_tex_reader().latex_to_text(readable))
    except (IndexError, KeyError, ValueError, TypeError, AttributeError):
        # The reader stumbles over macros without their arguments (`\sqrt 2`); such a span stays as it is.
        return span


@cache
def _tex_reader() -> LatexNodes2Text:
    # Imported on first use: most pages hold no TeX, and the import costs 60 ms.
    import logging

    from pylatexenc.latex2text import LatexNodes2Text

    # It warns on the terminal about macros without their arguments, which then stay as they are.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    return LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
