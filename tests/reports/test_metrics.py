"""The metrics file, read back by Prometheus' own parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import SEEDS, MakeWorkspace
from tests.harvest_helpers import night, quick_retries, run, settings_for
from tests.loopback import Ask, Reply, serve
from tests.repository import Repository, papers

from variorum.pipeline.importing import import_files
from variorum.pipeline.ingesting import IngestResult
from variorum.pipeline.outcomes import Outcome
from variorum.pipeline.plans import make_plan
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.reports.metrics import metrics_text, watched_scopes
from variorum.schema.harvest import Since
from variorum.store.engine import reading

__all__ = ["quick_retries"]

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NIGHTLY = "nightly (oai arXiv)"

Found = Mapping[tuple[Any, ...], float]


def _text(
    workspace: Workspace, result: IngestResult, sources: Mapping[str, Mapping[str, Any]], *, plan: str | None = None
) -> str:
    settings = settings_for(sources)
    plans = [make_plan(settings, plan, Since())] if plan else []
    with reading(workspace.engine) as connection:
        return metrics_text(connection, result, watched_scopes(settings, plans), NOW).decode()


LABELS = ("source", "scope", "status", "code", "result", "version")


def _parsed(text: str) -> Found:
    """Samples by name and label values in the order of ``LABELS``; every one of them once."""
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert all(set(one.labels) <= set(LABELS) for one in samples)
    found = {
        (one.name.removeprefix("variorum_"), *(one.labels[name] for name in LABELS if name in one.labels)): one.value
        for one in samples
    }
    assert len(found) == len(samples)
    assert all(one.name.startswith("variorum_") for one in samples)
    return found


def test_a_night_in_figures(workspace: Workspace) -> None:
    import_files(workspace, SEEDS)
    run_dedup(workspace)
    with serve(Repository(papers(250))) as server:
        sources = {"arxiv": {"url": server.url}}
        result = run(workspace, sources)
        text = _text(workspace, result, sources)
        assert _text(workspace, result, sources) == text
    found = _parsed(text)
    arxiv = ("arxiv", NIGHTLY)
    assert found["run_exit_code",] == 0
    assert 0 < found["run_duration_seconds",] < 60
    assert abs(found["run_end_timestamp_seconds",] - datetime.now(UTC).timestamp()) < 60
    assert {name: found["harvest_status", *arxiv, name] for name in ("ok", "not_now", "failed")} == {
        "ok": 1,
        "not_now": 0,
        "failed": 0,
    }
    assert found["harvest_entries_seen", *arxiv] == 250
    assert found["harvest_entries", *arxiv, "new"] == 250
    assert found["harvest_entries", *arxiv, "quarantined"] == 0
    assert found["harvest_pages", *arxiv] == 4  # Identify, then 100, 100 and 50
    assert found["harvest_alarms", *arxiv] == 0
    assert found["harvest_last_success_timestamp_seconds", *arxiv] <= found["run_end_timestamp_seconds",]
    # The repository's clock shows 2026-11-20: that day may not be over.
    assert found["checkpoint_timestamp_seconds", *arxiv] == datetime(2026, 11, 20, tzinfo=UTC).timestamp()
    assert found["checkpoint_age_days", *arxiv] == 5
    assert found["store_records", "arxiv"] == 250
    assert found["store_records", "academia"] == 19
    assert found["store_works",] == 52 + 250
    assert found["store_quarantine_open", "nsf_par"] == 3
    assert found["store_pairs_to_review",] == 1
    assert not any(name[0] in {"harvest_code", "harvest_resume_timestamp_seconds"} for name in found)


def test_a_source_that_asks_for_patience(make_workspace: MakeWorkspace, quick_retries: None) -> None:
    workspace = make_workspace()
    with serve(lambda _: Reply(b"Rate exceeded.", 429, {"Retry-After": "7200"})) as server:
        sources = {"arxiv": {"url": server.url}}
        result = run(workspace, sources)
    found = _parsed(_text(workspace, result, sources))
    assert found["run_exit_code",] == 75
    assert found["harvest_status", "arxiv", NIGHTLY, "not_now"] == 1
    assert found["harvest_code", "arxiv", NIGHTLY, "rate_limited"] == 1
    wait = found["harvest_resume_timestamp_seconds", "arxiv", NIGHTLY] - found["run_end_timestamp_seconds",]
    assert 7000 < wait < 7300
    assert ("harvest_last_success_timestamp_seconds", "arxiv", NIGHTLY) not in found


def test_alarms_are_counted_and_named(make_workspace: MakeWorkspace) -> None:
    def without_titles(repository: Repository, ask: Ask) -> Reply:
        reply = repository.answer(ask)
        return Reply(reply.body.replace(b"title>", b"name>"), headers=reply.headers)

    workspace = make_workspace()
    with serve(Repository(papers(250), faults={3: without_titles})) as server:
        sources = {"arxiv": {"url": server.url}}
        result = run(workspace, sources)
    found = _parsed(_text(workspace, result, sources))
    assert found["run_exit_code",] == 3
    assert found["harvest_alarms", "arxiv", NIGHTLY] == 1
    assert found["harvest_code", "arxiv", NIGHTLY, "drift_title"] == 1
    assert found["harvest_status", "arxiv", NIGHTLY, "needs_a_human"] == 1
    assert found["harvest_entries", "arxiv", NIGHTLY, "new"] == 100


def test_sources_of_other_runs_stay_in_the_file_and_backfills_never_come_in(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace()
    with serve(Repository(papers(120))) as server:
        both = {"arxiv": {"url": server.url}, "oai:example": {"url": server.url, "format": "arXiv", "enabled": False}}
        run(workspace, {"arxiv": both["arxiv"]})
        first = run(workspace, {"arxiv": both["arxiv"]}, scope=Since("2026-01-01"))
        found = _parsed(_text(workspace, first, both))
        # Asked for by hand and gone from the next file, so that no alert stays for ever.
        assert ("harvest_pages", "arxiv", f"{NIGHTLY} from 2026-01-01") not in found
        assert ("harvest_pages", "arxiv", NIGHTLY) in found
        second = run(workspace, {"oai:example": both["oai:example"]})
        found = _parsed(_text(workspace, second, both, plan="oai:example"))
        assert found["harvest_entries_seen", "arxiv", NIGHTLY] == 120
        assert ("harvest_pages", "oai:example", "nightly (oai arXiv)") in found
        # Disabled and not asked for: nobody wants to be woken by it.
        assert ("harvest_pages", "oai:example", NIGHTLY) not in _parsed(_text(workspace, second, both))


def test_a_source_without_an_address_does_not_keep_the_file_from_being_written(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace()
    with serve(Repository(papers(20))) as server:
        sources = {"arxiv": {"url": server.url}}
        result = run(workspace, sources)
    assert _parsed(_text(workspace, result, {**sources, "oai:nowhere": {}, "nosuch": {}}))["run_exit_code",] == 0


@pytest.mark.parametrize("odd", ['say "hi"', "back\\slash", "two\nlines", "ünïcode"])
def test_label_values_are_escaped(odd: str, make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace()
    with serve(Repository(papers(20))) as server:
        night(workspace, server.url)
        sources = {"arxiv": {"url": server.url}}
        result = run(workspace, sources)
    outcome = replace(result.outcomes[0], code=odd, status="failed")
    found = _parsed(_text(workspace, replace(result, outcomes=(outcome,)), sources))
    assert found["harvest_code", "arxiv", NIGHTLY, odd] == 1


def test_what_this_run_knows_outranks_the_ledger(make_workspace: MakeWorkspace) -> None:
    """A source that another run is harvesting has no row of this run's."""
    workspace = make_workspace()
    with serve(Repository(papers(20))) as server:
        sources = {"arxiv": {"url": server.url}}
        result = run(workspace, sources)
    busy = Outcome("arxiv", NIGHTLY, "not_now", "already_running", "another run is harvesting arxiv")
    found = _parsed(_text(workspace, replace(result, outcomes=(busy,)), sources))
    assert found["harvest_status", "arxiv", NIGHTLY, "not_now"] == 1
    assert found["harvest_code", "arxiv", NIGHTLY, "already_running"] == 1
