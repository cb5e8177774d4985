"""The matcher on one machine: what it finds depends on the records alone."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import BYLINE, PAPER, TITLE, any_features, features

from variorum.dedup.blocking import Blocking, blocking_of
from variorum.dedup.clustering import Clusters, pair_of
from variorum.dedup.engines import local
from variorum.dedup.engines.local import Found, resolve
from variorum.dedup.features import Features
from variorum.dedup.matching import judge
from variorum.dedup.packing import Shelf, ShelfWriter, pack

WORDS = (
    "seabird glacier thermal camera drifting winter migration kittiwake census acoustic radar plankton salinity "
    "observer transect colony breeding forage trajectory satellite archive model estimate uncertainty nocturnal"
).split()
PEOPLE = "Roe Doe Poe Foe Goe Moe Noe Zoe Loe Joe".split()


def corpus(works: int, seed: int = 1) -> list[Features]:
    """Records of works of which each is stated by up to four sources, each in its own way."""
    draw = random.Random(seed)  # noqa: S311 - the same each time
    records = []
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
                said |= {"volume": "3", "pages": f"{work}-{work + 9}", "ids": [f"doi:10.1000/{work}"]}
            records.append(features(f"s{version}:{work}", **said))
    return records


def on_a_shelf(records: list[Features], folder: Path) -> tuple[Shelf, Blocking]:
    with (folder / "features").open("wb") as stream:
        writer = ShelfWriter(stream)
        writer.add(pack(records[:20]))
        writer.add(pack(records[20:]))
        return writer.finish(folder / "features")


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
    records = corpus(60)
    kept: dict[str, list[Found]] = defaultdict(list)
    at_hand = resolve(records, keep=kept["at hand"].append)
    shelf, blocking = on_a_shelf(records, tmp_path)
    assert resolve(shelf, blocking, keep=kept["shelf"].append).clusters == at_hand.clusters
    monkeypatch.setattr(local, "_AT_ONCE", 50)
    assert resolve(shelf, blocking, keep=kept["bits"].append).clusters == at_hand.clusters
    monkeypatch.setattr(local, "_WORTH_WORKERS", 0)
    two = resolve(shelf, blocking, workers=2, keep=kept["two"].append)
    assert (two.clusters, two.verdicts) == (at_hand.clusters, at_hand.verdicts)
    assert kept["at hand"] == kept["shelf"] == kept["bits"] == kept["two"] != []


def test_what_is_kept_is_what_a_match_says_in_the_order_of_positions() -> None:
    records = corpus(30)
    kept: list[Found] = []
    resolve(records, keep=kept.append)
    for one in kept:
        match = judge(records[one.left], records[one.right])
        assert (one.a, one.b) == (match.a, match.b) == (records[one.left].ref, records[one.right].ref)
        assert one[4:] == (match.log_odds, match.verdict, match.veto, match.reasons)
    positions = [tuple(sorted((one.left, one.right))) for one in kept]
    assert positions == sorted(set(positions))


def test_progress_ends_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_AT_ONCE", 30)
    told: list[tuple[int, int]] = []
    found = resolve(corpus(30), progress=lambda done, total: told.append((done, total)))
    total = len(found.candidates)
    assert told == [(min(done, total), total) for done in range(30, total + 30, 30)]


@pytest.mark.parametrize("records", [[], [features(**PAPER)]])
def test_few_records_are_in_no_cluster(records: list[Features], tmp_path: Path) -> None:
    for found in (resolve(records), resolve(*on_a_shelf(records, tmp_path), workers=2)):
        assert (found.clusters, dict(found.verdicts), len(found.candidates)) == (Clusters((), ()), {}, 0)


def test_a_blocking_made_before_is_used() -> None:
    records = [features("x:1", **PAPER), features("x:2", **PAPER)]
    assert resolve(records, blocking_of(records)).clusters.members == (("x:1", "x:2"),)
    nothing_shared = blocking_of([features("x:1", title="One thing"), features("x:2", title="Another matter")])
    assert resolve(records, nothing_shared).clusters.members == ()


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


@settings(max_examples=30)
@given(collections(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[Features], shuffling: random.Random) -> None:
    shuffled = shuffling.sample(records, len(records))
    assert resolve(shuffled).clusters == resolve(records).clusters


@settings(max_examples=30)
@given(collections())
def test_a_vetoed_pair_is_never_in_one_cluster(records: list[Features]) -> None:
    by_ref = {record.ref: record for record in records}
    assert not [pair for pair in together(resolve(records).clusters) if judge(by_ref[pair[0]], by_ref[pair[1]]).veto]


@settings(max_examples=30)
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
