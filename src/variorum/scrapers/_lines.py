"""Files of lines that are too large to be read whole, in portions that are not."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from variorum.errors import BadInputError

MAX_LINES = 1_000
MAX_BYTES = 8 * 1024 * 1024

_GZIP = b"\x1f\x8b"


def split_lines(
    stream: BinaryIO, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES
) -> Iterator[tuple[int, bytes]]:
    """Portions of whole lines, each with the number of its first line, counted from 1.

    The portions joined are the stream, inflated if it is gzip. Never holds more than a portion and a line.
    Raises ``BadInputError`` with code ``line_too_long`` for a line of more than ``max_bytes``, and
    ``damaged_file`` when gzip data are broken or cut off; what came before has been handed out by then.
    """
    buffered = io.BufferedReader(cast(io.RawIOBase, stream))
    try:
        lines: IO[bytes] = buffered
        if buffered.peek(len(_GZIP)).startswith(_GZIP):
            lines = cast(IO[bytes], gzip.GzipFile(fileobj=buffered))
        yield from _portions(lines, max_lines, max_bytes)
    finally:
        # The stream is the caller's to close.
        buffered.detach()


def _portions(lines: IO[bytes], max_lines: int, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    first = 1
    kept: list[bytes] = []
    size = 0
    while True:
        try:
            line = _next_line(lines, first + len(kept), max_bytes)
        except BadInputError:
            if kept:
                yield first, b"".join(kept)
            raise
        if not line:
            break
        if kept and (len(kept) == max_lines or size + len(line) > max_bytes):
            yield first, b"".join(kept)
            first += len(kept)
            kept, size = [], 0
        kept.append(line)
        size += len(line)
    if kept:
        yield first, b"".join(kept)


def _next_line(lines: IO[bytes], number: int, max_bytes: int) -> bytes:
    """The next line with its end; empty at the end of the stream."""
    try:
        line = lines.readline(max_bytes + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInputError(f"the gzip data are damaged at line {number}: {error}", code="damaged_file") from None
    if len(line) > max_bytes:
        raise BadInputError(f"line {number} is longer than {max_bytes:,} bytes", code="line_too_long")
    return line
