"""Text reduced to what comparing needs: no markup, no case, no accents, no punctuation."""

from __future__ import annotations

import html
import re
import unicodedata

from anyascii import anyascii

STOP_WORDS = frozenset(
    "a an and as at by for from in into is its of on or that the their to under using via with within".split()
)
_KEPT = "abcdefghijklmnopqrstuvwxyz0123456789"
_TABLE = dict.fromkeys(range(128), " ")
_TABLE |= {ord(sign): sign for sign in _KEPT} | {ord(sign.upper()): sign for sign in _KEPT} | {ord("'"): ""}
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
_GREEK_SIGN = re.compile(r"(?<![\u0370-\u03ff])[\u03b1-\u03c9](?![\u0370-\u03ff])")
_MOJIBAKE = re.compile("[ÂÃâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ''\"\"•–—˜™š›œžŸ]")
_BETWEEN_DIGITS = re.compile(r"(?<=\d),(?=\d{3}\b)")


def without_thousands(text: str) -> str:
    """Text without the commas inside numbers."""
    return _BETWEEN_DIGITS.sub("", text) if "," in text else text


def fold(text: str) -> str:
    """Words of Latin letters and digits in lower case, a space between any two."""
    if not text.isascii():
        lower = _without_case(text)
        folded = " ".join(anyascii(_GREEK_SIGN.sub(_greek_name, lower)).translate(_TABLE).split())
        # A few letters have no Latin equivalent; better their own shape than nothing.
        return folded or " ".join(_LETTERS.findall(lower))
    return " ".join(text.translate(_TABLE).split())


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


def _greek_name(match: re.Match[str]) -> str:
    return _GREEK.get(ord(match[0]), match[0])
