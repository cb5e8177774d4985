"""From evidence and objections to a verdict on a pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from variorum.dedup.features import Features
from variorum.dedup.guards import Objection, objections
from variorum.dedup.scoring import Score, score, weights

Verdict = Literal["same", "related", "review", "different"]

KEPT = 0.05
"""Pairs less likely than this are not worth keeping: they say no more than that two records differ."""


@dataclass(frozen=True)
class Match:
    """What the machine thinks of two records, ``a`` before ``b`` by reference."""

    a: str
    b: str
    score: Score
    objections: tuple[Objection, ...]
    verdict: Verdict

    @property
    def probability(self) -> float:
        """Of being the same work, before any objection."""
        return self.score.probability

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes: evidence by weight, then guards."""
        evidence = sorted(self.score.evidence, key=lambda piece: (-abs(piece.weight), piece.code))
        return tuple(piece.code for piece in evidence if piece.weight) + tuple(
            f"guard_{objection.guard}" for objection in self.objections
        )

    @property
    def relation(self) -> str:
        """The relation's kind when the verdict is ``related``, else empty."""
        return next((o.relation for o in self.objections if o.effect == "related"), "")

    @property
    def subject(self) -> str:
        """Which of the two corrects or answers the other when the verdict is ``related``, else empty."""
        return next((o.subject for o in self.objections if o.effect == "related"), "")


def compare(a: Features, b: Features) -> Match:
    """Judge a pair. The order of the two makes no difference."""
    if b.ref < a.ref:
        a, b = b, a
    scored, objected = score(a, b), objections(a, b)
    return Match(a.ref, b.ref, scored, objected, _verdict(scored, objected))


def _verdict(scored: Score, objected: tuple[Objection, ...]) -> Verdict:
    model = weights()
    effects = {objection.effect for objection in objected}
    if "related" in effects:
        # Authors, years and identifiers of a reply differ from those of what it answers: no objection to that.
        return "related"
    if "veto" in effects:
        return "different"
    if scored.probability < model.review:
        return "different"
    return "same" if scored.probability >= model.auto and "hold" not in effects else "review"
