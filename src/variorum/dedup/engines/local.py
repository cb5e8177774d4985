"""The matcher on one machine: block, compare, cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from variorum.dedup.blocking import Candidates, blocking_keys, candidate_pairs
from variorum.dedup.clustering import Clusters, Link, Pair, cluster
from variorum.dedup.features import Features
from variorum.dedup.guards import objections
from variorum.dedup.matching import KEPT, Match, compare

Progress = Callable[[int, int], None]
"""Called with pairs done and pairs in all."""

_REPORT_EVERY = 5_000


@dataclass(frozen=True)
class Resolution:
    """What the matcher found: the pairs worth keeping, the clusters, and how much was compared."""

    matches: tuple[Match, ...]
    clusters: Clusters
    candidates: Candidates


def resolve(
    records: Sequence[Features], judged: Mapping[Pair, str] | None = None, progress: Progress | None = None
) -> Resolution:
    """Match records among themselves and cluster them. References must be unique."""
    candidates = candidate_pairs([blocking_keys(record) for record in records])
    pairs = ((records[i], records[j]) for i, j in candidates.pairs)
    matches = tuple(compare_pairs(pairs, len(candidates.pairs), progress))
    links = [Link(m.a, m.b, m.probability) for m in matches if m.verdict == "same"]
    by_ref = {record.ref: record for record in records}
    return Resolution(matches, clusters_of(by_ref, links, judged or {}), candidates)


def compare_pairs(
    pairs: Iterable[tuple[Features, Features]], total: int, progress: Progress | None = None
) -> Iterable[Match]:
    """Judge pairs; gives those worth keeping: likely enough, or related."""
    for done, (a, b) in enumerate(pairs, start=1):
        match = compare(a, b)
        if match.probability >= KEPT or match.verdict == "related":
            yield match
        if progress is not None and (done % _REPORT_EVERY == 0 or done == total):
            progress(done, total)


def clusters_of(records: Mapping[str, Features], links: Iterable[Link], judged: Mapping[Pair, str]) -> Clusters:
    """Cluster records by the machine's links and by judgements, both among ``records``."""
    machine = [link for link in links if judged.get((link.a, link.b)) not in {"same", "different"}]
    curator = [Link(a, b, 1.0, judged=True) for (a, b), verdict in judged.items() if verdict == "same"]
    return cluster(records, machine + curator, judged=judged, veto=lambda a, b: _veto(records[a], records[b]))


def _veto(a: Features, b: Features) -> str | None:
    return next((f"{o.guard}: {o.text}" for o in objections(a, b) if o.effect != "hold" or o.over_chains), None)
