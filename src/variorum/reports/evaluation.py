"""Showing how well clusters agree with the truth."""

from __future__ import annotations

from typing import Any

from variorum.dedup.evaluate import Counts, Evaluation, Score


def evaluation_view(found: Evaluation) -> dict[str, Any]:
    """The figures for programs; shares from 0 to 1."""
    return {
        "records": found.records,
        "pairs": {**_shares(found.pairs.score), **found.pairs.__dict__},
        "clusters": {**_shares(found.clusters.score), **found.clusters.__dict__},
        "b_cubed": _shares(found.b_cubed),
        "false_merges": [list(pair) for pair in found.false_merges],
        "missed_pairs": [list(pair) for pair in found.missed_pairs],
    }


def _shares(score: Score) -> dict[str, float]:
    return {"precision": score.precision, "recall": score.recall, "f1": score.f1}


def evaluation_rows(found: Evaluation) -> list[list[str]]:
    """Rows of a table: measure, precision, recall, F1, right, wrong, missed."""
    rows = [_row("pairs of records", found.pairs.score, found.pairs)]
    rows.append(_row("whole clusters", found.clusters.score, found.clusters))
    rows.append(_row("B-cubed", found.b_cubed, None))
    return rows


def _row(name: str, score: Score, counts: Counts | None) -> list[str]:
    numbers = (counts.true_positives, counts.false_positives, counts.false_negatives) if counts else ()
    shares = [f"{share:.4f}" for share in (score.precision, score.recall, score.f1)]
    return [name, *shares, *(f"{number:,}" for number in numbers)]
