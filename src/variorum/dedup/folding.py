"""Text reduced to what comparing needs: no markup, no case, no accents, no punctuation."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from anyascii import anyascii

STOP_WORDS = frozenset(
    "a an and as at by for from in into is its of on or that the their to under using via with within".split()
)
_KEPT = b"abcdefghijklmnopqrstuvwxyz0123456789"
_FOLDED = bytes(sign if sign in _KEPT else ord(" ") for sign in bytes(range(256)).lower())
_DELETED = b"'"
_SPACE = ord(" ")
_PARTING = "\0"
_FOLDED_BUT_PARTING = _PARTING.encode() + _FOLDED[1:]
_LETTERS = re.compile(r"[^\W_]+")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_INLINE_TAG = re.compile(
    r"</?(?:jats:|mml:)?(?:i|b|u|em|strong|sub|sup|sc|italic|bold|m[a-z]{1,10})\b[^<>]{0,200}>", re.I
)
_TEX_ACCENT = re.compile(r"\\(?:[\"'`^~=.]|[Hckvudbrt](?=[{\s]))\s{0,3}\{?\\?([A-Za-z])\}?")
_TEX_COMMAND = re.compile(r"\\([A-Za-z]{1,30})\s?")
_TEX_FORMATTING = re.compile(
    r"\\(?:text|math)?(?:it|bf|rm|tt|sf|sc|emph|textit|textbf|mathrm|mathcal|mathbb|mbox|text)\b\s?"
)
_GREEK = {
    0x3B1 + place: f" {name} "
    for place, name in enumerate(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau "
        "upsilon phi chi psi omega".split()
    )
}
_GREEK_SIGN = re.compile(r"[\u03b1-\u03c9](?<![\u0370-\u03ff].)(?![\u0370-\u03ff])")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_MOJIBAKE = re.compile("[ÂÃâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ''\"\"•–—˜™š›œžŸ]")
_BETWEEN_DIGITS = re.compile(r"(?<=\d),(?=\d{3}\b)")


def without_thousands(text: str) -> str:
    """Text without the commas inside numbers."""
    return _BETWEEN_DIGITS.sub("", text) if "," in text else text


def fold(text: str) -> str:
    """Words of Latin letters and digits in lower case, a space between any two."""
    if not text.isascii():
        lower = _without_case(text)
        folded = _fold_plain(_NOT_ASCII.sub(_in_latin_letters, _GREEK_SIGN.sub(_greek_name, lower)))
        # A few letters have no Latin equivalent; better their own shape than nothing.
        return folded or " ".join(_LETTERS.findall(lower))
    return _fold_plain(text)


def _fold_plain(text: str) -> str:
    # As bytes: the signs of a short text are looked up in no time.
    return b" ".join(text.encode().translate(_FOLDED, _DELETED).split()).decode()


def fold_all(texts: Sequence[str]) -> list[str]:
    """What ``fold`` makes of many texts. Those of plain letters are folded together, as one."""
    together = _PARTING.join(texts)
    folded = _fold_together(together)
    if len(folded) != len(texts):  # there are none, or one holds the sign that parts them
        return [fold(text) for text in texts]
    if not together.isascii():
        for at, text in enumerate(texts):
            if not text.isascii():
                folded[at] = fold(text)
    return folded


def _fold_together(texts: str) -> list[str]:
    letters = np.frombuffer(texts.encode(errors="replace").translate(_FOLDED_BUT_PARTING, _DELETED) + b"\0", np.uint8)
    letters = letters[:-1][(letters[:-1] != _SPACE) | (letters[1:] > _SPACE)]
    # Of blanks in a row only the last is left now, and of those at a text's end none.
    before = np.concatenate([np.zeros(1, np.uint8), letters[:-1]])
    folded: bytes = letters[(letters != _SPACE) | (before != 0)].tobytes()
    return folded.decode().split(_PARTING)


def plain(text: str) -> str:
    """Text without the marks of HTML, XML, TeX and of a wrong decoding."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", _INLINE_TAG.sub("", text))
    if "\\" in text or "{" in text or "$" in text:
        text = _TEX_ACCENT.sub(r"\1", text)
        text = _TEX_COMMAND.sub(r" \1 ", _TEX_FORMATTING.sub("", text))
        text = text.replace("{", "").replace("}", "").replace("$", "").replace("^", "").replace("_", "")
    return text if text.isascii() else _well_decoded(text).replace("\ufffd", "")


def _well_decoded(text: str) -> str:
    """UTF-8 that was taken for Windows-1252 put right; other text as it is."""
    if _MOJIBAKE.search(text):
        for wrong in ("cp1252", "latin-1"):
            try:
                return text.encode(wrong).decode("utf-8")
            except UnicodeError:
                continue
    return text


def _without_case(text: str) -> str:
    """Compatibility form without case; folding case can undo the form, so it is made again."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _in_latin_letters(match: re.Match[str]) -> str:
    return anyascii(match[0])


def _greek_name(match: re.Match[str]) -> str:
    return _GREEK.get(ord(match[0]), match[0])
