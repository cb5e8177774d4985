"""The dedup run: new records are compared with the store, and works are formed anew where that matters.

Only what a change can reach is touched: the new records, the records they share keys with, and the
works these are in. ``full`` does the same with every record as new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from variorum.dedup.blocking import MAX_BLOCK, blocking_keys
from variorum.dedup.clustering import Clusters, Link, Pair, pair_of
from variorum.dedup.engines.local import Progress, clusters_of, compare_pairs
from variorum.dedup.features import Features, features_of
from variorum.dedup.matching import Match
from variorum.errors import ExitCode
from variorum.pipeline.ledger import recorded
from variorum.pipeline.merging import assign
from variorum.pipeline.workspace import Workspace
from variorum.scrapers import find_source
from variorum.store import matches, runs, works
from variorum.store.engine import Connection, writing
from variorum.store.matches import PairRow
from variorum.store.pages import StoredRecord

COMMAND = "dedup run"


@dataclass(frozen=True)
class DedupResult:
    """What a dedup run did: records and pairs looked at, records that changed their work, pairs to review."""

    run_id: int
    records: int
    compared: int
    skipped_pairs: int
    moved: int
    cut_links: int
    works: int
    to_review: int
    new_to_review: int

    @property
    def exit_code(self) -> ExitCode:
        """3 when pairs came up that a curator must decide, else 0."""
        return ExitCode.NEEDS_A_HUMAN if self.new_to_review else ExitCode.OK


def stored_features(stored: StoredRecord) -> Features:
    """The features of a stored record, with what its source is known for."""
    source = find_source(stored.record.source)
    return features_of(stored.record, listed_once=source is not None and source.lists_once)


def run_dedup(workspace: Workspace, *, full: bool = False, progress: Progress | None = None) -> DedupResult:
    """Match what is new (or everything) and form works. One transaction: all of it happens or none."""
    arguments = ["--full"] if full else []
    with recorded(workspace, COMMAND, arguments) as run, writing(workspace.engine) as connection:
        waiting_before = {(row.a_id, row.b_id) for row in matches.review_pairs(connection)}
        new = matches.unmatched(connection, everything=full)
        compared, skipped, moved, cut = _resolve(connection, run.id, new, progress) if new else (0, 0, 0, 0)
        waiting = {(row.a_id, row.b_id) for row in matches.review_pairs(connection)}
        result = DedupResult(
            run_id=run.id,
            records=len(new),
            compared=compared,
            skipped_pairs=skipped,
            moved=moved,
            cut_links=cut,
            works=runs.live_works(connection),
            to_review=len(waiting),
            new_to_review=len(waiting - waiting_before),
        )
        run.status = "needs_a_human" if result.new_to_review else "ok"
    return result


def _resolve(
    connection: Connection, run_id: int, new: Sequence[StoredRecord], progress: Progress | None
) -> tuple[int, int, int, int]:
    """Pairs compared, pairs skipped by the block cap, records moved, links cut."""
    features = {stored.id: stored_features(stored) for stored in new}
    keys = {record_id: blocking_keys(own) for record_id, own in features.items()}
    matches.replace_keys(connection, keys)
    pairs, skipped, crowded = _candidates(connection, keys)
    others = {record_id for pair in pairs for record_id in pair} - set(features)
    features |= {stored.id: stored_features(stored) for stored in matches.load(connection, others)}

    ids = {own.ref: record_id for record_id, own in features.items()}
    found = list(compare_pairs(((features[a], features[b]) for a, b in pairs), len(pairs), progress))
    stale = {*matches.pairs_touching(connection, list(keys)), *_pairs_of_crowds(connection, crowded)}
    rows = [_pair_row(match, ids) for match in found]
    relations = [_relation_row(match, ids) for match in found if match.verdict == "related"]
    matches.replace_pairs(connection, stale, rows, relations)

    seeds = set(keys) | {record_id for pair in stale for record_id in pair}
    moved, clusters = recluster(connection, run_id, seeds, {"by": "dedup run"})
    founded = works.rows_of_records(connection, list(keys))
    works.publish(connection, run_id, [row.id for row in founded.values()])
    matches.mark_matched(connection, list(keys))
    return len(pairs), skipped, moved, len(clusters.cut)


def _candidates(
    connection: Connection, keys: Mapping[int, Sequence[str]]
) -> tuple[list[tuple[int, int]], int, list[list[int]]]:
    """Pairs of a new record with any that shares a key, smaller number first; how many the cap skipped; whom."""
    every_key = sorted({key for own in keys.values() for key in own})
    holders = matches.holders_of_keys(connection, every_key)
    pairs: set[tuple[int, int]] = set()
    skipped = 0
    crowded: list[list[int]] = []
    for members in holders.values():
        if len(members) > MAX_BLOCK:
            crowded.append(members)
            fresh = sum(1 for member in members if member in keys)
            skipped += fresh * (len(members) - fresh) + fresh * (fresh - 1) // 2
            continue
        for record_id in members:
            if record_id in keys:
                pairs.update((min(record_id, other), max(record_id, other)) for other in members if other != record_id)
    return sorted(pairs), skipped, crowded


def _pairs_of_crowds(connection: Connection, crowded: Iterable[Sequence[int]]) -> set[tuple[int, int]]:
    """Stored pairs that a key brought together before it outgrew the cap, and that no other key does.

    They go, so that the order in which records came does not show.
    """
    gone: set[tuple[int, int]] = set()
    for members in crowded:
        inside = set(members)
        stored = [pair for pair in matches.pairs_touching(connection, members) if set(pair) <= inside]
        own = matches.keys_of(connection, sorted({number for pair in stored for number in pair}))
        shared = {pair: own[pair[0]] & own[pair[1]] for pair in stored}
        sizes = matches.holders_of_keys(connection, sorted({key for keys in shared.values() for key in keys}))
        gone.update(pair for pair, keys in shared.items() if all(len(sizes[key]) > MAX_BLOCK for key in keys))
    return gone


def _pair_row(match: Match, ids: Mapping[str, int]) -> PairRow:
    a_id, b_id = sorted((ids[match.a], ids[match.b]))
    return PairRow(a_id, b_id, match.probability, match.verdict, match.reasons)


def _relation_row(match: Match, ids: Mapping[str, int]) -> dict[str, object]:
    """The relation's row: ``a`` corrects or answers ``b``."""
    other = match.b if match.subject == match.a else match.a
    reasons = ", ".join(match.reasons)
    return {"a_id": ids[match.subject], "b_id": ids[other], "kind": match.relation, "reasons": reasons}


def recluster(
    connection: Connection, run_id: int, seeds: Iterable[int], detail: Mapping[str, object]
) -> tuple[int, Clusters]:
    """Form anew the works that a change at ``seeds`` can reach. Returns records moved and the clusters."""
    judged_ids = matches.judgements(connection)
    reached, links = _reach(connection, set(seeds), judged_ids)
    records = {stored.id: stored_features(stored) for stored in matches.load(connection, reached)}
    refs = {record_id: own.ref for record_id, own in records.items()}
    numbers = {ref: record_id for record_id, ref in refs.items()}
    judged: dict[Pair, str] = {
        pair_of(refs[a], refs[b]): verdict for (a, b), verdict in judged_ids.items() if a in refs and b in refs
    }
    by_ref = {own.ref: own for own in records.values()}
    named = [Link(*pair_of(refs[row.a_id], refs[row.b_id]), row.probability) for row in links]
    clusters = clusters_of(by_ref, named, judged)
    moved = assign(connection, run_id, [[numbers[ref] for ref in members] for members in clusters.members], detail)
    return moved, clusters


def _reach(
    connection: Connection, seeds: set[int], judged: Mapping[tuple[int, int], str]
) -> tuple[set[int], list[PairRow]]:
    """All records joined to the seeds by links, judgements or a present work, and those links."""
    reached: set[int] = set()
    links: dict[tuple[int, int], PairRow] = {}
    front = set(seeds)
    while front:
        reached |= front
        found: set[int] = set()
        for pair, row in matches.pairs_touching(connection, sorted(front)).items():
            if row.verdict == "same":
                links[pair] = row
                found.update(pair)
        for pair, verdict in judged.items():
            if verdict == "same" and front & set(pair):
                found.update(pair)
        homes = sorted(set(works.homes(connection, sorted(front)).values()))
        found.update(works.member_ids(connection, homes))
        front = found - reached
    return reached, [links[pair] for pair in sorted(links)]
