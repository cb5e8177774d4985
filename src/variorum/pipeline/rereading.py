"""Reading pages again from the archive: nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from variorum.errors import DatabaseError, VariorumError
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.workspace import Workspace
from variorum.schema import Rejection
from variorum.scrapers import get_source
from variorum.store.pages import CaptureRow

Refusals = Mapping[int, tuple[Rejection, ...]]
"""Why captures were kept and not read, by capture number."""


def refusals(quarantined: Iterable[Mapping[str, Any]]) -> Refusals:
    """The rejections among quarantine rows, by capture."""
    found: dict[int, tuple[Rejection, ...]] = {}
    for row in quarantined:
        rejection = Rejection(**{name: row[name] for name in Rejection.model_fields})
        found[row["capture_id"]] = (*found.get(row["capture_id"], ()), rejection)
    return found


def reread(workspace: Workspace, capture: CaptureRow, refused: Refusals) -> Page:
    """A capture's page as it reads today; one that was refused stays so, for the reasons it was.

    Raises ``DatabaseError`` when the archived body is damaged or no longer read at all.
    """
    if capture.outcome == "refused":
        return Page(get_source(capture.source), (), refused.get(capture.id, ()))
    body = workspace.archive.get(capture.sha256, capture.length)
    try:
        return read_page(body, capture.source)
    except VariorumError as error:
        raise DatabaseError(f"{capture.uri} can no longer be read: {error.message}") from None
