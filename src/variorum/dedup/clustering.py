"""From verdicts to clusters, so that no chain of links joins two records that must stay apart.

The strongest links are taken first; a link is cut when any record of one side must stay apart from any
of the other. Ties are broken by the records' references, so neither the order of the input nor how it
was split among workers shows in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """Two records to be joined. Judged links outrank all others."""

    a: str
    b: str
    probability: float
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


def pair_of(a: str, b: str) -> Pair:
    """Two references in order."""
    return (a, b) if a <= b else (b, a)


def cluster(
    refs: Iterable[str],
    links: Sequence[Link],
    *,
    judged: Mapping[Pair, str],
    veto: Callable[[str, str], str | None],
) -> Clusters:
    """Join linked records as far as judgements and vetoes allow.

    ``judged`` maps pairs (in order) to ``same``, ``different`` or ``unsure``, which binds nobody.
    ``veto(a, b)`` gives the reason why the machine would keep two records apart, or None; it is asked for
    every pair that a link would bring together, so a veto holds over any chain of links. A judgement
    outranks it, both ways.
    """
    home = {ref: [ref] for ref in refs}
    cut: list[CutLink] = []
    for link in sorted(links, key=lambda link: (not link.judged, -link.probability, link.a, link.b)):
        left, right = home[link.a], home[link.b]
        if left is right:
            continue
        objection = _first_objection(left, right, judged, None if link.judged else veto)
        if objection is not None:
            cut.append(CutLink(link, *objection))
            continue
        small, large = sorted((left, right), key=len)
        large.extend(small)
        for ref in small:
            home[ref] = large
    distinct = {id(members): members for members in home.values()}
    return Clusters(tuple(sorted(tuple(sorted(members)) for members in distinct.values())), tuple(cut))


def _first_objection(
    left: list[str],
    right: list[str],
    judged: Mapping[Pair, str],
    veto: Callable[[str, str], str | None] | None,
) -> tuple[Pair, str] | None:
    for pair in sorted(pair_of(a, b) for a in left for b in right):
        judgement = judged.get(pair)
        if judgement == "different":
            return pair, "judged different"
        if judgement != "same" and veto is not None and (reason := veto(*pair)):
            return pair, reason
    return None
