"""What a run shows and leaves behind: `runs show` with each source's part, --report, --metrics-file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import SEEDS, Outcome
from tests.loopback import Ask, Reply, Server, serve
from tests.repository import Repository, papers

Variorum = Callable[..., Outcome]


@pytest.fixture
def server() -> Iterator[Server]:
    def without_titles(repository: Repository, ask: Ask) -> Reply:
        reply = repository.answer(ask)
        return Reply(reply.body.replace(b"title>", b"name>"), headers=reply.headers)

    with serve(Repository(papers(250), faults={4: without_titles})) as server:
        yield server


@pytest.fixture
def settled(variorum: Variorum, server: Server) -> Variorum:
    """A folder with settings that ask the server."""
    Path("variorum.toml").write_text(
        'contact = "tests@library.example"\n[sources.arxiv]\n'
        f'url = "{server.url}"\ngap_seconds = 0\nallow_hosts = ["127.0.0.1"]\n'
    )
    return variorum


def _metric(path: Path, name: str) -> float:
    families = {family.name: family for family in text_string_to_metric_families(path.read_text())}
    return families[name].samples[0].value


def test_a_run_shows_the_part_of_each_source(settled: Variorum) -> None:
    assert settled("ingest").code == 3
    shown: dict[str, Any] = json.loads(settled("runs", "show", "last", "--format", "json").out)
    assert set(shown) == {
        "id", "command", "arguments", "software", "status", "message", "started_at", "finished_at", "counts", "sources",
    }  # fmt: skip
    [arxiv] = shown["sources"]
    assert arxiv["source"] == "arxiv"
    assert arxiv["scope"] == "nightly (oai arXiv)"
    assert (arxiv["status"], arxiv["code"]) == ("needs_a_human", "drift_title")
    assert [alarm["code"] for alarm in arxiv["alarms"]] == ["drift_title"]
    assert arxiv["counts"]["new"] == shown["counts"]["new"] == 200
    assert arxiv["counts"].keys() == shown["counts"].keys() - {"works"}
    assert arxiv["pages"] == 4
    assert arxiv["entries"] is None
    table = settled("runs", "show").out
    assert "drift_title" in table
    assert max(map(len, table.splitlines())) <= 100
    row = next(csv.DictReader(io.StringIO(settled("runs", "show", "--format", "csv").out)))
    assert row["new"] == "200"
    assert "sources" not in row


def test_runs_that_fetch_nothing_have_no_sources(variorum: Variorum) -> None:
    variorum("import", SEEDS[0])
    assert json.loads(variorum("runs", "show", "--format", "json").out)["sources"] == []
    assert "what to know" not in variorum("runs", "show").out
    assert "sources" not in json.loads(variorum("runs", "list", "--format", "json").out)[0]


def test_both_files_are_written_also_when_a_person_is_needed(settled: Variorum) -> None:
    outcome = settled("ingest", "--report", "run.json", "--metrics-file", "variorum.prom", "--format", "json")
    assert outcome.code == 3
    assert Path("run.json").read_text() == outcome.out
    assert json.loads(outcome.out)["sources"][0]["code"] == "drift_title"
    assert _metric(Path("variorum.prom"), "variorum_run_exit_code") == 3
    left = {path.name for path in Path().iterdir()} - {"variorum.toml", "variorum.db", "variorum.archive"}
    assert {name for name in left if not name.startswith("variorum.db")} == {"run.json", "variorum.prom"}


def test_the_files_are_written_when_the_source_does_not_answer(settled: Variorum, server: Server) -> None:
    server.close()
    settings = Path("variorum.toml").read_text().replace("[sources.arxiv]", 'metrics_file = "m.prom"\n[sources.arxiv]')
    Path("variorum.toml").write_text(settings + "deadline_seconds = 1\n")
    assert settled("ingest", "--report", "run.json").code == 75
    assert json.loads(Path("run.json").read_text())["exit_code"] == 75
    assert _metric(Path("m.prom"), "variorum_run_exit_code") == 75
    # The flag outranks the setting.
    Path("m.prom").unlink()
    settled("ingest", "--metrics-file", "other.prom")
    assert not Path("m.prom").exists()
    assert Path("other.prom").exists()


def test_a_dry_run_writes_neither(settled: Variorum) -> None:
    assert settled("ingest", "--dry-run", "--report", "run.json", "--metrics-file", "m.prom").code == 0
    assert {path.name for path in Path().iterdir()} == {"variorum.toml"}


def test_a_file_in_no_folder_is_refused_before_anything_is_asked(settled: Variorum, server: Server) -> None:
    outcome = settled("ingest", "--metrics-file", "none/such.prom")
    assert outcome.code == 2
    assert "none/such.prom" in outcome.err
    assert not server.log


def test_a_file_that_cannot_be_written_afterwards_is_told_and_hides_nothing(settled: Variorum, server: Server) -> None:
    Path("taken").mkdir()
    Path("variorum.toml").write_text(
        Path("variorum.toml").read_text().replace("[sources.arxiv]", 'metrics_file = "taken"\n[sources.arxiv]')
    )
    outcome = settled("ingest", "--limit", "100")
    assert outcome.code == 1
    assert "taken cannot be written" in outcome.err
    assert "arxiv" in outcome.out
    assert not list(Path().glob(".*.part"))
