"""From links to clusters: nothing is lost, nothing depends on order, no chain joins what must stay apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.clustering import Clusters, CutLink, Link, Pair, cluster, pair_of
from variorum.dedup.engines.local import resolve
from variorum.dedup.features import features_of
from variorum.schema import Author, Record

Veto = Callable[[str, str], str | None]


@dataclass(frozen=True)
class Problem:
    """Records, links between them, judgements and vetoes on pairs."""

    refs: tuple[str, ...]
    links: tuple[Link, ...]
    judged: Mapping[Pair, str]
    vetoed: frozenset[Pair]

    def solve(self, *, refs: Sequence[str] | None = None, links: Sequence[Link] | None = None) -> Clusters:
        return cluster(refs or self.refs, links or self.links, judged=self.judged, veto=self.veto)

    def veto(self, a: str, b: str) -> str | None:
        return "vetoed" if pair_of(a, b) in self.vetoed else None


def apart(*pairs: str) -> Veto:
    """A veto on pairs written like ``ac``."""
    vetoed = {pair_of(*pair) for pair in pairs}
    return lambda a, b: "they differ" if pair_of(a, b) in vetoed else None


def link(pair: str, probability: float = 0.99, *, judged: bool = False) -> Link:
    return Link(*pair_of(*pair), probability, judged)


def run(refs: str, *links: Link, judged: Mapping[str, str] | None = None, veto: Veto | None = None) -> Clusters:
    """Clusters of records named by one letter each, judgements written ``{"ab": "same"}``."""
    verdicts = {pair_of(*pair): verdict for pair, verdict in (judged or {}).items()}
    return cluster(refs, links, judged=verdicts, veto=veto or (lambda _a, _b: None))


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
    [(0.99, 0.96, ["ab", "c"], "bc"), (0.96, 0.99, ["a", "bc"], "ab"), (0.97, 0.97, ["ab", "c"], "bc")],
)
def test_of_a_chain_that_a_veto_forbids_the_weaker_link_is_cut(
    ab: float, bc: float, expected: list[str], cut: str
) -> None:
    links = (link("ab", ab), link("bc", bc))
    found = run("abc", *links, veto=apart("ac"))
    assert written(found) == expected
    assert found.cut == (CutLink(link(cut, {"ab": ab, "bc": bc}[cut]), ("a", "c"), "they differ"),)
    assert found == run("cba", *reversed(links), veto=apart("ac"))


def test_a_veto_holds_over_a_long_chain() -> None:
    links = (link("ab", 0.99), link("bc", 0.98), link("cd", 0.96), link("de", 0.97))
    found = run("abcde", *links, veto=apart("ae"))
    assert written(found) == ["abc", "de"]
    assert [(cut.link, cut.apart) for cut in found.cut] == [(link("cd", 0.96), ("a", "e"))]


def test_a_second_link_between_the_same_sides_is_cut_too() -> None:
    found = run("abc", link("ab", 0.99), link("bc", 0.98), link("ac", 0.97), veto=apart("ac"))
    assert written(found) == ["ab", "c"]
    assert [cut.link for cut in found.cut] == [link("bc", 0.98), link("ac", 0.97)]


def test_a_judgement_outranks_a_veto_between_the_two() -> None:
    found = run("ab", link("ab", 1.0, judged=True), judged={"ab": "same"}, veto=apart("ab"))
    assert (written(found), found.cut) == (["ab"], ())


def test_judged_links_come_before_stronger_ones() -> None:
    found = run("abc", link("ab", 0.999), link("bc", 0.5, judged=True), judged={"bc": "same"}, veto=apart("ac"))
    assert written(found) == ["a", "bc"]
    assert [cut.link for cut in found.cut] == [link("ab", 0.999)]


def test_records_judged_different_stay_apart_over_links_and_chains() -> None:
    direct = run("ab", link("ab"), judged={"ab": "different"})
    assert (written(direct), direct.cut[0].reason) == (["a", "b"], "judged different")
    chain = run("abc", link("ab"), link("bc", 0.98), judged={"ac": "different"})
    assert (written(chain), chain.cut[0].apart) == (["ab", "c"], ("a", "c"))


def test_judgements_that_contradict_each_other_are_reported() -> None:
    judged = {"ab": "same", "bc": "same", "ac": "different"}
    found = run("abc", link("ab", 1, judged=True), link("bc", 1, judged=True), judged=judged)
    assert written(found) == ["ab", "c"]
    assert found.cut == (CutLink(link("bc", 1, judged=True), ("a", "c"), "judged different"),)


def test_being_unsure_is_no_licence_to_merge_what_is_vetoed() -> None:
    found = run("ab", link("ab"), judged={"ab": "unsure"}, veto=apart("ab"))
    assert written(found) == ["a", "b"]
    chain = run("abc", link("ab"), link("bc", 0.98), judged={"ac": "unsure"}, veto=apart("ac"))
    assert written(chain) == ["ab", "c"]


def test_a_third_record_does_not_join_two_that_their_source_lists_by_two_ids() -> None:
    byline = (Author(name="Ann Roe", family="Roe", given="Ann"),)
    paper = {"format": "x", "title": "Counting Seabirds From Drifting Ice", "authors": byline, "date": "2020"}
    keys = ("111", "222", "0123456789abcdef")
    listed = [
        features_of(Record(**{**paper, "source": "bzpeer", "source_key": key}), listed_once=True)  # type: ignore[arg-type]
        for key in keys
    ]
    for order in (listed, listed[::-1]):
        clusters = resolve(order).clusters
        assert clusters.members == (("bzpeer:0123456789abcdef", "bzpeer:111"), ("bzpeer:222",))
        assert [(cut.apart, cut.reason.partition(":")[0]) for cut in clusters.cut] == [
            (("bzpeer:111", "bzpeer:222"), "listed_twice")
        ]
    judged = resolve(listed, {("bzpeer:111", "bzpeer:222"): "same"}).clusters
    assert len(judged.members) == 1


# Laws

REFS = "abcdefg"
PAIRS = [pair_of(*pair) for pair in combinations(REFS, 2)]


@st.composite
def problems(draw: Any) -> Problem:
    """Machine links and judgements as the matcher hands them over: a judged pair has no machine link."""
    refs = draw(st.permutations(REFS))
    judged = draw(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(["same", "different", "unsure"]), max_size=5))
    vetoed = draw(st.frozensets(st.sampled_from(PAIRS), max_size=6))
    machine = draw(
        st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([0.95, 0.96, 0.97, 0.98, 0.99]), max_size=12)
    )
    links = [Link(*pair, p) for pair, p in machine.items() if judged.get(pair) not in {"same", "different"}]
    links += [Link(*pair, 1.0, judged=True) for pair, verdict in judged.items() if verdict == "same"]
    return Problem(tuple(refs), tuple(draw(st.permutations(links))), judged, vetoed)


def together(found: Clusters) -> set[Pair]:
    return {pair_of(*pair) for members in found.members for pair in combinations(members, 2)}


@given(problems())
def test_every_record_is_in_exactly_one_cluster(problem: Problem) -> None:
    found = problem.solve()
    assert sorted(ref for members in found.members for ref in members) == sorted(problem.refs)
    assert all(found.members)
    assert list(found.members) == sorted(tuple(sorted(members)) for members in found.members)


@given(problems(), st.data())
def test_the_order_of_records_and_links_does_not_matter(problem: Problem, data: st.DataObject) -> None:
    refs = data.draw(st.permutations(problem.refs))
    links = data.draw(st.permutations(problem.links))
    assert problem.solve(refs=refs, links=links) == problem.solve()


@given(problems())
def test_no_cluster_holds_a_pair_judged_different(problem: Problem) -> None:
    assert not [pair for pair in together(problem.solve()) if problem.judged.get(pair) == "different"]


@given(problems())
def test_no_cluster_formed_by_the_machine_holds_a_vetoed_pair(problem: Problem) -> None:
    machine = Problem(problem.refs, tuple(one for one in problem.links if not one.judged), {}, problem.vetoed)
    assert not together(machine.solve()) & problem.vetoed


@given(problems())
def test_a_vetoed_pair_shares_a_cluster_only_by_judgements(problem: Problem) -> None:
    only_judged = Problem(
        problem.refs, tuple(one for one in problem.links if one.judged), problem.judged, problem.vetoed
    )
    assert together(problem.solve()) & problem.vetoed <= together(only_judged.solve())


@given(problems())
def test_records_judged_the_same_are_together_unless_another_judgement_forbids_it(problem: Problem) -> None:
    found = problem.solve()
    joined = together(found)
    cut = {(cut.link.a, cut.link.b): cut for cut in found.cut if cut.link.judged}
    for pair, verdict in problem.judged.items():
        if verdict == "same" and pair not in joined:
            assert problem.judged[cut[pair].apart] == "different"
        elif verdict == "same":
            assert pair not in cut


@given(problems())
def test_every_link_is_followed_or_cut(problem: Problem) -> None:
    found = problem.solve()
    joined = together(found)
    cut = {(one.link.a, one.link.b) for one in found.cut}
    assert {(one.a, one.b) for one in problem.links} - joined == cut - joined


@given(problems())
def test_a_cut_link_names_two_records_that_it_would_have_joined_and_why(problem: Problem) -> None:
    found = problem.solve()
    home = {ref: members for members in found.members for ref in members}
    for one in found.cut:
        a, b = one.apart
        assert home[a] is not home[b]
        assert {home[a], home[b]} == {home[one.link.a], home[one.link.b]}
        if problem.judged.get(one.apart) == "different":
            assert one.reason == "judged different"
        else:
            assert (one.reason, one.apart in problem.vetoed, one.link.judged) == ("vetoed", True, False)


@given(problems())
def test_no_link_alone_could_still_be_followed(problem: Problem) -> None:
    found = problem.solve()
    home = {ref: members for members in found.members for ref in members}
    for one in found.cut:
        pairs = {pair_of(a, b) for a in home[one.link.a] for b in home[one.link.b]}
        different = {pair for pair in pairs if problem.judged.get(pair) == "different"}
        vetoed = {pair for pair in pairs & problem.vetoed if problem.judged.get(pair) != "same"}
        assert different or (vetoed and not one.link.judged)
