"""What one process judges at a time: pairs in, what was found of them out, both in columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.features import Features, Statement
from variorum.dedup.many_features import features_of_many
from variorum.dedup.matching import KEPT_LOG_ODDS, VERDICTS, judge_likely
from variorum.dedup.model import Model
from variorum.dedup.packing import Shelf
from variorum.dedup.texts import Numbers


class Judged(NamedTuple):
    """What was found of pairs, in columns, which are quickly passed between processes.

    ``left`` and ``right`` are positions in the order of the references; verdicts are places in ``VERDICTS``.
    ``vetoes`` go by place. Reasons are only given where pairs are kept. Of what was foregone
    log-odds are NaN, and neither side comes first.
    """

    left: Numbers
    right: Numbers
    log_odds: NDArray[np.float64]
    verdicts: NDArray[np.int8]
    vetoes: dict[int, str]
    reasons: list[tuple[str, ...]]


class Task(NamedTuple):
    """Pairs to judge, and the records or where they are."""

    records: tuple[Path, type[Features] | type[Statement]] | Sequence[Features]
    left: Numbers
    right: Numbers
    model: Model
    keeping: bool


def judge_pairs(task: Task) -> Judged:
    """Judge the pairs of a task."""
    shelf = _opened(*task.records) if isinstance(task.records, tuple) else task.records
    positions, ends = np.unique(np.concatenate([task.left, task.right]), return_inverse=True)
    left, right = np.split(ends, 2)
    wanted = shelf.some(positions) if isinstance(shelf, Shelf) else [shelf[position] for position in positions.tolist()]
    records = features_of_many(wanted) if isinstance(shelf, Shelf) and shelf.kind is Statement else wanted
    # Where no pairs are kept, those that not even a curator would see need no guards.
    least = KEPT_LOG_ODDS if task.keeping else task.model.least_to_review
    places, matches = [], []
    for place, match in judge_likely(records, left, right, task.model, least):
        places.append(place)
        matches.append(match)
    swapped = [match.a != wanted[at].ref for match, at in zip(matches, left[places].tolist(), strict=True)]
    one, other = task.left[places], task.right[places]
    return Judged(
        np.where(swapped, other, one),
        np.where(swapped, one, other),
        np.array([match.log_odds for match in matches], np.float64),
        np.array([VERDICTS.index(match.verdict) for match in matches], np.int8),
        {place: veto for place, match in enumerate(matches) if (veto := match.veto)},
        [match.reasons for match in matches] if task.keeping else [],
    )


def of_foregone(left: Numbers, right: Numbers) -> Judged:
    """What is found of pairs without judging them: that they are one work."""
    verdicts = np.full(len(left), VERDICTS.index("same"), np.int8)
    return Judged(left, right, np.full(len(left), np.nan), verdicts, {}, [])


@lru_cache(maxsize=1)
def _opened(path: Path, kind: type[Features] | type[Statement]) -> Shelf[Any]:
    """The shelf, opened once by each process."""
    return Shelf(path, kind)
