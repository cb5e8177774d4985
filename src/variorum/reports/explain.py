"""The waterfall of a pair: how each piece of evidence moves the odds, and which guards object."""

from __future__ import annotations

import math
from typing import Any

from variorum.dedup.matching import Match
from variorum.dedup.scoring import weights

_BAR_WIDTH = 24
_SCALE = 12.0
"""Log-odds at which a bar is full."""


def explain_view(match: Match, shared_keys: tuple[str, ...], judgement: str | None) -> dict[str, Any]:
    """A judged pair with its arithmetic, for programs."""
    model = weights()
    return {
        "a": match.a,
        "b": match.b,
        "met_by": list(shared_keys),
        "prior": match.score.prior,
        "evidence": [
            {"reason": piece.code, "text": piece.text, "log_odds": piece.weight} for piece in match.score.evidence
        ],
        "probability": match.probability,
        "guards": [{"guard": o.guard, "effect": o.effect, "text": o.text} for o in match.objections],
        "verdict": match.verdict,
        "judgement": judgement,
        "lines": {"auto": model.auto, "review": model.review},
    }


def waterfall(match: Match) -> list[tuple[str, str, str, str]]:
    """Rows of the waterfall: label, contribution, running probability, bar."""
    running = match.score.prior
    rows = [("any two records that share a key", f"{running:+.1f}", _percent(running), _bar(running))]
    for piece in match.score.evidence:
        running += piece.weight
        rows.append((piece.text, f"{piece.weight:+.1f}", _percent(running), _bar(piece.weight)))
    rows.append(("all evidence together", f"{running:+.1f}", _percent(running), ""))
    return rows


def _percent(log_odds: float) -> str:
    return f"{100 / (1 + math.exp(-log_odds)):.1f} %"


def _bar(weight: float) -> str:
    """A bar that grows right for "same" and left for "different" from a middle line."""
    half = _BAR_WIDTH // 2
    filled = min(half, math.ceil(abs(weight) / _SCALE * half)) if weight else 0
    left, right = (filled, 0) if weight < 0 else (0, filled)
    return f"{'█' * left:>{half}}│{'█' * right:<{half}}"
