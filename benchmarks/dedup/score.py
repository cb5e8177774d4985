"""Read labelled sets and count how well clusters agree with their labels.

A set is a folder: ``records.csv`` (or ``.csv.gz``), the labels, and ``meta.json``, whose ``mode`` says what is
labelled and so which pairs count. The README describes the four modes.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from variorum.dedup.evaluate import Counts, evaluate

LONGEST_FIELD = 10**9


class BadSetError(Exception):
    """A folder is no labelled set, or clusters do not cover its records."""


@dataclass(frozen=True)
class Quality:
    """What was found: pairs or, where only members of groups are flagged, records."""

    precision: float
    recall: float
    f1: float
    false_merges: int


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, gzipped or not."""
    csv.field_size_limit(LONGEST_FIELD)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def records_in(folder: Path) -> Path:
    """The file that holds a set's records."""
    for name in ("records.csv", "records.csv.gz"):
        if (folder / name).exists():
            return folder / name
    raise BadSetError(f"{folder} has no records.csv")


def sets_in(data: Path) -> list[str]:
    """The names of all sets in a folder."""
    return sorted(path.parent.name for path in data.glob("*/meta.json"))


@cache
def size_of(folder: Path) -> int:
    """How many records a set has."""
    return sum(1 for _ in rows_of(records_in(folder)))


def clusters_in(path: Path) -> dict[str, str]:
    """Record id to cluster id, as a tool wrote them: the first two columns."""
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.reader(handle)
        next(rows, None)
        return {row[0]: row[1] for row in rows if row}


def quality(folder: Path, clusters: Path) -> Quality:
    """Count the clusters that a tool wrote against the labels of a set."""
    return quality_of(folder, clusters_in(clusters))


def quality_of_links(folder: Path, clusters: Iterable[Iterable[str]], refs: Iterable[str]) -> Quality:
    """Count clusters against the labels of a set; records in none of them stand alone."""
    home = {ref: str(number) for number, members in enumerate(clusters) for ref in members}
    return quality_of(folder, {ref: home.get(ref, f"alone:{ref}") for ref in refs})


def mode_of(folder: Path) -> str:
    """What is labelled in a set."""
    return str(json.loads((folder / "meta.json").read_text("utf-8"))["mode"])


def labelled_pair_labels(folder: Path, pairs: Sequence[tuple[str, str]]) -> list[int]:
    """What the labels of a set say of pairs: 1 the same work, 0 two, -1 nothing."""
    mode = mode_of(folder)
    if mode == "pairs":
        rows = ((row["id1"], row["id2"], row["label"]) for row in rows_of(folder / "pairs.csv"))
        known = {frozenset((a, b)): int(label) for a, b, label in rows if label in "01"}
        return [known.get(frozenset(pair), -1) for pair in pairs]
    if mode == "flag":
        doubled = {row["id"]: row["duplicate_flag"] == "1" for row in rows_of(folder / "flags.csv")}
        # With whom a flagged record is doubled is not said.
        return [-1 if doubled[a] and doubled[b] else 0 for a, b in pairs]
    truth = {row["id"]: row["cluster_id"] for row in rows_of(folder / "truth.csv")}
    source = {row["id"]: row["source"] for row in rows_of(records_in(folder))} if mode == "cross" else {}
    return [-1 if mode == "cross" and source[a] == source[b] else int(truth[a] == truth[b]) for a, b in pairs]


def true_pair_count(folder: Path) -> int | None:
    """How many pairs of a set are labelled to be one work; None where the labels do not say which."""
    mode = mode_of(folder)
    if mode == "pairs":
        return sum(row["label"] == "1" for row in rows_of(folder / "pairs.csv"))
    if mode == "flag":
        return None
    truth = {row["id"]: row["cluster_id"] for row in rows_of(folder / "truth.csv")}
    alone = {id_: str(number) for number, id_ in enumerate(truth)}
    source_of = {row["id"]: row["source"] for row in rows_of(records_in(folder))} if mode == "cross" else None
    return evaluate(alone, truth, source_of=source_of).pairs.false_negatives


def quality_of(folder: Path, predicted: Mapping[str, str]) -> Quality:
    """Count clusters, given as record id to cluster id, against the labels of a set."""
    mode = mode_of(folder)
    records = records_in(folder)
    missing = [row["id"] for row in rows_of(records) if row["id"] not in predicted]
    if missing:
        raise BadSetError(f"{folder.name}: {len(missing)} records without a cluster, e.g. {missing[0]}")
    if mode == "pairs":
        return _of(labelled_pairs(folder / "pairs.csv", predicted))
    if mode == "flag":
        return _of(flagged(folder / "flags.csv", predicted))
    if mode not in ("dirty", "cross"):
        raise BadSetError(f"{folder.name}: mode {mode!r} is not known")
    truth = {row["id"]: row["cluster_id"] for row in rows_of(folder / "truth.csv")}
    source_of = {row["id"]: row["source"] for row in rows_of(records)} if mode == "cross" else None
    return _of(evaluate(predicted, truth, source_of=source_of).pairs)


def labelled_pairs(path: Path, predicted: Mapping[str, str]) -> Counts:
    """Only pairs labelled 1 (the same) or 0 (different) count; what its labeller left open does not."""
    seen = Counter((row["label"], predicted[row["id1"]] == predicted[row["id2"]]) for row in rows_of(path))
    return Counts(seen["1", True], seen["0", True], seen["1", False])


def flagged(path: Path, predicted: Mapping[str, str]) -> Counts:
    """Flagged records must stand with another flagged one, others alone; who stands with whom is not known."""
    clusters: defaultdict[str, list[bool]] = defaultdict(list)
    for row in rows_of(path):
        clusters[predicted[row["id"]]].append(row["duplicate_flag"] == "1")
    found = missed = wrong = 0
    for flags in clusters.values():
        doubles = sum(flags)
        found += doubles if doubles > 1 else 0
        missed += doubles == 1
        wrong += len(flags) - doubles if len(flags) > 1 else 0
    return Counts(found, wrong, missed)


def _of(counts: Counts) -> Quality:
    score = counts.score
    return Quality(score.precision, score.recall, score.f1, counts.false_positives)
