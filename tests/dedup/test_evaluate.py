from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.evaluate import Counts, Score, evaluate, false_merges, missed_pairs
from variorum.errors import BadInputError

TRUTH = dict(zip("abcdef", "112233", strict=True))
PREDICTED = dict(zip("abcdef", "xxxyzz", strict=True))
SOURCES = dict(zip("abcdef", "LLRRLR", strict=True))


def test_a_worked_example() -> None:
    result = evaluate(PREDICTED, TRUTH)
    assert result.records == 6
    assert result.pairs == Counts(true_positives=2, false_positives=2, false_negatives=1)
    assert result.pairs.score == Score(precision=0.5, recall=2 / 3)
    assert result.pairs.score.f1 == pytest.approx(4 / 7)
    # Only e and f are found as the cluster that they are; a, b, c are a wrong one; a, b and c, d are missed.
    assert result.clusters == Counts(true_positives=1, false_positives=1, false_negatives=2)
    assert result.b_cubed.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert result.b_cubed.recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2 + 1 + 1) / 6)
    assert list(false_merges(PREDICTED, TRUTH)) == [("a", "c"), ("b", "c")]
    assert list(missed_pairs(PREDICTED, TRUTH)) == [("c", "d")]


def test_the_worked_example_across_sources() -> None:
    result = evaluate(PREDICTED, TRUTH, source_of=SOURCES)
    # a, b and c, d are of one source each, so nothing says that they belong together.
    assert result.pairs == Counts(true_positives=1, false_positives=2, false_negatives=0)
    assert result.clusters == Counts(true_positives=1, false_positives=1, false_negatives=0)
    assert result.b_cubed.precision == pytest.approx((1 / 2 + 1 / 2 + 1 / 3 + 3) / 6)
    assert result.b_cubed.recall == 1.0
    assert list(missed_pairs(PREDICTED, TRUTH, source_of=SOURCES)) == []


def test_a_perfect_prediction_under_other_names() -> None:
    result = evaluate({record: f"other {cluster}" for record, cluster in TRUTH.items()}, TRUTH)
    assert result.pairs.score == result.clusters.score == result.b_cubed == Score(1.0, 1.0)


def test_nothing_found_and_nothing_there() -> None:
    assert evaluate({}, {}).pairs.score == Score(1.0, 1.0)
    alone = {record: record for record in TRUTH}
    assert evaluate(alone, TRUTH).pairs.score == Score(precision=1.0, recall=0.0)
    assert evaluate(alone, TRUTH).pairs.score.f1 == 0.0
    assert evaluate(alone, alone).clusters == Counts(0, 0, 0)


def test_records_only_the_prediction_has_do_not_count() -> None:
    assert evaluate({**PREDICTED, "g": "x", "h": "x"}, TRUTH) == evaluate(PREDICTED, TRUTH)


@pytest.mark.parametrize("compare", [evaluate, false_merges, missed_pairs])
def test_records_without_cluster_or_source_are_named(compare: object) -> None:
    assert callable(compare)
    for predicted, sources, what in (({"a": "x"}, None, "cluster"), (PREDICTED, {"a": "L"}, "source")):
        with pytest.raises(BadInputError, match=f"5 of 6 records have no {what}, e.g. b") as caught:
            compare(predicted, TRUTH, source_of=sources)
        assert caught.value.code == "missing_records"


def test_the_result_lists_as_many_errors_as_asked_for() -> None:
    assert evaluate(PREDICTED, TRUTH).false_merges == ()
    result = evaluate(PREDICTED, TRUTH, most_errors=1)
    assert (result.false_merges, result.missed_pairs) == ((("a", "c"),), (("c", "d"),))


def test_lists_are_cut_and_do_not_look_at_all_pairs() -> None:
    records = [f"{number:06}" for number in range(200_000)]
    one = dict.fromkeys(records, "all")
    truth = {**one, records[-1]: "stray"}
    assert list(false_merges(one, truth, limit=2)) == [("000000", "199999"), ("000001", "199999")]
    assert len(list(false_merges(one, truth))) == 1_000


Clustering = Mapping[str, str]
_RECORDS = [f"r{number}" for number in range(12)]


def clusterings(names: str) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({record: st.sampled_from(names) for record in _RECORDS})


def brute_force(
    predicted: Clustering, truth: Clustering, sources: Clustering | None
) -> dict[str, set[tuple[str, str]]]:
    pairs = [p for p in combinations(sorted(truth), 2) if sources is None or sources[p[0]] != sources[p[1]]]
    found = {pair for pair in pairs if predicted[pair[0]] == predicted[pair[1]]}
    true = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]]}
    return {"right": found & true, "wrong": found - true, "missed": true - found}


@given(clusterings("abcdef"), clusterings("uvwxyz"), st.none() | clusterings("LMR"))
def test_counts_and_lists_agree_with_brute_force(
    predicted: Clustering, truth: Clustering, sources: Clustering | None
) -> None:
    expected = brute_force(predicted, truth, sources)
    counts = evaluate(predicted, truth, source_of=sources).pairs
    wrong = list(false_merges(predicted, truth, source_of=sources, limit=None))
    missed = list(missed_pairs(predicted, truth, source_of=sources, limit=None))
    assert counts == Counts(*(len(expected[name]) for name in ("right", "wrong", "missed")))
    assert (len(wrong), set(wrong)) == (counts.false_positives, expected["wrong"])
    assert (len(missed), set(missed)) == (counts.false_negatives, expected["missed"])


@given(clusterings("abcdef"), clusterings("uvwxyz"), st.none() | clusterings("LMR"))
def test_precision_and_recall_change_places_with_the_two_sides(
    predicted: Clustering, truth: Clustering, sources: Clustering | None
) -> None:
    there = evaluate(predicted, truth, source_of=sources)
    back = evaluate(truth, predicted, source_of=sources)
    for one, other in (
        (there.pairs.score, back.pairs.score),
        (there.clusters.score, back.clusters.score),
        (there.b_cubed, back.b_cubed),
    ):
        assert (one.precision, one.recall) == pytest.approx((other.recall, other.precision))
        assert 0 <= one.f1 <= 1


@given(clusterings("abcdef"), clusterings("uvwxyz"))
def test_a_source_for_each_record_is_the_same_as_none(predicted: Clustering, truth: Clustering) -> None:
    own = {record: record for record in truth}
    assert evaluate(predicted, truth, source_of=own) == evaluate(predicted, truth)
