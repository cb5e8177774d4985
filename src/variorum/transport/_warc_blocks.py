"""The records of a WARC file as blocks of bytes that are there to the last one and match their digests."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from variorum.transport._warc_http import HEAD_LIMIT, MIB, parse_head
from variorum.transport._warc_members import DamageError, TornError

_NO_PAGES = frozenset({"warcinfo", "request", "metadata", "revisit", "conversion"})
_ALGORITHMS = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})
_LENGTH = re.compile(r"[0-9]{1,15}")
_BLANK = (b"\r\n", b"\n")
_MOST_BLANK_LINES = 8


@dataclass(frozen=True)
class Block:
    """A record: its type, its named fields by lower-case name, and its bytes; None for types without a page.

    ``vouched``: nothing more is to be asked. False for one of several records in a gzip member that no
    digest of the block vouches for: the member's check sum comes after all of them.
    """

    kind: str
    head: Mapping[str, str]
    data: bytes | None
    vouched: bool = True


def blocks(member: io.BufferedReader, limit: int, *, packed: bool) -> Iterator[Block | DamageError]:
    """The records of a member, and for each that must not be used what is wrong with it.

    Nothing after a torn record is read: in a plain file, text on a page that looks like a record would
    pass for one. ``limit``: bytes of the largest body; larger records are passed over.
    """
    try:
        while (head := _read_head(member)) is not None:
            try:
                yield _read_block(member, head, limit, packed=packed)
            except TornError:
                raise
            except DamageError as error:
                yield error
    except TornError as error:
        rest = "; nothing after it was read" if not packed and member.peek(1) else ""
        yield TornError(error.message + rest, code=error.code)


def _read_head(member: io.BufferedReader) -> dict[str, str] | None:
    """The named fields of the record that begins here, by lower-case name; None at the end."""
    line = member.readline(HEAD_LIMIT)
    for _ in range(_MOST_BLANK_LINES):
        if line in _BLANK:
            line = member.readline(HEAD_LIMIT)
    if not line:
        return None
    if not line.startswith(b"WARC/1."):
        raise TornError("it does not begin like a WARC record", code="bad_record")
    head = bytearray(line)
    while line not in _BLANK:
        line = member.readline(HEAD_LIMIT)
        head += line
        if not line:
            raise TornError("the file ends in its head")
        if len(head) > HEAD_LIMIT:
            raise TornError(f"its head is longer than {HEAD_LIMIT // 1024} KiB", code="bad_record")
    fields: dict[str, str] = {}
    for name, value in parse_head(bytes(head)):
        if fields.setdefault(name.lower(), value) != value and name.lower() == "content-length":
            raise TornError("it states two lengths", code="bad_record")
    return fields


def _read_block(member: io.BufferedReader, head: Mapping[str, str], limit: int, *, packed: bool) -> Block:
    stated = head.get("content-length", "")
    if not _LENGTH.fullmatch(stated):
        raise TornError("it states no length", code="bad_record")
    length, kind = int(stated), head.get("warc-type", "").lower()
    if kind in _NO_PAGES:
        _pass_over(member, length)
        return Block(kind, head, None)
    if length > limit + HEAD_LIMIT:
        _pass_over(member, length)
        raise DamageError("too_large", f"it has {length / MIB:.0f} MiB; the limit is {limit // MIB}")
    data = member.read(length)
    if len(data) < length:
        raise _cut(length, len(data))
    _read_end(member)
    # Where a member holds one record, its check sum comes next: reading on shows that it is right.
    alone = packed and not member.peek(1)
    vouched = check_digest(head.get("warc-block-digest"), data)
    return Block(kind, head, data, vouched=vouched or alone or not packed)


def _pass_over(member: io.BufferedReader, length: int) -> None:
    left = length
    while left:
        there = len(member.read(min(left, 64 * 1024)))
        if not there:
            raise _cut(length, length - left)
        left -= there
    _read_end(member)


def _read_end(member: io.BufferedReader) -> None:
    if member.read(4) != b"\r\n\r\n":
        raise TornError("it does not end where it says it does")
    member.peek(1)


def _cut(stated: int, there: int) -> TornError:
    return TornError(f"it states {stated} bytes and holds {there}")


def check_digest(stated: str | None, *readings: bytes) -> bool:
    """Whether a stated digest vouches for one of the readings; False where none that we know is stated.

    Raises ``DamageError`` (``bad_digest``) when it is of none of them.
    """
    algorithm, _, value = (stated or "").partition(":")
    name = algorithm.strip().lower().replace("-", "")
    if name not in _ALGORITHMS:
        return False
    for data in readings:
        real = hashlib.new(name, data, usedforsecurity=False).digest()
        if value.strip().lower() in (real.hex(), base64.b32encode(real).decode().lower()):
            return True
    raise DamageError("bad_digest", f"its {name} digest is not that of its bytes")
