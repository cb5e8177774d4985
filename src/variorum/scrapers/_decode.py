"""From bytes to a document: is it a page at all, of which medium, and what does it say."""

from __future__ import annotations

import codecs
import re

from variorum.errors import BadInputError
from variorum.schema.harvest import Media
from variorum.scrapers._base import HEAD, Body

MAX_LINE = 1_000_000
"""Longest line of a page of plain text, in characters; pages in HTML hold pictures and fonts in one line."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_JSON_LINE = re.compile(rb'^\{"', re.M)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.I)
_XML = re.compile(rb"<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])")
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.S)
_META = re.compile(rb"<meta[\s/]([^>]{0,500})>", re.I)
_ATTRIBUTE = re.compile(rb"""([^\s=>"'/]{1,40})\s{0,9}=\s{0,9}("[^"]*"|'[^']*'|[^\s>"']+)""")
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9._:-]{1,40})", re.I)
_NOT_LATIN_1 = re.compile(rb"[\x80-\xff]{2}|[\x80-\x9f]")
"""What other encodings have, and text of Western Europe in single bytes next to never: two such bytes in a row."""

_META_WITHIN = 4096
"""Bytes of a page in which browsers, and we, look for the encoding that it declares."""

_DECLARED = re.compile(rb"""^<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


_LABELS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8",
    "cp1252": "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 ascii us-ascii",
    "iso8859_2": "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2",
    "iso8859_3": "iso-8859-3 iso8859-3 iso_8859-3 latin3 l3",
    "iso8859_4": "iso-8859-4 iso8859-4 iso_8859-4 latin4 l4",
    "iso8859_5": "iso-8859-5 iso8859-5 iso_8859-5 cyrillic",
    "iso8859_6": "iso-8859-6 iso8859-6 iso_8859-6 arabic",
    "iso8859_7": "iso-8859-7 iso8859-7 iso_8859-7 greek",
    "iso8859_8": "iso-8859-8 iso8859-8 iso_8859-8 hebrew",
    "iso8859_10": "iso-8859-10 iso8859-10 latin6 l6",
    "iso8859_13": "iso-8859-13 iso8859-13",
    "iso8859_14": "iso-8859-14 iso8859-14",
    "iso8859_15": "iso-8859-15 iso8859-15 iso_8859-15 latin9 l9",
    "iso8859_16": "iso-8859-16",
    "koi8_r": "koi8-r koi8 koi",
    "koi8_u": "koi8-u koi8-ru",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp866": "ibm866 cp866 866",
    "cp874": "windows-874 iso-8859-11 tis-620",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 latin5 l5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "gb18030": "gb18030 gbk gb2312 gb_2312-80 x-gbk chinese",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5",
    "euc_jp": "euc-jp x-euc-jp",
    "cp932": "shift_jis shift-jis sjis ms_kanji windows-31j x-sjis",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 korean windows-949",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}


def codec_of(label: str) -> str | None:
    """The codec that browsers take for a charset's label; None for labels that are not known.

    As for browsers, Latin-1 is windows-1252, and a few others are the wider sets that pages are really written in.
    """
    return _CODECS.get(label.strip().lower())


def decode(data: bytes) -> Body:
    """Look at a page's bytes.

    HTML that is not UTF-8 is read in the encoding that its ``<meta>`` declares, and as Latin-1 where that says
    UTF-8 and every letter beyond ASCII is a lone byte; other pages have to be UTF-8.

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
    return Body(data, media, _xml_text(bare) if media == "xml" else _page_text(data, media))


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


def _page_text(data: bytes, media: Media) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _as_declared(data, media, error)
    if _CONTROL.search(text):
        raise BadInputError("the file holds control characters; it is no page of text", code="not_text")
    if media == "text" and len(text) > MAX_LINE and max(map(len, _LINE_END.split(text))) > MAX_LINE:
        raise BadInputError(f"a line is longer than {MAX_LINE:,} characters", code="line_too_long")
    return _LINE_END.sub("\n", text)


def _as_declared(data: bytes, media: Media, error: UnicodeDecodeError) -> str:
    """The text of an HTML page that is not UTF-8, in the encoding that it declares itself."""
    what = f"not UTF-8 at byte {error.start + len(data) - len(error.object)} ({error.object[error.start]:#04x})"
    labels = _declared_labels(data) if media == "html" and not data.startswith(codecs.BOM_UTF8) else []
    label = next(filter(codec_of, labels), "".join(labels[:1]))
    codec = codec_of(label)
    if codec == "utf-8" and not _NOT_LATIN_1.search(data):
        # Servers say Latin-1 in a header, and the page's <meta> was never true: not one of its letters is UTF-8.
        codec, label = "cp1252", "windows-1252"
    if codec is None or codec == "utf-8":
        declared = f", and declares {label!r}" if label else ""
        raise BadInputError(f"{what}{declared}; save the page as UTF-8 text", code="bad_encoding")
    try:
        return data.decode(codec)
    except UnicodeDecodeError as other:
        wrong = f"nor {label}, which it declares, at byte {other.start}"
        raise BadInputError(f"{what}, {wrong}; save the page as UTF-8 text", code="bad_encoding") from None


def _declared_labels(data: bytes) -> list[str]:
    """The encodings that a page's ``<meta>`` tags name, the first one first."""
    found: list[str] = []
    for tag in _META.finditer(_COMMENT.sub(b"", data[:_META_WITHIN])):
        attributes = {name.lower(): value.strip(b"\"' \t\r\n") for name, value in _ATTRIBUTE.findall(tag[1])}
        if b"charset" in attributes:
            found.append(attributes[b"charset"].decode("ascii", "replace"))
        elif attributes.get(b"http-equiv", b"").lower() == b"content-type":
            found += [label.decode("ascii") for label in _CHARSET.findall(attributes.get(b"content", b""))[:1]]
    return found
