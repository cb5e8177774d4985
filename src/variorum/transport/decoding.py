"""Bodies as they came over the wire, inflated within bounds."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator

from variorum.transport.answers import FetchError, TransientError

_MAGIC = b"\x1f\x8b"
_PIECE = 65_536
_FED = 16_384
_MOST_MEMBERS = 10_000
_GZIP = {"gzip", "x-gzip"}


def read_body(chunks: Iterable[bytes], encoding: str, most: int, where: str) -> bytes:
    """A whole body, inflated if it is gzip, whether announced or not.

    ``encoding``: the Content-Encoding header, empty if there is none. ``most``: bytes, for the body as it
    is sent and for what it inflates to. Raises ``FetchError`` (``bad_encoding``, ``too_large``) and
    ``TransientError`` (``truncated``).
    """
    announced = _is_gzip(encoding, where)
    sent = _collect(chunks, most, where)
    if not sent.startswith(_MAGIC):
        if announced and sent:
            raise FetchError(f"{where} calls its answer gzip, but it is not", code="bad_encoding")
        return sent
    # Measured before it is kept: a bomb costs the time to inflate up to the limit, and no memory.
    size = 0
    for piece in _inflate(sent, where):
        size += len(piece)
        if size > most:
            raise _too_large(most, where)
    return b"".join(_inflate(sent, where))


def read_opening(chunks: Iterable[bytes], encoding: str, most: int, where: str) -> bytes:
    """The first ``most`` bytes of a body, however long it is. Raises as ``read_body`` does, save ``too_large``."""
    _is_gzip(encoding, where)
    sent = _first(chunks, most)
    return _first(_inflate_part(sent, where, cut=len(sent) == most), most) if sent.startswith(_MAGIC) else sent


def _inflate_part(packed: bytes, where: str, *, cut: bool) -> Iterator[bytes]:
    try:
        yield from _inflate(packed, where)
    except TransientError:
        if not cut:
            raise


def _is_gzip(encoding: str, where: str) -> bool:
    """Only gzip is asked for; anything else, and anything stacked, is refused unread: it cannot be bounded."""
    named = encoding.strip().lower()
    if named in {"", "identity"}:
        return False
    if named not in _GZIP:
        raise FetchError(
            f"{where} answers in an encoding that was not asked for ({named[:40]!a}); tell those who run it",
            code="bad_encoding",
        )
    return True


def _collect(chunks: Iterable[bytes], most: int, where: str) -> bytes:
    # BytesIO hands out its buffer without copying it, which a list of chunks or a bytearray does not.
    sent = io.BytesIO()
    for chunk in chunks:
        if sent.tell() + len(chunk) > most:
            raise _too_large(most, where)
        sent.write(chunk)
    return sent.getvalue()


def _first(chunks: Iterable[bytes], most: int) -> bytes:
    opening = io.BytesIO()
    for chunk in chunks:
        opening.write(chunk[: most - opening.tell()])
        if opening.tell() == most:
            break
    return opening.getvalue()


def _inflate(packed: bytes, where: str) -> Iterator[bytes]:
    """A gzip body, member after member, in pieces of at most 64 KiB."""
    member = zlib.decompressobj(wbits=31)
    members = 1
    view = memoryview(packed)
    for start in range(0, len(packed), _FED):
        # Fed in portions, since zlib copies what it has not used yet each time.
        fed = bytes(view[start : start + _FED])
        while fed:
            if member.eof:
                if not _MAGIC.startswith(fed[:2]):
                    return  # Padding behind the last member.
                member = zlib.decompressobj(wbits=31)
                members += 1
                if members > _MOST_MEMBERS:
                    raise FetchError(f"{where} sends gzip in too many parts", code="bad_encoding")
            try:
                yield member.decompress(fed, _PIECE)
            except zlib.error:
                raise TransientError("truncated") from None
            fed = member.unconsumed_tail or member.unused_data
    if not member.eof:
        raise TransientError("truncated")


def _too_large(most: int, where: str) -> FetchError:
    return FetchError(
        f"the answer of {where} is larger than {most / 2**20:g} MiB; ask for less at a time, "
        "or raise max_body_mib of the source in variorum.toml",
        code="too_large",
    )
