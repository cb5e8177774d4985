"""From links to clusters: nothing is lost, nothing depends on order, no chain joins what must stay apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import pytest

from variorum.dedup import clustering
from variorum.dedup.clustering import LOUDEST, Clusters, CutLink, Link, Opinion, Pair, cluster, pair_of

Asked = Callable[[str, str], Opinion]
WEAK_BRIDGE = "weak bridge"
NOTHING = Opinion(0.0)


def link(pair: str, log_odds: float = 4.0, *, judged: bool = False) -> Link:
    return Link(*pair_of(*pair), log_odds, judged)


def opinions(odds: Mapping[str, float] | None = None, apart: Sequence[str] = ()) -> Asked:
    """What is held of pairs written like ``ac``; of others, nothing."""
    held = {pair_of(*pair): Opinion(value) for pair, value in (odds or {}).items()}
    held |= {pair_of(*pair): Opinion(9.0, "they differ") for pair in apart}
    return lambda a, b: held.get((a, b), NOTHING)


def run(refs: str, *links: Link, judged: Mapping[str, str] | None = None, asked: Asked | None = None) -> Clusters:
    """Clusters of records named by one letter each, judgements written ``{"ab": "same"}``."""
    verdicts = {pair_of(*pair): verdict for pair, verdict in (judged or {}).items()}
    return cluster(refs, links, judged=verdicts, opinion=asked or opinions())


def written(clusters: Clusters) -> list[str]:
    return ["".join(members) for members in clusters.members]


def test_a_record_without_links_is_a_cluster_of_its_own() -> None:
    assert written(run("bca")) == ["a", "b", "c"]
    assert run("") == Clusters((), ())


def test_links_join_and_chains_join() -> None:
    found = run("edcba", link("ab"), link("bc"), link("de"))
    assert written(found) == ["abc", "de"]
    assert found.cut == ()


@pytest.mark.parametrize(
    ("ab", "bc", "expected", "cut"),
    [(5, 3, ["ab", "c"], "bc"), (3, 5, ["a", "bc"], "ab"), (4, 4, ["ab", "c"], "bc")],
)
def test_of_a_chain_that_a_veto_forbids_the_weaker_link_is_cut(
    ab: float, bc: float, expected: list[str], cut: str
) -> None:
    links = (link("ab", ab), link("bc", bc))
    found = run("abc", *links, asked=opinions(apart=["ac"]))
    assert written(found) == expected
    assert found.cut == (CutLink(link(cut, {"ab": ab, "bc": bc}[cut]), ("a", "c"), "they differ"),)
    assert found == run("cba", *reversed(links), asked=opinions(apart=["ac"]))


def test_a_veto_holds_over_a_long_chain() -> None:
    links = (link("ab", 9), link("bc", 8), link("cd", 6), link("de", 7))
    found = run("abcde", *links, asked=opinions(apart=["ae"]))
    assert written(found) == ["abc", "de"]
    assert [(cut.link, cut.apart) for cut in found.cut] == [(link("cd", 6), ("a", "e"))]


def test_a_veto_holds_for_those_who_join_later() -> None:
    links = (link("ab", 9), link("bc", 8), link("cd", 7), link("ad", 6))
    found = run("abcd", *links, asked=opinions(apart=["ac"]))
    assert written(found) == ["ab", "cd"]
    assert [(cut.link, cut.apart) for cut in found.cut] == [(link("bc", 8), ("a", "c")), (link("ad", 6), ("a", "c"))]


def test_a_second_link_between_the_same_sides_is_cut_too() -> None:
    found = run("abc", link("ab", 9), link("bc", 8), link("ac", 7), asked=opinions(apart=["ac"]))
    assert written(found) == ["ab", "c"]
    assert [cut.link for cut in found.cut] == [link("bc", 8), link("ac", 7)]


# Weak bridges


def test_one_likely_pair_does_not_join_two_groups_that_are_unlike() -> None:
    links = (link("ab", 9), link("cd", 8), link("bc", 3))
    found = run("abcd", *links, asked=opinions({"bc": 3, "ac": -4, "ad": -5, "bd": -1}))
    assert written(found) == ["ab", "cd"]
    [cut] = found.cut
    assert (cut.link, cut.apart, cut.reason.partition(":")[0]) == (link("bc", 3), ("b", "c"), WEAK_BRIDGE)


@pytest.mark.parametrize("others", [-1.5, -1.49])
def test_a_bridge_holds_while_no_more_speaks_against_it_than_for_it(others: float) -> None:
    found = run("abc", link("ab", 9), link("bc", 1.5), asked=opinions({"bc": 1.5, "ac": others}))
    assert written(found) == ["abc"]
    assert written(run("abc", link("ab", 9), link("bc", 1.5), asked=opinions({"bc": 1.5, "ac": -1.51}))) == ["ab", "c"]


def test_no_pair_alone_outvotes_the_others() -> None:
    loud = {"bc": LOUDEST + 50, "ac": -LOUDEST - 1, "cd": -0.5}
    links = (link("ab", 90), link("bd", 80), link("bc", LOUDEST + 50))
    assert written(run("abcd", *links, asked=opinions(loud))) == ["abd", "c"]


def test_records_judged_the_same_do_not_speak_against_a_bridge() -> None:
    links = (link("ab", 9), link("bc", 2, judged=True))
    held = opinions({"ac": -7, "bc": -7})
    assert written(run("abc", *links, judged={"bc": "same"}, asked=held)) == ["a", "bc"]
    assert written(run("abc", link("ac", 0, judged=True), *links, judged={"bc": "same", "ac": "same"}, asked=held)) == [
        "abc"
    ]


def test_of_large_clusters_some_pairs_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "MOST_CROSS_PAIRS", 5)
    ones, others = [f"a{n}" for n in range(6)], [f"b{n}" for n in range(6)]
    links = [Link(one, other, 9.0) for group in (ones, others) for one, other in pairwise(group)]
    asked: set[Pair] = set()

    def held(a: str, b: str) -> Opinion:
        asked.add((a, b))
        return NOTHING

    found = cluster(ones + others, [*links, Link("a0", "b0", 1.0)], judged={}, opinion=held)
    assert len(found.members) == 1
    assert 3 <= len([pair for pair in asked if pair[0][0] != pair[1][0]]) <= 5
    assert all(a < b for a, b in asked)


# Judgements


def test_a_judgement_outranks_a_veto_between_the_two() -> None:
    found = run("ab", link("ab", 0.0, judged=True), judged={"ab": "same"}, asked=opinions(apart=["ab"]))
    assert (written(found), found.cut) == (["ab"], ())


def test_judged_links_come_before_stronger_ones() -> None:
    links = (link("ab", 99), link("bc", 0.0, judged=True))
    found = run("abc", *links, judged={"bc": "same"}, asked=opinions(apart=["ac"]))
    assert written(found) == ["a", "bc"]
    assert [cut.link for cut in found.cut] == [link("ab", 99)]


def test_records_judged_different_stay_apart_over_links_and_chains() -> None:
    direct = run("ab", link("ab"), judged={"ab": "different"})
    assert (written(direct), direct.cut[0].reason) == (["a", "b"], "judged different")
    chain = run("abc", link("ab", 5), link("bc"), judged={"ac": "different"})
    assert (written(chain), chain.cut[0].apart) == (["ab", "c"], ("a", "c"))


def test_judgements_that_contradict_each_other_are_reported() -> None:
    judged = {"ab": "same", "bc": "same", "ac": "different"}
    found = run("abc", link("ab", 0, judged=True), link("bc", 0, judged=True), judged=judged)
    assert written(found) == ["ab", "c"]
    assert found.cut == (CutLink(link("bc", 0, judged=True), ("a", "c"), "judged different"),)


def test_being_unsure_is_no_licence_to_merge_what_is_vetoed() -> None:
    found = run("ab", link("ab"), judged={"ab": "unsure"}, asked=opinions(apart=["ab"]))
    assert written(found) == ["a", "b"]
    chain = run("abc", link("ab", 5), link("bc"), judged={"ac": "unsure"}, asked=opinions(apart=["ac"]))
    assert written(chain) == ["ab", "c"]


def test_judgements_on_others_are_of_no_concern() -> None:
    assert written(run("ab", link("ab"), judged={"ax": "different", "xy": "different"})) == ["ab"]
