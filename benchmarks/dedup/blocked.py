"""What blocking does on labelled sets: how many true pairs it brings together, and how few pairs in all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.dedup.score import labelled_pair_labels, records_in, true_pair_count

from variorum.dedup.blocking import candidate_pairs, joined
from variorum.dedup.bulk import columns_of_statements
from variorum.dedup.keys import BATCH, Blocking, key_records
from variorum.dedup.screening import LEVELS, Screen
from variorum.pipeline.citation_files import opened
from variorum.pipeline.statements import statement_of_row
from variorum.schema import Rejection
from variorum.scrapers import read_rows

OPEN = Screen(-np.inf, {name: {} for name in LEVELS})


@dataclass(frozen=True)
class Blocked:
    """Pairs of a set: all there are, those that share a key and look alike, those that pass the screen; ``true_…`` are
    those labelled to be one work, None where the labels do not say which are."""

    name: str
    pairs: int
    met: int
    passing: int
    true: int | None
    true_met: int
    true_passing: int


def blocked(folder: Path) -> Blocked:
    """What blocking does on a set."""
    refs, blocking = _read(records_in(folder))
    met, passing = candidate_pairs(blocking, OPEN), candidate_pairs(blocking)
    true_met, true_passing = (
        labelled_pair_labels(
            folder, [(refs[a], refs[b]) for a, b in zip(some.left.tolist(), some.right.tolist(), strict=True)]
        ).count(1)
        for some in (met, passing)
    )
    everything = len(refs) * (len(refs) - 1) // 2
    return Blocked(folder.name, everything, len(met), len(passing), true_pair_count(folder), true_met, true_passing)


def _read(path: Path) -> tuple[list[str], Blocking]:
    with opened(path) as stream:
        said = [statement_of_row(row, "") for row in read_rows(stream, "csv") if not isinstance(row, Rejection)]
    statements = [one for one in said if not isinstance(one, Rejection)]
    batches = (statements[at : at + BATCH] for at in range(0, len(statements), BATCH))
    return [one.ref for one in statements], joined([key_records(columns_of_statements(batch)) for batch in batches])


def print_blocked(folders: Iterable[Path]) -> None:
    """Completeness (the share of true pairs that are left) and reduction (the share of all pairs that are not)."""
    print(
        f"\n{'blocking':22} {'true pairs':>10} {'met':>9} {'passing':>9}   {'pairs met':>9} {'passing':>9}  reduction"
    )
    for one in map(blocked, folders):
        shares = ["–", "–"] if not one.true else [f"{n / one.true:.4f}" for n in (one.true_met, one.true_passing)]
        reduction = 1 - one.passing / max(1, one.pairs)
        print(
            f"{one.name:22} {one.true or '–':>10} {shares[0]:>9} {shares[1]:>9}   {one.met:9,} {one.passing:9,}"
            f"  {reduction:.6f}"
        )
