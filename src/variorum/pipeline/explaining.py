"""Judging any two stored records again, to show why."""

from __future__ import annotations

from dataclasses import dataclass

from variorum.dedup.features import Features
from variorum.dedup.keys import shared_kinds
from variorum.dedup.matching import Match, judge
from variorum.errors import BadInputError
from variorum.pipeline.featuring import stored_features
from variorum.pipeline.workspace import Workspace
from variorum.store import matches
from variorum.store.engine import reading

_VERDICTS = {
    "same": "the same work: merged by the machine",
    "related": "related, but two works",
    "review": "undecided: a curator must look",
    "different": "two works",
}


@dataclass(frozen=True)
class Explanation:
    """A pair's match, the features compared, what to call the two, the kinds of keys they meet by.

    ``judgement`` is the curator's word, if there is one. What comes in twos is in the order of the match.
    """

    match: Match
    features: tuple[Features, Features]
    titles: tuple[str, str]
    met_by: tuple[str, ...]
    judgement: str | None

    @property
    def verdict_text(self) -> str:
        """The verdict in a sentence."""
        if self.judgement:
            return f"{_VERDICTS[self.match.verdict]}; a curator judged: {self.judgement}"
        return _VERDICTS[self.match.verdict]


def explain_pair(workspace: Workspace, a: str, b: str) -> Explanation:
    """Judge two records given by reference. Raises ``BadInputError`` when one is not in the store."""
    with reading(workspace.engine) as connection:
        found = []
        for ref in sorted((a, b)):
            stored = matches.find_ref(connection, ref)
            if stored is None:
                raise BadInputError(f"no record {ref}; see: variorum works show WORK", code="no_record")
            found.append(stored)
        judged = matches.judgements(connection)
    if a == b:
        raise BadInputError("a record and itself: give two different records", code="same_record")
    first, second = (stored_features(stored) for stored in found)
    ids = min(found[0].id, found[1].id), max(found[0].id, found[1].id)
    return Explanation(
        judge(first, second),
        (first, second),
        (found[0].record.display_title, found[1].record.display_title),
        shared_kinds(first, second),
        judged.get(ids),
    )
