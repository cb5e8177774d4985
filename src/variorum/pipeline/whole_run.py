"""Matching the whole store at once, as files are matched: by the engine, which shares the work among processors.

What it leaves in the store is what runs over parts of it would have left.
"""

from __future__ import annotations

import tempfile
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from variorum.dedup.blocking import blocking_of, candidate_pairs, joined
from variorum.dedup.clustering import pair_of
from variorum.dedup.engines.local import Found, Progress, resolve
from variorum.dedup.engines.workers import team
from variorum.dedup.features import Features
from variorum.dedup.keys import Blocking
from variorum.dedup.matching import judge
from variorum.dedup.model import probability
from variorum.dedup.packing import Shelf, ShelfWriter, pack
from variorum.dedup.processors import worker_count
from variorum.pipeline.featuring import FeatureStore, blocked_by, make_features
from variorum.pipeline.forming import numbers_of
from variorum.pipeline.merging import assign
from variorum.store import blocks, matches, works
from variorum.store.engine import Connection
from variorum.store.matches import PairRow
from variorum.store.pages import chunks

_AT_ONCE = 2_000
"""Records or pairs held in memory at a time."""


@dataclass(frozen=True)
class WholeRun:
    """Pairs compared, pairs skipped by the block cap, records that changed their work, links cut."""

    compared: int
    skipped: int
    moved: int
    cut: int


def match_everything(connection: Connection, run_id: int, new: Set[int], progress: Progress | None) -> WholeRun:
    """Match all records among themselves and form all works. The features of ``new`` ones are made, others read."""
    ids = blocks.record_ids(connection)
    matches.clear_pairs(connection)
    judged_ids = matches.judgements(connection)
    refs = matches.refs(connection, {number for pair in judged_ids for number in pair})
    judged = {pair_of(refs[a], refs[b]): verdict for (a, b), verdict in judged_ids.items()}
    with tempfile.TemporaryDirectory(prefix="variorum-") as folder:
        shelf, names, blocking = _shelve(connection, ids, new, Path(folder) / "features")
        blocks.replace_index(connection, blocked_by(np.array(ids, np.int64), blocking))
        pairs = _PairWriter(connection, ids, shelf)
        with team(worker_count()) as helpers:
            resolution = resolve(
                shelf,
                candidate_pairs(blocking),
                judged=judged,
                team=helpers,
                keep=pairs.keep,
                progress=progress,
                refs=names,
            )
        pairs.flush()
    numbers = pairs.numbers | {ref: number for number, ref in refs.items()}
    cut = resolution.cut
    matches.mark_cut(connection, {numbers_of(one.link.a, one.link.b, numbers): True for one in cut})
    joined = [[numbers[ref] for ref in members] for members in resolution.clusters.members if len(members) > 1]
    # Who shared a work and is linked to nobody any more goes home.
    alone = set(works.ids_in_company(connection)).difference(*joined)
    moved = assign(connection, run_id, [*joined, *([number] for number in sorted(alone))], {"by": "dedup run"})
    candidates = resolution.candidates
    return WholeRun(len(candidates), candidates.skipped_pairs, moved, len(cut))


def _shelve(
    connection: Connection, ids: list[int], new: Set[int], path: Path
) -> tuple[Shelf[Features], list[str], Blocking]:
    kept = FeatureStore(connection)
    writer = ShelfWriter(path)
    refs: list[str] = []
    parts = [blocking_of(())]
    for some in chunks(ids, _AT_ONCE):
        made = make_features(connection, [number for number in some if number in new])
        features = made.features | kept.some(set(some) - made.features.keys())
        in_order = [features[number] for number in some]
        writer.add(pack(in_order))
        refs += [own.ref for own in in_order]
        parts.append(made.blocking if len(made.features) == len(some) else blocking_of(in_order))
    return writer.finish(Features), refs, joined(parts)


@dataclass
class _PairWriter:
    """Writes pairs as they are found, and notes who is who among the records that are linked."""

    connection: Connection
    ids: list[int]
    shelf: Shelf[Features]
    numbers: dict[str, int] = field(default_factory=dict)
    rows: list[PairRow] = field(default_factory=list)
    relations: list[dict[str, object]] = field(default_factory=list)

    def keep(self, found: Found) -> None:
        """Write a pair, by and by."""
        a, b = self.ids[found.left], self.ids[found.right]
        if found.verdict == "same":
            self.numbers[found.a], self.numbers[found.b] = a, b
        elif found.verdict == "related":
            match = judge(self.shelf[found.left], self.shelf[found.right])
            subject, other = (a, b) if match.subject == found.a else (b, a)
            reasons = ", ".join(found.reasons)
            self.relations.append({"a_id": subject, "b_id": other, "kind": match.relation, "reasons": reasons})
        likely = probability(found.log_odds)
        ends = min(a, b), max(a, b)
        self.rows.append(PairRow(*ends, found.log_odds, likely, found.verdict, found.veto, found.reasons))
        if len(self.rows) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        matches.add_pairs(self.connection, self.rows, self.relations)
        self.rows, self.relations = [], []
