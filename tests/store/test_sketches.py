"""Sketches by pages of records: the newest of each record, whatever page it is on."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import MakeWorkspace

from variorum.pipeline.workspace import Workspace
from variorum.store import sketches
from variorum.store.engine import Connection, writing
from variorum.store.sketches import PAGE, Sketches, sketches_of

RECORDS = st.sampled_from([1, 2, PAGE - 1, PAGE, PAGE + 1, 7 * PAGE])


def made(of: dict[int, int]) -> Sketches:
    """Sketches that tell by which number they were made."""
    ids = np.array(sorted(of), np.int64)
    numbers = np.array([of[one] for one in sorted(of)], np.uint64)
    columns = (numbers + np.uint64(place << 60) for place in range(4))
    return Sketches(ids, *columns, standings=np.stack([numbers] * 3, axis=1).astype(np.uint32))


def same(found: Sketches, expected: Sketches) -> bool:
    return all(np.array_equal(*columns) for columns in zip(found, expected, strict=True))


def kept(connection: Connection, ids: list[int]) -> Sketches:
    return sketches_of(connection, np.array(ids, np.int64))


def test_the_newest_sketches_are_found(make_workspace: MakeWorkspace) -> None:
    engine = make_workspace().engine

    @settings(deadline=None)
    @given(
        steps=st.lists(st.dictionaries(RECORDS, st.integers(0, 1 << 31), min_size=1), min_size=1, max_size=5),
        asked=st.sets(RECORDS, min_size=1),
    )
    def found_are_the_newest(steps: list[dict[int, int]], asked: set[int]) -> None:
        held: dict[int, int] = {}
        with writing(engine) as connection:
            sketches.clear(connection)
            for step in steps:
                sketches.put(connection, made(step))
                held |= step
            found = kept(connection, sorted(asked))
        expected = {one: number for one, number in held.items() if one in asked}
        assert found.record_ids.tolist() == sorted(expected)
        assert not expected or same(found, made(expected))

    found_are_the_newest()


def test_both_databases_keep_sketches(workspace: Workspace) -> None:
    with writing(workspace.engine) as connection:
        assert not len(kept(connection, [1, 2]).record_ids)
        sketches.put(connection, made({number: number for number in range(1, 3 * PAGE)}))
        sketches.put(connection, made({5: 6, 3 * PAGE: 7}))
        assert same(kept(connection, [4, 5, 2 * PAGE, 3 * PAGE]), made({4: 4, 5: 6, 2 * PAGE: 2 * PAGE, 3 * PAGE: 7}))
        sketches.clear(connection)
        assert not len(kept(connection, [4, 5]).record_ids)
