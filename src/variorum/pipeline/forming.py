"""Forming works anew where a change can reach: from stored pairs and judgements to which records share a work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from variorum.dedup.clustering import Clusters, Link, Opinion, Pair, pair_of
from variorum.dedup.engines.local import clusters_of, opinion_of
from variorum.dedup.features import Features
from variorum.dedup.matching import judge
from variorum.pipeline.featuring import FeatureStore
from variorum.pipeline.merging import assign
from variorum.store import matches, works
from variorum.store.engine import Connection
from variorum.store.matches import PairRow

Numbers = tuple[int, int]


def recluster(
    connection: Connection,
    run_id: int,
    seeds: Iterable[int],
    detail: Mapping[str, object],
    at_hand: Mapping[int, Features] | None = None,
) -> tuple[int, Clusters]:
    """Form anew the works that a change at ``seeds`` can reach. Returns records moved and the clusters."""
    judged_ids = matches.judgements(connection)
    reached, pairs = _reach(connection, set(seeds), judged_ids)
    refs = matches.refs(connection, reached)
    numbers = {ref: record_id for record_id, ref in refs.items()}
    judged: dict[Pair, str] = {
        pair_of(refs[a], refs[b]): verdict for (a, b), verdict in judged_ids.items() if a in refs and b in refs
    }
    links = [Link(*pair_of(refs[a], refs[b]), row.log_odds) for (a, b), row in pairs.items() if row.verdict == "same"]
    opinion = _opinions(pairs, numbers, FeatureStore(connection, dict(at_hand or {})))
    clusters = clusters_of(numbers, links, judged, opinion)
    cut = {numbers_of(link.link.a, link.link.b, numbers) for link in clusters.cut}
    matches.mark_cut(connection, {pair: pair in cut for pair, row in pairs.items() if row.cut != (pair in cut)})
    moved = assign(connection, run_id, [[numbers[ref] for ref in members] for members in clusters.members], detail)
    return moved, clusters


def numbers_of(a: str, b: str, numbers: Mapping[str, int]) -> Numbers:
    """The record numbers of two references, the smaller first."""
    one, other = numbers[a], numbers[b]
    return (one, other) if one < other else (other, one)


def _opinions(
    pairs: Mapping[Numbers, PairRow], numbers: Mapping[str, int], features: FeatureStore
) -> Callable[[str, str], Opinion]:
    """Opinions on pairs: those stored, and on others what a look at their features says."""
    formed: dict[Pair, Opinion] = {}

    def opinion(a: str, b: str) -> Opinion:
        row = pairs.get(numbers_of(a, b, numbers))
        if row is not None:
            return Opinion(row.log_odds, row.veto)
        if (a, b) not in formed:
            formed[a, b] = opinion_of(judge(features.one(numbers[a]), features.one(numbers[b])))
        return formed[a, b]

    return opinion


def _reach(
    connection: Connection, seeds: set[int], judged: Mapping[Numbers, str]
) -> tuple[set[int], dict[Numbers, PairRow]]:
    """All records joined to the seeds by links, judgements or a present work, and the stored pairs among them."""
    reached: set[int] = set()
    pairs: dict[Numbers, PairRow] = {}
    front = set(seeds)
    while front:
        reached |= front
        found: set[int] = set()
        touching = matches.pairs_touching(connection, sorted(front))
        pairs |= touching
        for pair, row in touching.items():
            if row.verdict == "same":
                found.update(pair)
        for pair, verdict in judged.items():
            if verdict == "same" and front & set(pair):
                found.update(pair)
        homes = sorted(set(works.homes(connection, sorted(front)).values()))
        found.update(works.member_ids(connection, homes))
        front = found - reached
    return reached, {(a, b): row for (a, b), row in sorted(pairs.items()) if a in reached and b in reached}
