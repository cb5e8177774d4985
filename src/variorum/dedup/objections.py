"""Objections to a merge: what guards say, and the levels that several of them ask for."""

from __future__ import annotations

from typing import Literal, NamedTuple

Effect = Literal["veto", "hold", "related"]

SAME_PLACE = frozenset({"page_volume", "range_volume", "range"})
SAME_TITLE = frozenset({"equal_rich", "equal", "equal_poor", "slip", "slip_poor", "generic"})
SAME_AUTHORS = frozenset({"equal_many", "equal", "most_many"})


class Objection(NamedTuple):
    """A guard that fired: its name, what it does, what it saw.

    For ``related``: the relation's kind, and the reference of the record that corrects or answers the other.
    ``over_chains``: a hold by which no third record, like both, brings the two together either.
    """

    guard: str
    effect: Effect
    text: str
    relation: str = ""
    subject: str = ""
    over_chains: bool = False
