"""Harvesting one source: ask, read, keep, step on, until all has been asked for or something speaks against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from variorum.errors import ExitCode, NotNowError, StoppedError, UnavailableError, VariorumError
from variorum.pipeline.asking import EVERY_KEYS_FAULT, Asker, DriftError
from variorum.pipeline.expectations import Alarm, short_page_alarm, yield_alarm
from variorum.pipeline.keeping import Event, Job, Ledger, keep_failure, keep_step, missed_by, note_unasked
from variorum.pipeline.outcomes import STATUS, Outcome, what_to_know
from variorum.pipeline.plans import SCOPE_NAMES, Plan
from variorum.pipeline.storing import Stored
from variorum.schema.harvest import Awards, Keys, Position, Since
from variorum.scrapers import Harvest, KeyHarvest
from variorum.store import checkpoints, harvests
from variorum.store.checkpoints import Checkpoint, Missed
from variorum.store.engine import reading, writing
from variorum.store.locks import try_lock
from variorum.transport.addresses import shown
from variorum.transport.client import Client, FetchError

MOST_FAILED_IN_A_ROW = 5
"""So many keys that fail one after the other say that the source is at fault, not the keys."""

DAYS_TO_GO_ON = 7
"""For so long a backfill that was broken off can be gone on with; then what it had is out of date."""


def harvest(job: Job, plan: Plan, client: Client) -> Outcome:
    """Harvest one source as far as it goes. How it ends is in the outcome and in the ledger.

    Two runs never harvest one source at the same time. Raises only what is nobody's expectation.
    """
    engine, source = job.workspace.engine, plan.source.name
    release = try_lock(engine, f"source {source}")
    if release is None:
        told = f"another run is harvesting {source}; let it finish"
        busy = Outcome(source, plan.scope_name, "not_now", "already_running", told, exit_code=ExitCode.NOT_NOW)
        _close(job, _open(job, plan), busy)
        return busy
    try:
        number = _open(job, plan)
        try:
            outcome = _Walk(job, plan, client, number).to_its_end()
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            _close(job, number, Outcome(source, plan.scope_name, "failed", "internal_error", told))
            raise
        _close(job, number, outcome)
        return outcome
    finally:
        release()


def _open(job: Job, plan: Plan) -> int:
    with writing(job.workspace.engine) as connection:
        return harvests.start(connection, job.run_id, plan.source.name, plan.scope_name, job.workspace.clock())


def _close(job: Job, number: int, outcome: Outcome) -> None:
    with writing(job.workspace.engine) as connection:
        harvests.finish(
            connection,
            number,
            status=outcome.status,
            now=job.workspace.clock(),
            code=outcome.code,
            message=outcome.message,
            alarms=[(alarm.code, alarm.message) for alarm in outcome.alarms],
            resume_at=outcome.resume_at,
            entries=outcome.entries,
        )


def first_day(plan: Plan, known: Checkpoint | None, today: str) -> str | None:
    """Where a nightly harvest starts: at the asked day, else as far behind the checkpoint as the plan says.

    A checkpoint that lies ahead, since a clock was wrong once, counts as today's.
    """
    if isinstance(plan.scope, Since) and plan.scope.day is not None:
        return plan.scope.day
    if known is None or known.harvested_to is None:
        return plan.since
    reached = date.fromisoformat(min(known.harvested_to, today))
    return (reached - timedelta(days=plan.lookback)).isoformat()


class _Walk:
    """One harvest under way, and what it has brought so far."""

    def __init__(self, job: Job, plan: Plan, client: Client, number: int) -> None:
        self.job = job
        self.plan = plan
        self.number = number
        self.engine = job.workspace.engine
        self.so_far = Outcome(plan.source.name, plan.scope_name)
        self.asker = Asker(job, plan, client, self._count, self._tell)
        self._failed_in_a_row = 0

    def to_its_end(self) -> Outcome:
        """Walk, and put whatever ends the walk into words."""
        try:
            self._walk()
        except StoppedError:
            return self._ended("interrupted", "asked to stop; run again to go on", ExitCode.NOT_NOW)
        except NotNowError as error:
            self.so_far = replace(self.so_far, resume_at=error.resume_at)
            return self._ended(error.code, error.message, error.exit_code)
        except DriftError as error:
            self._alarm(error.alarm)
            return self._ended(error.alarm.code, error.alarm.message, ExitCode.NEEDS_A_HUMAN)
        except VariorumError as error:
            if error.exit_code is ExitCode.NEEDS_A_HUMAN:
                self._alarm(Alarm(error.code, error.message))
            return self._ended(error.code, error.message, error.exit_code)
        out = self.so_far
        human = out.alarms or out.newly_quarantined or out.missed
        return self._ended(*what_to_know(out), ExitCode.NEEDS_A_HUMAN if human else ExitCode.OK)

    def _ended(self, code: str | None, message: str | None, exit_code: ExitCode) -> Outcome:
        status = STATUS.get(exit_code, "failed")
        return replace(self.so_far, status=status, code=code, message=message, exit_code=exit_code)

    def _alarm(self, alarm: Alarm) -> None:
        self.so_far = replace(self.so_far, alarms=(*self.so_far.alarms, alarm))
        self._tell("alarm", code=alarm.code, message=alarm.message)

    def _tell(self, name: str, **facts: object) -> None:
        self.job.tell(Event(name, self.job.run_id, self.plan.source.name, facts))

    def _walk(self) -> None:
        checkpoint, steps = self._set_out()
        ledger = Ledger(self.job, self.plan, self.number, checkpoint.id)
        position = Position.model_validate_json(checkpoint.position or "{}")
        while not position.done:
            if self.job.stop.is_set():
                raise StoppedError
            if self.job.limit is not None and self.so_far.counts["seen"] >= self.job.limit:
                self.so_far = replace(self.so_far, code="limit", message="stopped at the limit; run again to go on")
                return
            if isinstance(steps, KeyHarvest):
                position = self._take_or_pass_over(ledger, steps, position)
            else:
                position = self._take(ledger, steps, position)
        self._arrive(checkpoint, position)

    def _set_out(self) -> tuple[Checkpoint, Harvest]:
        """Go on where the last run of this scope stopped, or begin."""
        source, scope = self.plan.source.name, self.plan.scope_name
        with reading(self.engine) as connection:
            known = checkpoints.get(connection, source, scope)
        if known is not None and known.position is not None and self._goes_on(known):
            steps = self.plan.starting(None)
            part = Position.model_validate_json(known.position).part
            facts = {"scope": scope, "began_on": known.began_on, "entries": known.entries}
            self._tell("resumed", **facts, **_keys_of(steps), keys_done=part)
            return known, steps
        today = self.job.workspace.clock()[:10]
        day = first_day(self.plan, known, today) if isinstance(self.plan.scope, Since) else None
        steps = self.plan.starting(day)
        position = steps.begin().model_dump_json()
        with writing(self.engine) as connection:
            begun = checkpoints.begin(
                connection,
                self.job.run_id,
                source,
                scope,
                began_on=today,
                position=position,
                asked=self.plan.asked,
            )
            note_unasked(connection, self.job, self.plan)
        self._tell("begun", scope=scope, since=day, **_keys_of(steps))
        return begun, steps

    def _goes_on(self, known: Checkpoint) -> bool:
        """Whether a harvest under way is the one that is asked for: one by keys that nobody went on with is over."""
        oldest = date.fromisoformat(self.job.workspace.clock()[:10]) - timedelta(days=DAYS_TO_GO_ON)
        stale = not isinstance(self.plan.scope, Since) and (known.began_on or "") < oldest.isoformat()
        return known.asked == self.plan.asked and not stale

    def _take_or_pass_over(self, ledger: Ledger, steps: KeyHarvest, position: Position) -> Position:
        """Take a step of a harvest by keys: what fails for one key is noted, and leaves the others alone.

        When several fail in a row, the source is at fault, and the harvest ends as their last error says.
        """
        try:
            following = self._take(ledger, steps, position)
        except (DriftError, FetchError, UnavailableError) as error:
            fault = error.alarm if isinstance(error, DriftError) else Alarm(error.code, error.message)
            if fault.code in EVERY_KEYS_FAULT:
                raise
            key = steps.asked(position).key
            following = steps.after(position) or position.model_copy(update={"done": True})
            missed = Missed(key, fault.code, fault.message)
            keep_failure(ledger, missed, following)
            self.so_far = replace(self.so_far, missed=(*self.so_far.missed, missed))
            self._tell("passed_over", key=key, code=fault.code, message=fault.message, keys_done=following.part)
            self._failed_in_a_row += 1
            gives_up = self._failed_in_a_row >= MOST_FAILED_IN_A_ROW and not following.done
            if isinstance(error, DriftError):
                if gives_up:
                    raise
                self._alarm(fault)
            elif gives_up:
                told = f"{MOST_FAILED_IN_A_ROW} in a row failed, at last: {fault.message}"
                raise NotNowError(told, code=fault.code) from None
        else:
            self._failed_in_a_row = 0
        return following

    def _take(self, ledger: Ledger, steps: Harvest, position: Position) -> Position:
        """Ask once, keep what comes, and give the next position."""
        fetched, step = self.asker.ask(ledger, steps, position)
        page = self.asker.read(ledger, fetched) if step.holds else None
        following = step.next or position.model_copy(update={"done": True})
        if page is not None and step.next is not None and step.next.token:
            following = self._sized(position, following, page.seen)
        stored = keep_step(ledger, fetched, page, step, following)
        self._count(stored)
        self.so_far = replace(self.so_far, missed=(*self.so_far.missed, *missed_by(step)))
        for rejection in page.rejections if page is not None else ():
            self._tell("rejected", key=rejection.place, code=rejection.code, message=rejection.message)
        facts = {"pages": self.so_far.pages, "note": step.note, "keys_done": following.part if following.part else None}
        self._tell("page", url=shown(fetched.request.url), **facts, **stored.counts)
        return following

    def _sized(self, position: Position, following: Position, entries: int) -> Position:
        """The next position with the size of the largest page; one that is much shorter in mid-list is an alarm."""
        alarm = short_page_alarm(entries, position.largest, self.plan.expects)
        if alarm is not None and all(one.code != alarm.code for one in self.so_far.alarms):
            self._alarm(alarm)
        return following.model_copy(update={"largest": max(position.largest, entries)})

    def _count(self, stored: Stored) -> None:
        self.so_far = replace(
            self.so_far,
            pages=self.so_far.pages + 1,
            counts=self.so_far.counts + stored.counts,
            newly_quarantined=self.so_far.newly_quarantined + stored.newly_quarantined,
        )

    def _arrive(self, checkpoint: Checkpoint, position: Position) -> None:
        """All has been asked for: the harvest counts unless it brought suspiciously little."""
        source, scope = self.plan.source.name, self.plan.scope_name
        nightly = isinstance(self.plan.scope, Since)
        with writing(self.engine) as connection:
            now = checkpoints.get(connection, source, scope) or checkpoint
            if isinstance(self.plan.scope, Keys | Awards):
                missed = checkpoints.missed_keys(connection, source, SCOPE_NAMES[type(self.plan.scope)])
                asked_for = set(self.plan.scope.ids)
                self.so_far = replace(self.so_far, missed=tuple(one for one in missed if one.key in asked_for))
            before = harvests.yields(connection, source, scope)
            # Entries that were listed twice say nothing of how many there are.
            comparable = nightly and self.plan.channel.steady and not position.begun_again
            alarm = yield_alarm(now.entries, before) if comparable else None
            counts = alarm is None or self.job.accept_drop
            harvested_to = _harvested_to(now, position) if nightly and counts else None
            checkpoints.complete(connection, self.job.run_id, now.id, harvested_to)
            asked = self.plan.scope.day if isinstance(self.plan.scope, Since) else None
            if harvested_to is not None and asked is not None:
                checkpoints.catch_up(
                    connection,
                    self.job.run_id,
                    source,
                    self.plan.standing,
                    since=asked,
                    first=self.plan.since,
                    harvested_to=harvested_to,
                )
        if alarm is not None and not counts:
            self._alarm(alarm)
        self.so_far = replace(self.so_far, entries=now.entries if counts and not position.begun_again else None)
        self._tell("complete", scope=scope, entries=now.entries, harvested_to=harvested_to)


def _keys_of(steps: Harvest) -> dict[str, int]:
    """How many keys a harvest asks for, if it asks by keys."""
    return {"keys": len(steps.keys)} if isinstance(steps, KeyHarvest) else {}


def _harvested_to(checkpoint: Checkpoint, position: Position) -> str | None:
    """The day before which nothing is missing: when the harvest began, by our clock or the source's, the earlier."""
    return min(day for day in (checkpoint.began_on, position.served) if day is not None)
