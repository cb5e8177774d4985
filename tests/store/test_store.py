"""The store on both databases: records with history, judgements that hold and can be undone, ids that last."""

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from tests.conftest import MakeWorkspace

from variorum.config import Settings
from variorum.dedup.packing import FEATURES_VERSION
from variorum.errors import BadInputError, DatabaseError, NotNowError
from variorum.pipeline.combining import combine
from variorum.pipeline.containers import SavedBody
from variorum.pipeline.forming import recluster
from variorum.pipeline.importing import store_saved
from variorum.pipeline.reading import Page
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace, open_workspace
from variorum.schema import Author, Award, Identifier, Record, Sighting
from variorum.scrapers import sources
from variorum.store import blocks, matches, migrate, pages, reporting, runs, tables, works
from variorum.store.dump import canonical_lines
from variorum.store.engine import open_engine, plain_errors, reading, writing
from variorum.store.migrate import HEAD, check_version, upgrade, version_of
from variorum.store.postings import keys_of, record_ids_of
from variorum.store.sketches import sketches_of

# Whose page the records come on makes no difference here.
SOURCE = next(iter(sources().values()))

NOISE = "".join(sha256(str(number).encode()).hexdigest() for number in range(800))
"""Text that does not compress well."""

TITLE = "Counting Seabirds From Drifting Ice With Cheap Thermal Cameras"
OTHER_TITLE = "A Grammar of Knots Whose Words Are Recognised in Linear Time"
NOW = "2025-01-01T00:00:00.000000+00:00"


def author(name: str, evidence: Any = "byline") -> Author:
    given_name, _, family = name.rpartition(" ")
    return Author(name=name, family=family, given=given_name or None, evidence=evidence)


def record(key: str, **fields: Any) -> Record:
    defaults = {"title": TITLE, "authors": (author("Ann Roe"),), "authors_complete": True, "date": "2020"}
    return Record(**{"source": "alpha", "format": "test"} | defaults | fields, source_key=key)


def award(number: str) -> Award:
    return Award(funder="NSF", id=number, raw=number)


def doi(value: str) -> Identifier:
    return Identifier(scheme="doi", value=value, raw=value)


def store(workspace: Workspace, *records: Record) -> Counter[str]:
    """Store records as those of one page."""
    sightings = tuple(Sighting(place=f"item={number}", statement=one) for number, one in enumerate(records, start=1))
    body = "\n".join(one.model_dump_json() for one in records).encode()
    with writing(workspace.engine) as connection:
        run_id = runs.start(connection, "import", [], "", workspace.clock())
    return store_saved(workspace, run_id, SavedBody("file:page", body), Page(SOURCE, sightings, ())).counts


def id_of(connection: Connection, key: str) -> int:
    found = matches.find_ref(connection, f"alpha:{key}")
    assert found is not None
    return found.id


def judge(workspace: Workspace, a: str, b: str, verdict: str) -> int:
    """A curator's judgement on two records by key, and the works that follow from it."""
    with writing(workspace.engine) as connection:
        pair = id_of(connection, a), id_of(connection, b)
        run_id = runs.start(connection, "review", [], "", workspace.clock())
        number = matches.add_judgement(connection, pair, verdict, why="test", curator="test", now=NOW)
        recluster(connection, run_id, pair, {"by": "test"})
    return number


def undo(workspace: Workspace, number: int) -> None:
    with writing(workspace.engine) as connection:
        pair = matches.undo_judgement(connection, number, NOW)
        assert pair is not None
        recluster(connection, runs.start(connection, "review", [], "", workspace.clock()), pair, {"by": "test"})


def groups(workspace: Workspace) -> list[str]:
    """The works, each written as its records' keys, one letter each."""
    with reading(workspace.engine) as connection:
        found = works.members(connection, works.live_ids(connection))
    return sorted("".join(member.record.source_key for member in members) for members in found.values())


def lines(workspace: Workspace) -> list[str]:
    with reading(workspace.engine) as connection:
        return canonical_lines(connection)


def leads_to(workspace: Workspace, key: str) -> str | None:
    with reading(workspace.engine) as connection:
        return works.resolve_id(connection, pages.work_id_of(f"alpha:{key}"))


def assert_sound(workspace: Workspace, keys: Sequence[str]) -> None:
    """Every id ever given leads in one hop to the live work of its record, whose fields are its members'."""
    with reading(workspace.engine) as connection:
        live = set(works.live_ids(connection))
        homes = {key: works.homes(connection, [id_of(connection, key)]) for key in keys}
        assert reporting.redirects_astray(connection) == []
        redirecting = {pages.work_id_of(f"alpha:{key}") for key in keys} - live
        assert works.fields(connection, sorted(redirecting)) == {}
        members = works.members(connection, sorted(live))
        fields = works.fields(connection, sorted(live))
        assert reporting.records_without_live_work(connection) == []
    for work_id, rows in fields.items():
        assert {row.ref for row in rows} <= {member.record.ref for member in members[work_id]}
    for key, home in homes.items():
        assert leads_to(workspace, key) in live
        assert [leads_to(workspace, key)] == list(home.values())


# Records


def test_a_changed_record_keeps_its_history_and_gets_new_parts(workspace: Workspace) -> None:
    before = record("a", authors=(author("Ann Roe"), author("Bob Doe")), identifiers=(doi("10.1000/a"),))
    after = record("a", title=OTHER_TITLE, authors=(author("Cy Poe"),), identifiers=(doi("10.1000/b"),), date="2021")
    assert store(workspace, before)["new"] == 1
    run_dedup(workspace)
    assert store(workspace, after)["changed"] == 1
    with reading(workspace.engine) as connection:
        stored = matches.find_ref(connection, "alpha:a")
        assert stored is not None
        assert stored.record == after
        row = connection.execute(select(tables.record)).one()
        assert (row.title, row.date, row.content_hash) == (OTHER_TITLE, "2021", after.content_hash())
        [old] = connection.execute(select(tables.record_history)).all()
        assert (old.record_id, old.content_hash) == (stored.id, before.content_hash())
        assert Record.model_validate_json(old.document) == before
        assert connection.execute(select(tables.record_author.c.name)).scalars().all() == ["Cy Poe"]
        assert connection.execute(select(tables.record_identifier.c.value)).scalars().all() == ["10.1000/b"]
        assert blocks.awaiting(connection, FEATURES_VERSION) == [stored.id]
        [work_id] = works.live_ids(connection)
        merged = {row.field: row.value for row in works.fields(connection, [work_id])[work_id]}
    assert (merged["title"], merged["date"]) == (OTHER_TITLE, "2021")


def test_a_record_seen_again_unchanged_has_no_history(workspace: Workspace) -> None:
    store(workspace, record("a"))
    assert store(workspace, record("a"), record("b", title=OTHER_TITLE)) == Counter(
        captures=1, seen=2, sightings=2, new=1, unchanged=1
    )
    with reading(workspace.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.record_history)).scalar_one() == 0


def test_a_record_that_no_longer_resembles_another_leaves_its_work(workspace: Workspace) -> None:
    store(workspace, record("a"), record("b"))
    run_dedup(workspace)
    assert groups(workspace) == ["ab"]
    store(workspace, record("b", title=OTHER_TITLE, authors=(author("Cy Poe"),)))
    run_dedup(workspace)
    assert groups(workspace) == ["a", "b"]
    assert_sound(workspace, "ab")


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "“%_\\'\"$$--;" + "\u2028\U0001f9ea", "abstract": "Đặng 王伟 \ufffd"},
        {"authors": (Author(name="x", family=NOISE[:9_000]),)},
        {"title": NOISE},
        {"venue": "v" * 50_000, "volume": "1" * 300, "pages": "p" * 300},
    ],
    ids=["odd characters", "endless name", "endless words", "endless venue"],
)
def test_whatever_a_record_states_is_stored_as_it_is(workspace: Workspace, fields: dict[str, Any]) -> None:
    odd = record("a", **fields)
    store(workspace, odd)
    run_dedup(workspace)
    with reading(workspace.engine) as connection:
        found = matches.find_ref(connection, "alpha:a")
    assert found is not None
    assert found.record == odd


def test_a_record_is_found_by_its_reference_whatever_colons_are_in_it(workspace: Workspace) -> None:
    stored = [
        record(key, source=source)
        for source, key in [
            ("alpha", "a"),
            ("oai:name", "a"),
            ("alpha", "oai:name:1"),
            ("oai:name", "1:2"),
            ("oai", ":"),
        ]
    ]
    store(workspace, *stored)
    with reading(workspace.engine) as connection:
        found = [matches.find_ref(connection, one.ref) for one in stored]
        strangers = [matches.find_ref(connection, ref) for ref in ("alpha:b", "alpha", "a", "oai:a", "name:a", "", ":")]
    assert [one.record for one in found if one] == stored
    assert strangers == [None] * len(strangers)


# What statements add up to


def test_one_statement_stands_as_it_is() -> None:
    only = record("a", authors=(author("Z Roe", "profile"), author("A Roe", "profile")))
    assert combine([only]) == only


def test_the_newest_words_stand() -> None:
    old = record("a", title="Old title", abstract="Old.", date="2020", venue="Old venue")
    new = record("a", title="New title", abstract=None, date="2021")
    combined = combine([old, new])
    assert (combined.title, combined.abstract, combined.date, combined.venue) == ("New title", None, "2021", None)


def test_owners_of_profiles_add_up_in_order_of_their_names() -> None:
    seen = [record("a", authors=(author(name, "profile"),)) for name in ("Cy Poe", "Bob Doe", "Ann Roe", "Bob Doe")]
    assert [one.name for one in combine(seen).authors] == ["Bob Doe", "Cy Poe", "Ann Roe"]
    assert combine(seen).authors == combine(seen[::-1]).authors


def test_a_byline_is_replaced_not_added_to() -> None:
    old, new = record("a", authors=(author("Ann Roe"),)), record("a", authors=(author("Bob Doe"), author("Ann Roe")))
    assert combine([old, new]).authors == new.authors


def test_awards_add_up() -> None:
    seen = [record("a", awards=(award(number),)) for number in ("2000001", "1000001", "2000001")]
    assert [one.id for one in combine(seen).awards] == ["1000001", "2000001"]
    assert combine([*seen, record("a")]).awards == combine(seen).awards


def test_awards_and_owners_add_up_over_pages_in_the_store(workspace: Workspace) -> None:
    for owner, number in (("Cy Poe", "2000001"), ("Bob Doe", "1000001")):
        store(workspace, record("a", authors=(author(owner, "profile"),), awards=(award(number),)))
    with reading(workspace.engine) as connection:
        found = matches.find_ref(connection, "alpha:a")
        found_by_award = works.search(connection, [], award="2000001", source=None, limit=5)
    assert found is not None
    assert [one.name for one in found.record.authors] == ["Bob Doe", "Cy Poe"]
    assert [one.id for one in found.record.awards] == ["1000001", "2000001"]
    assert len(found_by_award) == 1


# Judgements


def test_records_judged_different_stay_apart(workspace: Workspace) -> None:
    store(workspace, record("a"), record("b"))
    run_dedup(workspace)
    assert groups(workspace) == ["ab"]
    judge(workspace, "a", "b", "different")
    assert groups(workspace) == ["a", "b"]
    run_dedup(workspace, full=True)
    assert groups(workspace) == ["a", "b"]
    store(workspace, record("c"))
    run_dedup(workspace)
    assert groups(workspace) in (["ac", "b"], ["a", "bc"])
    assert_sound(workspace, "abc")


def test_records_judged_the_same_are_joined_whatever_the_machine_thinks(workspace: Workspace) -> None:
    store(workspace, record("a", identifiers=(doi("10.1000/a"),)), record("b", identifiers=(doi("10.1000/b"),)))
    store(workspace, record("c", title=OTHER_TITLE, authors=(author("Cy Poe"),), date="1990"))
    run_dedup(workspace)
    assert groups(workspace) == ["a", "b", "c"]
    judge(workspace, "a", "b", "same")
    judge(workspace, "a", "c", "same")
    assert groups(workspace) == ["abc"]
    run_dedup(workspace, full=True)
    assert groups(workspace) == ["abc"]
    assert_sound(workspace, "abc")


@pytest.mark.parametrize(("a", "b", "verdict"), [("a", "b", "different"), ("a", "c", "same"), ("c", "d", "unsure")])
def test_undoing_a_judgement_restores_what_was_there_before(workspace: Workspace, a: str, b: str, verdict: str) -> None:
    store(workspace, record("a"), record("b"))
    other = {"title": OTHER_TITLE, "authors": (author("Cy Poe"),), "venue": "Journal of Knots", "kind": "article"}
    store(workspace, record("c", **other), record("d", title="Editorial"))
    run_dedup(workspace)
    before = lines(workspace)
    number = judge(workspace, a, b, verdict)
    assert lines(workspace) != before
    undo(workspace, number)
    assert lines(workspace) == before
    assert_sound(workspace, "abcd")
    with writing(workspace.engine) as connection:
        assert matches.undo_judgement(connection, number, NOW) is None


def test_a_new_judgement_on_a_pair_takes_the_place_of_the_old_one(workspace: Workspace) -> None:
    store(workspace, record("a"), record("b"))
    run_dedup(workspace)
    judge(workspace, "a", "b", "different")
    judge(workspace, "b", "a", "unsure")
    number = judge(workspace, "b", "a", "same")
    assert groups(workspace) == ["ab"]
    with reading(workspace.engine) as connection:
        assert list(matches.judgements(connection).values()) == ["same"]
    undo(workspace, number)
    with reading(workspace.engine) as connection:
        assert matches.judgements(connection) == {}
    assert groups(workspace) == ["ab"]


def test_a_judged_pair_no_longer_waits_for_a_curator(workspace: Workspace) -> None:
    store(workspace, record("a", title=f"{TITLE} in 2020"), record("b"))
    assert run_dedup(workspace).to_review == 1
    judge(workspace, "a", "b", "unsure")
    with reading(workspace.engine) as connection:
        assert matches.review_pairs(connection) == []
    assert groups(workspace) == ["a", "b"]


# Ids


def test_the_id_of_a_merged_work_leads_to_the_survivor(workspace: Workspace) -> None:
    store(workspace, record("a"))
    run_dedup(workspace)
    store(workspace, record("b"))
    run_dedup(workspace)
    assert leads_to(workspace, "a") == leads_to(workspace, "b") == pages.work_id_of("alpha:a")
    with reading(workspace.engine) as connection:
        assert works.resolve_id(connection, "w000000000000") is None


def test_ids_lead_on_in_one_hop_after_a_merge_of_merges_and_after_splitting(workspace: Workspace) -> None:
    unlike: Callable[[str], dict[str, Any]] = lambda word: {  # noqa: E731
        "title": f"{word} {word}ness",
        "authors": (author(f"X {word}"),),
    }
    for key in "cab":
        store(workspace, record(key, **unlike({"a": "Ice", "b": "Knots", "c": "Bees"}[key])))
        run_dedup(workspace)
    judge(workspace, "a", "b", "same")
    assert_sound(workspace, "abc")
    assert leads_to(workspace, "b") == pages.work_id_of("alpha:a")
    judge(workspace, "b", "c", "same")
    assert_sound(workspace, "abc")
    assert {leads_to(workspace, key) for key in "abc"} == {pages.work_id_of("alpha:c")}
    judge(workspace, "a", "b", "different")
    assert groups(workspace) == ["a", "bc"]
    assert_sound(workspace, "abc")
    assert leads_to(workspace, "a") == pages.work_id_of("alpha:a")
    judge(workspace, "b", "c", "different")
    assert groups(workspace) == ["a", "b", "c"]
    assert_sound(workspace, "abc")


def test_merges_and_splits_are_told_in_a_works_history(workspace: Workspace) -> None:
    store(workspace, record("a"), record("b"))
    run_dedup(workspace)
    judge(workspace, "a", "b", "different")
    with reading(workspace.engine) as connection:
        for work_id in works.live_ids(connection):
            assert [event["kind"] for event in works.history(connection, work_id)] == ["merge", "split"]


KEYS = "abcde"
JUDGEMENTS = st.tuples(
    st.sampled_from(list(combinations(KEYS, 2))), st.sampled_from(["same", "different", "unsure", "undo"])
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(JUDGEMENTS, min_size=1, max_size=6))
def test_after_any_judgements_ids_are_sound_and_a_full_run_changes_nothing(
    steps: list[tuple[tuple[str, str], str]], make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace()
    store(workspace, record("a"), record("b"), record("c", title=OTHER_TITLE), record("d", title=OTHER_TITLE))
    store(workspace, record("e", title="Bees", venue="Journal of Bees"))
    run_dedup(workspace)
    given_so_far: list[int] = []
    for (a, b), verdict in steps:
        if verdict != "undo":
            given_so_far.append(judge(workspace, a, b, verdict))
        elif given_so_far:
            with reading(workspace.engine) as connection:
                standing = connection.execute(
                    select(tables.judgement.c.undone_at).where(tables.judgement.c.id == given_so_far[-1])
                ).scalar_one()
            if standing is None:
                undo(workspace, given_so_far.pop())
        assert_sound(workspace, KEYS)
    before = lines(workspace)
    run_dedup(workspace, full=True)
    assert lines(workspace) == before


# Searching


@pytest.fixture
def library(workspace: Workspace) -> Workspace:
    store(
        workspace,
        record("a", title="100% of snake_case", authors=(author("Văn Tuấn Đặng"),)),
        record("b", title="100 of snakeXcase", authors=(author("José Müller"),)),
        record("c", title='The "quoted" O\'Brien \\ back/slash', authors=(author("Ümit Öz"),)),
        record("d", title="深度学习综述", authors=(author("王伟"),), abstract="Straße, naïve, ÉCOLE."),
        record("e", title="A café in Ζάκυνθος", authors=()),
    )
    return workspace


def searched(library: Workspace, words: str) -> str:
    """The keys of the works found, one letter each."""
    with reading(library.engine) as connection:
        found = works.search(connection, words.split(), award=None, source=None, limit=9)
    by_id = {pages.work_id_of(f"alpha:{key}"): key for key in "abcde"}
    return "".join(sorted(by_id[work_id] for work_id in found))


FOUND = {
    # signs that mean something to a database mean nothing here
    "100%": "a",
    "%": "a",
    "_": "a",
    "snake_case": "a",
    '"quoted"': "c",
    "O'Brien": "c",
    "\\": "c",
    "back/slash": "c",
    # all words must be there, in whatever case
    "": "abcde",
    "snake": "ab",
    "SNAKE of": "ab",
    "snake müller": "b",
    "nothing like it": "",
    # letters of all languages
    "Đặng": "a",
    "đặng": "a",
    "ĐẶNG": "a",
    "MÜLLER": "b",
    "müller": "b",
    "öz": "c",
    "ümit ÖZ": "c",
    "深度": "d",
    "王伟": "d",
    "école": "d",
    "École": "d",
    "NAÏVE": "d",
    "CAFÉ": "e",
    "ζάκυνθος": "e",
}


def test_searching_finds_works_by_their_words(library: Workspace) -> None:
    assert {words: searched(library, words) for words in FOUND} == FOUND
    with reading(library.engine) as connection:
        assert len(works.search(connection, [], award=None, source="alpha", limit=3)) == 3
        assert works.search(connection, [], award=None, source="beta", limit=3) == []
        assert works.search(connection, [], award="1919117", source=None, limit=3) == []


def test_searching_does_not_find_how_the_store_writes_its_values(library: Workspace) -> None:
    words = ["byline", "family", "evidence", "null", "u00e9", "{", '":']
    assert {word: searched(library, word) for word in words} == dict.fromkeys(words, "")


# Several at once


def test_two_that_write_at_once_both_succeed(workspace: Workspace) -> None:
    barrier = threading.Barrier(2)
    failures: list[BaseException] = []
    tallies: list[Counter[str]] = []

    def write(keys: str) -> None:
        try:
            barrier.wait()
            for key in keys:
                tallies.append(store(workspace, record(key, title=f"{TITLE} {key}"), record("x", title=OTHER_TITLE)))
                run_dedup(workspace)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(keys,)) for keys in ("abc", "def")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(tallies, Counter())["new"] == 7
    assert_sound(workspace, "abcdefx")


def test_who_waits_too_long_is_told_to_try_again(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace()
    with writing(workspace.engine), workspace.engine.connect().execution_options(variorum_read=True) as impatient:
        impatient.exec_driver_sql("PRAGMA busy_timeout = 0")
        with pytest.raises(NotNowError) as caught, plain_errors():
            impatient.exec_driver_sql("DELETE FROM record")
    assert caught.value.code == "locked"


def test_a_reader_sees_one_state_while_another_writes(workspace: Workspace) -> None:
    store(workspace, record("a"))
    with writing(workspace.engine) as writer:
        writer.execute(tables.record.update().values(title="Unfinished"))
        with reading(workspace.engine) as connection:
            assert connection.execute(select(tables.record.c.title)).scalars().all() == [TITLE]


def test_what_fails_leaves_nothing_behind(workspace: Workspace) -> None:
    store(workspace, record("a"))
    before = lines(workspace)

    def fail_half_way() -> None:
        with writing(workspace.engine) as connection:
            pages.update_record(
                connection, 1, matches.load(connection, [id_of(connection, "a")])[0], record("a", title="B")
            )
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert lines(workspace) == before


# The schema and its version


def test_migrations_make_the_tables_that_the_program_knows(workspace: Workspace) -> None:
    with reading(workspace.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []
        assert version_of(connection) == HEAD


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'empty.db'}"


def test_an_empty_database_is_behind_until_it_is_upgraded(empty_url: str) -> None:
    engine = open_engine(empty_url)
    try:
        with pytest.raises(DatabaseError, match="db upgrade") as caught:
            check_version(engine)
        assert caught.value.code == "behind"
        assert upgrade(engine) == (None, HEAD)
        check_version(engine)
        assert upgrade(engine) == (HEAD, HEAD)
    finally:
        engine.dispose()


def test_a_database_of_another_version_is_refused_and_a_newer_one_never_touched(workspace: Workspace) -> None:
    for version, code in (("0000", "behind"), ("9999", "ahead")):
        with writing(workspace.engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        with pytest.raises(DatabaseError, match=version) as caught:
            check_version(workspace.engine)
        assert caught.value.code == code
    with pytest.raises(DatabaseError, match="newer") as caught:
        upgrade(workspace.engine)
    assert caught.value.code == "ahead"


def to_version(engine: Engine, version: str) -> None:
    """Bring a database up or down to a version."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        known = version_of(connection)
        (command.upgrade if known is None or known < version else command.downgrade)(config, version)
        connection.commit()


def test_pairs_stand_as_they_are_until_the_first_run_after_an_upgrade(empty_url: str) -> None:
    engine = open_engine(empty_url)
    to_version(engine, "0003")
    ids = {key: pages.work_id_of(f"alpha:{key}") for key in "abc"}
    with writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO run (id, command, arguments, software, started_at, status)"
                " VALUES (1, 'import', '[]', '', '', 'ok')"
            )
        )
        for number, key in enumerate("abc", start=1):
            own = record(key, abstract="One abstract for all of them.")
            values = {"n": number, "key": key, "document": own.model_dump_json(), "hash": own.content_hash()}
            values |= {
                "work": ids[key],
                "home": ids["c" if key == "c" else "a"],
                "to": ids["a"] if key == "b" else None,
            }
            for statement in (
                "INSERT INTO record (id, source, source_key, kind, document, content_hash, matched_hash, first_run_id,"
                " changed_run_id) VALUES (:n, 'alpha', :key, 'article', :document, :hash, :hash, 1, 1)",
                "INSERT INTO work (id, founder_id, published_run_id, search_text) VALUES (:work, :n, 1, '')",
                "INSERT INTO record_key (record_id, key) VALUES (:n, 'a key')",
            ):
                connection.execute(text(statement), values)
            connection.execute(text("UPDATE work SET redirect_to = :to WHERE id = :work"), values)
            connection.execute(text("INSERT INTO work_record (record_id, work_id) VALUES (:n, :home)"), values)
        pairs = "INSERT INTO pair (a_id, b_id, probability, verdict, reasons) VALUES (:a, :b, :p, 'same', '[]')"
        connection.execute(text(pairs), [{"a": 1, "b": 2, "p": 0.99}, {"a": 2, "b": 3, "p": 0.999999}])
    try:
        assert upgrade(engine) == ("0003", HEAD)
        with reading(engine) as connection:
            assert blocks.awaiting(connection, FEATURES_VERSION) == [1, 2, 3]
            pairs_of_b = matches.pairs_touching(connection, [2])
            joined, apart = pairs_of_b[1, 2], pairs_of_b[2, 3]
            assert (round(joined.log_odds, 3), joined.cut) == (4.595, False)
            assert (round(apart.log_odds, 3), apart.cut) == (13.816, True)
            assert [(row.a_id, row.b_id) for row in matches.review_pairs(connection)] == [(2, 3)]
        to_version(engine, "0003")
        assert upgrade(engine) == ("0003", HEAD)
        with writing(engine) as connection:
            assert list(matches.pairs_touching(connection, [1])) == [(1, 2)]
            with pytest.raises(IntegrityError):
                connection.execute(text("UPDATE pair SET verdict = 'perhaps'"))
    finally:
        engine.dispose()


def test_what_dedup_made_is_carried_over_to_the_index(workspace: Workspace) -> None:
    titles = [f"{TITLE} {word}" for word in ("Again", "and Again", "in Winter")]
    store(workspace, *(record(str(number), title=titles[number % 3], date="2020") for number in range(9)))
    run_dedup(workspace)
    before, index = lines(workspace), indexed(workspace)
    kept = [(number, *index[number]) for number in index]
    documents = {}
    with reading(workspace.engine) as connection:
        for number, version, document in connection.execute(select(tables.record_features)):
            documents[number] = (version, document)
    to_version(workspace.engine, "0005")
    with writing(workspace.engine) as connection:
        for number, keys, second, titles_, bylines, abstracts, standing in kept:
            version, document = documents[number]
            values = {"n": number, "v": version, "d": document, "s": second, "t": titles_, "b": bylines}
            values |= {"a": abstracts, "standing": array("I", standing).tobytes(), "k": array("I", keys).tobytes()}
            connection.execute(
                text(
                    "INSERT INTO record_features (record_id, version, second, titles, bylines, abstracts, standing,"
                    " packed_keys, document) VALUES (:n, :v, :s, :t, :b, :a, :standing, :k, :d)"
                ),
                values,
            )
        connection.execute(text("UPDATE record SET matched_hash = content_hash"))
    assert upgrade(workspace.engine) == ("0005", HEAD)
    assert indexed(workspace) == index
    assert lines(workspace) == before
    assert run_dedup(workspace).records == 0
    store(workspace, record("new", title=titles[0]))
    assert run_dedup(workspace).compared > 0


def indexed(workspace: Workspace) -> dict[int, list[Any]]:
    """By what the index finds each record: its keys, and its sketches as a database can hold them."""
    found: dict[int, list[Any]] = {}
    with reading(workspace.engine) as connection:
        packed = connection.execute(select(tables.key_segment.c.packed)).scalars()
        held = np.sort(np.concatenate([np.frombuffer(one, np.uint64) for one in packed]))
        own = sketches_of(connection, np.array(blocks.record_ids(connection), np.int64))
    for number, *numbers in zip(*(column.tolist() for column in own), strict=True):
        keys = keys_of(held[record_ids_of(held) == number]).tolist()
        found[number] = [keys, *(one - (1 << 64) if one >> 63 else one for one in numbers[:-1]), numbers[-1]]
    return found


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    "content",
    [bytes.fromhex(NOISE), b"SQLite format 3\x00" + bytes(range(256)) * 40, b"just some words\n" * 99],
    ids=["noise", "a false head", "text"],
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes, create: bool) -> None:
    path = tmp_path / "bad.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseError):
        open_workspace(Settings(db=f"sqlite:///{path}"), create=create)
    assert path.read_bytes() == content


def test_a_database_that_was_damaged_is_refused(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    workspace = make_workspace()
    store(workspace, *(record(str(number), abstract="word " * 500) for number in range(60)))
    workspace.engine.dispose()
    path = Path(workspace.engine.url.database or "")
    damaged = tmp_path / "damaged.db"
    body = bytearray(path.read_bytes())
    body[4096:] = bytes(len(body) - 4096)
    damaged.write_bytes(body)
    with pytest.raises(DatabaseError):
        lines(open_workspace(Settings(db=f"sqlite:///{damaged}")))


def test_a_database_that_is_not_there_is_not_made_unasked(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(BadInputError) as caught:
        open_workspace(Settings(db=f"sqlite:///{path}"))
    assert (caught.value.code, path.exists()) == ("no_database", False)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite:////no/such/folder/x.db", "oracle+x://y"])
def test_a_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(BadInputError):
        open_engine(url)


def test_a_thinner_format_takes_nothing_away() -> None:
    full = record("a", abstract="We count.", subjects=("cs.DL",), identifiers=(doi("10.1/x"),))
    thin = Record(source="alpha", source_key="a", format="feed", title="A newer title", flags=("low_confidence:title",))
    both = combine([full, thin])
    assert (both.title, both.date, both.abstract, both.subjects) == ("A newer title", "2020", "We count.", ("cs.DL",))
    assert both.identifiers == full.identifiers
    assert [author.name for author in both.authors] == ["Ann Roe"]
    # Within one format, what is no longer said is gone.
    assert combine([full, record("a", abstract=None)]).abstract is None


def test_a_cut_abstract_gives_way_to_a_whole_one() -> None:
    full = record("a", abstract="We count seabirds, all of them.")
    cut = Record(source="alpha", source_key="a", format="feed", abstract="We count…", abstract_truncated=True)
    both = combine([full, cut])
    assert (both.abstract, both.abstract_truncated) == ("We count seabirds, all of them.", False)
