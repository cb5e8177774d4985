"""What sort of document a body is, told from its first bytes, and whether it is a wall instead of a page."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from variorum.schema.harvest import Media

Found = Media | Literal["empty", "binary"]

_HEAD = 1024
_WALL_HEAD = 65_536
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Atomic, so that a body made of comments does not cost more than its length.
_PROLOG = re.compile(rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|div|p|span|table|center|form|h1|br|iframe)"
    rb"(?=[\s/>])",
    re.IGNORECASE,
)
_XML = re.compile(rb"<[?!A-Za-z_]")

_CHALLENGE = re.compile(
    rb"<title>\s*just a moment|_cf_chl_opt|/cdn-cgi/challenge-platform/|attention required! \| cloudflare"
    rb"|<title>\s*(?:access denied|security check|are you a robot)|verify (?:that )?you are (?:a )?human"
    rb"|enable javascript and cookies to continue",
    re.IGNORECASE,
)
_WALL = re.compile(
    rb"captcha|access denied|unusual traffic|are you a robot|(?:type|name|id)\s*=\s*[\"']?password"
    rb"|<title>[^<]{0,200}(?:sign|log)[ -]?in\b|please (?:sign|log) in",
    re.IGNORECASE,
)


def medium(body: bytes) -> Found:
    """The medium of a body, by its first KiB behind byte order mark and blanks."""
    bare = _bare(body)
    if not bare:
        return "empty"
    if b"\x00" in bare:
        return "binary"
    root = bare[_end_of_prolog(bare) :]
    if _HTML.match(root):
        return "html"
    if _XML.match(bare):
        return "xml"
    return "json" if bare.startswith((b"{", b"[")) else "text"


def _bare(body: bytes) -> bytes:
    head = body[: 4 * _HEAD]
    if head.startswith(_UTF16_MARKS):
        head = head[: len(head) // 2 * 2].decode("utf-16", "ignore").encode()
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    # Blanks may go on for longer than was looked at.
    return (bare or body[len(head) :].lstrip())[:_HEAD]


def _end_of_prolog(bare: bytes) -> int:
    prolog = _PROLOG.match(bare)
    return prolog.end() if prolog else 0


def is_challenge(body: bytes) -> bool:
    """Whether a page is surely one that keeps programs out."""
    return _CHALLENGE.search(body[:_WALL_HEAD]) is not None


def is_wall(body: bytes) -> bool:
    """Whether a page where none was due looks like a login or a refusal."""
    return is_challenge(body) or _WALL.search(body[:_WALL_HEAD]) is not None
