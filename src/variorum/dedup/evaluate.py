"""How well clusters agree with the truth: pairs, B-cubed and whole clusters. Pure counting, no I/O.

All figures are over the records of the truth; records that only the prediction has are left out. With
``source_of``, the *cross-source mode*, records of one source are never held against each other, because
what is double inside a source is not labelled. Counts need no list of pairs: time and memory grow with
the number of records.

A share of nothing is 1: a prediction without pairs has made no wrong one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice, product

from variorum.errors import BadInputError

MAX_LISTED = 1_000
"""Pairs listed unless more are asked for."""


@dataclass(frozen=True)
class Score:
    """Precision and recall between 0 and 1, and their harmonic mean, which is 0 where both are."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Counts:
    """What was found rightly, found wrongly and missed, in pairs or in clusters."""

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def score(self) -> Score:
        """Precision and recall that follow from the counts."""
        return Score(
            precision=_share(self.true_positives, self.true_positives + self.false_positives),
            recall=_share(self.true_positives, self.true_positives + self.false_negatives),
        )


@dataclass(frozen=True)
class Evaluation:
    """The agreement of a prediction with the truth over ``records`` records.

    ``pairs`` counts pairs of records in one cluster; ``clusters`` counts clusters of several records (in
    cross-source mode: of several sources) that are found exactly; ``b_cubed`` is the mean over records of
    how much of a record's cluster belongs there and how much of what belongs there is in it.
    ``false_merges`` and ``missed_pairs`` list the first of the wrong pairs, as many as were asked for.
    """

    records: int
    pairs: Counts
    clusters: Counts
    b_cubed: Score
    false_merges: tuple[tuple[str, str], ...] = ()
    missed_pairs: tuple[tuple[str, str], ...] = ()


def evaluate(
    predicted: Mapping[str, str],
    truth: Mapping[str, str],
    *,
    source_of: Mapping[str, str] | None = None,
    most_errors: int = 0,
) -> Evaluation:
    """Compare clusters, both given as record id to cluster id; the ids of clusters need not agree.

    ``most_errors`` is how many false merges, and how many missed pairs, the result lists.
    Raises ``BadInputError`` with code ``missing_records`` when ``predicted`` or ``source_of`` lacks records
    of the truth.
    """
    _check(predicted, truth, source_of)
    found = _members({record: predicted[record] for record in truth})
    true = _members(truth)
    both = _members({record: (predicted[record], truth[record]) for record in truth})
    found_pairs, true_pairs, right_pairs = (_pairs(members, source_of) for members in (found, true, both))
    return Evaluation(
        records=len(truth),
        pairs=Counts(right_pairs, found_pairs - right_pairs, true_pairs - right_pairs),
        clusters=_whole_clusters(found.values(), true.values(), source_of),
        b_cubed=_b_cubed(predicted, truth, source_of),
        false_merges=tuple(false_merges(predicted, truth, source_of=source_of, limit=most_errors)),
        missed_pairs=tuple(missed_pairs(predicted, truth, source_of=source_of, limit=most_errors)),
    )


def false_merges(
    predicted: Mapping[str, str],
    truth: Mapping[str, str],
    *,
    source_of: Mapping[str, str] | None = None,
    limit: int | None = MAX_LISTED,
) -> Iterator[tuple[str, str]]:
    """Pairs that the prediction wrongly puts together, at most ``limit``, in an order that never varies.

    Each pair is sorted. Raises ``BadInputError`` as ``evaluate`` does.
    """
    _check(predicted, truth, source_of)
    return islice(_apart(predicted, truth, sorted(truth), source_of), limit)


def missed_pairs(
    predicted: Mapping[str, str],
    truth: Mapping[str, str],
    *,
    source_of: Mapping[str, str] | None = None,
    limit: int | None = MAX_LISTED,
) -> Iterator[tuple[str, str]]:
    """Pairs that belong together and that the prediction keeps apart; otherwise like ``false_merges``."""
    _check(predicted, truth, source_of)
    return islice(_apart(truth, predicted, sorted(truth), source_of), limit)


def _check(predicted: Mapping[str, str], truth: Mapping[str, str], source_of: Mapping[str, str] | None) -> None:
    for what, known in (("cluster", predicted), ("source", source_of)):
        missing = sorted(truth.keys() - known.keys()) if known is not None else []
        if missing:
            message = f"{len(missing)} of {len(truth)} records have no {what}, e.g. {missing[0]}"
            raise BadInputError(message, code="missing_records")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _members(cluster_of: Mapping[str, Hashable]) -> dict[Hashable, list[str]]:
    members: defaultdict[Hashable, list[str]] = defaultdict(list)
    for record, cluster in cluster_of.items():
        members[cluster].append(record)
    return dict(members)


def _pairs(members: Mapping[Hashable, Collection[str]], source_of: Mapping[str, str] | None) -> int:
    """How many pairs stand in one cluster, those of one source left out."""
    total = 0
    for records in members.values():
        total += len(records) * (len(records) - 1) // 2
        if source_of is not None:
            sizes = Counter(source_of[record] for record in records).values()
            total -= sum(size * (size - 1) // 2 for size in sizes)
    return total


def _whole_clusters(
    found: Collection[Collection[str]], true: Collection[Collection[str]], source_of: Mapping[str, str] | None
) -> Counts:
    def several(clusters: Collection[Collection[str]]) -> set[frozenset[str]]:
        return {
            frozenset(records)
            for records in clusters
            if len({source_of[record] for record in records} if source_of is not None else records) > 1
        }

    wanted, given = several(true), several(found)
    return Counts(len(wanted & given), len(given - wanted), len(wanted - given))


def _b_cubed(predicted: Mapping[str, str], truth: Mapping[str, str], source_of: Mapping[str, str] | None) -> Score:
    """The mean over records; a record's company is itself and, in cross-source mode, other sources' records."""

    def company(cluster_of: Mapping[str, Hashable]) -> dict[str, int]:
        sizes = Counter(cluster_of[record] for record in truth)
        if source_of is None:
            return {record: sizes[cluster_of[record]] for record in truth}
        own = Counter((cluster_of[record], source_of[record]) for record in truth)
        return {r: sizes[cluster_of[r]] - own[cluster_of[r], source_of[r]] + 1 for r in truth}

    found, true = company(predicted), company(truth)
    right = company({record: (predicted[record], truth[record]) for record in truth})
    return Score(
        precision=_share(sum(right[record] / found[record] for record in truth), len(truth)),
        recall=_share(sum(right[record] / true[record] for record in truth), len(truth)),
    )


def _apart(
    together: Mapping[str, str],
    other: Mapping[str, str],
    records: Collection[str],
    source_of: Mapping[str, str] | None,
) -> Iterator[tuple[str, str]]:
    """Pairs in one cluster of ``together`` and in two of ``other``, in the order of ``records``."""
    clusters = _members({record: together[record] for record in records})
    for members in clusters.values():
        # Only pairs between the parts are looked at: a large cluster with one stray record has few of them.
        parts = _members({record: other[record] for record in members})
        for left, right in combinations(parts.values(), 2):
            for a, b in product(left, right):
                if source_of is None or source_of[a] != source_of[b]:
                    yield min(a, b), max(a, b)
