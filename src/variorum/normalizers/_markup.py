"""Words that come from everywhere: TeX, HTML entities and inline markup are read where they occur."""

from __future__ import annotations

import html
import re

from variorum.normalizers._text import clean

ABSTRACT_HEADING = re.compile(r"\A\s*(?:Abstract|ABSTRACT)(?:[\s:.–—|-]+|(?=[A-Z][a-z]))(?=[A-Z\"'“‘(\[])")
# Quotes escaped by a program and EndNote's {alpha} look like TeX and are none.
_TEX = re.compile(r"\\[A-Za-z]|\\['`^~=.]\{?[A-Za-z]|(?<=[\w{])\\\"\{?[A-Za-z]|\{[A-Z\\]")
_BLOCK_TAG = re.compile(r"</?(?:jats:)?(?:p|sec|title|br|div|li|list)(?:\s[^<>]{0,300})?/?>", re.I)
_INLINE_TAG = re.compile(
    r"</?(?:(?:jats:)?(?:b|bold|em|i|inline-formula|italic|sc|scp|span|strong|sub|sup|tt|u)|mml:[a-z]{1,20})"
    r"(?:\s[^<>]{0,300})?/?>",
    re.I,
)


def unmarked(text: str) -> str:
    """Text without HTML entities and the tags that databases leave in titles and abstracts."""
    text = html.unescape(text)
    return _INLINE_TAG.sub("", _BLOCK_TAG.sub(" ", text)) if "<" in text else text


def readable(text: str, tex: bool) -> str:
    """Text as people read it; TeX is read and its braces dropped when the file is TeX or the text shows it."""
    text = unmarked(text)
    # Every mark of TeX has one of the two characters, which are looked for faster.
    if not (tex or (("\\" in text or "{" in text) and _TEX.search(text))):
        return clean(text)
    return clean(clean(text, tex=True).replace("{", "").replace("}", ""))
