"""Reading pages again from the archive, by the readers of today: nothing is fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from variorum import __version__
from variorum.config import Settings
from variorum.errors import DatabaseError, ExitCode, VariorumError
from variorum.pipeline.expectations import page_alarm, refused
from variorum.pipeline.ledger import recorded
from variorum.pipeline.plans import expectations_of
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.storing import restate_page
from variorum.pipeline.workspace import Workspace
from variorum.schema import Rejection
from variorum.scrapers import get_source
from variorum.store import reporting, runs
from variorum.store.engine import reading, writing
from variorum.store.pages import CaptureRow

Refusals = Mapping[int, tuple[Rejection, ...]]
"""Why captures were kept and not read, by capture number."""


def refusals_of(quarantined: Iterable[Mapping[str, Any]]) -> Refusals:
    """The rejections among quarantine rows, by capture."""
    found: dict[int, tuple[Rejection, ...]] = {}
    for row in quarantined:
        rejection = Rejection(**{name: row[name] for name in Rejection.model_fields})
        found[row["capture_id"]] = (*found.get(row["capture_id"], ()), rejection)
    return found


def reread(workspace: Workspace, capture: CaptureRow, refusals: Refusals) -> Page:
    """A capture's page as it reads today; one that was refused stays so, for the reasons it was.

    Raises ``DatabaseError`` when the archived body is damaged or no longer read at all.
    """
    if capture.outcome == "refused":
        return Page(get_source(capture.source), (), refusals.get(capture.id, ()), refused=True)
    body = workspace.archive.get(capture.sha256, capture.length)
    try:
        return read_page(body, capture.source, capture.uri)
    except VariorumError as error:
        raise DatabaseError(f"{capture.uri} can no longer be read: {error.message}") from None


@dataclass(frozen=True)
class RereadResult:
    """What reading again did. ``unstated``: records that no page states any more."""

    run_id: int
    captures: int
    counts: Counter[str]
    newly_quarantined: int
    unstated: int

    @property
    def exit_code(self) -> ExitCode:
        """3 when the quarantine grew or records are left without a page, else 0."""
        return ExitCode.NEEDS_A_HUMAN if self.newly_quarantined or self.unstated else ExitCode.OK


def stale(captures: Iterable[CaptureRow]) -> list[CaptureRow]:
    """Captures that another version of the program read last."""
    return [capture for capture in captures if capture.read_by != __version__]


def reread_captures(
    workspace: Workspace,
    settings: Settings,
    captures: Sequence[CaptureRow],
    command: str,
    arguments: Sequence[str],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    judge: bool = False,
) -> RereadResult:
    """Read captures again, each in one transaction, and bring the store to what they say today.

    Pages that were believed stay so, and refused ones stay refused; with ``judge`` those that did not
    look like their source's are judged anew. Raises ``DatabaseError`` when an archived body is damaged.
    """
    with reading(workspace.engine) as connection:
        refusals = refusals_of(reporting.quarantined(connection, limit=10_000_000))
    counts: Counter[str] = Counter()
    newly_quarantined = unstated = 0
    with recorded(workspace, command, arguments) as run:
        for number, capture in enumerate(captures, start=1):
            judged = _judged_anew(workspace, settings, capture, refusals) if judge else None
            page = judged or reread(workspace, capture, refusals)
            with writing(workspace.engine) as connection:
                stored, left = restate_page(connection, run.id, capture, page)
                runs.add_counts(connection, run.id, stored.counts)
            counts += stored.counts
            newly_quarantined += stored.newly_quarantined
            unstated += left
            progress(number, len(captures))
        result = RereadResult(run.id, len(captures), counts, newly_quarantined, unstated)
        run.status = "needs_a_human" if result.exit_code else "ok"
    return result


def _judged_anew(workspace: Workspace, settings: Settings, capture: CaptureRow, refusals: Refusals) -> Page:
    """A refused page as it is judged today. What was not what was asked for (a login page) stays refused."""
    kept = reread(workspace, capture, refusals)
    if not kept.refused or all(rejection.stage == "fetch" for rejection in kept.rejections):
        return kept
    page = reread(workspace, replace(capture, outcome="read"), refusals)
    alarm = page_alarm(expectations_of(settings, page.source), page)
    return refused(page, alarm) if alarm is not None else page
