"""Groups of connected records, against finding them one by one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.engines.grouping import all_paired, groups_of, members_of

PAIRS = st.sets(st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(lambda pair: pair[0] < pair[1]), max_size=25)


def connected(pairs: set[tuple[int, int]]) -> set[frozenset[int]]:
    found: list[set[int]] = []
    for pair in pairs:
        touching = [group for group in found if group & set(pair)]
        found = [group for group in found if group not in touching] + [set(pair).union(*touching)]
    return set(map(frozenset, found))


@given(PAIRS)
def test_records_that_pairs_connect_are_one_group(pairs: set[tuple[int, int]]) -> None:
    left, right = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    groups = groups_of(left, right)
    everyone = members_of(groups.positions, groups.groups)
    assert {frozenset(members) for members in everyone} == connected(pairs)
    assert all(members == sorted(members) for members in everyone)
    named = dict(zip(groups.positions.tolist(), groups.groups.tolist(), strict=True))
    assert groups.of_pairs.tolist() == [named[one] for one in left.tolist()]


@given(PAIRS)
def test_where_every_two_are_a_pair(pairs: set[tuple[int, int]]) -> None:
    left, right = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    groups = groups_of(left, right)
    paired = all_paired(groups)
    expected = {group for group in connected(pairs) if set(combinations(sorted(group), 2)) <= pairs}
    assert {frozenset(members) for members in members_of(groups.positions[paired], groups.groups[paired])} == expected
