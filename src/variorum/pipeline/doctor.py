"""Checking what the store promises. Reads only; what has to be tried out is tried on a rebuilt copy."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from variorum.dedup.clustering import pair_of
from variorum.dedup.engines.local import resolve
from variorum.dedup.packing import FEATURES_VERSION
from variorum.dedup.survivorship import MULTIPLE_FIELDS, value_of
from variorum.errors import DatabaseError, VariorumError
from variorum.pipeline.featuring import stored_features
from variorum.pipeline.forming import recluster
from variorum.pipeline.rereading import refusals_of, reread
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.storing import store_on_capture, store_page
from variorum.pipeline.workspace import Workspace
from variorum.store import blocks, checkpoints, matches, pages, reporting, runs, works
from variorum.store.dump import DERIVED, canonical_lines
from variorum.store.engine import Connection, open_engine, reading, writing
from variorum.store.migrate import upgrade


@dataclass(frozen=True)
class Finding:
    """One invariant: what it promises, whether it holds, and what was looked at or is wrong."""

    invariant: str
    promise: str
    ok: bool
    detail: str


Check = Callable[[Workspace], tuple[bool, str]]
CopyCheck = Callable[[Workspace, Workspace], tuple[bool, str]]


def examine(workspace: Workspace, *, quick: bool = False) -> list[Finding]:
    """Check all invariants; ``quick`` leaves out those that need the store rebuilt or matched anew."""
    findings = [_finding(invariant, promise, partial(check, workspace)) for invariant, promise, check in _CHECKS]
    if not quick:
        findings += _examine_copy(workspace)
    return sorted(findings, key=lambda finding: int(finding.invariant.removeprefix("I")))


def _examine_copy(workspace: Workspace) -> list[Finding]:
    try:
        with _rebuilt(workspace) as copy:
            return [
                _finding(invariant, promise, partial(check, workspace, copy))
                for invariant, promise, check in _COPY_CHECKS
            ]
    except _DAMAGE as error:
        detail = f"no copy could be made: {str(error).splitlines()[0]}"
        return [Finding(invariant, promise, False, detail) for invariant, promise, _ in _COPY_CHECKS]


_DAMAGE = (VariorumError, LookupError, ValueError, TypeError)
"""What a check may meet in a store that is not what it was written as: lost rows, broken JSON, wrong types."""


def _finding(invariant: str, promise: str, check: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        return Finding(invariant, promise, *check())
    except _DAMAGE as error:
        return Finding(invariant, promise, False, f"damaged: {type(error).__name__}: {str(error).splitlines()[0]}")


def _result(wrong: list[str], looked_at: str) -> tuple[bool, str]:
    return (False, f"{len(wrong)} wrong, e.g. {wrong[0]}") if wrong else (True, looked_at)


def _pages_whole(workspace: Workspace) -> tuple[bool, str]:
    with reading(workspace.engine) as connection:
        taken = pages.captures(connection)
        empty = reporting.captures_without_content(connection)
        steps = checkpoints.every(connection)
    wrong = [f"capture {number} left nothing" for number in empty]
    kept = Counter(capture.checkpoint_id for capture in taken)
    wrong += [f"checkpoint of {one.source}: {one.kept} pages" for one in steps if kept[one.id] != one.kept]
    for capture in taken:
        try:
            workspace.archive.get(capture.sha256, capture.length)
        except DatabaseError as error:
            wrong.append(error.message)
    return _result(wrong, f"{len(taken)} pages, each with its archived body and what was read off it")


def _one_work_each(workspace: Workspace) -> tuple[bool, str]:
    with reading(workspace.engine) as connection:
        wrong = [f"record {number}" for number in reporting.records_without_live_work(connection)]
        sizes = reporting.table_sizes(connection)
    return _result(wrong, f"{sizes['record']} records")


def _judged_apart(workspace: Workspace) -> tuple[bool, str]:
    with reading(workspace.engine) as connection:
        judged = matches.judgements(connection)
        homes = works.homes(connection, sorted({number for pair in judged for number in pair}))
    different = [pair for pair, verdict in judged.items() if verdict == "different"]
    wrong = [f"records {a} and {b}" for a, b in different if homes[a] == homes[b]]
    return _result(wrong, f"{len(different)} pairs judged different")


def _redirects_resolve(workspace: Workspace) -> tuple[bool, str]:
    with reading(workspace.engine) as connection:
        wrong = [f"work {work_id}" for work_id in reporting.redirects_astray(connection)]
        sizes = reporting.table_sizes(connection)
    return _result(wrong, f"{sizes['work']} ids, each leading to the work its record is in")


def _fields_proven(workspace: Workspace) -> tuple[bool, str]:
    wrong: list[str] = []
    checked = 0
    with reading(workspace.engine) as connection:
        for some in pages.chunks(works.live_ids(connection)):
            members = works.members(connection, some)
            for work_id, rows in works.fields(connection, some).items():
                records = {member.record.ref: member.record for member in members[work_id]}
                for row in rows:
                    checked += 1
                    stated = value_of(records[row.ref], row.field) if row.ref in records else None
                    proven = row.value in (stated or ()) if row.field in MULTIPLE_FIELDS else row.value == stated
                    if not proven:
                        wrong.append(f"{row.field} of work {work_id}")
    return _result(wrong, f"{checked} values, each stated by a member record")


def _counts_add_up(workspace: Workspace) -> tuple[bool, str]:
    with reading(workspace.engine) as connection:
        ledger = runs.newest(connection, 1_000_000)
    parts = ("new", "changed", "unchanged", "quarantined", "skipped")
    wrong = [f"run {run.id}" for run in ledger if run.counts["seen"] != sum(run.counts[part] for part in parts)]
    return _result(wrong, f"{len(ledger)} runs")


def _rebuilds_alike(workspace: Workspace, copy: Workspace) -> tuple[bool, str]:
    resolved = _is_resolved(workspace)
    there, here = _lines(copy, derived=resolved), _lines(workspace, derived=resolved)
    missing, extra = Counter(here) - Counter(there), Counter(there) - Counter(here)
    wrong = [f"only in the store: {line[:200]}" for line in missing]
    wrong += [f"only in the rebuild: {line[:200]}" for line in extra]
    note = "" if resolved else " (works left out: records await a dedup run)"
    return _result(wrong, f"{len(here)} lines of content, all alike in a rebuild from the archive{note}")


def _undo_restores(_workspace: Workspace, copy: Workspace) -> tuple[bool, str]:
    before = _lines(copy)
    with writing(copy.engine) as connection:
        pair = _two_records_apart(connection)
        if pair is None:
            return True, "fewer than two works: nothing to try"
        run_id = runs.start(connection, "doctor", [], "", copy.clock())
        number = matches.add_judgement(connection, pair, "same", why="trial", curator="doctor", now=copy.clock())
        recluster(connection, run_id, pair, {})
        merged = len(set(works.homes(connection, pair).values())) == 1
        matches.undo_judgement(connection, number, copy.clock())
        recluster(connection, run_id, pair, {})
    if not merged:
        return False, "a judgement did not merge"
    return _lines(copy) == before, "a merge tried on a rebuilt copy and taken back"


def _repeats_change_nothing(workspace: Workspace, copy: Workspace) -> tuple[bool, str]:
    before = _lines(copy)
    counts = _replay(workspace, copy)
    if _is_resolved(copy):
        run_dedup(copy)
    ok = before == _lines(copy) and not counts["new"] and not counts["changed"]
    return (
        ok,
        f"{counts['seen']} entries read twice on a rebuilt copy: {counts['new']} new, {counts['changed']} changed",
    )


def _order_does_not_matter(workspace: Workspace, _copy: Workspace) -> tuple[bool, str]:
    with reading(workspace.engine) as connection:
        stored = matches.load(connection, blocks.record_ids(connection))
        waiting = blocks.awaiting(connection, FEATURES_VERSION)
        homes = works.homes(connection, [one.id for one in stored])
        judged = matches.judgements(connection)
    if waiting:
        return True, f"{len(waiting)} records await a dedup run: not compared"
    refs = {one.id: one.record.ref for one in stored}
    groups: dict[str, list[str]] = {}
    for number, home in homes.items():
        groups.setdefault(home, []).append(refs[number])
    here = sorted(tuple(sorted(group)) for group in groups.values())
    by_ref = {pair_of(refs[a], refs[b]): verdict for (a, b), verdict in judged.items()}
    fresh = resolve([stored_features(one) for one in reversed(stored)], judged=by_ref).clusters.members
    # Who is linked to none is in no cluster.
    together = [group for group in fresh if len(group) > 1]
    ok = together == [group for group in here if len(group) > 1]
    return ok, f"{len(here)} works, the same when all records are matched anew in reverse order"


def _two_records_apart(connection: Connection) -> tuple[int, int] | None:
    ids = works.live_ids(connection, limit=2)
    if len(ids) < 2:
        return None
    first, second = (members[0].id for members in works.members(connection, ids).values())
    return min(first, second), max(first, second)


def _lines(workspace: Workspace, *, derived: bool = True) -> list[str]:
    with reading(workspace.engine) as connection:
        lines = canonical_lines(connection)
    return lines if derived else [line for line in lines if json.loads(line)[0] not in DERIVED]


def _is_resolved(workspace: Workspace) -> bool:
    """Whether dedup has seen every record as it is now."""
    with reading(workspace.engine) as connection:
        return not blocks.awaiting(connection, FEATURES_VERSION)


@contextmanager
def _rebuilt(workspace: Workspace) -> Iterator[Workspace]:
    """A copy of the store made from nothing but the archive, the captures' order and the judgements."""
    with tempfile.TemporaryDirectory(prefix="variorum-doctor-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'rebuilt.db'}")
        upgrade(engine)
        copy = replace(workspace, engine=engine)
        try:
            _replay(workspace, copy)
            _copy_judgements(workspace, copy)
            if _is_resolved(workspace):
                run_dedup(copy, full=True)
            yield copy
        finally:
            engine.dispose()


def _replay(workspace: Workspace, copy: Workspace) -> Counter[str]:
    """Read all archived pages into the copy, at the times they were taken; the second time over the first."""
    with reading(copy.engine) as connection:
        there = [capture.id for capture in pages.captures(connection)]
    with reading(workspace.engine) as connection:
        taken = pages.captures(connection)
        settled = reporting.quarantined(connection, limit=10_000_000)
    counts: Counter[str] = Counter()
    with writing(copy.engine) as connection:
        run_id = runs.start(connection, "rebuild", [], "", copy.clock())
    refused = refusals_of(settled)
    for number, capture in enumerate(taken):
        page = reread(workspace, capture, refused)
        again = replace(capture.as_new(), checkpoint_id=None)
        with writing(copy.engine) as connection:
            if there:
                stored = store_on_capture(connection, run_id, there[number], again, page, newly_seen=False)
            else:
                stored = store_page(connection, run_id, again, page, anew=True)
            counts += stored.counts
    with writing(copy.engine) as connection:
        here = [capture.id for capture in pages.captures(connection)]
        numbers = dict(zip((capture.id for capture in taken), here, strict=True))
        reporting.settle_quarantine(connection, settled, numbers)
    return counts


def _copy_judgements(workspace: Workspace, copy: Workspace) -> None:
    with reading(workspace.engine) as connection:
        judged = matches.judgements(connection)
        named = {one.id: one.record.ref for one in matches.load(connection, {n for pair in judged for n in pair})}
    with writing(copy.engine) as connection:
        for (a, b), verdict in judged.items():
            pair = [matches.find_ref(connection, named[number]) for number in (a, b)]
            if pair[0] and pair[1]:
                ids = pair[0].id, pair[1].id
                matches.add_judgement(connection, ids, verdict, why="copied", curator="doctor", now=copy.clock())


_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("I1", "a page is stored whole or not at all", _pages_whole),
    ("I3", "each record is in exactly one live work", _one_work_each),
    ("I4", "no work holds two records judged different", _judged_apart),
    ("I5", "every work id resolves in one hop", _redirects_resolve),
    ("I6", "every merged value is stated by a member record", _fields_proven),
    ("I10", "the counts of every run add up", _counts_add_up),
)
_COPY_CHECKS: tuple[tuple[str, str, CopyCheck], ...] = (
    ("I2", "a rebuild from the archive gives the same content", _rebuilds_alike),
    ("I7", "undoing a judgement restores the state before it", _undo_restores),
    ("I8", "the same input again changes nothing", _repeats_change_nothing),
    ("I9", "the order of records does not change the works", _order_does_not_matter),
)
