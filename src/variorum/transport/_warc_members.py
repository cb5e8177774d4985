"""The bytes of a WARC file, gzip member by gzip member, each checked to its very end.

The usual readers take a torn member for a whole one. Here a member that does not reach its own check sum
raises; reading goes on at the next member that begins like a record, so that one bad spot costs one record.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

GZIP = b"\x1f\x8b"
PROBE = 1024
"""Bytes from which a file or member shows whether it is a WARC's."""

MOST_LOST = 100
"""Damaged members after which a file is given up: each may cost inflating all the rest."""

_PLAIN = b"WARC/1."
_STEP = 8 * 1024  # Inflating copies what is left of a step again and again: small steps keep that cheap.
_WINDOW = 1024 * 1024
_MEMBER = re.compile(rb"\x1f\x8b\x08")


class DamageError(Exception):
    """A record that must not be used: a code, and what is wrong with it. Those after it can be read."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class TornError(DamageError):
    """A record whose end is not to be found, so that nothing after it in the same member can be read."""

    def __init__(self, message: str, *, code: str = "torn_record") -> None:
        super().__init__(code, message)


def is_warc(head: bytes) -> bool:
    """Whether a file with these first bytes (1 KiB is enough) is a WARC file, plain or gzipped."""
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(_PLAIN)


def is_packed(file: BinaryIO) -> bool:
    """Whether a seekable WARC file is gzipped, also when its first bytes are damaged."""
    file.seek(0)
    head = file.read(len(_PLAIN))
    return head.startswith(GZIP) or (head != _PLAIN and _next_member(file, 0) is not None)


def plain_bytes(file: BinaryIO) -> io.BufferedReader:
    """A plain file as the one member it is. Leaves ``file`` open."""
    file.seek(0)
    return io.BufferedReader(_Plain(file))


def members(file: BinaryIO) -> Iterator[io.BufferedReader]:
    """The members of a seekable gzip file. Reading one raises ``TornError`` where it is torn or damaged.

    Each is to be read before the next is asked for. Raises ``TornError`` itself when it gives the file up.
    """
    position: int | None = 0
    lost = 0
    while position is not None and _has_more(file, position):
        member = _Member(file, position)
        yield io.BufferedReader(member, 64 * 1024)
        if member.find_end() is None:
            lost += 1
            if lost > MOST_LOST:
                raise TornError(f"more than {MOST_LOST} records are damaged; the rest of the file was not read")
        position = _next_member(file, position + 1) if member.end is None else member.end


class _Plain(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Member(io.RawIOBase):
    """What one gzip member holds. Never inflates more than it is asked for."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._position = start
        self._packed = b""
        self._inflater = zlib.decompressobj(wbits=31)
        self.end: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # zlib is at its end only when the member's check sum and length were there and right.
        while not self._inflater.eof:
            if not self._packed:
                self._file.seek(self._position)
                self._packed = self._file.read(_STEP)
                self._position += len(self._packed)
                if not self._packed:
                    raise TornError("the file ends in the middle of it")
            try:
                data = self._inflater.decompress(self._packed, len(buffer))
            except zlib.error:
                raise TornError("its packed bytes are damaged") from None
            self._packed = self._inflater.unconsumed_tail
            if data:
                buffer[: len(data)] = data
                return len(data)
        self.end = self._position - len(self._inflater.unused_data)
        return 0

    def find_end(self) -> int | None:
        """Read what is left; where the member ends in the file, or None when it is damaged."""
        buffer = bytearray(64 * 1024)
        try:
            while self.readinto(buffer):
                pass
        except TornError:
            return None
        return self.end


def _has_more(file: BinaryIO, position: int) -> bool:
    file.seek(position)
    return bool(file.read(1))


def _next_member(file: BinaryIO, position: int) -> int | None:
    """Where the next member begins that holds a record, at ``position`` or after it."""
    while True:
        file.seek(position)
        window = file.read(_WINDOW + PROBE)
        for found in _MEMBER.finditer(window, 0, _WINDOW + 2):
            at = found.start()
            if is_warc(window[at : at + PROBE]):
                return position + at
        if len(window) <= _WINDOW:
            return None
        position += _WINDOW
