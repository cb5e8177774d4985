"""A curator's word: judgements on pairs of records, which stick, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from variorum.errors import BadInputError
from variorum.pipeline.forming import recluster
from variorum.pipeline.ledger import recorded
from variorum.pipeline.workspace import Workspace
from variorum.store import matches, works
from variorum.store.engine import Connection, writing

Judgement = Literal["same", "different", "unsure"]


@dataclass(frozen=True)
class Decision:
    """What a decision did: its judgement's number, the records that changed their work, their works now."""

    judgement_id: int
    moved: int
    works: tuple[str, ...]


def decide(workspace: Workspace, a: str, b: str, verdict: Judgement, why: str, curator: str) -> Decision:
    """Judge two records, given by reference, and form their works anew; an earlier judgement is superseded.

    Raises ``BadInputError`` when a record is not in the store, both are one, or no reason is given.
    """
    if not why.strip():
        raise BadInputError("a judgement needs a reason: --why TEXT", code="no_reason")
    if a == b:
        raise BadInputError("a record and itself: give two different records", code="same_record")
    arguments = [a, b, verdict, "--why", why]
    with recorded(workspace, "dedup decide", arguments) as run, writing(workspace.engine) as connection:
        ids = _number(connection, a), _number(connection, b)
        now = workspace.clock()
        number = matches.add_judgement(connection, ids, verdict, why=why, curator=curator, now=now)
        moved, _ = recluster(connection, run.id, ids, {"by": f"judgement {number}"})
        return Decision(number, moved, _homes(connection, ids))


def undo(workspace: Workspace, judgement_id: int) -> Decision:
    """Take a judgement back and form the works anew as if it had never been.

    Raises ``BadInputError`` when there is no such judgement or it was taken back before.
    """
    with recorded(workspace, "dedup undo", [str(judgement_id)]) as run, writing(workspace.engine) as connection:
        ids = matches.undo_judgement(connection, judgement_id, workspace.clock())
        if ids is None:
            raise BadInputError(f"no standing judgement has number {judgement_id}", code="no_judgement")
        moved, _ = recluster(connection, run.id, ids, {"by": f"undo of judgement {judgement_id}"})
        return Decision(judgement_id, moved, _homes(connection, ids))


def _number(connection: Connection, ref: str) -> int:
    stored = matches.find_ref(connection, ref)
    if stored is None:
        raise BadInputError(f"no record {ref}; see: variorum dedup report", code="no_record")
    return stored.id


def _homes(connection: Connection, ids: Sequence[int]) -> tuple[str, ...]:
    return tuple(sorted(set(works.homes(connection, ids).values())))
