"""From verdicts to clusters, so that no chain of links joins two records that must stay apart.

The strongest links are taken first. A link is cut when any record of one side must stay apart from any of the other,
or when the records of the two sides, taken together, speak against it: one likely pair is a weak bridge between two
groups whose other members are unlike. Ties are broken by the records' references, so neither the order of the input
nor how it was split among workers shows in the result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Pair = tuple[str, str]

MOST_CROSS_PAIRS = 400
"""Pairs looked at before two clusters are joined. Of larger ones every so many-th is, in the order of references."""

LOUDEST = 8.0
"""Log-odds with which one pair speaks for or against a bridge at most."""


@dataclass(frozen=True)
class Link:
    """Two records to be joined, and the log-odds that they are one work. Judged links outrank all others."""

    a: str
    b: str
    log_odds: float
    judged: bool = False


@dataclass(frozen=True)
class CutLink:
    """A link that was not followed because it would have joined ``apart``, for the reason given."""

    link: Link
    apart: Pair
    reason: str


@dataclass(frozen=True)
class Clusters:
    """Disjoint sets that cover all records, each sorted, sorted by their first member; and the cut links."""

    members: tuple[tuple[str, ...], ...]
    cut: tuple[CutLink, ...]


class Opinion(NamedTuple):
    """What the machine holds of a pair: log-odds of being one work, and why the two must stay apart, if they must."""

    log_odds: float
    veto: str = ""


def pair_of(a: str, b: str) -> Pair:
    """Two references in order."""
    return (a, b) if a <= b else (b, a)


def cluster(
    refs: Iterable[str],
    links: Sequence[Link],
    *,
    judged: Mapping[Pair, str],
    opinion: Callable[[str, str], Opinion],
) -> Clusters:
    """Join linked records as far as judgements and opinions allow.

    ``judged`` maps pairs (in order) to ``same``, ``different`` or ``unsure``, which binds nobody. ``opinion(a, b)`` is
    asked for pairs (in order) that a link would bring together. A judgement outranks it, both ways.
    """
    return _Joining(refs, judged, opinion).follow(links)


_WEAK = "weak bridge: most other pairs of the two are unlike"


class _Joining:
    """Clusters as they grow.

    ``foes`` are clusters that must stay apart from one for good, with the reason; ``weak`` holds how large two
    clusters were when a link between them was found to be a weak bridge, which holds until one of them grows.
    """

    def __init__(self, refs: Iterable[str], judged: Mapping[Pair, str], opinion: Callable[[str, str], Opinion]) -> None:
        self.judged = judged
        self.opinion = opinion
        self.home = {ref: ref for ref in refs}
        self.members: dict[str, list[str]] = {ref: [ref] for ref in self.home}
        self.foes: defaultdict[str, dict[str, tuple[Pair, str]]] = defaultdict(dict)
        self.weak: dict[tuple[str, str], tuple[int, int]] = {}
        self.kept_apart: defaultdict[str, list[str]] = defaultdict(list)
        for (a, b), verdict in judged.items():
            if verdict == "different" and a in self.home and b in self.home:
                self.kept_apart[a].append(b)
                self.kept_apart[b].append(a)

    def follow(self, links: Sequence[Link]) -> Clusters:
        cut: list[CutLink] = []
        for link in sorted(links, key=lambda link: (not link.judged, -link.log_odds, link.a, link.b)):
            left, right = self.home[link.a], self.home[link.b]
            if left == right:
                continue
            objection = self._objection(left, right, link)
            if objection is None:
                self._join(left, right)
            else:
                cut.append(CutLink(link, *objection))
        return Clusters(tuple(sorted(tuple(sorted(members)) for members in self.members.values())), tuple(cut))

    def _objection(self, left: str, right: str, link: Link) -> tuple[Pair, str] | None:
        """Why two clusters must not be joined by the link."""
        if (judged := self._judged_apart(left, right)) is not None:
            return judged
        if link.judged:
            return None
        sizes = len(self.members[left]), len(self.members[right])
        if sizes == (1, 1) and (own := self.opinion(link.a, link.b)).log_odds >= 0 and not own.veto:
            return None  # so it is for most links, and nothing else is to be asked
        if self.weak.get((left, right)) == sizes:
            return (link.a, link.b), _WEAK
        if right not in self.foes[left]:
            pairs = self._between(left, right)
            opinions = [(pair, self.opinion(*pair)) for pair in pairs if self.judged.get(pair) != "same"]
            vetoed = next(((pair, found.veto) for pair, found in opinions if found.veto), None)
            if vetoed is None:
                if sum(max(-LOUDEST, min(LOUDEST, found.log_odds)) for _, found in opinions) >= 0:
                    return None
                self.weak[left, right], self.weak[right, left] = sizes, sizes[::-1]
                return (link.a, link.b), _WEAK
            self.foes[left][right] = self.foes[right][left] = vetoed
        return self.foes[left][right]

    def _judged_apart(self, left: str, right: str) -> tuple[Pair, str] | None:
        small, large = sorted((left, right), key=lambda root: len(self.members[root]))
        apart = [
            pair_of(a, b) for a in self.members[small] for b in self.kept_apart.get(a, ()) if self.home[b] == large
        ]
        return (min(apart), "judged different") if apart else None

    def _between(self, left: str, right: str) -> list[Pair]:
        ones, others = sorted(self.members[left]), sorted(self.members[right])
        total = len(ones) * len(others)
        step = -(-total // MOST_CROSS_PAIRS)
        return sorted(pair_of(ones[n // len(others)], others[n % len(others)]) for n in range(0, total, step))

    def _join(self, left: str, right: str) -> None:
        """The larger cluster takes the smaller one in, and its foes."""
        gone, stays = sorted((left, right), key=lambda root: (len(self.members[root]), root))
        for ref in self.members[gone]:
            self.home[ref] = stays
        self.members[stays] += self.members.pop(gone)
        for foe, reason in self.foes.pop(gone, {}).items():
            del self.foes[foe][gone]
            self.foes[foe][stays] = self.foes[stays][foe] = reason
