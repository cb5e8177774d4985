"""Files that hold many pages: what a WARC file holds, one page after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from variorum.errors import BadInputError
from variorum.transport.warc import WarcBody, WarcFault, is_warc, read_warc

__all__ = ["WarcBody", "WarcFault", "is_warc", "warc_pages"]


def _ignore(_kind: str) -> None:
    pass


def warc_pages(path: Path, max_mib: int, on_skip: Callable[[str], None] = _ignore) -> Iterator[WarcBody | WarcFault]:
    """The pages of a WARC file in their order, and a fault for each record that should hold one and does not.

    ``on_skip`` is told the type of every other record. Raises ``BadInputError`` when the file cannot be read.
    """
    try:
        yield from read_warc(path, max_mib=max_mib, on_skip=on_skip)
    except OSError as error:
        raise BadInputError(f"it cannot be read: {error.strerror or error}", code="unreadable") from None
