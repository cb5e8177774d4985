"""Keeping what a harvest fetched: a page, its step and its tally in one commit; a bad page with the reason."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from variorum import __version__
from variorum.errors import VariorumError
from variorum.pipeline.expectations import Alarm, refused
from variorum.pipeline.plans import SCOPE_NAMES, Plan
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.storing import Stored, says_nothing_new, store_page, unchanged
from variorum.pipeline.workspace import Workspace
from variorum.schema.harvest import Awards, Keys, Position, Request
from variorum.scrapers import Step
from variorum.store import checkpoints, harvests, pages, runs
from variorum.store.checkpoints import Missed
from variorum.store.engine import Connection, reading, writing
from variorum.store.pages import NewCapture
from variorum.transport.client import Answer, Validators


@dataclass(frozen=True)
class Event:
    """Something worth telling while a harvest runs."""

    name: str
    run: int
    source: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """What all harvests of a run share.

    ``limit``: entries after which a source is left, to be gone on with by the next run. ``accept_drop``:
    take a harvest that shrank for complete.
    """

    workspace: Workspace
    run_id: int
    stop: threading.Event
    tell: Callable[[Event], None]
    limit: int | None = None
    accept_drop: bool = False


@dataclass(frozen=True)
class Ledger:
    """Where a harvest is written down: its row in the ledger of harvests, and its checkpoint."""

    job: Job
    plan: Plan
    harvest_id: int
    checkpoint_id: int


@dataclass(frozen=True)
class Fetched:
    """A request and its answer."""

    request: Request
    answer: Answer
    validators: Validators | None = None


def keep_step(ledger: Ledger, fetched: Fetched, page: Page | None, step: Step, following: Position) -> Stored:
    """Store everything that one answer changes, in one commit: a step is taken exactly when its records are stored.

    ``page`` is None when the answer holds no publications. One that says nothing new is counted only.
    """
    job, plan = ledger.job, ledger.plan
    capture = None
    if page is not None:
        capture = capture_of(job.workspace, plan, fetched, page, checkpoint_id=ledger.checkpoint_id)
    with writing(job.workspace.engine) as connection:
        stored = store_fetched(connection, job.run_id, capture, page)
        checkpoints.advance(
            connection,
            job.run_id,
            ledger.checkpoint_id,
            following.model_dump_json(),
            entries=stored.counts["seen"],
            kept=stored.counts["captures"] > 0,
        )
        _count(connection, ledger, stored)
        pages.settle_refusals(connection, plan.source.name, fetched.request.url)
        if fetched.validators is not None and fetched.answer.status != 304:
            etag, modified = (fetched.answer.headers.get(name) for name in ("etag", "last-modified"))
            checkpoints.put_validators(connection, plan.source.name, fetched.request.url, etag, modified)
        _note_keys(connection, ledger, page, step)
    return stored


def keep_unread(ledger: Ledger, fetched: Fetched, alarm: Alarm, *, stage: Literal["fetch", "page"]) -> Stored:
    """Keep a body that is not believed, with the reason, for a person to look at. No step is taken.

    A page that its own reader rejects is kept as that reader reads it. Any other is ``refused``: it is
    not read from the archive either. Bodies of which the same is waiting already are not kept again.
    """
    job, source = ledger.job, ledger.plan.source
    page = _rejected_whole(fetched, source.name) if stage == "page" else None
    page = page or refused(Page(source, (), ()), alarm, stage=stage)
    capture = capture_of(job.workspace, ledger.plan, fetched, page)
    with writing(job.workspace.engine) as connection:
        stored = store_fetched(connection, job.run_id, capture, page)
        _count(connection, ledger, stored)
    return stored


def _rejected_whole(fetched: Fetched, source_name: str) -> Page | None:
    """The page as one rejection, where that is what its reader makes of it."""
    try:
        page = read_page(fetched.answer.body, source_name, fetched.request.url)
    except VariorumError:
        return None
    return page if page.rejection is not None else None


def capture_of(
    workspace: Workspace, plan: Plan, fetched: Fetched, page: Page, *, checkpoint_id: int | None = None
) -> NewCapture | None:
    """The answer as a capture, its body in the archive; None when the page says nothing new."""
    answer = fetched.answer
    with reading(workspace.engine) as connection:
        if says_nothing_new(connection, page):
            return None
    moved = {"location": answer.url} if answer.url != fetched.request.url else {}
    return NewCapture(
        source=plan.source.name,
        uri=fetched.request.url,
        sha256=workspace.archive.put(answer.body),
        length=len(answer.body),
        captured_at=workspace.clock(),
        status=answer.status,
        headers={**answer.headers, **moved},
        outcome="refused" if page.refused else "read",
        read_by=__version__,
        checkpoint_id=checkpoint_id,
    )


def store_fetched(connection: Connection, run_id: int, capture: NewCapture | None, page: Page | None) -> Stored:
    """Store a fetched page; without ``capture`` it says nothing new and is only counted."""
    if page is None:
        return Stored(Counter())
    return store_page(connection, run_id, capture, page, anew=True) if capture is not None else unchanged(page)


def _count(connection: Connection, ledger: Ledger, stored: Stored) -> None:
    harvests.add_page(connection, ledger.harvest_id, stored.counts)
    runs.add_counts(connection, ledger.job.run_id, stored.counts)


def keep_failure(ledger: Ledger, missed: Missed, following: Position) -> None:
    """Write down that a key failed, and step on to the next, in one commit."""
    job = ledger.job
    with writing(job.workspace.engine) as connection:
        text = following.model_dump_json()
        checkpoints.advance(connection, job.run_id, ledger.checkpoint_id, text, entries=0, kept=False)
        _note(connection, ledger, [], [missed])


def _note_keys(connection: Connection, ledger: Ledger, page: Page | None, step: Step) -> None:
    """Which of the keys that were asked for came, and which did not."""
    scope = ledger.plan.scope
    came = {sighting.statement.source_key for sighting in page.sightings} if page is not None else set()
    named = [key for key in scope.ids if key in came] if isinstance(scope, Keys) else []
    _note(connection, ledger, [*step.done, *named], missed_by(step))


def note_unasked(connection: Connection, job: Job, plan: Plan) -> None:
    """Write down all keys of a backfill that begins, so that those it never comes to are known."""
    scope = plan.scope
    if isinstance(scope, Keys | Awards):
        missed = [Missed(key, "not_asked", "not asked for yet") for key in scope.ids]
        checkpoints.note_backfill(connection, job.run_id, plan.source.name, SCOPE_NAMES[type(scope)], [], missed)


def missed_by(step: Step) -> list[Missed]:
    """The keys that an answer says its source does not know."""
    return [Missed(key, "not_found", step.note or "the source does not know it") for key in step.missing]


def _note(connection: Connection, ledger: Ledger, done: Sequence[str], missed: Sequence[Missed]) -> None:
    scope = ledger.plan.scope
    if isinstance(scope, Keys | Awards) and (done or missed):
        name, source = SCOPE_NAMES[type(scope)], ledger.plan.source.name
        checkpoints.note_backfill(connection, ledger.job.run_id, source, name, done, missed)
