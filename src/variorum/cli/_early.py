"""What begins before the command line is even read, since it takes as long as all else of the start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

LARGE = 10_000_000
"""Bytes of files that are worth several processes."""


def begin_early(arguments: Sequence[str]) -> None:
    """Load ahead what the processes that share the work on large files will need."""
    if list(arguments[:2]) != ["dedup", "file"] or sum(map(_size, arguments[2:])) < LARGE:
        return
    from variorum.dedup.engines.workers import load_ahead, spare_threads

    spare_threads()
    load_ahead(["variorum.pipeline.chunk_reading", "variorum.dedup.engines.judging"])


def _size(argument: str) -> int:
    try:
        return Path(argument).stat().st_size
    except (OSError, ValueError):  # no file, or no name of one
        return 0
