"""From bytes to a document: is it a page at all, of which medium, and what does it say."""

from __future__ import annotations

import re

from variorum.errors import BadInputError
from variorum.schema.harvest import Media
from variorum.scrapers._base import HEAD, Body

MAX_LINE = 1_000_000
"""Longest line of a text page, in characters; beyond it, it is no page of any known source."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_JSON_LINE = re.compile(rb'^\{"', re.M)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.I)
_XML = re.compile(rb"<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])")
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def decode(data: bytes) -> Body:
    """Look at a page's bytes.

    Raises ``BadInputError`` with code ``empty_file``, ``bad_encoding``, ``not_text`` or
    ``line_too_long`` when they are no page.
    """
    bare = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if not bare:
        raise BadInputError("the file is empty", code="empty_file")
    if data.startswith(_UTF16_MARKS):
        raise BadInputError(
            "the file is UTF-16, not UTF-8; convert it first, e.g. iconv -f UTF-16 -t UTF-8 FILE",
            code="bad_encoding",
        )
    if b"\x00" in data[:4096]:
        raise BadInputError("the file is binary, not a page of text", code="not_text")
    media = _media(bare)
    if media == "json":
        # Read by the bytes, line by line where it is lines: one that is broken spoils no other.
        return Body(data, media, bare.decode("utf-8", "replace"))
    return Body(data, media, _xml_text(bare) if media == "xml" else _page_text(data))


def _media(bare: bytes) -> Media:
    head = bare[:1024]
    if _HTML.match(head):
        return "html"
    if _XML.match(head):
        return "html" if _HTML.search(head) else "xml"
    return "json" if head.startswith((b"{", b"[")) or _JSON_LINE.search(bare[:HEAD]) else "text"


def _xml_text(bare: bytes) -> str:
    """An XML document's text for recognising it; parsing goes by the bytes and is strict."""
    declared = _DECLARED.match(bare[:200])
    try:
        return bare.decode(declared[1].decode() if declared else "utf-8", "replace")
    except LookupError:
        return bare.decode("utf-8", "replace")


def _page_text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"not UTF-8 at byte {error.start} ({data[error.start]:#04x}); save the page as UTF-8 text",
            code="bad_encoding",
        ) from None
    if _CONTROL.search(text):
        raise BadInputError("the file holds control characters; it is no page of text", code="not_text")
    if len(text) > MAX_LINE and max(map(len, _LINE_END.split(text))) > MAX_LINE:
        raise BadInputError(f"a line is longer than {MAX_LINE:,} characters", code="line_too_long")
    return _LINE_END.sub("\n", text)
