"""MHTML: a page and all it is made of in one file, as browsers save it (RFC 2557). Pure.

Only the page is taken out. The file is cut at its boundaries here, and no further than the page's end; the standard
library reads heads of bounded length, by its old policy: the new one calls itself for each comment in a comment.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from variorum.errors import BadInputError
from variorum.scrapers import codec_of

HEAD = 16 * 1024
"""Longest head of a file or part, in bytes."""

_MOST_PARTS = 100
_DEEPEST = 3
_LONGEST_BOUNDARY = 200
_HTML = frozenset({"text/html", "application/xhtml+xml"})

_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:")
_HEAD_END = re.compile(rb"\A\r?\n|\r?\n\r?\n")
_SNAPSHOT = re.compile(rb"^Snapshot-Content-Location:", re.M | re.I)
_RELATED = re.compile(rb"^Content-Type:\s{0,20}multipart/related\b", re.M | re.I)
_PAGE_ALONE = re.compile(rb"^Content-Type:\s{0,20}(?:text/html|application/xhtml\+xml)\b", re.M | re.I)
_MIME_VERSION = re.compile(rb"^MIME-Version:", re.M | re.I)
_BROKEN_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*+(?:\r?\n|\Z))")
_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")


@dataclass(frozen=True)
class MhtmlPage:
    """The page in an MHTML file, as UTF-8 where its encoding is known; the address it was saved from, if it is told."""

    body: bytes
    uri: str | None


def is_mhtml(head: bytes) -> bool:
    """Whether a file that begins so is an MHTML file: fields of a mail, and then a page with what belongs to it."""
    head = _without_mark(head)
    if not _FIELD.match(head):
        return False
    end = _HEAD_END.search(head)
    fields = head[: end.start()] if end else head
    if _SNAPSHOT.search(fields) or _RELATED.search(fields):
        return True
    return _MIME_VERSION.search(fields) is not None and _PAGE_ALONE.search(fields) is not None


def page_of_mhtml(data: bytes) -> MhtmlPage:
    """The first HTML part of a file, which is the page; others are frames.

    Raises ``BadInputError``: ``broken_mhtml`` when the file is cut off or garbled before the page's end,
    ``no_page_in_mhtml`` when it holds none, ``bad_encoding`` when the page is not in the encoding it is said to be.
    """
    data = _without_mark(data)
    outer, content = _head_and_content(data)
    found = _find_page(outer, content, 0)
    if found is None:
        raise BadInputError("the file is MHTML and holds no HTML page; save the page again", code="no_page_in_mhtml")
    inner, content = found
    told = (outer.get("Snapshot-Content-Location"), inner.get("Content-Location"), outer.get("Content-Location"))
    addresses = ("".join(str(value).split()) for value in told if value is not None)
    body = _as_utf8(_decoded(inner, content), inner.get_content_charset())
    return MhtmlPage(body, next(filter(_ADDRESS.fullmatch, addresses), None))


def _without_mark(data: bytes) -> bytes:
    """A file without the byte-order mark and the empty lines that it may begin with."""
    return data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")


def _find_page(head: Message, content: bytes, depth: int) -> tuple[Message, bytes] | None:
    kind = head.get_content_type()
    if kind in _HTML:
        return head, content
    if not kind.startswith("multipart/"):
        return None
    if depth == _DEEPEST:
        raise _broken(f"its parts nest more than {_DEEPEST} deep")
    for number, (part, is_whole) in enumerate(_parts(content, _boundary(head))):
        if number == _MOST_PARTS:
            return None
        found = _find_page(*_head_and_content(part), depth + 1)
        if found is not None and not is_whole:
            raise _broken("it ends inside the page")
        if found is not None:
            return found
    return None


def _head_and_content(part: bytes) -> tuple[Message, bytes]:
    end = _HEAD_END.search(part, 0, HEAD)
    if end is None:
        raise _broken(f"a part's head has no end within {HEAD:,} bytes")
    return BytesHeaderParser().parsebytes(part[: end.end()]), part[end.end() :]


def _boundary(head: Message) -> bytes:
    boundary = (head.get_boundary() or "").rstrip()
    if not boundary or not boundary.isascii() or len(boundary) > _LONGEST_BOUNDARY:
        raise _broken("it does not say what stands between its parts")
    return boundary.encode()


def _parts(content: bytes, boundary: bytes) -> Iterator[tuple[bytes, bool]]:
    """The parts between the boundaries, and whether each is there to its end. Raises ``BadInputError`` for none."""
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?+[ \t]*+(?=\r?\n|\Z)")
    begin = line.search(content)
    if begin is None:
        raise _broken("its parts do not stand between the boundaries that it names")
    while begin is not None and not begin[1]:
        end = line.search(content, begin.end())
        start = begin.end() + len(_line_end(content, begin.end()))
        yield content[start : max(start, end.start()) if end else len(content)], end is not None
        begin = end


def _line_end(content: bytes, position: int) -> bytes:
    following = content[position : position + 2]
    return following if following == b"\r\n" else following[:1]


def _decoded(head: Message, content: bytes) -> bytes:
    """A part's bytes without the encoding it travels in."""
    encoding = str(head.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding in {"", "7bit", "8bit", "binary"}:
        return content
    if encoding == "quoted-printable":
        if broken := _BROKEN_ESCAPE.search(content):
            raise _broken(f"the page's quoted-printable is garbled at its byte {broken.start():,}")
        return binascii.a2b_qp(content)
    if encoding == "base64":
        try:
            return base64.b64decode(content.translate(None, b" \t\r\n"), validate=True)
        except binascii.Error as error:
            raise _broken(f"the page's base64 is garbled: {error}") from None
    raise _broken(f"the page is encoded in a way that is not known: {encoding[:40]!r}")


def _as_utf8(body: bytes, charset: str | None) -> bytes:
    """The page as UTF-8. What is valid UTF-8 is taken for it, whatever is declared, as of any other file."""
    codec = codec_of(charset) if charset else "utf-8"
    if codec == "utf-8" or _is_utf8(body):
        return body
    try:
        if codec is not None:
            return body.decode(codec).encode()
    except UnicodeDecodeError:
        pass
    raise BadInputError(f"the page is not in the encoding that the file names, {charset!r}", code="bad_encoding")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _broken(what: str) -> BadInputError:
    return BadInputError(f"the file is MHTML and broken: {what}; save the page again", code="broken_mhtml")
