"""From evidence and objections to a verdict on a pair."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from variorum.dedup.comparing import Comparison, compare
from variorum.dedup.features import Features
from variorum.dedup.guards import objections
from variorum.dedup.likely import likely_pairs
from variorum.dedup.model import Evidence, Model, probability, shipped
from variorum.dedup.objections import Objection
from variorum.dedup.texts import Numbers

Verdict = Literal["same", "related", "review", "different"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

KEPT = 0.05
"""Pairs less likely than this are not worth keeping: they say no more than that two records differ."""

KEPT_LOG_ODDS = math.log(KEPT / (1 - KEPT))


class Match(NamedTuple):
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


def judge_likely(
    records: Sequence[Features], left: Numbers, right: Numbers, model: Model, least: float = KEPT_LOG_ODDS
) -> Iterator[tuple[int, Match]]:
    """Judge the pairs that are worth it: with so many log-odds at least, before any guard is asked.

    Pairs are given by the positions of their records; matches come with their places among the pairs, in order.
    """
    for place, levels in zip(*likely_pairs(records, left, right, model, least), strict=True):
        yield place, _match(records[left[place]], records[right[place]], levels, model)


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
