"""The matcher on one machine: block, compare, cluster; with more processes where there is enough to do."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.blocking import Candidates, blocking_of, candidate_pairs
from variorum.dedup.clustering import Clusters, Link, Opinion, Pair, cluster
from variorum.dedup.engines.grouping import all_paired, groups_of, members_of
from variorum.dedup.engines.workers import Team
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.many_features import features_of_many
from variorum.dedup.matching import KEPT_LOG_ODDS, VERDICTS, Match, Verdict, judge, judge_likely
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
    """A pair worth keeping, as a match says it; ``left`` and ``right`` are the positions of ``a`` and ``b``."""

    left: int
    right: int
    a: str
    b: str
    log_odds: float
    verdict: Verdict
    veto: str
    reasons: tuple[str, ...]


class _Judged(NamedTuple):
    """What was found of pairs, in columns, which are quickly passed between processes.

    ``left`` and ``right`` are positions in the order of the references; verdicts are places in ``VERDICTS``.
    ``vetoes`` go by place. Reasons are only given where pairs are kept.
    """

    left: Numbers
    right: Numbers
    log_odds: NDArray[np.float64]
    verdicts: NDArray[np.int8]
    vetoes: dict[int, str]
    reasons: list[tuple[str, ...]]


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
    refs: Sequence[str] | None = None,
) -> Resolution:
    """Match records among themselves and cluster them. References must be unique; ``refs``, if known, are theirs.

    ``keep`` is given every pair worth keeping. A ``team`` only changes how long it takes,
    and only a shelf can be shared among its processes.
    """
    model = model or shipped()
    if candidates is None:
        candidates = candidate_pairs(blocking_of(list(_all(records))))
    names = _refs(records) if refs is None else refs
    parts: list[_Judged] = []
    for some in _judged(records, candidates, model, team or Team(1), keep is not None, progress):
        parts.append(some)
        if keep is not None:
            for one in _kept(some, names):
                keep(one)
    found = _joined(parts)
    counts = np.bincount(found.verdicts, minlength=len(VERDICTS)).tolist()
    verdicts = {verdict: count for verdict, count in zip(VERDICTS, counts, strict=True) if count}
    return Resolution(verdicts, _clusters(records, names, found, judged or {}, model), candidates)


def _kept(found: _Judged, refs: Sequence[str]) -> Iterator[Found]:
    columns = found.left.tolist(), found.right.tolist(), found.log_odds.tolist(), found.verdicts.tolist(), found.reasons
    for place, (left, right, log_odds, verdict, reasons) in enumerate(zip(*columns, strict=True)):
        veto = found.vetoes.get(place, "")
        yield Found(left, right, refs[left], refs[right], log_odds, VERDICTS[verdict], veto, reasons)


def _joined(parts: Sequence[_Judged]) -> _Judged:
    """All that was found, but for the reasons."""
    begins = itertools.accumulate((len(part.left) for part in parts), initial=0)
    vetoes = {
        begin + place: veto for begin, part in zip(begins, parts, strict=False) for place, veto in part.vetoes.items()
    }
    none = _Judged(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int8), {}, [])
    left, right, log_odds, verdicts = (
        np.concatenate(columns) for columns in zip(*(part[:4] for part in [none, *parts]), strict=True)
    )
    return _Judged(left, right, log_odds, verdicts, vetoes, [])


def _clusters(
    records: Records, refs: Sequence[str], found: _Judged, judged: Mapping[Pair, str], model: Model
) -> Clusters:
    """Clusters of linked records. Where every two of a group are linked they are one; of others opinions are asked."""
    linked = found.verdicts == VERDICTS.index("same")
    groups = groups_of(found.left[linked], found.right[linked])
    clear = all_paired(groups)
    if judged:
        known = {ref: position for position, ref in enumerate(refs)}
        positions = np.array([known[ref] for pair in judged for ref in pair if ref in known], np.int64)
        clear &= ~np.isin(groups.groups, groups.groups[np.isin(groups.positions, positions)])
    crowded = np.zeros(len(refs), bool)
    crowded[groups.positions[~clear]] = True
    among = np.flatnonzero(crowded[found.left] & crowded[found.right])
    opinions: dict[Pair, Opinion] = {}
    links: list[Link] = []
    columns = (column[among].tolist() for column in (found.left, found.right, found.log_odds, linked))
    for place, one, other, log_odds, link in zip(among.tolist(), *columns, strict=True):
        a, b = refs[one], refs[other]
        opinions[a, b] = Opinion(log_odds, found.vetoes.get(place, ""))
        if link:
            links.append(Link(a, b, log_odds))
    places = known if judged else {refs[position]: position for position in np.flatnonzero(crowded).tolist()}
    clusters = clusters_of(places, links, judged, partial(_opinion, places, records, opinions, model))
    whole = [tuple(sorted([refs[position] for position in members])) for members in members_of(groups, clear)]
    return Clusters(tuple(sorted([*clusters.members, *whole])), clusters.cut)


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


def _judged(
    records: Records,
    candidates: Candidates,
    model: Model,
    team: Team,
    reasons: bool,
    progress: Progress | None,
) -> Iterator[_Judged]:
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
        yield some
        if progress is not None:
            progress(min(done * _AT_ONCE, total), total)


def _by_group(candidates: Candidates) -> tuple[Numbers, Numbers]:
    """Pairs in an order in which those of one group of connected records follow each other.

    So the features of a record, wherever it stands, are made once, and those of its copies with them.
    """
    group = groups_of(candidates.left, candidates.right).of_pairs
    order = np.lexsort((candidates.right, candidates.left, group))
    return candidates.left[order], candidates.right[order]


class _Task(NamedTuple):
    """Pairs to judge, and the records or where they are."""

    records: tuple[Path, type[Features] | type[Statement]] | Sequence[Features]
    left: Numbers
    right: Numbers
    model: Model
    keeping: bool


def _judge_pairs(task: _Task) -> _Judged:
    shelf = _opened(*task.records) if isinstance(task.records, tuple) else task.records
    positions, ends = np.unique(np.concatenate([task.left, task.right]), return_inverse=True)
    left, right = np.split(ends, 2)
    wanted = [shelf[position] for position in positions.tolist()]
    records = features_of_many(wanted) if isinstance(shelf, Shelf) and shelf.kind is Statement else wanted
    # Where no pairs are kept, those that not even a curator would see need no guards.
    least = KEPT_LOG_ODDS if task.keeping else task.model.least_to_review
    places, matches = [], []
    for place, match in judge_likely(records, left, right, task.model, least):
        places.append(place)
        matches.append(match)
    one, other = task.left[places], task.right[places]
    swapped = np.array(
        [match.a != records[at].ref for match, at in zip(matches, left[places].tolist(), strict=True)], bool
    )
    return _Judged(
        np.where(swapped, other, one),
        np.where(swapped, one, other),
        np.array([match.log_odds for match in matches], np.float64),
        np.array([VERDICTS.index(match.verdict) for match in matches], np.int8),
        {place: veto for place, match in enumerate(matches) if (veto := match.veto)},
        [match.reasons for match in matches] if task.keeping else [],
    )


def _all(records: Records) -> Iterator[Features]:
    return (_as_features(records[position]) for position in range(len(records)))


def _refs(records: Records) -> list[str]:
    return [record.ref for record in _all(records)]


def _as_features(record: Features | Statement) -> Features:
    return record if isinstance(record, Features) else features_of(record)


@lru_cache(maxsize=1)
def _opened(path: Path, kind: type[Features] | type[Statement]) -> Shelf[Any]:
    """The shelf, opened once by each process."""
    return Shelf(path, kind)
