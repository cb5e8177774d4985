"""Features of many records, packed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, PAPER, any_features, features

from variorum.dedup.blocking import Blocking, blocking_of, candidate_pairs
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.packing import Shelf, ShelfWriter, extract, from_json, pack, to_json

SAID = [
    Statement(ref="x:1", title="Über Knoten", byline="Roe, Ann; Doe, Bob", year="2020", identifiers=(("pmid", "1"),)),
    Statement(ref="x:2"),
    Statement(ref="x:3", abstract=ABSTRACT, pages="1-9", volume="3", title="深度学习"),
]


def shelved(folder: Path, *parts: list[Statement]) -> tuple[Shelf, Blocking]:
    with (folder / "shelf").open("wb") as stream:
        writer = ShelfWriter(stream)
        for part in parts:
            writer.add(extract(part))
        return writer.finish(folder / "shelf")


@given(any_features("x:ü"))
def test_features_survive_a_store(record: Features) -> None:
    assert from_json(to_json(record)) == record
    assert [type(value) for value in from_json(to_json(record))] == [type(value) for value in record]
    assert "\n" not in to_json(record)


@pytest.mark.parametrize("parts", [[SAID], [SAID[:1], SAID[1:]], [SAID[:2], [], SAID[2:]]])
def test_a_shelf_gives_back_what_was_put_on_it(tmp_path: Path, parts: list[list[Statement]]) -> None:
    shelf, blocking = shelved(tmp_path, *parts)
    expected = [features_of(said) for said in SAID]
    assert len(shelf) == 3
    assert list(shelf) == expected
    assert [shelf[2], shelf[0], shelf[1]] == [expected[2], expected[0], expected[1]]
    for ours, direct in zip(blocking, blocking_of(expected), strict=True):
        assert ours.dtype == direct.dtype
        assert np.array_equal(ours, direct)


@pytest.mark.parametrize("position", [3, -1, 100])
def test_a_shelf_has_no_other_positions(tmp_path: Path, position: int) -> None:
    shelf, _ = shelved(tmp_path, SAID)
    with pytest.raises(IndexError):
        shelf[position]


def test_a_shelf_is_opened_again_by_where_its_records_end(tmp_path: Path) -> None:
    shelf, _ = shelved(tmp_path, SAID)
    assert list(Shelf(shelf.path, shelf.ends)) == list(shelf)


@pytest.mark.parametrize("parts", [[], [[]]])
def test_an_empty_shelf(tmp_path: Path, parts: list[list[Statement]]) -> None:
    shelf, blocking = shelved(tmp_path, *parts)
    assert (len(shelf), list(shelf)) == (0, [])
    assert len(candidate_pairs(blocking)) == 0
    with pytest.raises(IndexError):
        shelf[0]


def test_an_extract_of_nothing_is_empty() -> None:
    found = extract([])
    assert [len(part) for part in found] == [0] * len(found)


@settings(max_examples=30)
@given(st.lists(any_features("x:1"), max_size=4))
def test_an_extract_has_a_place_for_each_record(records: list[Features]) -> None:
    found = pack(records)
    by_record = {name: len(part) for name, part in found._asdict().items() if name not in ("packed", "keys")}
    assert set(by_record.values()) == {len(records)}
    assert (int(found.lengths.sum()), int(found.counts.sum())) == (len(found.packed), len(found.keys))


def test_a_record_of_many_keys_is_counted_right() -> None:
    many = features(ids=[f"isbn:{n}" for n in range(6_000)], **PAPER)
    assert int(pack([many]).counts.sum()) == len(pack([many]).keys)
