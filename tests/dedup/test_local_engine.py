"""The matcher on one machine: what it finds depends on the records alone."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import BYLINE, PAPER, TITLE, any_features, features

from variorum.dedup.blocking import Candidates, blocking_of, candidate_pairs
from variorum.dedup.bulk import columns_of_statements
from variorum.dedup.clustering import Clusters, pair_of
from variorum.dedup.engines import local
from variorum.dedup.engines.local import Found, resolve
from variorum.dedup.engines.workers import team
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.keys import key_records
from variorum.dedup.matching import judge
from variorum.dedup.packing import Packed, Shelf, ShelfWriter, pack
from variorum.dedup.screening import LEVELS, Screen

WORDS = (
    "seabird glacier thermal camera drifting winter migration kittiwake census acoustic radar plankton salinity "
    "observer transect colony breeding forage trajectory satellite archive model estimate uncertainty nocturnal"
).split()
PEOPLE = "Roe Doe Poe Foe Goe Moe Noe Zoe Loe Joe".split()


def statements(works: int, seed: int = 1) -> list[Statement]:
    """What up to four sources say of each work, each in its own way."""
    draw = random.Random(seed)  # noqa: S311 - the same each time
    found = []
    for work in range(works):
        title = " ".join(draw.sample(WORDS, 7)).title()
        people = draw.sample(PEOPLE, 3)
        year = draw.randint(1990, 2020)
        for version in range(draw.randint(1, 4)):
            said: dict[str, Any] = {
                "title": title,
                "byline": "; ".join(f"{one}, A." for one in people),
                "year": str(year),
            }
            if version == 1:
                said |= {"title": title.replace("e", "", 1).lower(), "byline": f"{people[0]} A et al."}
            elif version == 2:
                said |= {"title": f"{title}, Part II"} if work % 3 else {"year": str(year + 1)}
            elif version == 3:
                said |= {"volume": "3", "pages": f"{work}-{work + 9}", "identifiers": (("doi", f"10.1000/{work}"),)}
            found.append(Statement(f"s{version}:{work}", **said))
    return found


def corpus(works: int) -> list[Features]:
    return list(map(features_of, statements(works)))


def on_a_shelf(records: list[Packed], kind: type[Packed], folder: Path) -> Shelf[Packed]:
    writer = ShelfWriter(folder / kind.__name__)
    writer.add(pack(records[:20]))
    writer.add(pack(records[20:]))
    return writer.finish(kind)


def together(found: Clusters) -> set[tuple[str, str]]:
    return {pair_of(*pair) for members in found.members for pair in combinations(members, 2)}


def test_the_same_works_are_found_whatever_the_order() -> None:
    records = corpus(60)
    expected = resolve(records)
    assert len(together(expected.clusters)) > 40
    assert expected.verdicts["same"] > 40
    assert expected.verdicts["review"] > 5
    for seed in range(3):
        shuffled = random.Random(seed).sample(records, len(records))  # noqa: S311
        found = resolve(shuffled)
        assert (found.clusters, found.verdicts) == (expected.clusters, expected.verdicts)
        assert len(found.candidates) == len(expected.candidates)


def test_one_process_and_two_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = statements(60)
    records = list(map(features_of, said))
    kept: dict[str, list[Found]] = defaultdict(list)
    at_hand = resolve(records, keep=kept["at hand"].append)
    shelf, stated = on_a_shelf(records, Features, tmp_path), on_a_shelf(said, Statement, tmp_path)
    candidates = candidate_pairs(key_records(columns_of_statements(said)))
    assert resolve(shelf, keep=kept["shelf"].append).clusters == at_hand.clusters
    assert resolve(stated, candidates, keep=kept["statements"].append).clusters == at_hand.clusters
    monkeypatch.setattr(local, "_AT_ONCE", 50)
    monkeypatch.setattr(local, "_WORTH_SHARING", 2)
    assert resolve(shelf, candidates, keep=kept["bits"].append).clusters == at_hand.clusters
    with team(2) as both:
        for name, some in (("two", shelf), ("two of statements", stated)):
            found = resolve(some, candidates, team=both, keep=kept[name].append)
            assert (found.clusters, found.verdicts) == (at_hand.clusters, at_hand.verdicts)
    assert len(kept) == 6
    assert all(some == kept["at hand"] != [] for some in kept.values())


def test_what_is_kept_is_what_a_match_says_and_of_connected_records_in_a_row() -> None:
    records = corpus(30)
    kept: list[Found] = []
    everything = Screen(-math.inf, {feature: {} for feature in LEVELS})
    found = resolve(records, candidate_pairs(blocking_of(records), everything), keep=kept.append)
    for one in kept:
        match = judge(records[one.left], records[one.right])
        assert (one.a, one.b) == (match.a, match.b) == (records[one.left].ref, records[one.right].ref)
        assert one[4:] == (match.log_odds, match.verdict, match.veto, match.reasons)
    pairs = [tuple(sorted((one.left, one.right))) for one in kept]
    candidates = set(zip(found.candidates.left.tolist(), found.candidates.right.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert set(pairs) < candidates
    groups = [min(reached(candidates, left)) for left, _ in pairs]
    assert [(group, *pair) for group, pair in zip(groups, pairs, strict=True)] == sorted(
        (group, *pair) for group, pair in zip(groups, pairs, strict=True)
    )
    assert pairs != sorted(pairs)


def reached(pairs: set[tuple[int, int]], start: int) -> set[int]:
    """The positions that pairs connect with one."""
    found, before = {start}, set()
    while found != before:
        before = found
        found = before.union(*[{left, right} for left, right in pairs if left in before or right in before])
    return found


def test_progress_ends_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_AT_ONCE", 30)
    told: list[tuple[int, int]] = []
    found = resolve(corpus(30), progress=lambda done, total: told.append((done, total)))
    total = len(found.candidates)
    assert told == [(min(done, total), total) for done in range(30, total + 30, 30)]


@pytest.mark.parametrize("records", [[], [features(**PAPER)]])
def test_few_records_are_in_no_cluster(records: list[Features], tmp_path: Path) -> None:
    with team(2) as both:
        of_shelf = resolve(on_a_shelf(records, Features, tmp_path), team=both)
    for found in (resolve(records), of_shelf):
        assert (found.clusters, dict(found.verdicts), len(found.candidates)) == (Clusters((), ()), {}, 0)


def test_candidates_found_before_are_used() -> None:
    records = [features("x:1", **PAPER), features("x:2", **PAPER)]
    candidates = candidate_pairs(blocking_of(records))
    assert resolve(records, candidates).clusters.members == (("x:1", "x:2"),)
    nothing = candidates.left[:0]
    assert resolve(records, Candidates(nothing, nothing, 0, 0, 0)).clusters.members == ()


@given(st.lists(st.integers(-1, 4), max_size=12))
def test_clusters_are_numbered_as_they_come_up_and_who_is_alone_has_a_number(members: list[int]) -> None:
    homes = [one if one < 0 else members.index(one) for one in members]
    known: dict[int, int] = {}
    expected = [known.setdefault(position if home < 0 else home, len(known) + 1) for position, home in enumerate(homes)]
    found = replace(resolve([]), refs=list(map(str, range(len(homes)))), homes=np.array(homes, np.int64))
    assert found.numbers.tolist() == expected


# Judgements

PAIR = ("x:1", "x:2")


@pytest.mark.parametrize(
    ("verdict", "other", "expected"),
    [
        ("same", {"byline": "Dee Foe"}, (PAIR,)),
        ("different", {}, (("x:1",), ("x:2",))),
        ("unsure", {}, (PAIR,)),
        ("unsure", {"byline": "Dee Foe"}, (("x:1",), ("x:2",))),
        ("same", {"title": "Something else", "byline": "Dee Foe", "year": "1960"}, (PAIR,)),
    ],
)
def test_a_judgement_outranks_what_the_machine_holds(verdict: str, other: dict[str, Any], expected: Any) -> None:
    records = [features("x:1", **PAPER), features("x:2", **{**PAPER, **other})]
    found = resolve(records, judged={PAIR: verdict})
    assert found.clusters.members == expected


def test_two_judged_different_stay_apart_over_a_third() -> None:
    records = [features(f"x:{n}", **PAPER) for n in range(6)]
    found = resolve(records, judged={("x:0", "x:3"): "different"}).clusters
    assert ("x:0", "x:3") not in together(found)
    assert sorted(map(len, found.members), reverse=True)[0] >= 3
    assert {cut.reason for cut in found.cut} == {"judged different"}


def test_a_third_record_does_not_join_two_that_their_source_lists_by_two_ids() -> None:
    said: dict[str, Any] = {**PAPER, "source": "bzpeer", "listed_once": True}
    listed = [
        features("bzpeer:111", **said),
        features("bzpeer:222", **said),
        features("bzpeer:0123456789abcdef", **said, own_id=False),
    ]
    for order in (listed, listed[::-1]):
        clusters = resolve(order).clusters
        assert clusters.members == (("bzpeer:0123456789abcdef", "bzpeer:111"), ("bzpeer:222",))
        assert [(cut.apart, cut.reason.partition(":")[0]) for cut in clusters.cut] == [
            (("bzpeer:111", "bzpeer:222"), "listed_twice")
        ]
    assert len(resolve(listed, judged={("bzpeer:111", "bzpeer:222"): "same"}).clusters.members) == 1


def test_two_that_never_met_are_asked_about_before_a_third_joins_them() -> None:
    there: dict[str, Any] = {"title": TITLE, "byline": BYLINE, "year": "2020"}
    one = features("x:1", **there, ids=["doi:10.1000/a"])
    between = features("x:2", **there)
    other = features("x:3", **there, ids=["doi:10.1000/b"])
    clusters = resolve([one, between, other]).clusters
    assert sorted(map(len, clusters.members)) == [1, 2]
    [cut] = clusters.cut
    assert (cut.apart, cut.reason.partition(":")[0]) == (("x:1", "x:3"), "identifier_conflict")


# Laws


@st.composite
def collections(draw: Any) -> list[Features]:
    count = draw(st.integers(2, 7))
    return [draw(any_features(f"x:{n}")) for n in range(count)]


@settings(max_examples=15)
@given(collections(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[Features], shuffling: random.Random) -> None:
    shuffled = shuffling.sample(records, len(records))
    assert resolve(shuffled).clusters == resolve(records).clusters


@settings(max_examples=15)
@given(collections())
def test_what_is_kept_changes_nothing_but_the_count_of_unlikely_pairs(records: list[Features]) -> None:
    kept: list[Found] = []
    keeping, without = resolve(records, keep=kept.append), resolve(records)
    assert keeping.clusters == without.clusters
    assert [keeping.verdicts.get(one) for one in ("same", "review")] == [
        without.verdicts.get(one) for one in ("same", "review")
    ]
    assert len(kept) == sum(keeping.verdicts.values()) >= sum(without.verdicts.values())


@settings(max_examples=15)
@given(collections())
def test_a_vetoed_pair_is_never_in_one_cluster(records: list[Features]) -> None:
    by_ref = {record.ref: record for record in records}
    assert not [pair for pair in together(resolve(records).clusters) if judge(by_ref[pair[0]], by_ref[pair[1]]).veto]


@settings(max_examples=15)
@given(collections())
def test_a_record_more_parts_two_only_with_a_link_cut_between_them(records: list[Features]) -> None:
    """Who were together are still joined by clusters and by links that were cut for a reason, and not before."""
    before, after = resolve(records[:-1]).clusters, resolve(records).clusters
    bridges: defaultdict[str, set[str]] = defaultdict(set)
    for members in after.members:
        for ref in members:
            bridges[ref].update(members)
    old = {one.link for one in before.cut}
    for one in after.cut:
        assert one.reason
        if one.link not in old:
            bridges[one.link.a].add(one.link.b)
            bridges[one.link.b].add(one.link.a)
    for a, b in together(before) - together(after):
        reached, todo = {a}, [a]
        while todo:
            new = bridges[todo.pop()] - reached
            reached |= new
            todo += new
        assert b in reached
