"""The waterfall of a pair: how each piece of evidence moves the odds, and which guards object."""

from __future__ import annotations

import math
from typing import Any

from variorum.dedup.features import Features
from variorum.dedup.matching import Match
from variorum.dedup.model import Evidence
from variorum.reports.wording import evidence_text

Both = tuple[Features, Features]
"""The features of a match's ``a`` and ``b``."""

_BAR_WIDTH = 24
_SCALE = 6.0
"""Log-odds at which a bar is full; few weights reach it."""


def explain_view(match: Match, features: Both, met_by: tuple[str, ...], judgement: str | None) -> dict[str, Any]:
    """A judged pair with its arithmetic, for programs."""
    return {
        "a": match.a,
        "b": match.b,
        "met_by": list(met_by),
        "prior": match.model.prior,
        "evidence": [
            {"reason": piece.code, "text": _text(piece, features), "log_odds": piece.weight} for piece in _shown(match)
        ],
        "probability": match.probability,
        "guards": [{"guard": o.guard, "effect": o.effect, "text": o.text} for o in match.objections],
        "verdict": match.verdict,
        "judgement": judgement,
        "lines": {"auto": match.model.auto, "review": match.model.review},
    }


def waterfall(match: Match, features: Both) -> list[tuple[str, str, str, str]]:
    """Rows of the waterfall: label, contribution, running probability, bar.

    What is missing stands in brackets, since it is no reason. Guards and verdict have nothing but a label.
    """
    running = match.model.prior
    rows = [("any two records that meet and look alike", f"{running:+.2f}", _percent(running), _bar(running))]
    for piece in _shown(match):
        running += piece.weight
        text = _text(piece, features)
        label = f"({text})" if piece.level == "missing" else text
        rows.append((label, f"{piece.weight:+.2f}", _percent(running), _bar(piece.weight)))
    rows.append(("all evidence together", f"{running:+.2f}", _percent(running), ""))
    rows += ((f"guard {o.guard} ({o.effect}): {o.text}", "", "", "") for o in match.objections)
    rows.append((f"verdict: {match.verdict}", "", "", ""))
    return rows


def _shown(match: Match) -> list[Evidence]:
    """All evidence, but for what is missing without weighing anything."""
    return [piece for piece in match.evidence if piece.weight or piece.level != "missing"]


def _text(piece: Evidence, features: Both) -> str:
    return evidence_text(piece.feature, piece.level, *features)


def _percent(log_odds: float) -> str:
    return f"{100 / (1 + math.exp(-log_odds)):.1f} %"


def _bar(weight: float) -> str:
    """A bar that grows right for "same" and left for "different" from a middle line."""
    half = _BAR_WIDTH // 2
    filled = min(half, math.ceil(abs(weight) / _SCALE * half)) if weight else 0
    left, right = (filled, 0) if weight < 0 else (0, filled)
    return f"{'█' * left:>{half}}│{'█' * right:<{half}}"
