"""Cleaning of titles and abstracts: TeX to Unicode, white space, normal form."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.macrospec import LatexContextDb

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
_TEX_TIE = re.compile(r"(?<=[^\s~/])(?<![\d⁰¹²³⁴-⁹](?=~\d))~(?=[^\s~/])")
_TEX_LINE_END = re.compile(r"\\\\(?:\[[^\]]{0,20}\])?")
_SUPERSCRIPT = re.compile(r"\^(?:\{([0-9+\-n]{1,4})\}|([0-9]))")
_TO_SUPERSCRIPT = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_WORDLESS = re.compile(r"\\(?:cite|ref|eqref|label|footnote)")
_WITHOUT_WORDS = re.compile(r"[~ ]?\\(?:cite[a-z]{0,8}|ref|eqref|label|footnote)\*?\s?\{[^{}]{0,300}\}")
# Macros that only say how their words look; the innermost are taken off first.
_STYLED = re.compile(r"\\(?:text[a-z]{2}|emph|mbox|underline|href\{[^{}]{0,300}\})\s?\{([^{}]{0,2000})\}")
_DEEPEST_STYLE = 4

# Formulas are nearly all different and reading one takes a quarter of a millisecond, but they are made of the
# same parts (\alpha, \mathbb{R}), which are read once. That is tried only where nothing but characters, macros
# and groups of these stand between the dollars: no comments, ligatures, paragraphs, deep groups.
_CHARACTER = r"(?: [^\\{}$%&~\#`'!?-] | '(?!') | -(?!-) | [!?](?!`) )"
_NAME = r"\\(?: [A-Za-z]++ (?! [^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹] ) | [!\"'*+,./:;<=>?@^_`{|}~%&\#-] )"
_FLAT = rf"\{{ (?: {_CHARACTER} | {_NAME} )*+ \}}"
_NESTED = rf"\{{ (?: {_CHARACTER} | {_NAME} | {_FLAT} )*+ \}}"
# Read on to an end of their own, or remembered by the reader.
_NO_PART = frozenset(rf"\{name}" for name in "begin end verb title author date maketitle".split())
_MACRO = re.compile(_NAME, re.X)
_GROUP = re.compile(_NESTED, re.X)
_LETTER = re.compile("[A-Za-z0-9]")  # \bar x
_FORMULA = re.compile(rf"(?! .*\n\n ) \$ (?: {_CHARACTER} | {_NAME} | {_NESTED} )*+ \$", re.X | re.S)
_PART = re.compile(rf"(?: [{{}}] | (?P<macro> {_NAME} ) (?P<groups> (?: \s* {_NESTED} )*+ ) ) (?P<space> \s*+ )", re.X)


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
        if _WORDLESS.search(text):
            text = _WITHOUT_WORDS.sub("", text)
        text = _TEX_LINE_END.sub(" ", text)
        for _ in range(_DEEPEST_STYLE):
            text, found = _STYLED.subn(r"\1", text)
            if not found:
                break
    if "\\" in text or "$" in text:
        text = _TEX_SPAN.sub(lambda match: _span(match[0]), text)
    if "~" in text:
        text = " ".join(_tie(word) if "~" in word else word for word in text.split(" "))
    return text


def _tie(word: str) -> str:
    """A ``~`` between characters is TeX's unbreakable space, except in a web address and in a span (``5~10 km``)."""
    return word if "://" in word else _TEX_TIE.sub(" ", word)


@lru_cache(maxsize=4096)
def _span(span: str) -> str:
    readable = _SUPERSCRIPT.sub(lambda match: (match[1] or match[2]).translate(_TO_SUPERSCRIPT), span)
    try:
        text = _formula(readable) if _FORMULA.fullmatch(readable) else None
        return _read(readable) if text is None else text
    except (IndexError, KeyError, ValueError, TypeError, AttributeError):
        # The reader stumbles over macros without their arguments (`\sqrt 2`); such a span stays as it is.
        return span


def _formula(formula: str) -> str | None:
    """A formula as the reader reads it, put together from its parts; None when they cannot be told apart."""
    texts: list[str] = []
    position = 1
    for part in _PART.finditer(formula, position):
        between = formula[position : part.start()]
        # Space counts only beside characters.
        texts.append("" if between.isspace() else between)
        position = part.end()
        space = part["space"] if formula[position] not in "\\{}$" else ""
        text = _part(part["macro"], part["groups"]) if part["macro"] else ""
        if text is None and not part["groups"] and (letter := _LETTER.match(formula, position)):
            text, space, position = _part(part["macro"], f"{{{letter[0]}}}"), "", letter.end()
        if text is None:
            return None
        texts.append(text + space)
    return "".join([*texts, formula[position:-1]]).strip()


@lru_cache(maxsize=4096)
def _part(macro: str, groups: str) -> str | None:
    """What a macro with the groups behind it stands for; None when it would take more than these."""
    within = _MACRO.findall(groups)
    if _arguments(macro) > len(_GROUP.findall(groups)) or any(_arguments(one) for one in within):
        return None
    # The dots keep space that the macro stands for from being taken for space around the formula.
    return _read(f"$.{macro}{groups}.$")[1:-1]


def _arguments(macro: str) -> float:
    """How many groups a macro takes; infinite where that depends on more than the macro."""
    if macro in _NO_PART:
        return inf
    spec = _tex_reader()[1].get_macro_spec(macro[1:])
    if spec is None:
        return 0
    # Where options (*, [) come first, a macro with a group right behind it has none.
    groups = spec.args_parser.argspec.lstrip("*[")
    return len(groups) if groups and not groups.strip("{") else inf


def _read(tex: str) -> str:
    reader, macros = _tex_reader()
    return str(reader.latex_to_text(tex, latex_context=macros))


@cache
def _tex_reader() -> tuple[LatexNodes2Text, LatexContextDb]:
    """The reader, and the macros it knows, which it would otherwise gather anew for each span."""
    # Imported on first use: most pages hold no TeX, and the import costs 60 ms.
    import logging

    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import get_default_latex_context_db

    # It warns on the terminal about macros without their arguments, which then stay as they are.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    return LatexNodes2Text(math_mode="text", strict_latex_spaces=False), get_default_latex_context_db()
