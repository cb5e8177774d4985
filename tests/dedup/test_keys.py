"""The keys that records have, kind by kind, and the sketches made beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, PAPER, TITLE, any_features, both, features

from variorum.dedup import blocking, keys
from variorum.dedup.blocking import blocking_of, joined
from variorum.dedup.features import Features
from variorum.dedup.keys import BATCH, Blocking, columns_of, key_records, shared_kinds
from variorum.dedup.standing import Standing, standing_of

OPENING_WORDS = " ".join(ABSTRACT.split()[:8])
BY_NAME = ("name_page", "name_word", "names_year")


def keyed(records: list[Features]) -> Blocking:
    return key_records(columns_of(records))


def keys_of(blocking: Blocking, position: int) -> set[int]:
    keys, owners = blocking.held
    return set(keys[owners == position].tolist())


KINDS: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = [
    ("identifier", 3, {"ids": ["pmid:1", "doi:10.1000/a"]}, {"ids": ["doi:10.1000/a"]}),
    ("title_words", 1, {"title": "Knots, Tied"}, {"title": "Tied Knots of Knots"}),
    ("main_title", 0, {"title": "Knots: On Ropes"}, {"title": "Knots: At Sea"}),
    ("title_begins", 0, {"title": "Extraordinary Knots Made Fast"}, {"title": "Extraordinary Knots for Sailors"}),
    ("title_ends", 0, {"title": "Make Fast Extraordinary Knots"}, {"title": "Sailors Love Extraordinary-Knots"}),
    ("long_words", 0, {"title": "Crossing Braided Strange Unknots"}, {"title": "Unknots Braided as a Strange Sail"}),
    ("volume_page", 1, {"volume": "3", "pages": "12-30"}, {"volume": "3", "pages": "12"}),
    ("name_page", 1, {"byline": "Ann Roe", "pages": "12-30"}, {"byline": "Roe, A.", "pages": "12"}),
    ("name_word", 0, {"byline": "Ann Roe", "title": "Knots"}, {"byline": "Roe, A.", "title": "Knots Tied"}),
    ("names_year", 0, {"byline": "Ann Roe", "year": "2020"}, {"byline": "Roe, Ann; Ng", "year": "2020"}),
    ("abstract_begins", 1, {"abstract": f"{OPENING_WORDS} patience"}, {"abstract": f"{OPENING_WORDS}, or radar"}),
    ("abstract_shingle", 0, {"abstract": ABSTRACT}, {"abstract": f"All {ABSTRACT}"}),
]
BESIDE = {"abstract_begins": {"abstract_shingle"}}
"""Kinds of which one may come with the other: what begins alike also shares some of its shingles."""


@pytest.mark.parametrize(("kind", "strength", "left", "right"), KINDS)
def test_the_lowest_bits_of_a_key_tell_how_strong_its_kind_is(
    kind: str, strength: int, left: dict[str, Any], right: dict[str, Any]
) -> None:
    found = keyed(list(both(left, right)))
    shared = {key & 3 for key in keys_of(found, 0) & keys_of(found, 1)}
    assert {strength} <= shared <= ({strength, 0} if kind in BESIDE else {strength})


@pytest.mark.parametrize(("kind", "left", "right"), [(kind, left, right) for kind, _, left, right in KINDS])
def test_kinds_by_which_records_meet_are_named(kind: str, left: dict[str, Any], right: dict[str, Any]) -> None:
    a, b = both(left, right)
    assert {kind} <= set(shared_kinds(a, b)) <= {kind} | BESIDE.get(kind, set())
    assert shared_kinds(a, b) == shared_kinds(b, a)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"title": "Of the"}, {"title": "Of the"}, id="no telling word"),
        pytest.param({"volume": "3"}, {"volume": "3"}, id="a volume"),
        pytest.param({"pages": "12"}, {"pages": "12"}, id="a page"),
        pytest.param({"byline": BYLINE}, {"byline": BYLINE}, id="names"),
        pytest.param({"byline": "A. B.", "pages": "12"}, {"byline": "A. B.", "pages": "12"}, id="initials and a page"),
        pytest.param({"byline": "et al.", "pages": "12"}, {"byline": "et al.", "pages": "12"}, id="no names"),
        pytest.param({"year": "2020"}, {"year": "2020"}, id="a year"),
        pytest.param({"abstract": "Too short to be"}, {"abstract": "Too short to be"}, id="a tiny abstract"),
        pytest.param(
            {"volume": "3", "pages": "12", "year": "2020"},
            {"volume": "3", "pages": "12"},
            id="a place without its year",
        ),
    ],
)
def test_what_makes_no_key(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert shared_kinds(*both(left, right)) == ()


def test_abstracts_that_begin_alike_meet_by_their_beginning() -> None:
    begins_alike = features(abstract=f"{OPENING_WORDS} {' '.join(f'word{i}' for i in range(90))}")
    assert "abstract_begins" in shared_kinds(features(abstract=ABSTRACT), begins_alike)
    a_word_less = features(abstract=f"{' '.join(ABSTRACT.split()[:7])} {' '.join(f'word{i}' for i in range(90))}")
    assert "abstract_begins" not in shared_kinds(features(abstract=ABSTRACT), a_word_less)


def test_the_owner_of_a_profile_alone_is_no_reason_to_compare() -> None:
    owned: dict[str, Any] = {"title": "Kernel Pruning", "year": "2020", "pages": "12", "names": (("Roe", "Ann"),)}
    a = features("x:1", **owned, profile_only=True)
    assert not set(shared_kinds(a, a._replace(ref="x:2"))) & set(BY_NAME)
    assert shared_kinds(a, features("x:2", title="Pruning", year="2020", pages="12", byline=BYLINE)) == ()
    author = features("x:1", **owned)
    assert set(shared_kinds(author, author._replace(ref="x:2"))) >= set(BY_NAME)


def test_a_shared_hash_of_two_kinds_is_no_shared_key() -> None:
    a, b = both({"title": "Knots"}, {"byline": "Knots", "abstract": "Knots", "volume": "knots", "pages": "knots"})
    assert shared_kinds(a, b) == ()
    found = keyed([a, b])
    assert not keys_of(found, 0) & keys_of(found, 1)


@given(st.lists(any_features("x:1"), min_size=1, max_size=4))
def test_keys_are_without_repeats_and_shared_with_oneself(records: list[Features]) -> None:
    found = keyed([*records, *records])
    for run in found.runs:
        assert run.tolist() == sorted(set(run.tolist()))
    for at, record in enumerate(records):
        own = keys_of(found, at)
        assert own == keys_of(found, at + len(records)) == keys_of(keyed([record]), 0)
        assert bool(own) == bool(shared_kinds(record, record))


@given(any_features("x:1"), any_features("x:2"))
@example(features("x:1", byline="Ann Roe", pages="12"), features("x:2", byline="Roe, A.", pages="12"))
def test_kinds_are_shared_where_keys_are(a: Features, b: Features) -> None:
    found = keyed([a, b])
    assert bool(shared_kinds(a, b)) == bool(keys_of(found, 0) & keys_of(found, 1))
    assert shared_kinds(a, b) == shared_kinds(b, a)


@given(st.lists(any_features("x:1"), min_size=1, max_size=5))
def test_what_is_made_of_a_record_does_not_depend_on_the_others(records: list[Features]) -> None:
    together = keyed(records)
    for at, record in enumerate(records):
        alone = keyed([record])
        for name in ("titles", "bylines", "abstracts", "seconds"):
            assert getattr(together, name)[at] == getattr(alone, name)[0]
        assert np.array_equal(together.standings[at], alone.standings[0])


def test_as_many_records_as_a_batch_holds_have_their_own_keys() -> None:
    records = [features(f"x:{n}", title=f"knot{n} rope{n} sail{n} mast{n}") for n in (0, 1, 2)]
    empty = features()
    found = keyed([records[0], *[empty] * (BATCH - 3), records[1], records[2]])
    for at, record in ((0, records[0]), (BATCH - 2, records[1]), (BATCH - 1, records[2])):
        assert keys_of(found, at) == keys_of(keyed([record]), 0)
    assert set(found.held[1].tolist()) == {0, BATCH - 2, BATCH - 1}


# Sketches and standings


def share(one: int, other: int) -> int:
    return (one & other).bit_count()


def test_a_sketch_has_a_bit_for_each_telling_word() -> None:
    titles = ["Knots", "Knots of the Knots", "Ropes", "Knots and Ropes", "Of the", ""]
    found = keyed([features(title=title) for title in titles]).titles.tolist()
    knots, again, ropes, both_words, idle, empty = found
    assert knots.bit_count() == ropes.bit_count() == 1
    assert (again, both_words, idle, empty) == (knots, knots | ropes, 0, 0)


def test_sketches_of_bylines_have_names_without_initials() -> None:
    bylines = ["Ann Roe and Bob Doe", "Doe, B. and Roe, A.", "A. B. and others", "Roe, Ann"]
    whole, short, nobody, ann = keyed([features(byline=one) for one in bylines]).bylines.tolist()
    assert nobody == 0
    assert share(whole, short) == short.bit_count() > 0
    assert share(whole, ann) == ann.bit_count() > 0
    assert keyed([features(names=(("Roe", "Ann"),))]).bylines.tolist() == [ann]
    assert keyed([features(names=(("Roe", "Ann"),), profile_only=True)]).bylines.tolist() == [0]


def test_second_keys_are_made_of_volume_and_year() -> None:
    said = [("3", "2020"), ("3", "2020"), ("4", "2020"), ("3", "2021"), ("", "2020"), ("3", ""), ("", "")]
    records = [features(volume=volume, year=year, title=str(n)) for n, (volume, year) in enumerate(said)]
    first, again, *others = keyed(records).seconds.tolist()
    assert first == again
    assert len({first, *others}) == len(others) + 1


@pytest.mark.parametrize(
    ("title", "bound"),
    [
        (TITLE, 0),
        (f"Erratum: {TITLE}", 1),
        (f"{TITLE}: Erratum", 1),
        (f"Expression of Concern: {TITLE}", 1),
        (f"A Reply to {TITLE}", 1),
        (f"Counting the Errata of Seabirds: {TITLE}", 1),
        ("Errors in Counting Birds at Sea and a Review of Them", 0),
        ("", 0),
    ],
)
def test_standings_say_the_year_and_which_titles_may_be_bound_to_another(title: str, bound: int) -> None:
    [row] = keyed([features(**PAPER | {"title": title})]).standings
    assert Standing(*row.tolist()) == standing_of((), "", "", 0, False)._replace(bound=bound, year=2020)


# Many records in batches and parts


def assert_equal(one: Blocking, other: Blocking) -> None:
    assert set(zip(*map(np.ndarray.tolist, one.held), strict=True)) == set(
        zip(*map(np.ndarray.tolist, other.held), strict=True)
    )
    for left, right in zip(one[1:], other[1:], strict=True):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)


@settings(max_examples=20)
@given(st.lists(any_features("x"), max_size=7), st.integers(1, 4))
def test_records_in_batches_or_in_parts_block_as_they_do_at_once(records: list[Features], size: int) -> None:
    at_once = blocking_of(records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "BATCH", size)
        assert_equal(blocking_of(records), at_once)
    parts = [blocking_of(records[at : at + size]) for at in range(0, len(records), size)]
    assert_equal(joined([blocking_of([]), *parts, blocking_of([])]), at_once)


def test_more_records_than_can_be_numbered_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "BATCH", 1)
    with pytest.raises(ValueError, match="2 records at once"):
        keys.key_records(keys.columns_of([features("x:1"), features("x:2")]))
