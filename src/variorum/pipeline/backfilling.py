"""Which keys and awards a backfill asks for: those given, checked; or those that failed last time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from variorum.config import Settings
from variorum.errors import BadInputError
from variorum.pipeline.plans import SCOPE_NAMES, Plan, make_plan
from variorum.pipeline.workspace import open_workspace
from variorum.schema.harvest import Awards, Keys
from variorum.schema.identifiers import normalise_nsf_award
from variorum.scrapers import get_source, sources
from variorum.store import checkpoints, harvests
from variorum.store.engine import reading

BACKFILL = "backfill"
"""The command's name in the ledger of runs."""

LONGEST_KEY = 255


def asked_keys(source_name: str, given: Sequence[str]) -> tuple[str, ...]:
    """The keys as the source has them, each once, in the order given.

    Raises ``BadInputError`` (``no_keys``, ``bad_key``) naming those that cannot be ids of the source.
    """
    source = get_source(source_name)
    return _checked(given, source.key_of, f"ids of {source_name}")


def asked_awards(given: Sequence[str]) -> tuple[str, ...]:
    """NSF award numbers of seven digits, each once, in the order given.

    Raises ``BadInputError`` (``no_keys``, ``bad_key``) naming those that are none.
    """
    return _checked(given, normalise_nsf_award, "NSF award numbers (seven digits)")


def _checked(given: Sequence[str], key_of: Callable[[str], str | None], what: str) -> tuple[str, ...]:
    if not given:
        raise BadInputError("give ids, or --file with one on each line", code="no_keys")
    named = [(text, key_of(text)) for text in given]
    wrong = [text for text, key in named if key is None or len(key) > LONGEST_KEY]
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise BadInputError(f"no {what}: {', '.join(wrong[:5])}{more}; nothing was fetched", code="bad_key")
    return tuple(dict.fromkeys(key for _, key in named if key is not None))


def failed_keys(settings: Settings, source_name: str) -> tuple[str, ...]:
    """The keys of the source that failed in the last backfill that asked for them."""
    missed = _missed(settings, get_source(source_name).name, SCOPE_NAMES[Keys])
    if not missed:
        raise BadInputError(f"no id of {source_name} has failed; there is nothing to retry", code="no_keys")
    return missed


def _missed(settings: Settings, source_name: str, kind: str) -> tuple[str, ...]:
    workspace = open_workspace(settings)
    with reading(workspace.engine) as connection:
        return tuple(one.key for one in checkpoints.missed_keys(connection, source_name, kind))


def award_sources() -> tuple[str, ...]:
    """The sources that can be asked for the publications of awards."""
    return tuple(name for name, one in sources().items() if any(Awards in channel.scopes for channel in one.channels))


def award_plans(settings: Settings, numbers: Sequence[str], only: Sequence[str] = ()) -> list[Plan]:
    """One plan for each source that knows awards, or for those named. Raises ``BadInputError``."""
    return [make_plan(settings, name, Awards(tuple(numbers))) for name in only or award_sources()]


def award_arguments(plans: Sequence[Plan]) -> list[str]:
    """The arguments by which the ledger of runs knows a backfill: the same for the same awards and sources."""
    return ["awards", *(f"{plan.source.name}: {plan.scope_name}" for plan in plans)]


def unfinished_plans(settings: Settings, plans: Sequence[Plan]) -> list[Plan]:
    """The plans without those that were carried out, within a day, by a run of this backfill that was cut off."""
    try:
        workspace = open_workspace(settings)
    except BadInputError:
        return list(plans)
    with reading(workspace.engine) as connection:
        since = (datetime.fromisoformat(workspace.clock()) - timedelta(days=1)).isoformat()
        done = harvests.finished_before_a_cut(connection, BACKFILL, award_arguments(plans), since)
    return [plan for plan in plans if (plan.source.name, plan.scope_name) not in done] or list(plans)


def failed_award_plans(settings: Settings, only: Sequence[str] = ()) -> list[Plan]:
    """For each source a plan for the awards that failed there last time. Raises ``BadInputError`` (``no_keys``)."""
    missed = {name: _missed(settings, name, SCOPE_NAMES[Awards]) for name in only or award_sources()}
    plans = [make_plan(settings, name, Awards(numbers)) for name, numbers in missed.items() if numbers]
    if not plans:
        raise BadInputError("no award has failed; there is nothing to retry", code="no_keys")
    return plans
