"""Train the screen, by which most pairs that share a key are set aside before the matcher sees them.

Weights are those of a logistic regression on all pairs of the labelled sets that share a key; no set's true pairs
count for more than a share. That more agreement weighs less is penalised, not ruled out. The line is drawn so low
that of no large set more than five true pairs in a thousand are lost: hardly any of these would the matcher find.

Run ``make train`` with VARIORUM_BENCHMARKS set.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from variorum.dedup.screening import LEVELS, Screen

MOST_OF_A_SET = 2_000
MOST_LOST = 0.005
FEWEST_TRUE = 1_000
"""True pairs of a set by which the line is drawn: of fewer, the unlikeliest would draw it."""

RIDGE = 1.0
ENFORCE = 300.0
_TENTHS = " ".join(f"tenths_{tenths}" for tenths in range(10, -1, -1))

ORDERS: Mapping[str, Sequence[str]] = {
    "title": (_TENTHS, "missing tenths_5"),
    "byline": (_TENTHS, "missing tenths_5"),
    "abstract": (_TENTHS, "missing tenths_4"),
    "year": ("same next near apart far", "missing near"),
    "place": (
        "same_volume_same_range same_volume_same_page same_volume_unknown_page same_volume_other_page",
        "unknown_volume_same_range unknown_volume_same_page unknown_volume_unknown_page unknown_volume_other_page",
        "other_volume_same_range other_volume_same_page other_volume_unknown_page other_volume_other_page",
        "same_volume_same_page unknown_volume_same_page other_volume_same_page",
        "stages unknown_volume_unknown_page other_volume_unknown_page",
        "same_volume_other_page unknown_volume_other_page other_volume_other_page",
    ),
    "identifier": ("same stages missing several other",),
}
"""Levels of which each should weigh at least as much as the next."""

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]


class Screened(NamedTuple):
    """The pairs of a set: their codes, their labels (1 same, 0 not, -1 does not count), and which are exempt."""

    codes: Codes
    labels: NDArray[np.int8]
    exempt: NDArray[np.bool_]


def train_screen(sets: Sequence[Screened]) -> Screen:
    """The screen that fits what it decides of the sets."""
    starts = np.cumsum([0, *map(len, LEVELS.values())])
    same, different, rows = [], [], []
    for codes, labels, exempt in sets:
        counted = (labels >= 0) & ~exempt
        share = min(1.0, MOST_OF_A_SET / max(1, int((labels == 1).sum())))
        unique, inverse = np.unique(codes[:, counted] + starts[:-1, None], axis=1, return_inverse=True)
        same.append(share * np.bincount(inverse.ravel(), labels[counted] == 1, unique.shape[1]))
        different.append(np.bincount(inverse.ravel(), labels[counted] == 0, unique.shape[1]))
        rows.append(unique.T)
    weights = _fit(np.concatenate(rows), np.concatenate(same), np.concatenate(different), starts)
    tables = {
        feature: {level: round(float(weights[start + at]), 2) for at, level in enumerate(levels)}
        for (feature, levels), start in zip(LEVELS.items(), starts[:-1], strict=True)
    }
    bare = Screen(0.0, tables)
    lines = [
        np.quantile(np.where(one.exempt, np.inf, bare.sums(one.codes))[one.labels == 1], MOST_LOST, method="lower")
        for one in sets
        if (one.labels == 1).sum() >= FEWEST_TRUE
    ]
    return Screen(round(float(min(lines)), 2), tables)


def _fit(rows: Codes, same: Vector, different: Vector, starts: Codes) -> Vector:
    size = int(starts[-1])
    places = {
        (feature, level): int(start) + at
        for (feature, levels), start in zip(LEVELS.items(), starts[:-1], strict=True)
        for at, level in enumerate(levels)
    }
    ordered = np.array([(places[high], places[low]) for high, low in _steps()])

    def loss(weights: Vector) -> tuple[float, Vector]:
        z = weights[rows].sum(1)
        value = float((same * np.logaddexp(0, -z) + different * np.logaddexp(0, z)).sum())
        slope = (same + different) / (1 + np.exp(-z)) - same
        gradient = sum(np.bincount(column, slope, size) for column in rows.T) + 2 * RIDGE * weights
        value += RIDGE * float((weights**2).sum())
        excess = np.maximum(0, weights[ordered[:, 1]] - weights[ordered[:, 0]])
        value += ENFORCE * float((excess**2).sum())
        np.add.at(gradient, ordered[:, 1], 2 * ENFORCE * excess)
        np.add.at(gradient, ordered[:, 0], -2 * ENFORCE * excess)
        return value, gradient

    return minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 3000, "maxfun": 6000}).x


def _steps() -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for feature, orders in ORDERS.items():
        for order in orders:
            yield from (((feature, high), (feature, low)) for high, low in itertools.pairwise(order.split()))


def write_screen(screen: Screen, path: Path) -> None:
    """Write the screen as a file that can be read."""
    lines = [
        "# What a pair needs to be worth comparing in full, in log-odds: the weights of its levels, `least` in all.",
        "# Made by `make train` from labelled sets; what the levels are is said in docs/dedup.md.",
        "",
        f"least = {screen.least:.2f}",
    ]
    for feature, table in screen.weights.items():
        lines += ["", f"[{feature}]", *(f"{level} = {weight:.2f}" for level, weight in table.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
