"""What holds of clusters whatever the links, judgements and opinions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.dedup.clustering import Clusters, Link, Opinion, Pair, cluster, pair_of

WEAK_BRIDGE = "weak bridge"
NOTHING = Opinion(0.0)
REFS = "abcdefg"
PAIRS = [pair_of(*pair) for pair in combinations(REFS, 2)]


@dataclass(frozen=True)
class Problem:
    """Records, links between them, judgements and what is held of pairs."""

    refs: tuple[str, ...]
    links: tuple[Link, ...]
    judged: Mapping[Pair, str]
    held: Mapping[Pair, Opinion]

    def solve(self) -> Clusters:
        return cluster(self.refs, self.links, judged=self.judged, opinion=lambda a, b: self.held.get((a, b), NOTHING))

    def without(self, ref: str) -> Problem:
        links = tuple(one for one in self.links if ref not in (one.a, one.b))
        judged = {pair: verdict for pair, verdict in self.judged.items() if ref not in pair}
        return Problem(tuple(one for one in self.refs if one != ref), links, judged, self.held)

    def vetoed(self, pair: Pair) -> bool:
        return bool(self.held.get(pair, NOTHING).veto)


@st.composite
def problems(draw: Any) -> Problem:
    """Links and judgements as the matcher hands them over: a link is a likely pair without a veto, and a judged pair
    has no link of the machine's.
    """
    some = st.sampled_from(PAIRS)
    judged = draw(st.dictionaries(some, st.sampled_from(["same", "different", "unsure"]), max_size=5))
    odds = st.sampled_from([-9.0, -4.0, -1.0, 1.0, 2.0, 3.0, 4.0, 9.0])
    held = {
        pair: Opinion(value, "vetoed" if veto else "")
        for pair, (value, veto) in draw(
            st.dictionaries(some, st.tuples(odds, st.sampled_from([False, False, False, True])), max_size=21)
        ).items()
    }
    machine = [pair for pair, found in held.items() if found.log_odds > 0 and not found.veto]
    links = [Link(*pair, held[pair].log_odds) for pair in machine if judged.get(pair) not in {"same", "different"}]
    links += [Link(*pair, 0.0, judged=True) for pair, verdict in judged.items() if verdict == "same"]
    return Problem(tuple(draw(st.permutations(REFS))), tuple(draw(st.permutations(links))), judged, held)


def together(found: Clusters) -> set[Pair]:
    return {pair_of(*pair) for members in found.members for pair in combinations(members, 2)}


def homes(found: Clusters) -> dict[str, tuple[str, ...]]:
    return {ref: members for members in found.members for ref in members}


@given(problems())
def test_every_record_is_in_exactly_one_cluster(problem: Problem) -> None:
    found = problem.solve()
    assert sorted(ref for members in found.members for ref in members) == sorted(problem.refs)
    assert all(found.members)
    assert list(found.members) == sorted(tuple(sorted(members)) for members in found.members)


@given(problems(), st.data())
def test_the_order_of_records_and_links_does_not_matter(problem: Problem, data: st.DataObject) -> None:
    refs = tuple(data.draw(st.permutations(problem.refs)))
    links = tuple(data.draw(st.permutations(problem.links)))
    assert replace(problem, refs=refs, links=links).solve() == problem.solve()


@given(problems())
def test_no_cluster_holds_a_pair_judged_different(problem: Problem) -> None:
    assert not [pair for pair in together(problem.solve()) if problem.judged.get(pair) == "different"]


@given(problems())
def test_a_vetoed_pair_shares_a_cluster_only_by_judgements(problem: Problem) -> None:
    only_judged = replace(problem, links=tuple(one for one in problem.links if one.judged))
    joined = {pair for pair in together(problem.solve()) if problem.vetoed(pair)}
    assert joined <= together(only_judged.solve())


@given(problems())
def test_records_judged_the_same_are_together_unless_another_judgement_forbids_it(problem: Problem) -> None:
    found = problem.solve()
    joined = together(found)
    cut = {(one.link.a, one.link.b): one for one in found.cut if one.link.judged}
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


@settings(max_examples=100)
@given(problems())
def test_a_cut_link_names_two_records_that_it_would_have_joined_and_why(problem: Problem) -> None:
    found = problem.solve()
    home = homes(found)
    for one in found.cut:
        a, b = one.apart
        if one.reason.startswith(WEAK_BRIDGE):
            # A stronger case may be made for the two by others who join later.
            assert one.apart == (one.link.a, one.link.b)
            assert not one.link.judged
            continue
        assert home[a] is not home[b]
        assert {home[a], home[b]} == {home[one.link.a], home[one.link.b]}
        if problem.judged.get(one.apart) == "different":
            assert one.reason == "judged different"
        else:
            assert (one.reason, problem.vetoed(one.apart), one.link.judged) == ("vetoed", True, False)


@settings(max_examples=100)
@given(problems(), st.sampled_from(REFS))
def test_a_record_more_parts_two_only_with_a_link_cut_between_them(problem: Problem, added: str) -> None:
    """Who were together are still joined by clusters and by links that were cut for a reason, and not before."""
    before, after = problem.without(added).solve(), problem.solve()
    old = {one.link for one in before.cut}
    bridges: defaultdict[str, set[str]] = defaultdict(set)
    for one in after.cut:
        assert one.reason
        if one.link not in old:
            bridges[one.link.a].add(one.link.b)
            bridges[one.link.b].add(one.link.a)
    home = homes(after)
    for a, b in together(before) - together(after):
        reached, todo = {a}, [a]
        while todo:
            ref = todo.pop()
            new = (bridges[ref] | set(home[ref])) - reached
            reached |= new
            todo += new
        assert b in reached


@given(problems())
def test_a_record_that_is_linked_to_nobody_changes_nothing(problem: Problem) -> None:
    found = problem.solve()
    with_it = replace(problem, refs=(*problem.refs, "z")).solve()
    assert with_it == Clusters((*found.members, ("z",)), found.cut)
