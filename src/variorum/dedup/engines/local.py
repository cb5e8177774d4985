"""The matcher on one machine: block, compare, cluster; with more processes where there is enough to do."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from variorum.dedup.blocking import Blocking, Candidates, blocking_of, candidate_pairs
from variorum.dedup.clustering import Clusters, Link, Opinion, Pair, cluster
from variorum.dedup.features import Features
from variorum.dedup.matching import Match, Verdict, judge, judge_if_likely
from variorum.dedup.model import Model, shipped
from variorum.dedup.packing import Shelf

Progress = Callable[[int, int], None]
"""Called with pairs done and pairs in all."""

_AT_ONCE = 20_000
"""Pairs that a worker is given at a time."""

_WORTH_WORKERS = 60_000
"""Pairs below which starting processes takes longer than they save."""


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

    Records that are linked to none are in no cluster.
    """

    verdicts: Mapping[Verdict, int]
    clusters: Clusters
    candidates: Candidates


def resolve(
    records: Shelf | Sequence[Features],
    blocking: Blocking | None = None,
    *,
    judged: Mapping[Pair, str] | None = None,
    model: Model | None = None,
    workers: int = 1,
    keep: Callable[[Found], None] | None = None,
    progress: Progress | None = None,
) -> Resolution:
    """Match records among themselves and cluster them. References must be unique.

    ``keep`` is given every pair worth keeping, in the order of positions. ``workers`` only changes how long it takes,
    and only a shelf can be shared among them.
    """
    model = model or shipped()
    candidates = candidate_pairs(blocking if blocking is not None else blocking_of(list(records)))
    opinions: dict[Pair, Opinion] = {}
    links: list[Link] = []
    positions: dict[str, int] = {}
    verdicts: dict[Verdict, int] = {}
    for found in _found(records, candidates, model, workers, keep is not None, progress):
        verdicts[found.verdict] = verdicts.get(found.verdict, 0) + 1
        opinions[found.a, found.b] = Opinion(found.log_odds, found.veto)
        if found.verdict == "same":
            links.append(Link(found.a, found.b, found.log_odds))
            positions[found.a], positions[found.b] = found.left, found.right
        if keep is not None:
            keep(found)
    judged = judged or {}
    if judged:
        positions |= {record.ref: position for position, record in enumerate(records)}
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
    records: Shelf | Sequence[Features],
    known: dict[Pair, Opinion],
    model: Model,
    a: str,
    b: str,
) -> Opinion:
    """The opinion on a pair, found anew and noted where blocking did not bring the two together."""
    if (a, b) not in known:
        known[a, b] = opinion_of(judge(records[positions[a]], records[positions[b]], model))
    return known[a, b]


def _found(
    records: Shelf | Sequence[Features],
    candidates: Candidates,
    model: Model,
    workers: int,
    reasons: bool,
    progress: Progress | None,
) -> Iterator[Found]:
    total = len(candidates)
    starts = range(0, total, _AT_ONCE)
    chunks = ((candidates.left[at : at + _AT_ONCE], candidates.right[at : at + _AT_ONCE]) for at in starts)
    with _judges(records, model, workers if total > _WORTH_WORKERS else 1, reasons) as judge_chunks:
        for done, some in enumerate(judge_chunks(chunks), start=1):
            yield from some
            if progress is not None:
                progress(min(done * _AT_ONCE, total), total)


Chunk = tuple[np.ndarray, np.ndarray]


@contextmanager
def _judges(
    records: Shelf | Sequence[Features], model: Model, workers: int, reasons: bool
) -> Iterator[Callable[[Iterable[Chunk]], Iterable[list[Found]]]]:
    """Who judges: this process, or several that read the shelf."""
    if workers == 1 or not isinstance(records, Shelf):
        yield partial(map, partial(_judge_chunk, _Work(records, model, reasons)))
        return
    with processes(workers, _open_shelf, records.path, records.ends, model, reasons) as pool:
        yield partial(pool.map, _judge_on_shelf)


@contextmanager
def processes(workers: int, start: Callable[..., None] | None = None, *arguments: object) -> Iterator[Executor]:
    """Worker processes. Started anew, not forked: a copy of a process with threads may hang."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=partial(start or _begin, *arguments)) as pool:
        yield pool


def worker_count() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    # Nothing that workers make refers to itself, so looking for cycles is wasted time.
    gc.disable()


class _Work(NamedTuple):
    records: Shelf | Sequence[Features]
    model: Model
    reasons: bool


_work: list[_Work] = []
"""What a worker process works with, set once when it starts."""


def _open_shelf(path: Path, ends: np.ndarray, model: Model, reasons: bool) -> None:
    _begin()
    _work.append(_Work(Shelf(path, ends), model, reasons))


def _judge_on_shelf(chunk: Chunk) -> list[Found]:
    return _judge_chunk(_work[0], chunk)


def _judge_chunk(work: _Work, chunk: Chunk) -> list[Found]:
    """Judge pairs, given sorted by their left record, so that it is looked up once."""
    records, model, reasons = work
    found: list[Found] = []
    for left, pairs in groupby(zip(chunk[0].tolist(), chunk[1].tolist(), strict=True), key=lambda pair: pair[0]):
        record = records[left]
        for _, right in pairs:
            match = judge_if_likely(record, records[right], model)
            if match is None:
                continue
            places = (left, right) if match.a == record.ref else (right, left)
            codes = match.reasons if reasons else ()
            found.append(Found(*places, match.a, match.b, match.log_odds, match.verdict, match.veto, codes))
    return found
