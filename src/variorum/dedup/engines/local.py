"""The matcher on one machine: block, compare, cluster; with more processes where there is enough to do."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

import numpy as np

from variorum.dedup.blocking import Candidates, blocking_of, candidate_pairs
from variorum.dedup.clustering import Clusters, CutLink, Link, Opinion, Pair, cluster
from variorum.dedup.copies import Copies
from variorum.dedup.engines.grouping import all_paired, groups_of, members_of
from variorum.dedup.engines.judging import Judged, Task, judge_pairs, of_foregone
from variorum.dedup.engines.workers import Team
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.foregone import foregone
from variorum.dedup.matching import VERDICTS, Match, Verdict, judge
from variorum.dedup.model import Model, probability, shipped
from variorum.dedup.packing import Shelf
from variorum.dedup.texts import Numbers

Records = Shelf[Features] | Shelf[Statement] | Sequence[Features]

Progress = Callable[[int, int], None]
"""Called with pairs done and pairs in all."""

_AT_ONCE = 2_500
"""Pairs that a worker is given at a time."""

_RECENT = 10_000
"""Records kept in mind for opinions: those of one group are asked about again and again."""

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

    @property
    def probability(self) -> float:
        """Of being the same work, before any objection."""
        return probability(self.log_odds)


NOWHERE = -1


@dataclass(frozen=True)
class Resolution:
    """What the matcher found: how many pairs of each verdict, the clusters of linked records, how much was compared.

    Unlikely pairs are not counted. By position: ``refs``, and ``homes``, which are the positions of the first members
    of records' clusters; a record that is linked to none is in no cluster, and has ``NOWHERE``.
    """

    verdicts: Mapping[Verdict, int]
    refs: Sequence[str]
    homes: Numbers
    cut: tuple[CutLink, ...]
    candidates: Candidates

    @cached_property
    def clusters(self) -> Clusters:
        """The clusters by their members' references."""
        positions = np.flatnonzero(self.homes != NOWHERE)
        members = ([self.refs[position] for position in some] for some in members_of(positions, self.homes[positions]))
        return Clusters(tuple(sorted(tuple(sorted(some)) for some in members)), self.cut)

    @property
    def numbers(self) -> Numbers:
        """The numbers of records' clusters, from 1 in the order in which they come up; who is alone has its own."""
        alone = self.homes == NOWHERE
        numbers = np.cumsum(alone | (self.homes == np.arange(len(self.homes))))
        return np.where(alone, numbers, numbers[self.homes])


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
    copies: Copies | None = None,
) -> Resolution:
    """Match records among themselves and cluster them. References must be unique; ``refs``, if known, are theirs.

    ``keep`` is given every pair worth keeping. A ``team`` only changes how long it takes,
    and only a shelf can be shared among its processes. With ``copies``, if nobody judged anything or keeps pairs,
    those are not read whose verdict is foregone.
    """
    model = model or shipped()
    if candidates is None:
        candidates = candidate_pairs(blocking_of(list(_all(records))))
    names = _refs(records) if refs is None else refs
    left, right, groups = candidates.left, candidates.right, groups_of(candidates.left, candidates.right)
    known = np.zeros(len(candidates), bool)
    if copies is not None and keep is None and not judged:
        known = foregone(copies, groups, left, right, model)
    pairs = _Pairs.in_order(left[~known], right[~known], groups.of_pairs[~known])
    parts = [of_foregone(left[known], right[known])]
    told = int(known.sum())
    advance = partial(_advance, progress, told, len(candidates))
    for some in _judged(records, pairs, model, team or Team(1), keep is not None, advance):
        parts.append(some)
        if keep is not None:
            for one in _kept(some, names):
                keep(one)
    found = _joined(parts)
    counts = np.bincount(found.verdicts, minlength=len(VERDICTS)).tolist()
    verdicts = {verdict: count for verdict, count in zip(VERDICTS, counts, strict=True) if count}
    return Resolution(verdicts, names, *_homes(records, names, found, judged or {}, model), candidates)


def _advance(progress: Progress | None, told: int, total: int, done: int) -> None:
    if progress is not None:
        progress(told + done, total)


def _kept(found: Judged, refs: Sequence[str]) -> Iterator[Found]:
    columns = found.left.tolist(), found.right.tolist(), found.log_odds.tolist(), found.verdicts.tolist(), found.reasons
    for place, (left, right, log_odds, verdict, reasons) in enumerate(zip(*columns, strict=True)):
        veto = found.vetoes.get(place, "")
        yield Found(left, right, refs[left], refs[right], log_odds, VERDICTS[verdict], veto, reasons)


def _joined(parts: Sequence[Judged]) -> Judged:
    """All that was found, but for the reasons."""
    begins = itertools.accumulate((len(part.left) for part in parts), initial=0)
    vetoes = {
        begin + place: veto for begin, part in zip(begins, parts, strict=False) for place, veto in part.vetoes.items()
    }
    none = Judged(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int8), {}, [])
    left, right, log_odds, verdicts = (
        np.concatenate(columns) for columns in zip(*(part[:4] for part in [none, *parts]), strict=True)
    )
    return Judged(left, right, log_odds, verdicts, vetoes, [])


def _homes(
    records: Records, refs: Sequence[str], found: Judged, judged: Mapping[Pair, str], model: Model
) -> tuple[Numbers, tuple[CutLink, ...]]:
    """Homes and cut links. Where every two of a group are linked they are one cluster; of others opinions are asked."""
    linked = found.verdicts == VERDICTS.index("same")
    groups = groups_of(found.left[linked], found.right[linked])
    clear = all_paired(groups)
    crowded = np.zeros(len(refs), bool)
    if judged:
        known = {ref: position for position, ref in enumerate(refs)}
        crowded[[known[ref] for pair in judged for ref in pair if ref in known]] = True
        clear &= ~np.isin(groups.groups, groups.groups[crowded[groups.positions]])
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
    places = {refs[position]: position for position in np.flatnonzero(crowded).tolist()}
    record = lru_cache(_RECENT)(lambda ref: _as_features(records[places[ref]]))
    clusters = clusters_of(places, links, judged, partial(_opinion, record, opinions, model))
    homes = np.full(len(refs), NOWHERE)
    homes[groups.positions[clear]] = groups.positions[groups.groups[clear]]
    for members in clusters.members:
        of_members = [places[ref] for ref in members]
        homes[of_members] = min(of_members)
    return homes, clusters.cut


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
    record: Callable[[str], Features],
    known: dict[Pair, Opinion],
    model: Model,
    a: str,
    b: str,
) -> Opinion:
    """The opinion on a pair, found anew and noted where blocking did not bring the two together."""
    if (a, b) not in known:
        known[a, b] = opinion_of(judge(record(a), record(b), model))
    return known[a, b]


def _judged(
    records: Records,
    pairs: _Pairs,
    model: Model,
    team: Team,
    keeping: bool,
    progress: Callable[[int], None],
) -> Iterator[Judged]:
    shared = (records.path, records.kind) if isinstance(records, Shelf) else records
    cuts = _cuts(pairs.groups)
    tasks = (Task(shared, pairs.left[begin:end], pairs.right[begin:end], model, keeping) for begin, end in cuts)
    # Without a shelf every task would carry all records.
    judged = (
        team.share(judge_pairs, tasks, worth=_WORTH_SHARING) if isinstance(records, Shelf) else map(judge_pairs, tasks)
    )
    for some, (_, done) in zip(judged, cuts, strict=True):
        yield some
        progress(done)


class _Pairs(NamedTuple):
    """Pairs by the positions of their records, those of one group of connected records in a row, and their groups.

    So the features of a record, wherever it stands, are made once, and those of its copies with them.
    """

    left: Numbers
    right: Numbers
    groups: Numbers

    @classmethod
    def in_order(cls, left: Numbers, right: Numbers, groups: Numbers) -> _Pairs:
        order = np.lexsort((right, left, groups))
        return cls(left[order], right[order], groups[order])


def _cuts(group: Numbers) -> list[tuple[int, int]]:
    """Where to cut sorted groups: beginnings and ends."""
    starts = np.append(np.flatnonzero(np.diff(group, prepend=-1)), len(group))
    cuts: list[tuple[int, int]] = []
    begin = 0
    while begin < len(group):
        end = int(starts[np.searchsorted(starts, begin + _AT_ONCE, side="right") - 1])
        if end <= begin:  # a group that is too large
            end = min(begin + _AT_ONCE, len(group))
        cuts.append((begin, end))
        begin = end
    return cuts


def _all(records: Records) -> Iterator[Features]:
    return (_as_features(records[position]) for position in range(len(records)))


def _refs(records: Records) -> list[str]:
    return [record.ref for record in _all(records)]


def _as_features(record: Features | Statement) -> Features:
    return record if isinstance(record, Features) else features_of(record)
