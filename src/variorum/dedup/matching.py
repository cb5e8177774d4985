"""From evidence and objections to a verdict on a pair."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from variorum.dedup.comparing import Comparison, compare, complete, glance
from variorum.dedup.features import Features
from variorum.dedup.guards import objections
from variorum.dedup.model import Evidence, Model, probability, shipped
from variorum.dedup.objections import Objection

Verdict = Literal["same", "related", "review", "different"]

KEPT = 0.05
"""Pairs less likely than this are not worth keeping: they say no more than that two records differ."""

KEPT_LOG_ODDS = math.log(KEPT / (1 - KEPT))


@dataclass(frozen=True, slots=True)
class Match:
    """What the machine thinks of two records, ``a`` before ``b`` by reference."""

    a: str
    b: str
    levels: Comparison
    log_odds: float
    objections: tuple[Objection, ...]
    verdict: Verdict
    model: Model

    @property
    def probability(self) -> float:
        """Of being the same work, before any objection."""
        return probability(self.log_odds)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What each feature contributed to the log-odds."""
        return self.model.evidence(self.levels)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes: evidence by weight, then guards."""
        telling = sorted((piece for piece in self.evidence if piece.tells), key=lambda p: (-abs(p.weight), p.code))
        return (*(piece.code for piece in telling), *(f"guard_{objection.guard}" for objection in self.objections))

    @property
    def relation(self) -> str:
        """The relation's kind when the verdict is ``related``, else empty."""
        return next((o.relation for o in self.objections if o.effect == "related"), "")

    @property
    def subject(self) -> str:
        """Which of the two corrects, answers or follows the other when the verdict is ``related``, else empty."""
        return next((o.subject for o in self.objections if o.effect == "related"), "")

    @property
    def veto(self) -> str:
        """Why no chain of links may join the two, empty if nothing forbids it."""
        return next((f"{o.guard}: {o.text}" for o in self.objections if o.effect != "hold" or o.over_chains), "")


def judge(a: Features, b: Features, model: Model | None = None) -> Match:
    """Judge a pair. The order of the two makes no difference."""
    return _match(a, b, compare(a, b), model or shipped())


def judge_if_likely(a: Features, b: Features, model: Model, least: float = KEPT_LOG_ODDS) -> Match | None:
    """Judge a pair that is worth it: with so many log-odds at least, before any guard is asked. None for others."""
    seen = likely_at_a_glance(a, b, model, least)
    return None if seen is None else judge_seen(a, b, seen, model, least)


def likely_at_a_glance(a: Features, b: Features, model: Model, least: float) -> Comparison | None:
    """What a glance shows of a pair that may be worth judging; None if it is not, whoever the authors are."""
    seen = glance(a, b)
    return seen if model.at_most(seen) >= least else None


def judge_seen(a: Features, b: Features, seen: Comparison, model: Model, least: float) -> Match | None:
    """Judge a pair after a glance; None when it is not worth it."""
    levels = complete(a, b, seen)
    return _match(a, b, levels, model) if model.log_odds(levels) >= least else None


def _match(a: Features, b: Features, levels: Comparison, model: Model) -> Match:
    if b.ref < a.ref:
        a, b = b, a
    log_odds, objected = model.log_odds(levels), objections(a, b, levels)
    return Match(a.ref, b.ref, levels, log_odds, objected, _verdict(log_odds, objected, model), model)


def _verdict(log_odds: float, objected: tuple[Objection, ...], model: Model) -> Verdict:
    effects = {objection.effect for objection in objected} if objected else frozenset()
    if "related" in effects:
        # Authors, years and identifiers of a reply differ from those of what it answers: no objection to that.
        return "related"
    if "veto" in effects:
        return "different"
    likely = probability(log_odds)
    if likely < model.review:
        return "different"
    return "same" if likely >= model.auto and "hold" not in effects else "review"
