"""The index of keys: what is in it whatever was added and taken away, and in how many pieces."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.conftest import MakeWorkspace

from variorum.pipeline.workspace import Workspace
from variorum.store import postings
from variorum.store.engine import writing
from variorum.store.postings import keys_of, postings_of, record_ids_of
from variorum.store.tables import key_segment

Held = set[tuple[int, int]]

# Few of them, among which are those of one share, and the first and the last there are.
KEYS = st.sampled_from([0, 1, 2, (1 << 22) - 1, 1 << 22, 1 << 31, (1 << 32) - 2, (1 << 32) - 1])
RECORDS = st.sampled_from([1, 2, 3, 70_000, (1 << 31) - 1])
HELD = st.sets(st.tuples(KEYS, RECORDS), max_size=12)


def packed(held: Held) -> postings.Postings:
    keys, record_ids = np.array(sorted(held), np.int64).reshape(-1, 2).T
    return postings_of(keys, record_ids)


def unpacked(found: postings.Postings) -> list[tuple[int, int]]:
    return list(zip(keys_of(found).tolist(), record_ids_of(found).tolist(), strict=True))


def test_what_was_added_and_not_taken_away_is_found(make_workspace: MakeWorkspace) -> None:
    engine = make_workspace().engine

    @settings(deadline=None)
    @given(steps=st.lists(st.tuples(st.booleans(), HELD), max_size=8), keys=st.lists(KEYS, max_size=6))
    def found_is_what_is_held(steps: list[tuple[bool, Held]], keys: list[int]) -> None:
        held: Held = set()
        with writing(engine) as connection:
            postings.clear(connection)
            for adds, some in steps:
                if adds:
                    postings.add(connection, packed(some - held))
                    held |= some
                else:
                    postings.drop(connection, packed(some))
                    held -= some
            found = postings.holders(connection, np.array(keys, np.uint32))
        assert unpacked(found) == sorted(one for one in held if one[0] in keys)

    found_is_what_is_held()


def test_both_databases_keep_postings(workspace: Workspace) -> None:
    draw = np.random.default_rng(1)
    keys, record_ids = draw.integers(0, 1 << 32, 20_000), draw.integers(1, 5_000, 20_000)
    everything = postings_of(keys, record_ids)
    with writing(workspace.engine) as connection:
        postings.add(connection, everything[::2])
        postings.add(connection, everything[1::2])
        assert np.array_equal(postings.holders(connection, keys_of(everything)), everything)
        some = keys_of(everything)[::7]
        assert np.array_equal(postings.holders(connection, some), everything[np.isin(keys_of(everything), some)])
        postings.drop(connection, everything[::3])
        left = np.setdiff1d(everything, everything[::3])
        assert np.array_equal(postings.holders(connection, keys_of(everything)), left)
        postings.drop(connection, left)
        assert connection.execute(select(key_segment)).all() == []
        postings.add(connection, everything)
        postings.clear(connection)
        assert not len(postings.holders(connection, keys_of(everything)))


def test_segments_stay_few_however_many_runs_add_to_them(workspace: Workspace) -> None:
    draw = np.random.default_rng(2)
    with writing(workspace.engine) as connection:
        for night in range(40):
            postings.add(connection, postings_of(draw.integers(0, 1 << 24, 8), np.full(8, night + 1)))
        statement = select(key_segment.c.share, key_segment.c.size, key_segment.c.packed)
        rows = connection.execute(statement.order_by(key_segment.c.id)).all()
    assert max(Counter(row.share for row in rows).values()) < 10
    assert all(row.size * 8 == len(row.packed) for row in rows)
    assert sum(row.size for row in rows) == 320
