"""Which record speaks for a work, field by field; every value names its record and the rule that chose it.

Sound values come before doubtful ones (cut abstracts, bylines ended by "et al.", inferred values), then
better sources, then fuller values, then newer ones. Fields that hold several values (identifiers,
awards, subjects, links) gather them from all records, each value from the best record that states it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from variorum.schema import Record

TRUST = ("registry", "arxiv", "repository", "aggregator", "listing")
"""Source categories, the most trusted first."""

SINGLE_FIELDS = ("title", "authors", "abstract", "date", "venue", "volume", "issue", "pages", "kind", "stage")
MULTIPLE_FIELDS = ("identifiers", "awards", "subjects", "links", "institutions")

_STAGES = ("preprint", "accepted", "published")


@dataclass(frozen=True)
class Member:
    """A record of a work, with what decides between it and others: its source's category, when it was seen."""

    record: Record
    category: str
    seen_at: str


@dataclass(frozen=True)
class MergedValue:
    """One value of a work's field (several with ``position`` 0, 1, …), the record it comes from, the rule."""

    field: str
    position: int
    value: Any
    ref: str
    rule: str


def merge(members: Sequence[Member]) -> tuple[MergedValue, ...]:
    """The fields of the work that ``members`` make up. Their order makes no difference."""
    members = sorted(members, key=lambda member: member.record.ref)
    merged: list[MergedValue] = []
    for field in SINGLE_FIELDS:
        merged.extend(_choose(field, members))
    for field in MULTIPLE_FIELDS:
        merged.extend(_gather(field, members))
    return tuple(merged)


def _choose(field: str, members: Iterable[Member]) -> Iterable[MergedValue]:
    stating = [_Candidate(m, field, value) for m in members if (value := value_of(m.record, field))]
    if not stating:
        return
    rule = "the only statement" if len(stating) == 1 else "all state alike"
    best = stating
    for name, criterion in _CRITERIA_OF.get(field, _CRITERIA).items():
        marks = [criterion(candidate) for candidate in best]
        kept = [candidate for candidate, mark in zip(best, marks, strict=True) if mark == max(marks)]
        if len(kept) < len(best):
            rule = name
        best = kept
    if rule == "all state alike" and any(candidate.value != best[0].value for candidate in best):
        rule = "the first by reference"
    yield MergedValue(field, 0, best[0].value, best[0].member.record.ref, rule)


def _gather(field: str, members: Iterable[Member]) -> Iterable[MergedValue]:
    best_first = sorted(members, key=lambda member: (-_rank(member), member.record.ref))
    found: dict[str, MergedValue] = {}
    for member in best_first:
        for value in value_of(member.record, field) or ():
            # What a value is decides whether it is a repeat, not how this source happened to write it.
            key = json.dumps({k: v for k, v in value.items() if k != "raw"} if isinstance(value, dict) else value)
            found.setdefault(key, MergedValue(field, len(found), value, member.record.ref, "gathered from all"))
    yield from found.values()


def _rank(member: Member) -> float:
    return float(len(TRUST) - TRUST.index(member.category)) if member.category in TRUST else 0.0


def value_of(record: Record, field: str) -> Any:
    """A record's value of a field as plain JSON data; None or empty when it states none."""
    value = getattr(record, field)
    if field == "kind":
        return None if value == "document" else value
    if isinstance(value, tuple):
        return [item if isinstance(item, str) else item.model_dump(mode="json") for item in value]
    return value


@dataclass(frozen=True)
class _Candidate:
    """A member's value of a field, to be ranked against the others'."""

    member: Member
    field: str
    value: Any


Criterion = Callable[[_Candidate], float | str]


def _sound(candidate: _Candidate) -> float:
    record, field = candidate.member.record, candidate.field
    doubtful = (
        record.low_confidence(field)
        or (field == "abstract" and record.abstract_truncated)
        or (field == "authors" and not record.authors_complete)
    )
    return 0 if doubtful else 1


def _named(candidate: _Candidate) -> float:
    """A byline says more than the name of a profile's owner."""
    return float(sum(author["evidence"] == "byline" for author in candidate.value) > 0)


def _trust(candidate: _Candidate) -> float:
    return _rank(candidate.member)


def _fullness(candidate: _Candidate) -> float:
    return float(len(candidate.value))


def _stage_reached(candidate: _Candidate) -> float:
    return float(_STAGES.index(candidate.value))


def _newness(candidate: _Candidate) -> str:
    """An ISO time stamp in UTC, whose text grows with time."""
    return candidate.member.seen_at


_CRITERIA: Mapping[str, Criterion] = {
    "sound before doubtful": _sound,
    "the better source": _trust,
    "the fuller value": _fullness,
    "the newer statement": _newness,
}
_CRITERIA_OF: Mapping[str, Mapping[str, Criterion]] = {
    "authors": {"sound before doubtful": _sound, "byline before profile": _named, **_CRITERIA},
    "stage": {"the stage reached": _stage_reached, **_CRITERIA},
}
