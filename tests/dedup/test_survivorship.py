"""Which record speaks for a work: ranking, gathering, and the proof that every value carries."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.dedup.survivorship import (
    MULTIPLE_FIELDS,
    SINGLE_FIELDS,
    TRUST,
    Member,
    MergedValue,
    merge,
    value_of,
)
from variorum.schema import Author, Award, Identifier, Link, Record

EARLY, LATE = "2024-01-01T00:00:00.000000+00:00", "2025-01-01T00:00:00.000000+00:00"


def member(key: str, category: str = "listing", seen_at: str = EARLY, **fields: Any) -> Member:
    return Member(Record(**{"source": "s", "source_key": key, "format": "test"} | fields), category, seen_at)


def merged(*members: Member) -> dict[str, MergedValue]:
    """The single values of the work."""
    return {value.field: value for value in merge(members) if value.field in SINGLE_FIELDS}


def gathered(field: str, *members: Member) -> list[MergedValue]:
    return [value for value in merge(members) if value.field == field]


def people(*names: str, evidence: Any = "byline") -> tuple[Author, ...]:
    return tuple(Author(name=name, evidence=evidence) for name in names)


def identifier(value: str, raw: str | None = None, role: Any = "self") -> Identifier:
    return Identifier(scheme="doi", value=value, raw=raw or value, role=role)


CUT = {"abstract": "A long abstract that was cut off after a while …", "abstract_truncated": True}
WHOLE = {"abstract": "A whole abstract.", "abstract_truncated": False}
ET_AL = {"authors": people("Ann Roe", "Bob Doe"), "authors_complete": False}
COMPLETE = {"authors": people("Ann Roe"), "authors_complete": True}
OWNER = {"authors": people("Ann Roe", "Bob Doe", "Cy Poe", evidence="profile")}


@pytest.mark.parametrize(
    ("field", "winner", "loser", "rule"),
    [
        # sound before doubtful, even from a worse source
        ("abstract", member("w", **WHOLE), member("l", "registry", LATE, **CUT), "sound before doubtful"),
        ("authors", member("w", **COMPLETE), member("l", "registry", LATE, **ET_AL), "sound before doubtful"),
        (
            "title",
            member("w", title="Short"),
            member("l", "registry", LATE, title="Longer", flags=("low_confidence:title",)),
            "sound before doubtful",
        ),
        (
            "date",
            member("w", date="2020"),
            member("l", "registry", LATE, date="2021-05-05", flags=("low_confidence:date",)),
            "sound before doubtful",
        ),
        # a byline before the owners of profiles
        ("authors", member("w", **ET_AL), member("l", "registry", LATE, **OWNER), "byline before profile"),
        # the better source
        ("title", member("w", "registry", title="Short"), member("l", "listing", LATE, title="Longer"), "source"),
        ("abstract", member("w", "arxiv", **CUT), member("l", "listing", LATE, **CUT), "source"),
        ("venue", member("w", "listing", venue="V"), member("l", "nowhere", LATE, venue="Venue"), "source"),
        ("kind", member("w", "registry", kind="book"), member("l", "listing", kind="paper-conference"), "source"),
        # the fuller value
        ("title", member("w", title="A title and more"), member("l", seen_at=LATE, title="A title"), "fuller"),
        ("date", member("w", date="2020-05"), member("l", seen_at=LATE, date="2021"), "fuller"),
        (
            "authors",
            member("w", authors=people("A", "B")),
            member("l", seen_at=LATE, authors=people("A long name")),
            "fuller",
        ),
        # the newer statement
        ("title", member("w", seen_at=LATE, title="New title"), member("l", title="Old title"), "newer"),
        (
            "title",
            member("z", seen_at="2025-01-01T00:00:00.000002+00:00", title="New title"),
            member("l", seen_at="2025-01-01T00:00:00.000001+00:00", title="Old title"),
            "newer",
        ),
        # the stage reached
        ("stage", member("w", stage="published"), member("l", "registry", LATE, stage="preprint"), "stage"),
        ("stage", member("w", stage="accepted"), member("l", "registry", LATE, stage="preprint"), "stage"),
        ("stage", member("w", stage="published"), member("l", "registry", LATE, stage="accepted"), "stage"),
    ],
)
def test_who_speaks_for_a_field(field: str, winner: Member, loser: Member, rule: str) -> None:
    found = merged(winner, loser)[field]
    assert (found.ref, found.value) == (winner.record.ref, value_of(winner.record, field))
    assert rule in found.rule


@pytest.mark.parametrize(("better", "worse"), [*itertools.pairwise(TRUST), (TRUST[-1], "unheard of")])
def test_sources_are_trusted_in_order(better: str, worse: str) -> None:
    found = merged(member("b", worse, LATE, title="A longer title"), member("a", better, title="A title"))
    assert (found["title"].ref, found["title"].rule) == ("s:a", "the better source")


def test_what_only_one_record_states_is_taken_from_it() -> None:
    found = merged(member("a", "registry", title="A title"), member("b", volume="3", **CUT))
    assert {field: (value.ref, value.rule) for field, value in found.items()} == {
        "title": ("s:a", "the only statement"),
        "abstract": ("s:b", "the only statement"),
        "volume": ("s:b", "the only statement"),
    }


def test_records_that_agree_are_said_to_agree() -> None:
    found = merged(member("b", title="A title"), member("a", title="A title"))
    assert (found["title"].ref, found["title"].rule) == ("s:a", "all state alike")


def test_records_that_disagree_are_not_said_to_agree() -> None:
    found = merged(member("a", title="A title"), member("b", title="B title"))
    assert found["title"].rule != "all state alike"


@pytest.mark.parametrize("kind", ["article", "article-journal", "paper-conference", "book", "dataset"])
def test_a_kind_that_says_nothing_never_wins(kind: Any) -> None:
    silent = member("a", "registry", LATE, kind="document")
    assert "kind" not in merged(silent)
    found = merged(silent, member("b", kind=kind))["kind"]
    assert (found.value, found.ref) == (kind, "s:b")


def test_a_record_that_states_nothing_gives_no_fields() -> None:
    assert merge([member("a")]) == ()
    assert merge([]) == ()


# Gathered fields


def test_values_are_gathered_from_all_the_best_source_first() -> None:
    found = gathered(
        "identifiers",
        member("a", "listing", identifiers=(identifier("10.1000/b"), identifier("10.1000/a"))),
        member("b", "registry", identifiers=(identifier("10.1000/c"),)),
    )
    assert [(value.position, value.value["value"], value.ref) for value in found] == [
        (0, "10.1000/c", "s:b"),
        (1, "10.1000/b", "s:a"),
        (2, "10.1000/a", "s:a"),
    ]


@pytest.mark.parametrize(
    ("field", "good", "repeat"),
    [
        ("identifiers", (identifier("10.1000/a"),), (identifier("10.1000/a", raw="doi:10.1000/A"),)),
        (
            "awards",
            (Award(funder="NSF", id="1919117", raw="1919117"),),
            (Award(funder="NSF", id="1919117", raw="CCF-1919117"),),
        ),
        ("subjects", ("cs.CV",), ("cs.CV",)),
        ("institutions", ("A University",), ("A University",)),
        ("links", (Link(url="https://x.org", rel="code"),), (Link(url="https://x.org", rel="code"),)),
    ],
)
def test_a_value_written_differently_is_no_second_value(field: str, good: Any, repeat: Any) -> None:
    [found] = gathered(field, member("a", "listing", **{field: repeat}), member("b", "arxiv", **{field: good}))
    assert found.ref == "s:b"
    assert found.value in value_of(Record(source="s", source_key="b", format="test", **{field: good}), field)


def test_an_identifier_in_another_role_is_another_value() -> None:
    found = gathered(
        "identifiers",
        member("a", identifiers=(identifier("10.1000/a", role="container"),)),
        member("b", identifiers=(identifier("10.1000/a"),)),
    )
    assert [value.value["role"] for value in found] == ["container", "self"]


# Laws


def _pick(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": _pick(None, "A title", "B title", "A longer title"),
    "authors": _pick((), people("Ann Roe"), people("Bob Doe"), people("Ann Roe", evidence="profile")),
    "authors_complete": st.booleans(),
    "abstract": _pick(None, "An abstract.", "An abstrac…"),
    "abstract_truncated": st.booleans(),
    "date": _pick(None, "2020", "2021", "2020-05"),
    "venue": _pick(None, "Venue", "Other"),
    "volume": _pick(None, "3", "4"),
    "kind": _pick("document", "article", "book"),
    "stage": _pick(None, "preprint", "accepted", "published"),
    "subjects": _pick((), ("cs.CV",), ("cs.LG", "cs.CV"), ("cs.CV", "cs.CV")),
    "identifiers": _pick((), (identifier("10.1000/a"),), (identifier("10.1000/a", "doi:10.1000/a"),)),
    "awards": _pick((), (Award(funder="NSF", id="1919117", raw="CCF 1919117"),)),
    "flags": _pick((), ("low_confidence:title",), ("low_confidence:date",)),
}


@st.composite
def members(draw: Any) -> list[Member]:
    keys = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=4))
    return [
        member(key, draw(_pick(*TRUST, "unheard of")), draw(_pick(EARLY, LATE)), **draw(st.fixed_dictionaries(FIELDS)))
        for key in keys
    ]


@given(members(), st.data())
def test_the_order_of_records_does_not_matter(group: list[Member], data: st.DataObject) -> None:
    assert merge(data.draw(st.permutations(group))) == merge(group)


@given(members())
def test_every_value_is_stated_by_the_record_it_names(group: list[Member]) -> None:
    records = {one.record.ref: one.record for one in group}
    for found in merge(group):
        stated = value_of(records[found.ref], found.field)
        assert found.value in stated if found.field in MULTIPLE_FIELDS else found.value == stated
        assert found.rule


@given(members())
def test_every_field_that_is_stated_is_merged(group: list[Member]) -> None:
    fields = (*SINGLE_FIELDS, *MULTIPLE_FIELDS)
    stated = {field for field in fields for one in group if value_of(one.record, field)}
    assert {found.field for found in merge(group)} == stated


@given(members())
def test_a_field_has_one_value_or_counts_its_values_without_repeats(group: list[Member]) -> None:
    found = merge(group)
    for field in SINGLE_FIELDS:
        assert [value.position for value in found if value.field == field] in ([], [0])
    for field in MULTIPLE_FIELDS:
        own = [value for value in found if value.field == field]
        assert [value.position for value in own] == list(range(len(own)))
        bare = [
            json.dumps(
                {k: v for k, v in value.value.items() if k != "raw"} if isinstance(value.value, dict) else value.value
            )
            for value in own
        ]
        assert len(set(bare)) == len(bare)


@given(members())
def test_nothing_stated_is_lost_from_gathered_fields(group: list[Member]) -> None:
    found = {value.value for value in merge(group) if value.field == "subjects"}
    assert found == {subject for one in group for subject in one.record.subjects}


@given(members())
def test_the_stage_is_the_furthest_that_any_record_states(group: list[Member]) -> None:
    order = ["preprint", "accepted", "published"]
    stated = [one.record.stage for one in group if one.record.stage]
    assert [found.value for found in merge(group) if found.field == "stage"] == sorted(stated, key=order.index)[-1:]


@given(members())
def test_a_doubtful_value_wins_only_where_all_are_doubtful(group: list[Member]) -> None:
    records = {one.record.ref: one.record for one in group}
    for found in merge(group):
        if found.field in ("title", "date") and records[found.ref].low_confidence(found.field):
            stating = [one.record for one in group if value_of(one.record, found.field)]
            assert all(record.low_confidence(found.field) for record in stating)


@given(members())
def test_agreement_is_claimed_only_where_there_is_agreement(group: list[Member]) -> None:
    for found in merge(group):
        stated = [value for one in group if (value := value_of(one.record, found.field))]
        if found.rule == "all state alike":
            assert all(value == found.value for value in stated)
        if found.rule == "the only statement":
            assert len(stated) == 1


@given(members())
def test_values_are_plain_data(group: list[Member]) -> None:
    for found in merge(group):
        assert json.loads(json.dumps(found.value)) == found.value
