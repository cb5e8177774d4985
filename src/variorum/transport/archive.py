"""The archive: every body ever read, byte for byte, under its own SHA-256.

A body lies in ``<root>/<first two hex digits>/<sha256>.gz``. It is written to a temporary name,
flushed to disk and renamed, so a half-written body never has a name; it is checked against its digest
and length on every read, so a damaged one is never parsed.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import time
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from variorum.errors import DatabaseError, VariorumError


def digest(body: bytes) -> str:
    """SHA-256 of a body, 64 hexadecimal digits."""
    return sha256(body).hexdigest()


UNFINISHED = ".unfinished"
ABANDONED_SECONDS = 3600


class Archive:
    """A directory of bodies, addressed by content. Made on first write."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._swept = False

    def put(self, body: bytes) -> str:
        """Keep ``body`` and return its SHA-256. Keeping the same bytes again writes nothing, unless they were damaged.

        Raises ``VariorumError`` (``archive_unwritable``) when the disk is full or the folder closed.
        """
        name = digest(body)
        if self._is_intact(name, len(body)):
            return name
        try:
            self._write(self._path(name), body)
        except OSError as error:
            reason = error.strerror or str(error)
            raise VariorumError(
                f"the archive {self.root} cannot be written: {reason}", code="archive_unwritable"
            ) from None
        return name

    def _is_intact(self, name: str, length: int) -> bool:
        try:
            self.get(name, length)
        except DatabaseError:
            return False
        return True

    def _write(self, target: Path, body: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._unfinished(), suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                # No time stamp inside: the same body always gives the same file.
                file.write(gzip.compress(body, compresslevel=6, mtime=0))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)

    def _unfinished(self) -> Path:
        """The folder of bodies under way. What killed processes left in it goes, once no live one can be at it."""
        folder = self.root / UNFINISHED
        if not self._swept:
            folder.mkdir(exist_ok=True)
            for left in folder.glob("*.part"):
                with suppress(OSError):
                    if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                        left.unlink()
            self._swept = True
        return folder

    def get(self, name: str, length: int) -> bytes:
        """The body of that SHA-256 and length in bytes.

        Raises ``DatabaseError`` (``archive_missing`` or ``archive_damaged``) when it is not exactly
        what was kept. Never inflates more than ``length`` bytes.
        """
        path = self._path(name)
        try:
            packed = path.read_bytes()
        except FileNotFoundError:
            raise DatabaseError(f"the archive has no body {name}", code="archive_missing") from None
        except OSError as error:
            raise DatabaseError(f"{path} cannot be read: {error.strerror}", code="archive_unreadable") from None
        try:
            body = zlib.decompressobj(wbits=31).decompress(packed, length + 1)
        except zlib.error:
            body = b""
        if len(body) != length or digest(body) != name:
            raise DatabaseError(f"the archived body {path} is damaged", code="archive_damaged")
        return body

    def _path(self, name: str) -> Path:
        return self.root / name[:2] / f"{name}.gz"


def _sync_directory(directory: Path) -> None:
    """Make a rename in ``directory`` last through a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
