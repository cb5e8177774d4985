"""Features of many records, packed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, any_features, features

from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.packing import Packed, Shelf, ShelfWriter, from_json, pack, put, to_json

SAID = [
    Statement(ref="x:1", title="Über Knoten", byline="Roe, Ann; Doe, Bob", year="2020", identifiers=(("pmid", "1"),)),
    Statement(ref="x:2"),
    Statement(ref="x:3", abstract=ABSTRACT, pages="1-9", volume="3", title="深度学习"),
]


def shelved(folder: Path, kind: type[Packed], *parts: list[Packed]) -> Shelf[Packed]:
    writer = ShelfWriter(folder / "shelf")
    for part in parts:
        writer.add(pack(part))
    return writer.finish(kind)


@given(any_features("x:ü"))
def test_features_survive_a_store(record: Features) -> None:
    assert from_json(to_json(record)) == record
    assert [type(value) for value in from_json(to_json(record))] == [type(value) for value in record]
    assert "\n" not in to_json(record)


@pytest.mark.parametrize("cuts", [[0, 3], [0, 1, 3], [0, 2, 2, 3], [0, 0, 3]])
def test_a_shelf_gives_back_what_was_put_on_it(tmp_path: Path, cuts: list[int]) -> None:
    made = [features_of(said) for said in SAID]
    parts = list(pairwise(cuts))
    stated = shelved(tmp_path, Statement, *(SAID[start:end] for start, end in parts))
    assert (len(stated), list(stated)) == (3, SAID)
    assert all(type(one) is Statement for one in stated)
    shelf = shelved(tmp_path, Features, *(made[start:end] for start, end in parts))
    assert (len(shelf), list(shelf)) == (3, made)
    assert [shelf[2], shelf[0], shelf[1]] == [made[2], made[0], made[1]]


@pytest.mark.parametrize("position", [3, -1, 100])
def test_a_shelf_has_no_other_positions(tmp_path: Path, position: int) -> None:
    shelf = shelved(tmp_path, Statement, SAID)
    with pytest.raises(IndexError):
        shelf[position]


def test_a_shelf_is_opened_again_by_its_path_and_kind(tmp_path: Path) -> None:
    shelf = shelved(tmp_path, Statement, SAID)
    assert list(Shelf(shelf.path, shelf.kind)) == SAID


@pytest.mark.parametrize("parts", [[], [[]]])
def test_an_empty_shelf(tmp_path: Path, parts: list[list[Statement]]) -> None:
    shelf = shelved(tmp_path, Statement, *parts)
    assert (len(shelf), list(shelf)) == (0, [])
    with pytest.raises(IndexError):
        shelf[0]


@settings(max_examples=30)
@given(st.lists(any_features("x:1"), max_size=4))
def test_packets_tell_the_length_of_each_record(records: list[Features]) -> None:
    found = pack(records)
    assert len(found.lengths) == len(records)
    assert int(found.lengths.sum()) == len(found.content)
    ends = np.cumsum(found.lengths).tolist()
    for end, length, record in zip(ends, found.lengths.tolist(), records, strict=True):
        assert found.content[end - length : end] == pack([record]).content


def test_what_is_put_at_the_same_time_stands_apart(tmp_path: Path) -> None:
    made = [features_of(said) for said in SAID]
    writer = ShelfWriter(tmp_path / "shelf")
    later = put(writer.path, pack(made[1:]))
    writer.place(put(writer.path, pack(made[:1])))
    writer.place(later)
    assert list(writer.finish(Features)) == made


def test_many_put_at_once(tmp_path: Path) -> None:
    path = tmp_path / "shelf"
    writer = ShelfWriter(path)
    parts = [[features(f"x:{number}", title=f"Title {number}" * 500)] * 50 for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        for placed in threads.map(lambda part: put(path, pack(part)), parts):
            writer.place(placed)
    assert list(writer.finish(Features)) == [one for part in parts for one in part]
