"""Asking for one page of a harvest, and judging what comes: the step it leads to, and whether it is to be believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from variorum.errors import BadInputError, LayoutError, StoppedError, UnavailableError
from variorum.pipeline.expectations import Alarm, loss_alarm, may_have_lost, page_alarm
from variorum.pipeline.keeping import Fetched, Job, Ledger, keep_unread
from variorum.pipeline.plans import Plan
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.storing import Stored
from variorum.schema.harvest import Position, Request
from variorum.scrapers import AskAgainError, Harvest, KeyHarvest, Step, decode
from variorum.store import checkpoints, pages
from variorum.store.engine import reading
from variorum.transport.addresses import shown
from variorum.transport.client import Client, FetchError, Validators

MOST_ABSENT_AT_FIRST = 10
"""So many keys that are "not found" one after the other from the first one on say that the address is wrong."""

EVERY_KEYS_FAULT = frozenset({"blocked", "robots_disallowed"})
"""What is no fault of one key: the others would meet it too."""

ABSENT = frozenset({404, 410})
"""HTTP statuses by which a source says that it does not know a key."""

TRIES = 4
"""How often the same thing is asked when the answer is known to be wrong in passing."""


class DriftError(Exception):
    """A page that is not to be believed ends the harvest; what was stored before it stands."""

    def __init__(self, alarm: Alarm) -> None:
        super().__init__(alarm.message)
        self.alarm = alarm


class Asker:
    """Asks for the pages of one harvest.

    ``count`` is told what keeping an unread page stored, ``tell`` what happens.
    """

    def __init__(
        self, job: Job, plan: Plan, client: Client, count: Callable[[Stored], None], tell: Callable[..., None]
    ) -> None:
        self.job = job
        self.plan = plan
        self.client = client
        self.count = count
        self.tell = tell
        self.engine = job.workspace.engine
        self._absent_at_first = 0

    def ask(self, ledger: Ledger, steps: Harvest, position: Position) -> tuple[Fetched, Step]:
        """Fetch, and see where the answer leads; asked again a few times when it is wrong in passing."""
        request = steps.request(position)
        for tries in range(1, TRIES + 1):
            fetched = self._fetch(ledger, request, keyed=isinstance(steps, KeyHarvest))
            if fetched.answer.status == 304:
                return fetched, Step(None, holds=False, note="not modified")
            if isinstance(steps, KeyHarvest) and fetched.answer.status in ABSENT:
                return fetched, self._absent(steps, position, fetched)
            try:
                return fetched, steps.follow(position, decode(fetched.answer.body))
            except AskAgainError as error:
                if tries == TRIES:
                    raise UnavailableError(f"{error.message}, {TRIES} times", code=error.code) from None
                self.tell("asked_again", url=shown(request.url), code=error.code, message=error.message)
                if self.job.stop.wait(2.0 ** (tries - 1)):
                    raise StoppedError from None
            except BadInputError as error:
                raise self._unread(ledger, fetched, Alarm(error.code, error.message), stage="fetch") from None
            except LayoutError as error:
                raise self._led_nowhere(ledger, fetched, Alarm(error.code, error.message)) from None
        raise AssertionError

    def _absent(self, steps: KeyHarvest, position: Position, fetched: Fetched) -> Step:
        """On to the next key: the source says that it does not know this one, as far as that is to be believed."""
        where, status = shown(fetched.request.url), fetched.answer.status
        if position.token:
            raise FetchError(
                f"{where} answers HTTP {status} to a page that the one before names", code=f"http_{status}"
            )
        self._absent_at_first += self._absent_at_first == position.part
        if self._absent_at_first >= MOST_ABSENT_AT_FIRST:
            told = f"{where} answers HTTP {status}, as for all {position.part} asked for before; is the address right?"
            raise BadInputError(told, code="all_not_found")
        return steps.without(position, f"HTTP {status}")

    def _fetch(self, ledger: Ledger, request: Request, *, keyed: bool) -> Fetched:
        """The answer; of one that is not to be read the body is kept, unless it says that a key is not known."""
        validators = None
        if self.plan.channel.conditional:
            with reading(self.engine) as connection:
                validators = Validators(*checkpoints.validators_of(connection, self.plan.source.name, request.url))
        try:
            return Fetched(request, self.client.fetch(request, self.plan.manners, validators), validators)
        except FetchError as error:
            if (
                keyed
                and error.answer is not None
                and error.answer.status in ABSENT
                and error.code not in EVERY_KEYS_FAULT
            ):
                return Fetched(request, error.answer)
            if error.answer is not None and error.answer.body:
                self._unread(ledger, Fetched(request, error.answer), Alarm(error.code, error.message), stage="fetch")
            raise

    def read(self, ledger: Ledger, fetched: Fetched) -> Page:
        """The page, if it is to be believed."""
        page = read_page(fetched.answer.body, self.plan.source.name, fetched.request.url)
        whole = page.rejection
        alarm = Alarm(whole.code, whole.message) if whole is not None else self._page_alarm(page)
        if alarm is not None:
            raise self._unread(ledger, fetched, alarm, stage="page")
        return page

    def _page_alarm(self, page: Page) -> Alarm | None:
        alarm = page_alarm(self.plan.expects, page)
        if alarm is not None or not may_have_lost(page):
            return alarm
        keys = sorted({(one.statement.source, one.statement.source_key) for one in page.sightings})
        with reading(self.engine) as connection:
            stored = {key: one.record for key, one in pages.records_by_key(connection, keys).items()}
        return loss_alarm(self.plan.expects, page, stored)

    def _led_nowhere(self, ledger: Ledger, fetched: Fetched, alarm: Alarm) -> DriftError:
        """An answer that does not lead on. Where its page is sound, the list is at fault: there is nothing to keep."""
        try:
            sound = bool(read_page(fetched.answer.body, self.plan.source.name, fetched.request.url).sightings)
        except BadInputError:
            sound = False
        return DriftError(alarm) if sound else self._unread(ledger, fetched, alarm, stage="page")

    def _unread(self, ledger: Ledger, fetched: Fetched, alarm: Alarm, *, stage: Literal["fetch", "page"]) -> DriftError:
        """Keep a page that is not to be believed; gives the error that ends the harvest."""
        self.count(keep_unread(ledger, fetched, alarm, stage=stage))
        return DriftError(alarm)
