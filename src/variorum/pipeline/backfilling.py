"""Which keys a backfill asks for: those given, checked; or those that failed last time."""

from __future__ import annotations

from collections.abc import Sequence

from variorum.config import Settings
from variorum.errors import BadInputError
from variorum.pipeline.plans import SCOPE_NAMES
from variorum.pipeline.workspace import open_workspace
from variorum.schema.harvest import Keys
from variorum.scrapers import get_source
from variorum.store import checkpoints
from variorum.store.engine import reading

LONGEST_KEY = 255


def asked_keys(source_name: str, given: Sequence[str]) -> tuple[str, ...]:
    """The keys as the source has them, each once, in the order given.

    Raises ``BadInputError`` (``no_keys``, ``bad_key``) naming those that cannot be ids of the source.
    """
    source = get_source(source_name)
    if not given:
        raise BadInputError("give ids, or --file with one on each line", code="no_keys")
    named = [(text, source.key_of(text)) for text in given]
    wrong = [text for text, key in named if key is None or len(key) > LONGEST_KEY]
    if wrong:
        raise BadInputError(f"no ids of {source_name}: {', '.join(wrong[:5])}", code="bad_key")
    return tuple(dict.fromkeys(key for _, key in named if key is not None))


def failed_keys(settings: Settings, source_name: str) -> tuple[str, ...]:
    """The keys of the source that failed in the last backfill that asked for them."""
    workspace = open_workspace(settings)
    with reading(workspace.engine) as connection:
        missed = checkpoints.missed_keys(connection, get_source(source_name).name, SCOPE_NAMES[Keys])
    if not missed:
        raise BadInputError(f"no id of {source_name} has failed; there is nothing to retry", code="no_keys")
    return tuple(one.key for one in missed)
