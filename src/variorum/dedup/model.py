"""How much each level of each feature weighs, and the probability that a pair's evidence adds up to.

This is the Fellegi-Sunter model (J. Am. Stat. Assoc. 64, 1969): log-odds that add up. The weights in ``weights.toml``
are trained on labelled pairs, with the order of the levels kept ("slip" never weighs less than "near").
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.comparing import LEVELS, Comparison

LEAST = 1e-6
"""No pair is less likely than this to be the same work or to be two: nothing is ever certain."""


_ROUNDING = 1e-4
"""Log-odds by which rounding a probability may matter."""


class Evidence(NamedTuple):
    """One feature's contribution: the level reached and its weight in log-odds (natural logarithm)."""

    feature: str
    level: str
    weight: float

    @property
    def tells(self) -> bool:
        """Whether it says anything: what is missing weighs a little, as all that is unknown does, but is no reason."""
        return self.weight != 0 and self.level != "missing"

    @property
    def code(self) -> str:
        """Reason code, e.g. ``title_equal``."""
        return f"{self.feature}_{self.level}"


@dataclass(frozen=True)
class Model:
    """Log-odds that two records which share a key and pass the screen are one work; two lines; weights of levels."""

    prior: float
    auto: float
    review: float
    weights: Mapping[str, Mapping[str, float]]

    def evidence(self, levels: Comparison) -> tuple[Evidence, ...]:
        """What each feature contributes. A level that training never saw contributes nothing."""
        return tuple(
            Evidence(feature, level, self.weights[feature].get(level, 0.0))
            for feature, level in zip(Comparison._fields, levels, strict=True)
        )

    def log_odds(self, levels: Comparison) -> float:
        """Log-odds that a pair with these levels is one work."""
        found = self._known.get(levels)
        if found is None:
            weights = [table.get(level, 0.0) for table, level in zip(self._tables, levels, strict=True)]
            # The same few thousand comparisons come up again and again.
            found = self._known[levels] = self.prior + sum(weights)
        return found

    @cached_property
    def columns(self) -> tuple[NDArray[np.float64], ...]:
        """By feature the weights of all ``LEVELS``, and last of all the most that any of them weighs."""
        tables = ([self.weights[feature].get(level, 0.0) for level in levels] for feature, levels in LEVELS.items())
        return tuple(np.array([*weights, max(weights)]) for weights in tables)

    @cached_property
    def least_to_review(self) -> float:
        """Log-odds below which no pair is one work, nor one to review, whatever the guards say."""
        return math.log(self.review / (1 - self.review)) - _ROUNDING

    @cached_property
    def enough_to_merge(self) -> float:
        """Log-odds with which any pair is one work, unless a guard objects."""
        return math.log(self.auto / (1 - self.auto)) + _ROUNDING

    @cached_property
    def _tables(self) -> tuple[Mapping[str, float], ...]:
        return tuple(self.weights[feature] for feature in Comparison._fields)

    @cached_property
    def _known(self) -> dict[Comparison, float]:
        return {}


@lru_cache(maxsize=1 << 14)
def probability(log_odds: float) -> float:
    """Log-odds as a probability, rounded to six places, never 0 or 1."""
    return min(max(round(1 / (1 + math.exp(-log_odds)), 6), LEAST), 1 - LEAST)


@cache
def shipped() -> Model:
    """The model that comes with the package."""
    data = tomllib.loads(files("variorum.dedup").joinpath("weights.toml").read_text())
    weights = {name: table for name, table in data.items() if isinstance(table, dict)}
    return Model(data["prior"], data["auto"], data["review"], weights)
