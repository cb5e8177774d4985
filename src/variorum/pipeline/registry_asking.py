"""Asking registries about works, one question after the other; what agrees is stored with the note of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from variorum.config import Settings
from variorum.errors import BadInputError, LayoutError, NotNowError, UnavailableError
from variorum.pipeline.asking import ABSENT, EVERY_KEYS_FAULT
from variorum.pipeline.keeping import Fetched, capture_of, store_fetched
from variorum.pipeline.lacking import Lacking
from variorum.pipeline.looking_up import Question, choose
from variorum.pipeline.plans import Plan, make_plan
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.workspace import Workspace
from variorum.schema import Record
from variorum.schema.harvest import Keys, Position, Request
from variorum.scrapers import AskAgainError, decode
from variorum.store import lookups, runs
from variorum.store.engine import writing
from variorum.store.lookups import Lookup
from variorum.transport.client import Client, FetchError

MOST_FAILED_IN_A_ROW = 3
MOST_UNKNOWN_AT_FIRST = 10
"""So many look-ups that the HTTP status calls "not found", from the first one on, say that the address is wrong."""


@dataclass(frozen=True)
class LeftOut:
    """Why a registry is not asked any more in this run."""

    code: str
    message: str


class RegistryAsker:
    """Registries being asked in one run; ``left``: those that cannot be any more, and why."""

    def __init__(self, workspace: Workspace, settings: Settings, client: Client, run_id: int) -> None:
        self.workspace = workspace
        self.settings = settings
        self.client = client
        self.run_id = run_id
        self.left: dict[str, LeftOut] = {}
        self._failed_in_a_row: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._known: set[str] = set()

    def ask(self, work: Lacking, question: Question) -> tuple[Lookup | None, Record | None]:
        """Ask one question; the answer's record is stored together with the note of it, if it is accepted.

        Gives no look-up where the registry cannot be asked this, or not any more in this run.
        """
        try:
            key = question.key or self._search(work, question)
            if key is None:
                return None, None
            lookup, record = self._by_key(work, question, key)
        except _RefusedError as refusal:
            lookup, record = (
                self._noted(work, question, "refused" if refusal.reason else "not_found", refusal.reason),
                None,
            )
        except (UnavailableError, FetchError, LayoutError, AskAgainError, BadInputError) as error:
            if error.code == "wrong_answer":
                return self._noted(work, question, "refused", error.message), None
            return self._failed(work, question, error.code, error.message), None
        except NotNowError as error:
            self.left[question.source] = LeftOut(error.code, error.message)
            return None, None
        self._failed_in_a_row[question.source] = 0
        return lookup, record

    def _failed(self, work: Lacking, question: Question, code: str, message: str) -> Lookup | None:
        """Note a failure; one that every question would meet, or one of several in a row, ends the registry's part."""
        self._failed_in_a_row[question.source] += 1
        if code in EVERY_KEYS_FAULT or self._failed_in_a_row[question.source] >= MOST_FAILED_IN_A_ROW:
            self.left[question.source] = LeftOut(code, message)
        return None if code in EVERY_KEYS_FAULT else self._noted(work, question, "failed", f"{code}: {message}")

    def _noted(self, work: Lacking, question: Question, outcome: lookups.Outcome, message: str) -> Lookup:
        lookup = Lookup(work.work_id, question.source, question.query, outcome, message or None)
        with writing(self.workspace.engine) as connection:
            lookups.note(connection, self.run_id, lookup)
        return lookup

    def _search(self, work: Lacking, question: Question) -> str | None:
        """The key of the publication that the registry finds; None when it cannot be searched for this."""
        plan = make_plan(self.settings, question.source, Keys(()))
        search, wanted = plan.source.search, question.wanted
        if search is None or wanted is None:
            return None
        request = (search.by_abstract if question.by_abstract else search.by_title)(plan.endpoint, wanted)
        if request is None:
            return None
        _, page = self._fetch(plan, request)
        if page is None or not page.sightings:
            raise _RefusedError("")
        return self._chosen(work, page).source_key

    def _chosen(self, work: Lacking, page: Page) -> Record:
        chosen, why = choose(work.known, [one.statement for one in page.sightings])
        if chosen is None:
            raise _RefusedError(why or "nothing_readable")
        return chosen

    def _by_key(self, work: Lacking, question: Question, key: str) -> tuple[Lookup, Record]:
        plan = make_plan(self.settings, question.source, Keys((key,)))
        steps = plan.starting(None)
        fetched, page = self._fetch(plan, steps.request(Position()))
        if page is None or not steps.follow(Position(), decode(fetched.answer.body)).holds:
            raise _RefusedError("")
        chosen = self._chosen(work, page)
        lookup = Lookup(work.work_id, question.source, question.query, "accepted", chosen.ref)
        capture = capture_of(self.workspace, plan, fetched, page)
        with writing(self.workspace.engine) as connection:
            stored = store_fetched(connection, self.run_id, capture, page)
            runs.add_counts(connection, self.run_id, stored.counts)
            lookups.note(connection, self.run_id, lookup)
        return lookup, chosen

    def _fetch(self, plan: Plan, request: Request) -> tuple[Fetched, Page | None]:
        """The answer and what it says; no page where the registry says that it knows no such publication."""
        try:
            answer = self.client.fetch(request, plan.manners)
        except FetchError as error:
            if error.answer is None or error.answer.status not in ABSENT or error.code in EVERY_KEYS_FAULT:
                raise
            answer = error.answer
        fetched, name = Fetched(request, answer), plan.source.name
        if answer.status in ABSENT:
            self._count_unknown(name, answer.status)
            return fetched, None
        self._known.add(name)
        page = read_page(answer.body, name, request.url)
        whole = page.rejection
        if whole is not None and whole.code != "no_entries":
            raise LayoutError(whole.code, whole.message)
        return fetched, page

    def _count_unknown(self, name: str, status: int) -> None:
        self._unknown[name] += name not in self._known
        if self._unknown[name] >= MOST_UNKNOWN_AT_FIRST:
            told = f"{name} answers HTTP {status} to everything; is its address right?"
            self.left[name] = LeftOut("all_not_found", told)


class _RefusedError(Exception):
    """No answer is taken, for a reason; without one, there is no answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
