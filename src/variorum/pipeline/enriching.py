"""Filling holes: works that lack something are looked up in registries, and what agrees becomes a record.

What a registry adds is an ordinary record with a page of its own, so that merging, survivorship, judgements
and undo treat it as any other. A look-up that was answered is not asked again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from variorum.config import Settings
from variorum.errors import ExitCode, NotNowError, StoppedError
from variorum.pipeline.asking import EVERY_KEYS_FAULT
from variorum.pipeline.lacking import Lacking, Wish, holes_now, lacking_works, open_questions
from variorum.pipeline.ledger import recorded
from variorum.pipeline.looking_up import fills
from variorum.pipeline.registry_asking import LeftOut, RegistryAsker
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.store.leases import HostPacer
from variorum.store.locks import try_lock
from variorum.store.lookups import Lookup
from variorum.transport.client import Client


@dataclass(frozen=True)
class Enriched:
    """A work that was looked up: what was asked, and which of its holes are filled now that records are merged."""

    work: Lacking
    lookups: tuple[Lookup, ...]
    filled: tuple[str, ...] = ()


@dataclass(frozen=True)
class EnrichResult:
    """What a run of look-ups came to. ``left``: registries that could not be asked to the end, and why."""

    run_id: int
    works: tuple[Enriched, ...]
    left: Mapping[str, LeftOut]
    interrupted: bool
    to_review: int = 0

    @property
    def exit_code(self) -> ExitCode:
        """75 when something is left to be asked again, 3 when a person is needed, else 0."""
        failed = any(one.outcome == "failed" for work in self.works for one in work.lookups)
        lasting = [why for why in self.left.values() if why.code in LASTING]
        if self.interrupted or failed or len(lasting) < len(self.left):
            return ExitCode.NOT_NOW
        return ExitCode.NEEDS_A_HUMAN if lasting or self.to_review else ExitCode.OK


LASTING = EVERY_KEYS_FAULT | {"all_not_found"}
"""Why a registry cannot be asked, that asking again will not change."""


def enrich(
    workspace: Workspace,
    settings: Settings,
    wish: Wish,
    stop: threading.Event,
    *,
    arguments: Sequence[str] = (),
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> EnrichResult:
    """Look works up, one after the other, each in one registry after the other until nothing is lacking.

    Records that await dedup are merged first, and what is found is merged at the end. A registry that cannot be
    asked any more today is left out for the rest of the run; when ``stop`` is set, the look-up under way is
    given up. ``tell`` hears how many works are done, of how many. Raises ``NotNowError`` (``already_running``)
    when another run looks works up.
    """
    release = try_lock(workspace.engine, "enrich")
    if release is None:
        raise NotNowError("another run is looking works up; let it finish", code="already_running")
    try:
        run_dedup(workspace)
        result = _look_all_up(workspace, settings, wish, stop, arguments, tell)
        merged = None if result.interrupted else run_dedup(workspace)
    finally:
        release()
    after = holes_now(workspace, [one.work.work_id for one in result.works])
    done = tuple(replace(one, filled=_filled(one.work, after[one.work.work_id])) for one in result.works)
    return replace(result, works=done, to_review=merged.new_to_review if merged else 0)


def _filled(work: Lacking, holes: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in work.holes if name not in holes)


def _look_all_up(
    workspace: Workspace,
    settings: Settings,
    wish: Wish,
    stop: threading.Event,
    arguments: Sequence[str],
    tell: Callable[[int, int], None],
) -> EnrichResult:
    lacking = lacking_works(workspace, wish)
    done: list[Enriched] = []
    pacer = HostPacer(workspace.engine, stop)
    with (
        Client(contact=settings.contact, pacer=pacer, stop=stop) as client,
        recorded(workspace, "enrich", arguments) as run,
    ):
        asker = RegistryAsker(workspace, settings, client, run.id)
        try:
            for work in lacking:
                if stop.is_set():
                    raise StoppedError
                if set(wish.registries) <= set(asker.left):
                    break
                tell(len(done), len(lacking))
                done.append(_look_up(asker, work, wish))
        except StoppedError:
            run.status, run.message = "not_now", "asked to stop; run again to go on"
        result = EnrichResult(run.id, tuple(done), asker.left, interrupted=run.status == "not_now")
        if result.exit_code is ExitCode.NOT_NOW and run.status == "ok":
            run.status, run.message = "not_now", "some look-ups are left; run again"
    return result


def _look_up(asker: RegistryAsker, work: Lacking, wish: Wish) -> Enriched:
    """Ask until nothing is lacking or nobody is left to ask. What an answer identifies is asked for by id, too."""
    made: list[Lookup] = []
    asked: set[tuple[str, str]] = set()
    filled: set[str] = set()
    now = work
    while set(work.holes) - filled:
        fresh = [one for one in open_questions(asker.workspace, now, wish) if one.source not in asker.left]
        question = next((one for one in fresh if (one.source, one.query) not in asked), None)
        if question is None:
            break
        asked.add((question.source, question.query))
        lookup, record = asker.ask(now, question)
        if lookup is not None:
            made.append(lookup)
        if record is not None:
            filled |= fills(record)
            # What was found by a search has been asked for by its id already.
            asked.update((question.source, f"id:{one.value}") for one in record.identifiers)
            known = now.known.model_copy(update={"identifiers": (*now.known.identifiers, *record.identifiers)})
            now = replace(now, known=known)
    return Enriched(work, tuple(made))
