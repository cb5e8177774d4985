"""Filling holes: works that lack something are looked up in registries, and what agrees becomes a record.

What a registry adds is an ordinary record with a page of its own, so that merging, survivorship, judgements
and undo treat it as any other. A look-up that was answered is not asked again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from variorum.config import Settings
from variorum.errors import BadInputError, ExitCode, LayoutError, NotNowError, StoppedError, UnavailableError
from variorum.pipeline.asking import ABSENT
from variorum.pipeline.holes import HOLES, holes_of
from variorum.pipeline.keeping import Fetched, capture_of, store_fetched
from variorum.pipeline.ledger import recorded
from variorum.pipeline.looking_up import Question, choose, fills, questions, record_of_work, registries
from variorum.pipeline.plans import Plan, make_plan
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.workspace import Workspace
from variorum.schema import Record
from variorum.schema.harvest import Keys, Position, Request
from variorum.scrapers import AskAgainError, decode
from variorum.store import lookups, runs, works
from variorum.store.engine import reading, writing
from variorum.store.leases import HostPacer
from variorum.store.lookups import Lookup
from variorum.store.pages import chunks
from variorum.transport.client import Client, FetchError


@dataclass(frozen=True)
class Lacking:
    """A work with holes, and all that is known of it as one record."""

    work_id: str
    known: Record
    holes: tuple[str, ...]


@dataclass(frozen=True)
class Enriched:
    """A work that was looked up: what it lacked, what was asked, and which holes the accepted answers fill."""

    work: Lacking
    lookups: tuple[Lookup, ...]
    filled: tuple[str, ...]


@dataclass(frozen=True)
class EnrichResult:
    """What a run of look-ups came to. ``left``: registries that could not be asked to the end, and why."""

    run_id: int
    works: tuple[Enriched, ...]
    left: tuple[tuple[str, str], ...]
    interrupted: bool

    @property
    def exit_code(self) -> ExitCode:
        """75 when something is left to be asked, else 0."""
        failed = any(one.outcome == "failed" for work in self.works for one in work.lookups)
        return ExitCode.NOT_NOW if self.left or self.interrupted or failed else ExitCode.OK


def lacking_works(
    workspace: Workspace, missing: Sequence[str], work_id: str | None = None, limit: int | None = None
) -> list[Lacking]:
    """Works that lack one of the named fields (any of ``HOLES`` if none is named), in a fixed order.

    Raises ``BadInputError`` (``bad_field``, ``no_work``).
    """
    unknown = sorted(set(missing) - set(HOLES))
    if unknown:
        raise BadInputError(
            f"no field {', '.join(unknown)} is looked up; there are: {', '.join(HOLES)}", code="bad_field"
        )
    found: list[Lacking] = []
    for work in _works_with_holes(workspace, work_id):
        if set(work.holes) & set(missing or HOLES):
            found.append(work)
        if limit is not None and len(found) >= limit:
            break
    return found


def _works_with_holes(workspace: Workspace, work_id: str | None) -> Iterator[Lacking]:
    with reading(workspace.engine) as connection:
        if work_id is None:
            ids = works.live_ids(connection)
        else:
            live = works.resolve_id(connection, work_id)
            if live is None:
                raise BadInputError(f"there is no work {work_id}; see: variorum works list", code="no_work")
            ids = [live]
        for some in chunks(ids):
            members, fields = works.members(connection, some), works.fields(connection, some)
            for one in some:
                own, seen = fields.get(one, []), members.get(one, [])
                holes = holes_of(own, seen)
                if holes:
                    yield Lacking(one, record_of_work(one, own, seen), holes)


def asked_registries(only: Sequence[str]) -> tuple[str, ...]:
    """The registries to ask. Raises ``BadInputError`` (``bad_registry``)."""
    known = registries()
    strangers = [name for name in only if name not in known]
    if strangers:
        raise BadInputError(
            f"{', '.join(strangers)} cannot be looked up in; there are: {', '.join(known)}", code="bad_registry"
        )
    return tuple(name for name in known if not only or name in only)


def open_questions(workspace: Workspace, work: Lacking, names: Sequence[str], *, again: bool = False) -> list[Question]:
    """What would be asked about a work now; what was answered before only if ``again``."""
    with reading(workspace.engine) as connection:
        answered = set() if again else lookups.answered(connection, [work.work_id])
    return [one for one in questions(work.known, names) if (work.work_id, one.source, one.query) not in answered]


def enrich(
    workspace: Workspace,
    settings: Settings,
    lacking: Sequence[Lacking],
    names: Sequence[str],
    stop: threading.Event,
    *,
    again: bool = False,
    arguments: Sequence[str] = (),
    tell: Callable[[Enriched], None] = lambda _: None,
) -> EnrichResult:
    """Look works up, one after the other, each in one registry after the other until nothing is lacking.

    ``lacking`` names in ``holes`` what is wanted of each. A registry that cannot be asked any more today is
    left out for the rest of the run; when ``stop`` is set, the look-up under way is given up.
    """
    done: list[Enriched] = []
    pacer = HostPacer(workspace.engine, stop)
    with (
        Client(contact=settings.contact, pacer=pacer, stop=stop) as client,
        recorded(workspace, "enrich", arguments) as run,
    ):
        asking = _Asking(workspace, settings, client, run.id)
        try:
            for work in lacking:
                if stop.is_set():
                    raise StoppedError
                done.append(_look_up(asking, work, names, again=again))
                tell(done[-1])
        except StoppedError:
            run.status, run.message = "not_now", "asked to stop; run again to go on"
        result = EnrichResult(run.id, tuple(done), tuple(asking.left.items()), len(done) < len(lacking))
        if result.exit_code is ExitCode.NOT_NOW and run.status == "ok":
            run.status, run.message = "not_now", "some look-ups are left; run again"
    return result


def _look_up(asking: _Asking, work: Lacking, names: Sequence[str], *, again: bool) -> Enriched:
    """Ask until nothing is lacking or nobody is left to ask. What an answer identifies is asked for by id, too."""
    made: list[Lookup] = []
    asked: set[tuple[str, str]] = set()
    filled: set[str] = set()
    while set(work.holes) - filled:
        left = [one for one in names if one not in asking.left]
        fresh = open_questions(asking.workspace, work, left, again=again)
        question = next((one for one in fresh if (one.source, one.query) not in asked), None)
        if question is None:
            break
        asked.add((question.source, question.query))
        lookup, record = asking.ask(work, question)
        if lookup is not None:
            made.append(lookup)
        if record is not None:
            filled |= fills(record)
            known = work.known.model_copy(update={"identifiers": (*work.known.identifiers, *record.identifiers)})
            work = Lacking(work.work_id, known, work.holes)
    return Enriched(work, tuple(made), tuple(name for name in work.holes if name in filled))


class _Asking:
    """Registries being asked in one run; ``left``: those that cannot be any more, and why."""

    def __init__(self, workspace: Workspace, settings: Settings, client: Client, run_id: int) -> None:
        self.workspace = workspace
        self.settings = settings
        self.client = client
        self.run_id = run_id
        self.left: dict[str, str] = {}

    def ask(self, work: Lacking, question: Question) -> tuple[Lookup | None, Record | None]:
        """Ask one question; the answer's record is stored together with the note of it, if it is accepted.

        Gives no look-up where the registry cannot be asked this, or not any more in this run.
        """

        def noted(outcome: lookups.Outcome, message: str | None = None) -> Lookup:
            return Lookup(work.work_id, question.source, question.query, outcome, message)

        try:
            key = question.key or self._search(work, question)
            if key is None:
                return None, None
            return self._by_key(work, question, key)
        except _RefusedError as refusal:
            return self._note(noted("refused" if refusal.reason else "not_found", refusal.reason or None)), None
        except (UnavailableError, FetchError, LayoutError, AskAgainError, BadInputError) as error:
            return self._note(noted("failed", f"{error.code}: {error.message}")), None
        except NotNowError as error:
            self.left[question.source] = error.message
            return None, None

    def _note(self, lookup: Lookup) -> Lookup:
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
        chosen, why = choose(work.known, [one.statement for one in page.sightings])
        if chosen is None:
            raise _RefusedError(why)
        return chosen.source_key

    def _by_key(self, work: Lacking, question: Question, key: str) -> tuple[Lookup, Record]:
        plan = make_plan(self.settings, question.source, Keys((key,)))
        steps = plan.starting(None)
        fetched, page = self._fetch(plan, steps.request(Position()))
        if page is None or not steps.follow(Position(), decode(fetched.answer.body)).holds:
            raise _RefusedError("")
        chosen, why = choose(work.known, [one.statement for one in page.sightings])
        if chosen is None:
            raise _RefusedError(why or "nothing_readable")
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
            if error.answer is None or error.answer.status not in ABSENT:
                raise
            answer = error.answer
        fetched = Fetched(request, answer)
        if answer.status in ABSENT:
            return fetched, None
        page = read_page(answer.body, plan.source.name, request.url)
        whole = page.rejection
        if whole is not None and whole.code != "no_entries":
            raise LayoutError(whole.code, whole.message)
        return fetched, page


class _RefusedError(Exception):
    """No answer is taken, for a reason; without one, there is no answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
