"""HTTP responses as WARC records hold them: the head taken off, the encodings undone within a limit. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO

from variorum.transport._warc_members import GZIP, DamageError

MIB = 1024 * 1024
HEAD_LIMIT = 64 * 1024
"""Longest head of a record or response, in bytes."""

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: |\r?\n)")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_OF_THE_WIRE = ("content-length", "transfer-encoding")


@dataclass(frozen=True)
class Response:
    """A response: its payload as it was stored, without chunks, and as the page it is."""

    status: int
    headers: Mapping[str, str]
    stored: bytes
    unchunked: bytes
    body: bytes


def read_response(block: bytes, limit: int) -> Response:
    """Take a response apart; its body has at most ``limit`` bytes.

    Raises ``DamageError``: ``bad_record``, ``torn_record``, ``bad_encoding`` or ``too_large``.
    """
    status = _STATUS.match(block)
    end = _HEAD_END.search(block, 0, HEAD_LIMIT)
    if status is None or end is None:
        raise DamageError("bad_record", "it holds no HTTP response")
    headers = _joined(parse_head(block[: end.end()]))
    stored = block[end.end() :]
    unchunked = _without_chunks(stored, headers.get("transfer-encoding", ""))
    encoding = headers.get("content-encoding", "").lower()
    announced = headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 16 and not encoding and status[1] not in (b"204", b"304"):
        _check_length(len(unchunked), int(announced))
    body = _decoded(unchunked, encoding, limit)
    if len(body) > limit:
        raise DamageError("too_large", f"its body has {len(body) / MIB:.0f} MiB; the limit is {limit // MIB}")
    return Response(int(status[1]), headers, stored, unchunked, body)


def parse_head(head: bytes) -> list[tuple[str, str]]:
    """The fields of a head, its first line left out, in order; UTF-8, or Latin-1 where it is not that."""
    from warcio.statusandheaders import StatusAndHeadersParser

    fields: list[tuple[str, str]] = StatusAndHeadersParser([], verify=False).parse(BytesIO(head)).headers
    return fields


def response_head(status: int, headers: Mapping[str, str], media_type: str | None, length: int) -> bytes:
    """The head of a response whose body is kept without the encodings that it travelled in.

    Its content encoding stays under the name that web archives use for that (``x-archive-orig-…``).
    """
    known = status in {one.value for one in HTTPStatus}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase if known else ''}".rstrip()]
    for name, value in headers.items():
        if _NAME.fullmatch(name) and name.lower() not in _OF_THE_WIRE:
            prefix = "x-archive-orig-" if name.lower() == "content-encoding" else ""
            lines.append(f"{prefix}{name}: {_CONTROL.sub(' ', value).strip()}")
    if media_type and "content-type" not in {name.lower() for name in headers}:
        lines.append(f"content-type: {_CONTROL.sub(' ', media_type)}")
    lines.append(f"content-length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")


def _joined(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields by lower-case name; those that stand several times joined, as HTTP has it."""
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in found.items()}


def _check_length(there: int, announced: int) -> None:
    if there < announced:
        raise DamageError("torn_record", f"the server announced {announced} bytes and {there} were stored")


def _without_chunks(payload: bytes, encoding: str) -> bytes:
    """The payload without chunk marks. Many recorders take them out and leave the header that announces them."""
    if encoding.lower() in ("", "identity"):
        return payload
    if encoding.lower() != "chunked":
        raise DamageError("bad_encoding", f"its transfer encoding {encoding!r} is not read")
    chunk = _CHUNK.match(payload)
    if chunk is None:
        return payload
    body = bytearray()
    while chunk is not None and (size := int(chunk[1], 16)):
        end = chunk.end() + size
        body += payload[chunk.end() : end]
        chunk = _CHUNK.match(payload, end + 2) if payload[end : end + 2] == b"\r\n" else None
    if chunk is None:
        raise DamageError("torn_record", "its chunks break off before the last")
    return bytes(body)


def _decoded(payload: bytes, encoding: str, limit: int) -> bytes:
    """The payload unpacked: gzip and deflate, one layer, never more than one byte over ``limit``."""
    if encoding in ("", "identity"):
        return payload
    if encoding in ("gzip", "x-gzip"):
        # Here too, recorders that unpack leave the header as it was.
        return _inflated(payload, 31, limit) if payload.startswith(GZIP) else payload
    if encoding == "deflate":
        # Servers send both what the standard says (zlib) and what the name says (raw deflate).
        marked = len(payload) > 1 and payload[0] & 15 == 8 and int.from_bytes(payload[:2]) % 31 == 0
        return _inflated(payload, 15 if marked else -15, limit)
    raise DamageError("bad_encoding", f"its content encoding {encoding!r} is not read")


def _inflated(payload: bytes, wbits: int, limit: int) -> bytes:
    inflater = zlib.decompressobj(wbits=wbits)
    try:
        body = inflater.decompress(payload, limit + 1)
    except zlib.error:
        raise DamageError("bad_encoding", "its packed body is damaged") from None
    if len(body) > limit:
        raise DamageError("too_large", f"its body unpacks to more than {limit // MIB} MiB")
    if not inflater.eof or inflater.unused_data:
        raise DamageError("bad_encoding", "its packed body does not end where it should")
    return body
