"""Words that come from everywhere: TeX, HTML entities and inline markup are read where they occur."""

from __future__ import annotations

import html
import re

from variorum.normalizers._text import clean

# How sentences and the headings of parts begin, and terms ("Abstract Syntax Trees", "AbstractFactory") do not.
_OPENERS = (
    "A About According After Aims? All Although Among An And Any Are As At Because Before Being Beyond Both But By"
    " Can Current Currently Despite Do Does Due During Each Even Every Few Finally First Following For From Given"
    " Globally Having He Here Herein Historically How However I If In Increasing Increasingly Into Is It Its Large"
    " Many More Most Much Multiple My New No Not Novel Numerous Of Often On One Our Over Previous Recent Recently"
    " Several She Since So Some Such That The Their There Therefore These They This Those Though Three Through"
    " Throughout Thus To Today Traditionally Two Under Understanding Unlike Until Upon Using Various Very We What"
    " When Where Whereas Whether Which While Who Why With Within Without Yet You Your Background Importance"
    " Introduction Motivation Objectives? Purpose Rationale Significance"
)
ABSTRACT_HEADING = re.compile(
    r"\A\s*(?:"
    # A mark, the end of the line, or capitals tell the heading from the first word of a sentence.
    r"(?:Abstract|ABSTRACT)(?:\s*[:.—|]|\s+[–-](?=\s)|[ \t]*[\r\n])[\s:.–—|-]*"
    r"|ABSTRACT[\s–-]+(?![A-Z]{2,20}\s+[A-Z]{2,20}\b)"
    rf"|(?:Abstract|ABSTRACT)[\s–-]*(?=[\"'“‘(\[]?(?i:{_OPENERS.replace(' ', '|')})\b(?!-))"
    r")(?=[A-Z\"'“‘(\[])"
)
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
