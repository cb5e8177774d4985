"""Cleaning of titles and abstracts: TeX to Unicode, white space, normal form."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u2060\ufeff]")
# Only marked spans are ever handed to the TeX reader: on plain text it would take the % of "50 % off" for
# a comment and the & of "AT&T" for a column separator, and drop what follows.
_TEX_SPAN = re.compile(
    r"""
      \\\( .{0,300}? \\\)                                   # \( … \)
    | \$ (?=[^$]{0,300}[\\^_{}]|[A-Za-z]\$) [^$]{1,300} \$  # $ … $ that holds TeX or one letter, not prices
    | \\[A-Za-z]{1,20} \s? (?: \{ [^{}]{0,300} \} ){0,3}    # \textit{…}, \alpha
    | \\["'`^~=.] \{? \\?[A-Za-z] \}?                       # accents
    | \\[%&$#_{} ]                                          # escaped characters
    """,
    re.X | re.S,
)
_TEX_TIE = re.compile(r"(?<=[^\s~/])~(?=[^\s~/])")
_SUPERSCRIPT = re.compile(r"\^(?:\{([0-9+\-n]{1,4})\}|([0-9]))")
_TO_SUPERSCRIPT = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_DROPPED_MACROS = re.compile(r"\\(?:cite[tp]?|ref|label|footnote|eqref)\s?\{[^{}]{0,300}\}")


def clean(text: str, *, tex: bool = False) -> str:
    """Text for people: NFC, no invisible characters, single spaces; TeX spans read when ``tex``.

    ``tex`` is for sources whose words come from arXiv-like TeX; elsewhere a backslash is a backslash.
    """
    if tex:
        text = read_tex(text)
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return _SPACE.sub(" ", text).strip()


def read_tex(text: str) -> str:
    """Replace TeX spans by what they stand for; everything between them stays as it is."""
    if "\\" not in text and "$" not in text and "~" not in text:
        return text
    text = _DROPPED_MACROS.sub("", text)
    text = _TEX_SPAN.sub(lambda match: _span(match[0]), text)
    return " ".join(_tie(word) for word in text.split(" "))


def _tie(word: str) -> str:
    """A ``~`` between characters is TeX's unbreakable space, except in a web address."""
    return word if "://" in word else _TEX_TIE.sub(" ", word)


@lru_cache(maxsize=4096)
def _span(span: str) -> str:
    span = _SUPERSCRIPT.sub(lambda match: (match[1] or match[2]).translate(_TO_SUPERSCRIPT), span)
    return str(_tex_reader().latex_to_text(span))


@cache
def _tex_reader() -> LatexNodes2Text:
    # Imported on first use: most pages hold no TeX, and the import costs 60 ms.
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
