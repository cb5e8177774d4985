"""The main job on the sample pages, on both databases: what is read, what is merged, what repeats change."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from variorum.errors import ExitCode
from variorum.pipeline.doctor import examine
from variorum.pipeline.importing import import_files
from variorum.pipeline.reading import read_page
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.reports.dedup_report import dedup_report
from variorum.reports.views import work_view
from variorum.store import runs, works
from variorum.store.dump import canonical_hash, canonical_lines
from variorum.store.engine import reading


@pytest.fixture
def resolved(workspace: Workspace, seeds: list[Path]) -> Workspace:
    imported = import_files(workspace, seeds)
    assert imported.exit_code is ExitCode.NEEDS_A_HUMAN
    assert run_dedup(workspace).exit_code is ExitCode.NEEDS_A_HUMAN
    return workspace


def test_every_entry_is_accounted_for(resolved: Workspace) -> None:
    with reading(resolved.engine) as connection:
        report = dedup_report(connection)
    assert (report["seen"], report["sightings"], report["quarantined"]) == (77, 74, 3)
    assert (report["records"], report["works"]) == (53, 52)
    assert {line["source"]: line["records"] for line in report["sources"]} == {
        "academia": 19,
        "bzpeer": 3,
        "nsf_par": 2,
        "scholar_feed": 29,
    }


def test_one_merge_across_sources_and_one_pair_to_review(resolved: Workspace) -> None:
    with reading(resolved.engine) as connection:
        report = dedup_report(connection)
    several = [cluster for cluster in report["clusters"] if len(cluster["records"]) > 1]
    assert [cluster["title"] for cluster in several] == [
        "Automatic Mapping of the Best-Suited DNN Pruning Schemes for Real-Time Mobile Acceleration"
    ]
    assert [member["source"] for member in several[0]["records"]] == ["nsf_par", "scholar_feed"]
    assert sum(len(cluster["records"]) for cluster in report["clusters"]) == report["records"]

    [pair] = report["review"]
    assert {pair["a_title"][:40], pair["b_title"][:40]} == {
        "A standard practice of deploying deep ne",
        "One practice of employing deep neural ne",
    }
    assert {pair["a_venue"], pair["b_venue"]} == {
        "2021 IEEE/CVF International Conference on Computer Vision (ICCV)",
        "ArXiv, 2020",
    }
    assert "guard_listed_twice" in pair["reasons"]


def test_the_merged_work_names_the_record_behind_each_field(resolved: Workspace) -> None:
    with reading(resolved.engine) as connection:
        [work_id] = works.search(connection, ["best-suited"], award="1919117", source=None, limit=9)
        members = works.members(connection, [work_id])[work_id]
        fields = works.fields(connection, [work_id])[work_id]
        view = work_view(work_id, fields, members, {}, [], works.history(connection, work_id))
    merged = view["fields"]
    assert merged["title"]["source"] == "scholar_feed"
    assert merged["abstract"]["source"] == "nsf_par"
    assert [(award["value"]["id"], award["source"]) for award in merged["awards"]] == [("1919117", "nsf_par")]
    assert merged["authors"]["source"] == "scholar_feed"
    assert {record["source"] for record in view["records"]} == {"nsf_par", "scholar_feed"}
    assert [event["kind"] for event in view["history"]] == ["merge"]
    assert json.loads(json.dumps(view)) == view


@pytest.mark.parametrize("number", range(5))
def test_abstracts_are_the_pages_own_words(number: int, seeds: list[Path]) -> None:
    """Raw abstracts stand on the page word for word; cleaned ones differ only in words that hold TeX."""
    page = " ".join(seeds[number].read_text("utf-8").split())
    seen = 0
    for sighting in read_page(seeds[number].read_bytes()).sightings:
        record = sighting.statement
        if record.abstract_raw is None:
            continue
        seen += 1
        words = record.abstract_raw.split()
        assert " ".join(words) in page
        cleaned = iter((record.abstract or "").split())
        plain = [word for word in words if not set(word) & set("\\$~{}")]
        assert all(word in cleaned for word in plain), record.ref
        assert len(plain) >= 0.9 * len(words)
    assert seen == (2, 3, 2, 29, 26)[number]


def test_the_same_again_changes_nothing(resolved: Workspace, seeds: list[Path]) -> None:
    with reading(resolved.engine) as connection:
        before = canonical_lines(connection)
    again = import_files(resolved, seeds)
    assert again.exit_code is ExitCode.OK
    assert again.counts == Counter(seen=77, sightings=74, unchanged=74, quarantined=3)
    second = run_dedup(resolved)
    assert second.exit_code is ExitCode.OK
    assert (second.records, second.moved) == (0, 0)
    with reading(resolved.engine) as connection:
        assert canonical_lines(connection) == before
        newest = runs.get(connection, None)
    assert newest is not None
    assert newest.status == "ok"


def test_full_dedup_gives_the_same_works(resolved: Workspace) -> None:
    with reading(resolved.engine) as connection:
        before, ids = canonical_hash(connection), works.live_ids(connection)
    result = run_dedup(resolved, full=True)
    assert (result.records, result.moved, result.new_to_review) == (53, 0, 0)
    with reading(resolved.engine) as connection:
        assert (canonical_hash(connection), works.live_ids(connection)) == (before, ids)


def test_the_doctor_finds_nothing_wrong(resolved: Workspace) -> None:
    findings = examine(resolved)
    assert [finding.invariant for finding in findings] == [f"I{n}" for n in range(1, 11)]
    assert [finding for finding in findings if not finding.ok] == []


def test_both_databases_hold_the_same(make_workspace: object, postgres_url: str, seeds: list[Path]) -> None:
    content = set()
    for url in (None, postgres_url):
        workspace = make_workspace(url)  # type: ignore[operator]
        import_files(workspace, seeds)
        run_dedup(workspace)
        with reading(workspace.engine) as connection:
            content.add((canonical_hash(connection), *works.live_ids(connection)))
    assert len(content) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_import_order_does_not_matter(data: st.DataObject, make_workspace: object, seeds: list[Path]) -> None:
    """Any order, in one command or in one command each, with or without dedup in between."""
    order = data.draw(st.permutations(seeds))
    dedup_between = data.draw(st.booleans())
    workspace = make_workspace()  # type: ignore[operator]
    for path in order:
        import_files(workspace, [path])
        if dedup_between:
            run_dedup(workspace)
    run_dedup(workspace)
    with reading(workspace.engine) as connection:
        content = canonical_hash(connection)
    assert content == _reference(make_workspace, seeds)


_REFERENCE: dict[str, str] = {}


def _reference(make_workspace: object, seeds: list[Path]) -> str:
    if "hash" not in _REFERENCE:
        workspace = make_workspace()  # type: ignore[operator]
        import_files(workspace, seeds)
        run_dedup(workspace)
        with reading(workspace.engine) as connection:
            _REFERENCE["hash"] = canonical_hash(connection)
    return _REFERENCE["hash"]
