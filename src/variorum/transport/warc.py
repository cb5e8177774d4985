"""WARC files (ISO 28500): bodies written for other programs to read, and read from where other programs wrote them.

Reading trusts nothing: a body is given out only when its record is there to the last byte and every
digest that vouches for it holds. What no digest covers can be damaged unnoticed only in files that are
not gzipped, and a file cut exactly between two records looks like a shorter file.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from variorum import __version__
from variorum.transport._warc_blocks import Block, blocks, check_digest
from variorum.transport._warc_http import MIB, read_response, response_head
from variorum.transport._warc_members import DamageError, TornError, is_packed, is_warc, members, plain_bytes

__all__ = ["WarcBody", "WarcFault", "is_warc", "read_warc", "write_warc"]


@dataclass(frozen=True)
class WarcBody:
    """A body and what is known of it.

    ``captured_at``: ISO 8601 in UTC. ``status`` and ``headers``: of HTTP responses; names in lower case
    where read from a file. ``source``: what our own exports note the body to have been read as.
    """

    uri: str
    captured_at: str
    body: bytes
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class WarcFault:
    """A record that gives no body.

    ``code``: ``torn_record``, ``bad_digest``, ``bad_encoding``, ``too_large``, or ``bad_record`` for one
    that breaks the format. ``place``: ``record=N``, counting all records of the file.
    """

    code: str
    message: str
    place: str


_LEGAL_IN_URIS = "!#$%&'()*+,/:;=?@[]"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def write_warc(stream: BinaryIO, bodies: Iterable[WarcBody], *, written_at: str, packed: bool = True) -> int:
    """Write a ``warcinfo`` record dated ``written_at`` and a record for each body; returns how many bodies.

    The same input gives the same bytes. ``packed``: one gzip member for each record. File names become
    proper URIs: what may not stand in one is percent-encoded.
    """
    from warcio.warcwriter import WARCWriter

    writer = WARCWriter(stream, gzip=packed, warc_version="1.1")
    info = f"software: variorum {__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
    about = [("WARC-Date", _warc_date(written_at)), ("WARC-Record-ID", _record_id(written_at, info))]
    writer.write_record(_record("warcinfo", about, info, "application/warc-fields"))
    count = 0
    for one in bodies:
        writer.write_record(_record_of(one))
        count += 1
    return count


def _record_of(one: WarcBody) -> Any:
    fields = [
        ("WARC-Target-URI", quote(_LONE_PERCENT.sub("%25", one.uri), safe=_LEGAL_IN_URIS)),
        ("WARC-Date", _warc_date(one.captured_at)),
        ("WARC-Record-ID", _record_id(f"{one.source}\n{one.uri}\n{one.captured_at}", one.body)),
        ("WARC-Payload-Digest", _digest(one.body)),
    ]
    if one.source is not None:
        # Readers pass over fields they do not know.
        fields.append(("Variorum-Source", one.source))
    if one.status is not None and one.uri.startswith(("http://", "https://")):
        head = response_head(one.status, one.headers, one.media_type, len(one.body))
        return _record("response", fields, head + one.body, "application/http; msgtype=response")
    return _record("resource", fields, one.body, one.media_type or "application/octet-stream")


def _record(kind: str, fields: list[tuple[str, str]], block: bytes, content_type: str) -> Any:
    from warcio.recordloader import ArcWarcRecord
    from warcio.statusandheaders import StatusAndHeaders

    head = [("WARC-Type", kind), *fields, ("WARC-Block-Digest", _digest(block))]
    named = StatusAndHeaders("", head, protocol="WARC/1.1")
    return ArcWarcRecord("warc", kind, named, io.BytesIO(block), None, content_type, len(block))


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _record_id(about: str, body: bytes) -> str:
    name = f"variorum:{about}\n{_digest(body)}"
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def _warc_date(moment: str) -> str:
    return _utc(moment).removesuffix("+00:00") + "Z"


def _utc(moment: str) -> str:
    """A moment as the store writes it. Without an offset it is taken for UTC, which WARC dates always are."""
    at = datetime.fromisoformat(moment)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")


def _ignore(_kind: str) -> None:
    pass


def read_warc(
    source: Path | BinaryIO, *, max_mib: int, on_skip: Callable[[str], None] = _ignore
) -> Iterator[WarcBody | WarcFault]:
    """The bodies of a WARC file's ``response`` and ``resource`` records, and a fault for each that gives none.

    ``source`` is a path or a seekable stream. ``on_skip`` is told the type of every record that holds no
    page. A record larger than ``max_mib`` is passed over without being held in memory. Raises ``OSError``
    when the file cannot be read.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from _read(file, max_mib * MIB, on_skip)
    else:
        yield from _read(source, max_mib * MIB, on_skip)


def _read(file: BinaryIO, limit: int, on_skip: Callable[[str], None]) -> Iterator[WarcBody | WarcFault]:
    number = 0
    for found in _blocks(file, limit):
        number += 1
        place = f"record={number}"
        try:
            if isinstance(found, DamageError):
                raise found
            body = _body_of(found, limit)
        except DamageError as error:
            yield WarcFault(error.code, error.message, place)
            continue
        if body is None:
            on_skip(found.kind)
        else:
            yield body
    if not number:
        yield WarcFault("torn_record", "the file holds no record", "record=1")


def _blocks(file: BinaryIO, limit: int) -> Iterator[Block | DamageError]:
    if not is_packed(file):
        yield from blocks(plain_bytes(file), limit, packed=False)
        return
    try:
        for member in members(file):
            yield from blocks(member, limit, packed=True)
    except TornError as error:
        yield error


def _body_of(block: Block, limit: int) -> WarcBody | None:
    """The page that a record holds; None for records that hold none. Raises ``DamageError``."""
    if block.data is None:
        return None
    head = block.head
    if block.kind not in ("response", "resource"):
        raise DamageError("bad_record", f"records of type {block.kind!r} are not read")
    if "warc-truncated" in head or "warc-segment-number" in head:
        raise DamageError("torn_record", "it holds only a part of what was there, as it says itself")
    try:
        moment = _utc(head.get("warc-date", ""))
    except (ValueError, OverflowError):
        raise DamageError("bad_record", "it states no date") from None
    uri = head.get("warc-target-uri", "").removeprefix("<").removesuffix(">")
    if not uri:
        raise DamageError("bad_record", "it states no address")
    found = WarcBody(uri, moment, block.data, media_type=head.get("content-type"), source=head.get("variorum-source"))
    readings: tuple[bytes, ...] = (block.data,)
    if block.kind == "response":
        if not uri.lower().startswith(("http:", "https:")):
            return None  # Answers of name servers and the like.
        answer = read_response(block.data, limit)
        # Recorders differ in whether the digest is of the payload with or without chunks, or of the page.
        readings = answer.stored, answer.unchunked, answer.body
        media_type = answer.headers.get("content-type")
        found = replace(found, body=answer.body, status=answer.status, headers=answer.headers, media_type=media_type)
    vouched = check_digest(head.get("warc-payload-digest"), *readings)
    if not (vouched or block.vouched):
        many = "several records share one gzip member and no digest vouches for this one; unpack the file (gunzip)"
        raise DamageError("bad_encoding", many)
    if len(found.body) > limit:
        raise DamageError("too_large", f"its body has more than {limit // MIB} MiB")
    return found
