"""Night after night or all at once: the works come out the same, also when blocks outgrow their cap."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from tests.conftest import MakeWorkspace

from variorum.dedup import blocking, packing
from variorum.dedup.features import features_of
from variorum.pipeline import featuring, resolving
from variorum.pipeline.containers import SavedBody
from variorum.pipeline.importing import import_files, store_saved
from variorum.pipeline.reading import Page
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.schema import Author, Identifier, Record, Sighting
from variorum.scrapers import sources
from variorum.store import blocks, reporting, runs, tables
from variorum.store.dump import DERIVED, canonical_lines
from variorum.store.engine import reading, writing
from variorum.store.sketches import sketches_of

OPENINGS = ("A Survey of Sparse Training", "Dense Retrieval for Long Documents", "Pruning at Night")
ENDINGS = ("on Phones", "on Phones and Tablets", "in 2021", "in 2022", "Part I", "Part II", "Revisited")
NAMES = ("Emmy Noether", "Bartel van der Waerden", "Max Deuring")

ENTRIES = st.tuples(
    st.sampled_from(OPENINGS), st.sampled_from(ENDINGS), st.sampled_from(NAMES), st.integers(2019, 2022)
)


def _page(entries: list[tuple[str, str, str, int]]) -> str:
    lines = ["LGJan 1, 1999", "A Page That Is Never EmptyEmmy Noether, Max Deuring", "It holds this at least."]
    for opening, ending, name, year in entries:
        lines += [f"LGMay 5, {year}", f"{opening} {ending}{name}, Emil Artin", f"What {name} says of {opening}."]
    return "\n".join(lines)


def _content(workspace: Workspace) -> list[str]:
    with reading(workspace.engine) as connection:
        return canonical_lines(connection)


def _index(workspace: Workspace) -> tuple[list[int], list[list[Any]]]:
    """All postings and sketches."""
    with reading(workspace.engine) as connection:
        segments = connection.execute(select(tables.key_segment.c.packed)).scalars()
        found = [number for packed in segments for number in np.frombuffer(packed, np.uint64).tolist()]
        ids = np.array(blocks.record_ids(connection), np.int64)
        return sorted(found), [column.tolist() for column in sketches_of(connection, ids)]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nights=st.lists(st.lists(ENTRIES, max_size=6, unique=True), min_size=1, max_size=4),
    cap=st.sampled_from([2, 3, 200]),
)
def test_nights_add_up_to_a_full_run(
    nights: list[list[tuple[str, str, str, int]]],
    cap: int,
    make_workspace: MakeWorkspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocking, "MAX_BLOCK", cap)
    monkeypatch.setattr(resolving, "MOST_NEW", 1)
    workspace = make_workspace()
    for number, entries in enumerate(nights):
        page = tmp_path / f"{number}.txt"
        page.write_text(_page(entries))
        import_files(workspace, [page])
        run_dedup(workspace)
    night_after_night, index = _content(workspace), _index(workspace)
    run_dedup(workspace, full=True)
    assert _content(workspace) == night_after_night
    assert _index(workspace) == index


# Records in any order, in nights of any length

THINGS = ("Seabirds", "Glaciers", "Lichens", "Moraines")
DOINGS = ("Counting", "Mapping", "Counting and Mapping", "Erratum: Counting")
MEANS = ("With Thermal Cameras", "With Thermal Camera", "From Drifting Ice", "by Listening", "in Three Dimensions")
FAMILIES = ("Roe", "Poe", "Doe")
ABSTRACTS = tuple(
    f"We look at {what} from afar, through the seasons and for many years, and find that there are fewer of them than "
    f"anybody thought who had not counted, which is a matter of some concern to all of us."
    for what in ("the birds", "rivers of ice")
)


def _made_up(number: int, draw: random.Random) -> Record:
    """A record out of few words, so that many share keys and some are the same work."""
    title = f"{draw.choice(DOINGS)} {draw.choice(THINGS)} {draw.choice(MEANS)}"
    names = draw.sample(FAMILIES, draw.randint(1, 2))
    own: dict[str, Any] = {}
    if draw.random() < 0.3:
        own["venue"] = draw.choice(("Polar Counts", "Ice"))
    if draw.random() < 0.3:
        value = f"10.5555/{draw.randint(100, 140)}"
        own["identifiers"] = (Identifier(scheme="doi", value=value, raw=value),)
    if draw.random() < 0.4:
        own["abstract"] = draw.choice(ABSTRACTS)
    if draw.random() < 0.3:
        own |= {"volume": str(draw.randint(1, 3)), "pages": str(draw.randint(1, 4))}
    return Record(
        source="alpha",
        source_key=f"r{number}",
        format="test",
        title=title if draw.random() < 0.95 else None,
        authors=tuple(Author(name=f"A {name}", family=name, given="A", evidence="byline") for name in names),
        authors_complete=True,
        date=str(draw.randint(2018, 2021)),
        **own,
    )


def _store(workspace: Workspace, records: Sequence[Record]) -> None:
    source = next(iter(sources().values()))
    sightings = tuple(Sighting(place=f"item={number}", statement=one) for number, one in enumerate(records, start=1))
    body = "\n".join(one.model_dump_json() for one in records).encode()
    with writing(workspace.engine) as connection:
        run_id = runs.start(connection, "import", [], "", workspace.clock())
    store_saved(workspace, run_id, SavedBody("file:page", body), Page(source, sightings, ()))


def _nights(records: Sequence[Record], most: int, draw: random.Random) -> Iterator[Sequence[Record]]:
    at = 0
    while at < len(records):
        count = draw.randint(1, most)
        yield records[at : at + count]
        at += count


def _matched(workspace: Workspace) -> list[str]:
    """What dedup made, but for merged fields, which also go by when a record was seen."""
    return [line for line in _content(workspace) if json.loads(line)[0] in {*DERIVED} - {"field"}]


@pytest.mark.parametrize("seed", range(2))
def test_neither_order_nor_number_of_nights_shows(
    seed: int, make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "MAX_BLOCK", 8)
    draw = random.Random(1)  # noqa: S311 - made data, not secrets
    before = [_made_up(number, draw) for number in range(200)]
    changed = {number: _made_up(number, draw) for number in draw.sample(range(200), 30)}
    after = [changed.get(number, record) for number, record in enumerate(before)]
    at_once = make_workspace()
    _store(at_once, after)
    run_dedup(at_once)
    expected = _matched(at_once)
    assert any('"same"' in line for line in expected)
    assert any('"related"' in line for line in expected)

    draw = random.Random(seed)  # noqa: S311 - made data, not secrets
    monkeypatch.setattr(resolving, "MOST_NEW", 1)
    workspace = make_workspace()
    skipped = 0
    steps = [*draw.sample(before, len(before)), *(changed[number] for number in draw.sample(sorted(changed), 30))]
    for night in _nights(steps, 60, draw):
        _store(workspace, night)
        skipped += run_dedup(workspace).skipped_pairs
    assert skipped > 0
    assert _matched(workspace) == expected
    index = _index(workspace)
    run_dedup(workspace, full=True)
    assert _matched(workspace) == expected
    assert _index(workspace) == index


def test_records_that_leave_a_crowded_block_let_the_others_meet(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "MAX_BLOCK", 1)
    monkeypatch.setattr(blocking, "STRONGER", 3)
    monkeypatch.setattr(resolving, "MOST_NEW", 1)
    crowd = [
        Record(source="alpha", source_key=str(n), format="test", title="Counting Seabirds Often") for n in range(4)
    ]
    _store(workspace, crowd)
    assert (run_dedup(workspace).compared, _pairs(workspace)) == (0, 0)
    _store(workspace, [crowd[0].model_copy(update={"title": "Knots and Their Grammar in Linear Time"})])
    assert run_dedup(workspace).compared == 3
    assert _pairs(workspace) == 3
    _store(workspace, crowd[:1])
    run_dedup(workspace)
    assert _pairs(workspace) == 0


def _pairs(workspace: Workspace) -> int:
    with reading(workspace.engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.pair)).scalar_one()


# What is made once


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The references of the records whose features are made, as they are made."""
    refs: list[str] = []
    original = features_of

    def noting(said: Any) -> Any:
        refs.append(said.ref)
        return original(said)

    monkeypatch.setattr(featuring, "features_of", noting)
    return refs


def _records(count: int) -> list[Record]:
    draw = random.Random(7)  # noqa: S311 - made data, not secrets
    return [_made_up(number, draw) for number in range(count)]


def test_features_are_made_of_new_and_changed_records_only(workspace: Workspace, made: list[str]) -> None:
    records = _records(12)
    _store(workspace, records[:10])
    run_dedup(workspace)
    assert sorted(made) == sorted(record.ref for record in records[:10])
    made.clear()
    _store(workspace, records[10:])
    run_dedup(workspace)
    assert sorted(made) == ["alpha:r10", "alpha:r11"]
    made.clear()
    _store(workspace, [records[3].model_copy(update={"title": "Quite Another Title Than Before"})])
    run_dedup(workspace)
    assert made == ["alpha:r3"]
    made.clear()
    # More is new than was there: the whole store is matched at once, with the features it keeps.
    _store(workspace, [record.model_copy(update={"source_key": f"x{record.source_key}"}) for record in _records(20)])
    run_dedup(workspace)
    assert len(made) == 20
    assert all(ref.startswith("alpha:x") for ref in made)


def test_features_of_another_version_are_made_anew(
    workspace: Workspace, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _store(workspace, _records(10))
    run_dedup(workspace)
    made.clear()
    for module in (featuring, resolving):
        monkeypatch.setattr(module, "FEATURES_VERSION", packing.FEATURES_VERSION + 1)
    assert run_dedup(workspace).records == 10
    assert len(made) == 10
    assert run_dedup(workspace).records == 0
    for module in (featuring, resolving):
        monkeypatch.setattr(module, "FEATURES_VERSION", packing.FEATURES_VERSION)
    assert run_dedup(workspace).records == 10


def test_a_night_with_nothing_new_writes_nothing(workspace: Workspace, made: list[str]) -> None:
    _store(workspace, _records(30))
    first = run_dedup(workspace)
    before, sizes = _content(workspace), _sizes(workspace)
    made.clear()
    again = run_dedup(workspace)
    assert (again.records, again.compared, again.moved, again.new_to_review) == (0, 0, 0, 0)
    assert (again.works, again.to_review) == (first.works, first.to_review)
    assert made == []
    assert _content(workspace) == before
    assert {name for name, rows in _sizes(workspace).items() if rows != sizes[name]} == {"run"}


def _sizes(workspace: Workspace) -> dict[str, int]:
    with reading(workspace.engine) as connection:
        return reporting.table_sizes(connection)


def test_what_awaits_dedup_is_found_without_reading_every_record(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace()
    _store(workspace, _records(30))
    run_dedup(workspace)
    asked: list[str] = []
    with reading(workspace.engine) as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(asked.append)
        assert blocks.awaiting(connection, packing.FEATURES_VERSION) == []
        raw.set_trace_callback(None)
        plans = [row.detail for one in asked for row in connection.execute(text(f"EXPLAIN QUERY PLAN {one}"))]
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN") and "ix_record_awaits_dedup" not in plan]
