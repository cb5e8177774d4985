"""Train the weights of the deduplicator on labelled sets, and prove by leaving each set out that they will hold.

Every level of every feature gets a weight in log-odds: logistic regression on the pairs that blocking brings together
and no guard vetoes. No set counts for more than its share, however many pairs it has. Copies of pairs with fields
blanked at random stand beside them, so that what a set happens to lack is not mistaken for what never is there. What
is known beforehand is asked for: the order of the levels (``ORDERS``) and that identity and equal abstracts count
(``FLOORS``), since titles agree wherever these do, and would take all the credit.

Run ``make train`` with VARIORUM_BENCHMARKS set, or ``python benchmarks/dedup/train.py --help``.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parent))

import itertools

from score import labelled_pair_labels, quality_of_links, records_in, sets_in
from train_screen import Screened, train_screen, write_screen

from variorum.dedup.blocking import Candidates, blocking_of, candidate_pairs
from variorum.dedup.comparing import Comparison, compare
from variorum.dedup.engines.local import resolve
from variorum.dedup.features import Features, features_of
from variorum.dedup.guards import objections
from variorum.dedup.model import Model, probability
from variorum.dedup.screening import LEVELS, Screen, codes_of, exempt
from variorum.pipeline.citation_files import opened
from variorum.pipeline.statements import statement_of_row
from variorum.schema import Rejection
from variorum.scrapers import read_rows

PACKAGE = Path(__file__).parents[2] / "src" / "variorum" / "dedup"
AUTO, REVIEW = 0.82, 0.22

MOST_OF_A_SET = 2_000
"""True pairs of a set that count in full; of larger ones each counts for less."""

BLANKED, BLANKED_WEIGHT = 1_500, 0.25
BLANK_A_FIELD = 0.3
RIDGE = 0.3
ENFORCE = 300.0

ORDERS: Mapping[str, Sequence[str]] = {
    "identifier": ("shared version missing other",),
    "title": (
        "equal_rich equal equal_poor similar different",
        "equal_rich slip near contained close similar faint",
        "slip slip_poor similar",
        "near near_poor similar",
        "near begins begins_poor similar",
        "equal_poor generic",
    ),
    "abstract": ("equal close similar different", "missing similar", "equal missing"),
    "authors": (
        "equal_many equal equal_one one_cut one_of none",
        "equal_many most_many most some none",
        "equal most one_of",
        "missing some",
        "none_cut none",
        "equal words_all words none",
        "some words",
    ),
    "year": ("same next near apart far", "missing near", "same missing"),
    "venue": ("same short like other", "same missing other"),
    "place": (
        "range_volume range page missing other_page other_page_volume",
        "range_volume page_volume page",
        "range_volume volume_issue volume missing other_volume volume_other_issue",
        "range range_other_volume other_volume",
        "page page_other_volume other_volume",
        "near_page other_page",
        "missing near_page",
        "range_volume range_other_volume page_other_volume",
    ),
}
"""Levels of which each weighs at least as much as the next."""

FLOORS: Mapping[tuple[str, str], float] = {
    ("identifier", "shared"): 4.0,
    ("abstract", "equal"): 4.0,
    ("abstract", "close"): 1.0,
}
"""How much more than nothing (``missing``) a level weighs at least: some things are near proof by themselves, though
in these sets titles always agree as well, and take the credit."""

Vector = NDArray[np.float64]
Level = tuple[str, str]


@dataclass(frozen=True)
class LabelledSet:
    """A labelled set as training sees it: its records, the pairs that share a key, their levels, labels and vetoes.

    ``codes`` are what the screen sees of the pairs but for ``exempt`` ones, and ``passing`` those that pass it.
    Labels are 1 for the same work, 0 for two, -1 for pairs that do not count.
    """

    folder: Path
    records: list[Features]
    candidates: Candidates
    codes: NDArray[np.int64]
    exempt: NDArray[np.bool_]
    passing: NDArray[np.bool_]
    levels: list[Comparison]
    labels: NDArray[np.int8]
    vetoed: NDArray[np.bool_]
    held: NDArray[np.bool_]
    blanked: list[tuple[Comparison, int]]


def load(folder: Path) -> LabelledSet:
    """A labelled set, blocked and compared."""
    records = list(_features(records_in(folder)))
    blocking = blocking_of(records)
    candidates = candidate_pairs(blocking, Screen(-np.inf, {name: {} for name in LEVELS}))
    pairs = [(records[i], records[j]) for i, j in zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)]
    labels = np.array(labelled_pair_labels(folder, [(a.ref, b.ref) for a, b in pairs]), np.int8)
    levels = [compare(a, b) for a, b in pairs]
    effects = [{o.effect for o in objections(a, b, found)} for (a, b), found in zip(pairs, levels, strict=True)]
    vetoed = np.array([bool(found & {"veto", "related"}) for found in effects], bool)
    held = np.array(["hold" in found for found in effects], bool)
    blanked = list(
        _blanked(folder.name, [p for p, v in zip(zip(pairs, labels, strict=True), vetoed, strict=True) if not v])
    )
    codes = codes_of(blocking, candidates.left, candidates.right)
    all_of_them = np.ones(len(candidates), bool)
    free = exempt(blocking, candidates.left, candidates.right, codes)
    return LabelledSet(folder, records, candidates, codes, free, all_of_them, levels, labels, vetoed, held, blanked)


def screened(one: LabelledSet, screen: Screen) -> LabelledSet:
    """The set with the pairs that pass a screen."""
    return replace(one, passing=screen.passing(one.codes, one.exempt))


def _features(path: Path) -> Iterator[Features]:
    with opened(path) as stream:
        for row in read_rows(stream, "csv"):
            said = row if isinstance(row, Rejection) else statement_of_row(row, "")
            if isinstance(said, Rejection):
                raise SystemExit(f"{path}: {said.place}: {said.message}")
            yield features_of(said)


def _blanked(seed: str, pairs: Sequence[tuple[tuple[Features, Features], np.int8]]) -> Iterator[tuple[Comparison, int]]:
    """Copies of pairs with fields blanked at random."""
    rnd = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for label in (1, 0):
        some = [pair for pair, found in pairs if found == label]
        for a, b in rnd.sample(some, min(BLANKED, len(some))):
            left = _blank(a, rnd)
            right = _blank(b, rnd) if rnd.random() < BLANK_A_FIELD else b
            found = compare(left, right)
            if not any(o.effect != "hold" for o in objections(left, right, found)):
                yield found, label


def _blank(record: Features, rnd: random.Random) -> Features:
    blanks: list[dict[str, object]] = [
        {"title": "", "main_title": ""},
        {"families": (), "givens": (), "byline": ""},
        {"year": 0},
        {"venue": "", "form": record.form if record.preprint else ""},
        {"identifiers": ()},
        {"abstract": ""},
        {"volume": "", "issue": ""},
        {"first_page": "", "last_page": 0},
    ]
    chosen = {name: value for blank in blanks if rnd.random() < BLANK_A_FIELD for name, value in blank.items()}
    return record._replace(**chosen)  # type: ignore[arg-type]


def train(sets: Sequence[LabelledSet]) -> Model:
    """The model that fits the sets."""
    counts: dict[Comparison, list[float]] = {}
    for one in sets:
        share = min(1.0, MOST_OF_A_SET / max(1, int((one.labels == 1).sum())))
        counted = one.passing & (one.labels >= 0) & ~one.vetoed
        for levels, label, counts_here in zip(one.levels, one.labels.tolist(), counted.tolist(), strict=True):
            if counts_here:
                counts.setdefault(levels, [0.0, 0.0])[label] += share
        for levels, label in one.blanked:
            counts.setdefault(levels, [0.0, 0.0])[label] += BLANKED_WEIGHT
    places: dict[Level, int] = {}
    rows = [
        [places.setdefault(level, len(places)) for level in zip(Comparison._fields, c, strict=True)] for c in counts
    ]
    different, same = np.array(list(counts.values())).T
    found = _fit(np.array(rows), same, different, places)
    weights = {
        feature: {level: float(found[at]) for (name, level), at in places.items() if name == feature}
        for feature in Comparison._fields
    }
    return Model(
        round(float(found[-1]), 2), AUTO, REVIEW, {name: _in_order(name, table) for name, table in weights.items()}
    )


def _fit(rows: NDArray[np.int64], same: Vector, different: Vector, places: Mapping[Level, int]) -> Vector:
    """Weights by place, the prior last: the least loss with a ridge, and a penalty on what is out of order."""
    ordered = np.array([(places[high], places[low]) for high, low in _steps() if high in places and low in places])
    floors = [(places[level], places[level[0], "missing"], least) for level, least in FLOORS.items() if level in places]
    size = len(places)

    def loss(weights: Vector) -> tuple[float, Vector]:
        z = weights[size] + weights[:size][rows].sum(1)
        value = float((same * np.logaddexp(0, -z) + different * np.logaddexp(0, z)).sum())
        slope = (same + different) / (1 + np.exp(-z)) - same
        gradient = np.append(np.zeros(size), slope.sum())
        for column in rows.T:
            gradient[:size] += np.bincount(column, slope, size)
        value += RIDGE * float((weights[:size] ** 2).sum())
        gradient[:size] += 2 * RIDGE * weights[:size]
        excess = np.maximum(0, weights[ordered[:, 1]] - weights[ordered[:, 0]])
        value += ENFORCE * float((excess**2).sum())
        np.add.at(gradient, ordered[:, 1], 2 * ENFORCE * excess)
        np.add.at(gradient, ordered[:, 0], -2 * ENFORCE * excess)
        for place, nothing, least in floors:
            lack = max(0.0, least - weights[place] + weights[nothing])
            value += ENFORCE * lack**2
            gradient[place] -= 2 * ENFORCE * lack
            gradient[nothing] += 2 * ENFORCE * lack
        return value, gradient

    return minimize(loss, np.zeros(size + 1), jac=True, method="L-BFGS-B", options={"maxiter": 3000, "maxfun": 6000}).x


def _steps() -> Iterator[tuple[Level, Level]]:
    for feature, orders in ORDERS.items():
        for order in orders:
            levels = order.split()
            yield from (((feature, high), (feature, low)) for high, low in itertools.pairwise(levels))


def _in_order(feature: str, table: Mapping[str, float]) -> dict[str, float]:
    """Weights to two places, with what the penalty left out of order put right, heaviest first."""
    rounded = {level: round(weight, 2) for level, weight in table.items()}
    for _ in range(len(rounded)):
        for (name, high), (_, low) in _steps():
            if name == feature and high in rounded and low in rounded and rounded[low] > rounded[high]:
                rounded[low] = rounded[high]
    return dict(sorted(rounded.items(), key=lambda item: (-item[1], item[0])))


# What came of it


def report(sets: Sequence[LabelledSet], model_of: Mapping[str, Model], title: str) -> float:
    """Print and return the macro F1 of clustering each set with its model."""
    print(f"{title:28}{'P':>8}{'R':>8}{'F1':>8}{'false':>7}")
    scores = []
    for one in sets:
        candidates = replace(
            one.candidates, left=one.candidates.left[one.passing], right=one.candidates.right[one.passing]
        )
        found = resolve(one.records, candidates, model=model_of[one.folder.name])
        quality = quality_of_links(one.folder, found.clusters.members, [record.ref for record in one.records])
        scores.append(quality.f1)
        print(
            f"{one.folder.name:28}{quality.precision:8.4f}{quality.recall:8.4f}{quality.f1:8.4f}{quality.false_merges:7}"
        )
    macro = sum(scores) / len(scores)
    print(f"{'macro':28}{'':16}{macro:8.4f}\n")
    return macro


def calibration(sets: Sequence[LabelledSet], model: Model) -> None:
    """Print how far probabilities are from shares, and what stands above the auto line and in the review band."""
    likely, labels, auto, review = [], [], [], []
    for one in sets:
        found = np.array([probability(model.log_odds(levels)) for levels in one.levels])
        counted = one.passing & (one.labels >= 0)
        likely.append(np.where(one.vetoed, 0.0, found)[counted])
        labels.append(one.labels[counted])
        sure = (found >= model.auto) & ~one.held & ~one.vetoed & counted
        auto.append(one.labels[sure])
        review.append(one.labels[(found >= model.review) & ~one.vetoed & ~sure & counted])
    p, y = np.concatenate(likely), np.concatenate(labels)
    bins = np.minimum((p * 10).astype(int), 9)
    error = sum(abs(p[bins == k].sum() - y[bins == k].sum()) for k in range(10)) / max(1, len(p))
    sure, open_ = np.concatenate(auto), np.concatenate(review)
    macro = np.mean([some.mean() for some in auto if len(some)])
    print(f"expected calibration error {error:.4f} over {len(p):,} pairs")
    print(f"above the auto line {len(sure):,} pairs, {sure.mean():.4f} of them true ({macro:.4f} on average over sets)")
    print(f"to review {len(open_):,} pairs, {open_.mean():.4f} of them true")


def write(model: Model, path: Path) -> None:
    """Write the model as a file that can be read."""
    lines = [
        '# Evidence in log-odds (natural logarithm): +1 makes "the same work" 2.7 times as likely, -1 as much less.',
        "# Made by `make train` from labelled sets; what the levels are is said in docs/dedup.md.",
        "# `prior`: of two records that share a key and pass the screen. `auto`: probability from which pairs are",
        "# merged, unless a guard objects; `review`: from which a curator decides.",
        "",
        f"prior = {model.prior:.2f}\nauto = {model.auto:.2f}\nreview = {model.review:.2f}",
    ]
    for feature, table in model.weights.items():
        lines += ["", f"[{feature}]", *(f"{level} = {weight:.2f}" for level, weight in table.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Train on all sets, leave each out in turn, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("VARIORUM_BENCHMARKS"), help="folder of labelled sets"
    )
    parser.add_argument("--out", type=Path, default=PACKAGE, help="folder to write to")
    parser.add_argument("--quick", action="store_true", help="do not leave each set out in turn")
    args = parser.parse_args()
    if args.data is None:
        raise SystemExit("no labelled sets: give their folder with --data, or set VARIORUM_BENCHMARKS")
    args.out.mkdir(parents=True, exist_ok=True)
    unscreened = [load(args.data / name) for name in sets_in(args.data)]
    screen = train_screen([Screened(one.codes, one.labels, one.exempt) for one in unscreened])
    sets = [screened(one, screen) for one in unscreened]
    model = train(sets)
    write_screen(screen, args.out / "screen.toml")
    write(model, args.out / "weights.toml")
    all_of_them = report(sets, {one.folder.name: model for one in sets}, "trained on all")
    if not args.quick:
        apart = [_trained_without(unscreened, one) for one in unscreened]
        models = {one.folder.name: found for one, found in apart}
        without = report([one for one, _ in apart], models, "trained on the others")
        print(f"lost by leaving the set out: {all_of_them - without:.4f}")
    calibration(sets, model)
    print(f"written to {args.out}")


def _trained_without(sets: Sequence[LabelledSet], one: LabelledSet) -> tuple[LabelledSet, Model]:
    """A set screened, and a model, by what the other sets teach."""
    others = [other for other in sets if other is not one]
    screen = train_screen([Screened(other.codes, other.labels, other.exempt) for other in others])
    return screened(one, screen), train([screened(other, screen) for other in others])


if __name__ == "__main__":
    main()
