"""Groups of records that pairs connect, for millions of pairs at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.texts import Numbers


class Groups(NamedTuple):
    """The records that pairs connect, by position, and the group of each; and the group of each pair."""

    positions: Numbers
    groups: Numbers
    of_pairs: Numbers


def groups_of(left: Numbers, right: Numbers) -> Groups:
    """The groups that pairs connect. A group is named by the place of its first record among ``positions``."""
    connected = np.zeros(max(left.max(initial=-1), right.max(initial=-1)) + 1, bool)
    connected[left] = connected[right] = True
    positions = np.flatnonzero(connected)
    places = np.cumsum(connected) - 1
    one, other = places[left], places[right]
    group = np.arange(len(positions))
    while True:
        least = np.minimum(group[one], group[other])
        joined = group.copy()
        np.minimum.at(joined, group[one], least)
        np.minimum.at(joined, group[other], least)
        joined = joined[joined[joined]]
        if np.array_equal(joined, group):
            return Groups(positions, group, group[one])
        group = joined


def all_paired(groups: Groups) -> NDArray[np.bool_]:
    """Of each record, whether in its group every two records are a pair. Pairs must be given once."""
    records = np.bincount(groups.groups, minlength=len(groups.groups))
    pairs = np.bincount(groups.of_pairs, minlength=len(groups.groups))
    paired: NDArray[np.bool_] = (2 * pairs == records * (records - 1))[groups.groups]
    return paired


def members_of(positions: Numbers, groups: Numbers) -> list[list[int]]:
    """The positions, in order, of the records of each group."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    ends = [*starts.tolist()[1:], len(order)]
    ordered = positions[order].tolist()
    return [ordered[start:end] for start, end in zip(starts.tolist(), ends, strict=True)] if len(order) else []
