"""The dedup run: new records are compared with the store, and works are formed anew where that matters.

Only what a change can reach is touched: the new records, the records they share keys with, and the
works these are in. ``full`` does the same with every record as new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.blocking import passing_pairs
from variorum.dedup.engines.local import Progress
from variorum.dedup.features import Features
from variorum.dedup.keys import Blocking
from variorum.dedup.matching import Match, judge_likely
from variorum.dedup.model import shipped
from variorum.dedup.packing import FEATURES_VERSION
from variorum.dedup.processors import uncollected
from variorum.errors import ExitCode
from variorum.pipeline.featuring import FeatureStore, make_features
from variorum.pipeline.forming import recluster
from variorum.pipeline.ledger import recorded
from variorum.pipeline.meeting import find_meetings, no_longer_meeting
from variorum.pipeline.whole_run import match_everything
from variorum.pipeline.workspace import Workspace
from variorum.store import blocks, matches, runs, works
from variorum.store.engine import Connection, writing
from variorum.store.matches import PairRow
from variorum.store.postings import each_once
from variorum.store.sketches import sketches_of

COMMAND = "dedup run"

MOST_NEW = 0.5
"""The share of new records above which it is quicker to match the whole store at once."""

_AT_ONCE = 50_000
"""Pairs looked at together; of few of them are features held in memory."""


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


def run_dedup(workspace: Workspace, *, full: bool = False, progress: Progress | None = None) -> DedupResult:
    """Match what is new (or everything) and form works. One transaction: all of it happens or none."""
    arguments = ["--full"] if full else []
    with uncollected(), recorded(workspace, COMMAND, arguments) as run, writing(workspace.engine) as connection:
        everyone = blocks.record_ids(connection) if full else []
        new = everyone if full else blocks.awaiting(connection, FEATURES_VERSION)
        waiting_before = matches.waiting(connection)
        compared, skipped, moved, cut = _resolve(connection, run.id, new, full, progress) if new else (0, 0, 0, 0)
        waiting = matches.waiting(connection) if new else waiting_before
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
    connection: Connection, run_id: int, new: Sequence[int], full: bool, progress: Progress | None
) -> tuple[int, int, int, int]:
    """Pairs compared, pairs skipped by the block cap, records moved, links cut."""
    if full or len(new) > MOST_NEW * blocks.count_records(connection):
        whole = match_everything(connection, run_id, set(new), progress)
        found = whole.compared, whole.skipped, whole.moved, whole.cut
    else:
        found = _match_new(connection, run_id, new, progress)
    founded = works.rows_of_records(connection, new)
    works.publish(connection, run_id, [row.id for row in founded.values()])
    matches.mark_matched(connection, new)
    return found


def _match_new(
    connection: Connection, run_id: int, new: Sequence[int], progress: Progress | None
) -> tuple[int, int, int, int]:
    before = blocks.blocked(connection, new)
    made = make_features(connection, new)
    features, now = made.features, made.blocked
    blocks.change_index(connection, before, now)
    meetings = find_meetings(connection, before, now)
    stale = {
        *matches.pairs_touching(connection, new),
        *no_longer_meeting(connection, meetings.parted, now.sketches.record_ids),
    }
    matches.drop_pairs(connection, stale)
    seeds = {number for pair in stale for number in pair}.union(new)
    joined, compared = _compare(connection, meetings.pairs, features, progress)
    moved, clusters = recluster(connection, run_id, seeds | joined, {"by": "dedup run"}, features)
    return compared, meetings.skipped, moved, len(clusters.cut)


def _compare(
    connection: Connection, pairs: NDArray[np.int64], new: Mapping[int, Features], progress: Progress | None
) -> tuple[set[int], int]:
    """Judge pairs, given as rows, and store those worth keeping in place of what was stored of them.

    Returns whom these join, and how many were compared.
    """
    store, model = FeatureStore(connection, dict(new)), shipped()
    joined: set[int] = set()
    compared = 0
    new_ids = np.array(sorted(new), np.int64)
    for done in range(0, len(pairs), _AT_ONCE):
        some = pairs[done : done + _AT_ONCE]
        likely = some[_passing(some, connection)]
        numbers = each_once(likely.ravel())
        features = store.some(numbers.tolist())
        ids = {own.ref: number for number, own in features.items()}
        compared += len(likely)
        left, right = np.searchsorted(numbers, likely).T
        found = [match for _, match in judge_likely([features[n] for n in numbers.tolist()], left, right, model)]
        rows = [_pair_row(match, ids) for match in found]
        # Two that were there before may have been brought together by another key.
        matches.drop_pairs(connection, map(tuple, some[~np.isin(some, new_ids).any(axis=1)].tolist()))
        matches.add_pairs(connection, rows, [_relation_row(one, ids) for one in found if one.verdict == "related"])
        joined.update(number for row in rows for number in (row.a_id, row.b_id))
        if progress is not None:
            progress(done + len(some), len(pairs))
    return joined, compared


def _passing(pairs: NDArray[np.int64], connection: Connection) -> NDArray[np.bool_]:
    """Which pairs the engine would compare as well."""
    own = sketches_of(connection, each_once(pairs.ravel()))
    blocking = Blocking((), own.titles, own.bylines, own.abstracts, own.seconds, own.standings)
    return passing_pairs(blocking, *np.searchsorted(own.record_ids, pairs).T)


def _pair_row(match: Match, ids: Mapping[str, int]) -> PairRow:
    a_id, b_id = sorted((ids[match.a], ids[match.b]))
    return PairRow(a_id, b_id, match.log_odds, match.probability, match.verdict, match.veto, match.reasons)


def _relation_row(match: Match, ids: Mapping[str, int]) -> dict[str, object]:
    """The relation's row: ``a`` corrects or answers ``b``."""
    other = match.b if match.subject == match.a else match.a
    reasons = ", ".join(match.reasons)
    return {"a_id": ids[match.subject], "b_id": ids[other], "kind": match.relation, "reasons": reasons}
