"""Upkeep of the archive: is every body still what was read, and writing them out for other programs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from variorum.errors import BadInputError, DatabaseError
from variorum.pipeline.workspace import Workspace
from variorum.store import pages
from variorum.store.engine import reading
from variorum.store.pages import CaptureRow
from variorum.transport.warc import WarcBody, write_warc

Progress = Callable[[int, int], None]
"""Called with how many captures are done, and how many there are."""


@dataclass(frozen=True)
class BodyFault:
    """A capture whose body is not what was kept: ``archive_missing``, ``archive_damaged``, ``archive_unreadable``."""

    capture_id: int
    source: str
    uri: str
    sha256: str
    code: str


@dataclass(frozen=True)
class Verification:
    """What checking the archive found.

    ``bytes``: length of all intact bodies. ``orphans``: bodies that no capture names, left by runs that
    were interrupted and harmless; ``orphan_bytes``: what they take up on disk. ``parts``: files that
    were never finished. ``strangers``: files that are not the archive's.
    """

    captures: int
    intact: int
    bytes: int
    faults: tuple[BodyFault, ...]
    orphans: int
    orphan_bytes: int
    parts: int
    strangers: int

    @property
    def ok(self) -> bool:
        """Whether every capture has its body."""
        return not self.faults


def verify(workspace: Workspace, progress: Progress = lambda _done, _total: None) -> Verification:
    """Read every capture's body and compare it with its digest and length; count what else lies there."""
    # Looked at before the captures are: a body that a run puts there now is not taken for an orphan.
    files = _files(workspace.archive.root)
    with reading(workspace.engine) as connection:
        taken = pages.captures(connection)
    faults, length = [], 0
    for number, capture in enumerate(taken, start=1):
        try:
            length += len(workspace.archive.get(capture.sha256, capture.length))
        except DatabaseError as error:
            faults.append(BodyFault(capture.id, capture.source, capture.uri, capture.sha256, error.code))
        progress(number, len(taken))
    named = {_file_of(capture.sha256) for capture in taken}
    orphans = [size for name, size in files.items() if name not in named and _is_body(name)]
    parts = sum(name.endswith(".part") for name in files)
    return Verification(
        captures=len(taken),
        intact=len(taken) - len(faults),
        bytes=length,
        faults=tuple(faults),
        orphans=len(orphans),
        orphan_bytes=sum(orphans),
        parts=parts,
        strangers=sum(name not in named and not _is_body(name) for name in files) - parts,
    )


def _files(root: Path) -> dict[str, int]:
    """The files under a folder with their sizes, by path; those that vanish meanwhile are left out."""
    found: dict[str, int] = {}
    for path in root.rglob("*"):
        try:
            if not path.is_dir():
                found[path.relative_to(root).as_posix()] = path.lstat().st_size
        except FileNotFoundError:
            continue
    return found


def _file_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}.gz"


def _is_body(name: str) -> bool:
    sha256 = Path(name).name.removesuffix(".gz")
    return len(sha256) == 64 and set(sha256) <= set("0123456789abcdef") and name == _file_of(sha256)


def export_warc(
    workspace: Workspace,
    out: Path,
    *,
    source: str | None = None,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Write all captures, or those of a source, to a WARC file; gzipped when its name ends in .gz.

    Returns how many. The file is written whole or not at all. Raises ``DatabaseError`` naming the first
    capture whose body is missing or damaged, and ``BadInputError`` (``unwritable``).
    """
    with reading(workspace.engine) as connection:
        taken = pages.captures(connection, source)
    packed = out.name.lower().endswith(".gz")
    with written_whole(out) as stream:
        bodies = _bodies(workspace, taken, progress)
        return write_warc(stream, bodies, written_at=workspace.clock(), packed=packed)


def _bodies(workspace: Workspace, taken: list[CaptureRow], progress: Progress) -> Iterator[WarcBody]:
    for number, capture in enumerate(taken, start=1):
        try:
            body = workspace.archive.get(capture.sha256, capture.length)
        except DatabaseError as error:
            message = f"capture {capture.id} ({capture.uri}) cannot be exported: {error.message}"
            raise DatabaseError(message, code=error.code) from None
        yield WarcBody(
            uri=capture.uri,
            captured_at=capture.captured_at,
            body=body,
            status=capture.status,
            headers=capture.headers,
            media_type=_media_type(capture),
            source=capture.source,
        )
        progress(number, len(taken))


def _media_type(capture: CaptureRow) -> str | None:
    return next((value for name, value in capture.headers.items() if name.lower() == "content-type"), None)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that gets its name when it is complete and on disk; until then what was there stays.

    Pipes and devices are written directly. Raises ``BadInputError`` (``unwritable``).
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                yield stream
            return
        target = path.resolve()
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                yield cast(BinaryIO, stream)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
    except BrokenPipeError:
        raise  # The reader of a pipe has gone: the command line knows what to do.
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror or error}", code="unwritable") from None


def _sync_directory(directory: Path) -> None:
    """Make a rename in ``directory`` last through a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
