"""The matcher on one machine: block, compare, cluster; with more processes where there is enough to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from variorum.dedup.blocking import Candidates, blocking_of, candidate_pairs
from variorum.dedup.clustering import Clusters, Link, Opinion, Pair, cluster
from variorum.dedup.engines.workers import Team
from variorum.dedup.features import Features, Statement, features_at_a_glance, features_of, with_authors
from variorum.dedup.matching import KEPT_LOG_ODDS, Match, Verdict, judge, judge_seen, likely_at_a_glance
from variorum.dedup.model import Model, shipped
from variorum.dedup.packing import Shelf
from variorum.dedup.texts import Numbers

Records = Shelf[Features] | Shelf[Statement] | Sequence[Features]

Progress = Callable[[int, int], None]
"""Called with pairs done and pairs in all."""

_AT_ONCE = 5_000
"""Pairs that a worker is given at a time."""

_WORTH_SHARING = 6
"""Tasks below which starting processes takes longer than they save."""


class Found(NamedTuple):
    """A pair worth keeping, as a match says it, in a form that is quickly passed between processes.

    ``left`` and ``right`` are the positions of ``a`` and ``b``. Reasons are only given where pairs are kept.
    """

    left: int
    right: int
    a: str
    b: str
    log_odds: float
    verdict: Verdict
    veto: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Resolution:
    """What the matcher found: how many pairs of each verdict, the clusters of linked records, how much was compared.

    Unlikely pairs are not counted. Records that are linked to none are in no cluster.
    """

    verdicts: Mapping[Verdict, int]
    clusters: Clusters
    candidates: Candidates


def resolve(
    records: Records,
    candidates: Candidates | None = None,
    *,
    judged: Mapping[Pair, str] | None = None,
    model: Model | None = None,
    team: Team | None = None,
    keep: Callable[[Found], None] | None = None,
    progress: Progress | None = None,
) -> Resolution:
    """Match records among themselves and cluster them. References must be unique.

    ``keep`` is given every pair worth keeping. A ``team`` only changes how long it takes,
    and only a shelf can be shared among its processes.
    """
    model = model or shipped()
    if candidates is None:
        candidates = candidate_pairs(blocking_of(list(_all(records))))
    opinions: dict[Pair, Opinion] = {}
    links: list[Link] = []
    positions: dict[str, int] = {}
    verdicts: dict[Verdict, int] = {}
    for found in _found(records, candidates, model, team or Team(1), keep is not None, progress):
        verdicts[found.verdict] = verdicts.get(found.verdict, 0) + 1
        opinions[found.a, found.b] = Opinion(found.log_odds, found.veto)
        if found.verdict == "same":
            links.append(Link(found.a, found.b, found.log_odds))
            positions[found.a], positions[found.b] = found.left, found.right
        if keep is not None:
            keep(found)
    judged = judged or {}
    if judged:
        positions |= {record.ref: position for position, record in enumerate(_all(records))}
    look_up = partial(_opinion, positions, records, opinions, model)
    return Resolution(verdicts, clusters_of(positions, links, judged, look_up), candidates)


def clusters_of(
    refs: Iterable[str], links: Iterable[Link], judged: Mapping[Pair, str], opinion: Callable[[str, str], Opinion]
) -> Clusters:
    """Cluster records by the machine's links and by judgements, both among ``refs``."""
    machine = [link for link in links if judged.get((link.a, link.b)) not in {"same", "different"}]
    curator = [Link(a, b, 0.0, judged=True) for (a, b), verdict in judged.items() if verdict == "same"]
    return cluster(refs, machine + curator, judged=judged, opinion=opinion)


def opinion_of(match: Match) -> Opinion:
    """What a match holds of joining its two records."""
    return Opinion(match.log_odds, match.veto)


def _opinion(
    positions: Mapping[str, int],
    records: Records,
    known: dict[Pair, Opinion],
    model: Model,
    a: str,
    b: str,
) -> Opinion:
    """The opinion on a pair, found anew and noted where blocking did not bring the two together."""
    if (a, b) not in known:
        known[a, b] = opinion_of(judge(_as_features(records[positions[a]]), _as_features(records[positions[b]]), model))
    return known[a, b]


def _found(
    records: Records,
    candidates: Candidates,
    model: Model,
    team: Team,
    reasons: bool,
    progress: Progress | None,
) -> Iterator[Found]:
    total = len(candidates)
    shared = (records.path, records.kind) if isinstance(records, Shelf) else records
    left, right = _by_group(candidates)
    tasks = (
        _Task(shared, left[at : at + _AT_ONCE], right[at : at + _AT_ONCE], model, reasons)
        for at in range(0, total, _AT_ONCE)
    )
    # Without a shelf every task would carry all records.
    judged = (
        team.share(_judge_pairs, tasks, worth=_WORTH_SHARING)
        if isinstance(records, Shelf)
        else map(_judge_pairs, tasks)
    )
    for done, some in enumerate(judged, start=1):
        yield from some
        if progress is not None:
            progress(min(done * _AT_ONCE, total), total)


def _by_group(candidates: Candidates) -> tuple[Numbers, Numbers]:
    """Pairs in an order in which those of one group of connected records follow each other.

    So the features of a record, wherever it stands, are made once, and those of its copies with them.
    """
    positions, ends = np.unique(np.concatenate([candidates.left, candidates.right]), return_inverse=True)
    one, other = np.split(ends, 2)
    group = np.arange(len(positions))
    while True:
        least = np.minimum(group[one], group[other])
        joined = group.copy()
        np.minimum.at(joined, group[one], least)
        np.minimum.at(joined, group[other], least)
        joined = joined[joined[joined]]
        if np.array_equal(joined, group):
            break
        group = joined
    order = np.lexsort((candidates.right, candidates.left, group[one]))
    return candidates.left[order], candidates.right[order]


class _Task(NamedTuple):
    """Pairs to judge, and the records or where they are."""

    records: tuple[Path, type[Features] | type[Statement]] | Sequence[Features]
    left: Numbers
    right: Numbers
    model: Model
    keeping: bool


def _judge_pairs(task: _Task) -> list[Found]:
    records = _Reader(_opened(*task.records) if isinstance(task.records, tuple) else task.records)
    # Where no pairs are kept, those that not even a curator would see need no guards.
    least = KEPT_LOG_ODDS if task.keeping else task.model.least_to_review
    found: list[Found] = []
    for left, right in zip(task.left.tolist(), task.right.tolist(), strict=True):
        seen = likely_at_a_glance(records.glimpse(left), records.glimpse(right), task.model, least)
        match = judge_seen(records[left], records[right], seen, task.model, least) if seen is not None else None
        if match is None:
            continue
        places = (left, right) if match.a == records.glimpse(left).ref else (right, left)
        codes = match.reasons if task.keeping else ()
        found.append(Found(*places, match.a, match.b, match.log_odds, match.verdict, match.veto, codes))
    return found


class _Reader:
    """Features by position, each made once: first without authors, which many pairs do not come to."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._statements: dict[int, Statement] = {}
        self._glimpses: dict[int, Features] = {}
        self._whole: dict[int, Features] = {}

    def glimpse(self, position: int) -> Features:
        """The features, perhaps without authors."""
        found = self._glimpses.get(position)
        if found is None:
            record = self._records[position]
            if isinstance(record, Statement):
                self._statements[position] = record
                found = features_at_a_glance(record)
            else:
                found = self._whole[position] = record
            self._glimpses[position] = found
        return found

    def __getitem__(self, position: int) -> Features:
        found = self._whole.get(position)
        if found is None:
            found = self._whole[position] = with_authors(self.glimpse(position), self._statements[position])
        return found


def _all(records: Records) -> Iterator[Features]:
    return (_as_features(records[position]) for position in range(len(records)))


def _as_features(record: Features | Statement) -> Features:
    return record if isinstance(record, Features) else features_of(record)


@lru_cache(maxsize=1)
def _opened(path: Path, kind: type[Features] | type[Statement]) -> Shelf[Any]:
    """The shelf, opened once by each process."""
    return Shelf(path, kind)
