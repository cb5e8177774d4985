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
from variorum.dedup.matching import KEPT_LOG_ODDS, VERDICTS, judge_likely, judge_statements
from variorum.dedup.model import Model
from variorum.dedup.packing import Shelf
from variorum.dedup.texts import Numbers

_SAME = VERDICTS.index("same")


class Judged(NamedTuple):
    """What was found of pairs, in columns, which are quickly passed between processes.

    ``left`` and ``right`` are positions in the order of the references; verdicts are places in ``VERDICTS``.
    ``vetoes`` go by place. Reasons are only given where pairs are kept. Log-odds that make no difference are NaN.
    """

    left: Numbers
    right: Numbers
    log_odds: NDArray[np.float64]
    verdicts: NDArray[np.int8]
    vetoes: dict[int, str]
    reasons: list[tuple[str, ...]]


class Task(NamedTuple):
    """Pairs to judge, and the records or where they are.

    ``whole``: these are all pairs that their records have, and nobody will ask how likely they are.
    """

    records: tuple[Path, type[Features] | type[Statement]] | Sequence[Features]
    left: Numbers
    right: Numbers
    model: Model
    keeping: bool
    whole: bool


def judge_pairs(task: Task) -> Judged:
    """Judge the pairs of a task."""
    shelf = _opened(*task.records) if isinstance(task.records, tuple) else task.records
    positions, ends = np.unique(np.concatenate([task.left, task.right]), return_inverse=True)
    left, right = np.split(ends, 2)
    wanted = [shelf[position] for position in positions.tolist()]
    stated = isinstance(shelf, Shelf) and shelf.kind is Statement
    foregone: list[int] = []
    if stated and task.whole:
        foregone, found = judge_statements(wanted, left, right, task.model)
    else:
        records = features_of_many(wanted) if stated else wanted
        # Where no pairs are kept, those that not even a curator would see need no guards.
        found = judge_likely(
            records, left, right, task.model, KEPT_LOG_ODDS if task.keeping else task.model.least_to_review
        )
    places, matches = [], []
    for place, match in found:
        places.append(place)
        matches.append(match)
    swapped = [match.a != wanted[at].ref for match, at in zip(matches, left[places].tolist(), strict=True)]
    swapped += [wanted[left[place]].ref > wanted[right[place]].ref for place in foregone]
    every = places + foregone
    one, other = task.left[every], task.right[every]
    return Judged(
        np.where(swapped, other, one),
        np.where(swapped, one, other),
        np.array([match.log_odds for match in matches] + [np.nan] * len(foregone), np.float64),
        np.array([VERDICTS.index(match.verdict) for match in matches] + [_SAME] * len(foregone), np.int8),
        {place: veto for place, match in enumerate(matches) if (veto := match.veto)},
        [match.reasons for match in matches] if task.keeping else [],
    )


@lru_cache(maxsize=1)
def _opened(path: Path, kind: type[Features] | type[Statement]) -> Shelf[Any]:
    """The shelf, opened once by each process."""
    return Shelf(path, kind)
