"""A run over several sources: one worker for each host, side by side; one source's trouble leaves the others alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from traceback import format_exc

from variorum.config import Settings
from variorum.errors import BadInputError, ExitCode, VariorumError
from variorum.pipeline.harvesting import first_day, harvest
from variorum.pipeline.keeping import Event, Job
from variorum.pipeline.ledger import recorded
from variorum.pipeline.outcomes import STATUS, Outcome
from variorum.pipeline.plans import Plan
from variorum.pipeline.workspace import Workspace, open_workspace, utc_now
from variorum.schema.harvest import Position
from variorum.store import checkpoints
from variorum.store.engine import reading
from variorum.store.leases import HostPacer
from variorum.transport.addresses import shown
from variorum.transport.client import Client

LAST_WORDS_SECONDS = 7.0
"""How long workers may take to end after they were asked to; a page is stored well within that."""

WORST_FIRST = (
    ExitCode.DATABASE,
    ExitCode.FAILED,
    ExitCode.BAD_INPUT,
    ExitCode.NOT_NOW,
    ExitCode.NEEDS_A_HUMAN,
    ExitCode.OK,
)
"""Of several sources' exit codes the first of these is the run's."""


@dataclass(frozen=True)
class IngestResult:
    """What a run over sources came to, source by source in the order asked for."""

    run_id: int
    outcomes: tuple[Outcome, ...]

    @property
    def counts(self) -> Counter[str]:
        """All sources' counts together."""
        return sum((outcome.counts for outcome in self.outcomes), Counter())

    @property
    def exit_code(self) -> ExitCode:
        """The worst of the sources' exit codes."""
        codes = {outcome.exit_code for outcome in self.outcomes}
        return next((code for code in WORST_FIRST if code in codes), ExitCode.OK)


@dataclass(frozen=True)
class Orders:
    """How a run is to be done: see ``Job`` for ``limit`` and ``accept_drop``."""

    command: str
    arguments: Sequence[str]
    contact: str
    limit: int | None = None
    accept_drop: bool = False


def ingest(
    workspace: Workspace,
    plans: Sequence[Plan],
    orders: Orders,
    stop: threading.Event,
    tell: Callable[[Event], None] = lambda _: None,
) -> IngestResult:
    """Carry out plans, those of one host one after the other, those of different hosts side by side.

    When ``stop`` is set, every worker finishes the page it holds and ends; what it had not asked for yet
    is left to the next run.
    """
    # Made once beforehand, so that a contact that cannot be used is told before anything is written.
    Client(contact=orders.contact, pacer=HostPacer(workspace.engine, stop), stop=stop).close()
    outcomes: dict[int, Outcome] = {}
    with recorded(workspace, orders.command, orders.arguments) as run:
        job = Job(workspace, run.id, stop, _unbroken(tell), orders.limit, orders.accept_drop)
        workers = [
            threading.Thread(target=_work, args=(job, orders.contact, group, outcomes), daemon=True)
            for group in _by_host(plans)
        ]
        for worker in workers:
            worker.start()
        _wait_for(workers, stop)
        result = IngestResult(run.id, tuple(outcomes.get(i, _cut_off(plan)) for i, plan in enumerate(plans)))
        run.status, run.message = _closing(result)
    return result


def _unbroken(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """A log that cannot be written (a full disk) is no reason to stop harvesting."""

    def telling(event: Event) -> None:
        with suppress(OSError):
            tell(event)

    return telling


def _by_host(plans: Sequence[Plan]) -> list[list[tuple[int, Plan]]]:
    groups: dict[str, list[tuple[int, Plan]]] = {}
    for numbered in enumerate(plans):
        groups.setdefault(numbered[1].host, []).append(numbered)
    return list(groups.values())


def _work(job: Job, contact: str, plans: Sequence[tuple[int, Plan]], outcomes: dict[int, Outcome]) -> None:
    with Client(contact=contact, pacer=HostPacer(job.workspace.engine, job.stop), stop=job.stop) as client:
        for number, plan in plans:
            started = time.monotonic()
            try:
                outcome = harvest(job, plan, client)
            except VariorumError as error:
                status = STATUS.get(error.exit_code, "failed")
                outcome = Outcome(plan.source.name, plan.scope_name, status, error.code, error.message)
                outcome = replace(outcome, exit_code=error.exit_code)
            except Exception as error:  # noqa: BLE001 - a fault of ours in one source must not end the others
                told = f"{type(error).__name__}: {error}"
                job.tell(Event("fault", job.run_id, plan.source.name, {"error": told, "trace": format_exc()}))
                outcome = Outcome(plan.source.name, plan.scope_name, "failed", "internal_error", told)
                outcome = replace(outcome, exit_code=ExitCode.FAILED)
            outcomes[number] = outcome
            facts = {"status": outcome.status, "code": outcome.code, "message": outcome.message, **outcome.counts}
            seconds = round(time.monotonic() - started, 1)
            job.tell(Event("ended", job.run_id, plan.source.name, {**facts, "seconds": seconds}))


def _wait_for(workers: Sequence[threading.Thread], stop: threading.Event) -> None:
    """Wait until all are done; after a stop only so long that a service manager does not lose its patience.

    A worker that is left behind holds no open page: the database rolls back what it had begun.
    """
    last_words: float | None = None
    while any(worker.is_alive() for worker in workers):
        if stop.is_set():
            last_words = last_words or time.monotonic() + LAST_WORDS_SECONDS
            if time.monotonic() > last_words:
                return
        # In short stretches: a signal is only seen between them.
        next((one for one in workers if one.is_alive()), workers[0]).join(timeout=0.2)


def _cut_off(plan: Plan) -> Outcome:
    told = "asked to stop; run again to go on"
    return Outcome(plan.source.name, plan.scope_name, "not_now", "interrupted", told, exit_code=ExitCode.NOT_NOW)


def _closing(result: IngestResult) -> tuple[str, str | None]:
    """The run's status, and the sources that are not ``ok``."""
    troubled = [f"{one.source}: {one.code or one.status}" for one in result.outcomes if one.status != "ok"]
    return STATUS.get(result.exit_code, "failed"), "; ".join(troubled) or None


def preview(settings: Settings, plans: Sequence[Plan]) -> list[dict[str, object]]:
    """What a run of these plans would begin with. Fetches and writes nothing, also where there is no database yet."""
    try:
        workspace = open_workspace(settings)
    except BadInputError:
        workspace = None
    rows: list[dict[str, object]] = []
    for plan in plans:
        known = None
        if workspace is not None:
            with reading(workspace.engine) as connection:
                known = checkpoints.get(connection, plan.source.name, plan.scope_name)
        resumes = known is not None and known.position is not None and known.asked == plan.asked
        day = None if resumes else first_day(plan, known, utc_now()[:10])
        steps = plan.starting(day)
        position = steps.begin()
        if resumes and known is not None and known.position is not None:
            position = Position.model_validate_json(known.position)
        request = "" if position.done else shown(steps.request(position).url)
        row = {"source": plan.source.name, "scope": plan.scope_name, "since": day, "resumes": resumes}
        rows.append({**row, "request": request})
    return rows
