"""What a file holds: one page (alone or in MHTML), or many (a WARC file, JSON lines), handed out one by one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from variorum.errors import BadInputError
from variorum.pipeline import _mhtml
from variorum.pipeline.reading import read_file
from variorum.scrapers import split_lines
from variorum.transport.warc import WarcBody, is_warc, read_warc

HEAD = 1024
LONGEST_FIRST_LINE = 1024 * 1024

FileKind = Literal["page", "mhtml", "warc", "lines"]


@dataclass(frozen=True)
class SavedBody:
    """A page's bytes out of a file.

    ``uri``: the file, with the lines for a portion of it, or the address the page was fetched or saved from.
    ``captured_at``, ``status``, ``headers`` and ``source`` are known of pages that were archived before.
    """

    uri: str
    body: bytes
    captured_at: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None


def saved_bodies(path: Path, max_mib: int) -> Iterator[SavedBody | BadInputError]:
    """The pages of a file in their order; an error for each part of it that should hold one and does not.

    Raises ``BadInputError`` when the file as a whole cannot be used.
    """
    uri = "file:" + path.name.encode("utf-8", "backslashreplace").decode()
    kind = kind_of_file(path)
    try:
        if kind == "warc":
            yield from _warc_bodies(path, max_mib)
        elif kind == "lines":
            yield from _portions(path, uri)
        elif kind == "mhtml":
            page = _mhtml.page_of_mhtml(read_file(path, max_mib))
            yield SavedBody(page.uri or uri, page.body)
        else:
            yield SavedBody(uri, read_file(path, max_mib))
    except OSError as error:
        raise BadInputError(f"it cannot be read: {error.strerror or error}", code="unreadable") from None


def kind_of_file(path: Path) -> FileKind:
    """Whether a file is a page by itself or a container of pages, told from its beginning."""
    try:
        if not path.is_file():
            return "page"
        with path.open("rb") as stream:
            head = stream.read(HEAD)
            if is_warc(head):
                return "warc"
            if head.startswith(b"\x1f\x8b") or head.lstrip().startswith(b"{"):
                stream.seek(0)
                return "lines" if _begins_with_lines(stream.read(LONGEST_FIRST_LINE)) else "page"
            if _mhtml.is_mhtml(head + stream.read(_mhtml.HEAD - len(head))):
                return "mhtml"
    except OSError:
        pass  # whoever reads the page will say so
    return "page"


def _begins_with_lines(head: bytes) -> bool:
    """Whether a first line is an object by itself and another line follows."""
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, LONGEST_FIRST_LINE)
        except zlib.error:
            return False
        return head.lstrip().startswith(b"{")
    line, _, rest = head.partition(b"\n")
    if not rest.strip():
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _portions(path: Path, uri: str) -> Iterator[SavedBody]:
    with path.open("rb") as stream:
        for first, lines in split_lines(stream):
            last = first + lines.count(b"\n") - lines.endswith(b"\n")
            yield SavedBody(f"{uri}#lines={first}-{last}", lines)


def _warc_bodies(path: Path, max_mib: int) -> Iterator[SavedBody | BadInputError]:
    for one in read_warc(path, max_mib=max_mib):
        if isinstance(one, WarcBody):
            yield SavedBody(one.uri, one.body, one.captured_at, one.status, one.headers, one.source)
        else:
            yield BadInputError(f"{one.place}: {one.message}", code=one.code)
