"""Reading archived pages again: after a better reader, after other settings; and files that hold many pages."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import MakeWorkspace, Outcome
from tests.harvest_helpers import keys, night, settings_for
from tests.loopback import Ask, Reply, serve
from tests.repository import Paper, Repository, papers

from variorum.errors import ExitCode
from variorum.pipeline.doctor import examine
from variorum.pipeline.importing import import_files
from variorum.pipeline.reading import Page
from variorum.pipeline.rereading import reread_captures, stale
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.schema import Rejection
from variorum.scrapers import Body, Reading, sources
from variorum.store import matches, pages, reporting
from variorum.store.dump import canonical_hash
from variorum.store.engine import reading

Variorum = Callable[..., Outcome]


@pytest.fixture
def store(make_workspace: MakeWorkspace) -> Workspace:
    return make_workspace()


def content(workspace: Workspace) -> str:
    with reading(workspace.engine) as connection:
        return canonical_hash(connection)


def captures(workspace: Workspace) -> list[pages.CaptureRow]:
    with reading(workspace.engine) as connection:
        return pages.captures(connection)


def sound(workspace: Workspace) -> None:
    assert [one for one in examine(workspace) if not one.ok] == []


def test_reading_the_same_pages_again_changes_nothing(store: Workspace, seeds: list[Path]) -> None:
    import_files(store, seeds)
    run_dedup(store)
    before = content(store)
    result = reread_captures(store, settings_for({}), captures(store), "renormalize", [])
    assert (result.counts["new"], result.counts["changed"], result.unstated) == (0, 0, 0)
    assert (result.exit_code, content(store)) == (ExitCode.OK, before)
    assert stale(captures(store)) == []


def _reader_that(change: Callable[[Reading], Reading], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let arXiv's OAI pages be read by another reader."""
    source = sources()["arxiv"]
    first, *rest = source.layouts

    def parse(page: Body) -> Reading:
        return change(first.parse(page))

    changed = replace(source, layouts=(replace(first, parse=parse), *rest))
    everything = {**sources(), "arxiv": changed}
    monkeypatch.setattr("variorum.scrapers.sources", lambda: everything)


def test_a_better_reader_takes_effect_without_fetching(store: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Repository(papers(20))) as server:
        night(store, server.url)

    def renamed(read: Reading) -> Reading:
        # The last entry turns out to be none; the first has another key.
        first, *middle, _ = read.entries
        return Reading((first.model_copy(update={"source_key": "2001.99999"}), *middle))

    with monkeypatch.context() as patched:
        _reader_that(renamed, patched)
        result = reread_captures(store, settings_for({}), captures(store), "renormalize", [])
        assert (result.counts["new"], result.unstated, result.exit_code) == (1, 2, ExitCode.NEEDS_A_HUMAN)
        assert len(keys(store)) == 21, "no record is lost"
        with reading(store.engine) as connection:
            left = matches.find_ref(connection, "arxiv:2001.00001")
        assert left is not None
        assert "unstated" in left.record.flags
        sound(store)
        run_dedup(store)
        sound(store)
    back = reread_captures(store, settings_for({}), captures(store), "renormalize", [])
    assert back.unstated == 1, "now it is the new key that no page states"
    with reading(store.engine) as connection:
        again = matches.find_ref(connection, "arxiv:2001.00001")
    assert again is not None
    assert "unstated" not in again.record.flags


def test_a_page_that_was_not_believed_is_read_after_the_settings_say_so(store: Workspace) -> None:
    untitled = [Paper(paper.id, paper.day, "") for paper in papers(20)]
    with serve(Repository(untitled)) as server:
        outcome = night(store, server.url)
        assert (outcome.code, keys(store)) == ("drift_title", [])
        sound(store)
        retry = reread_captures(store, settings_for({}), captures(store), "quarantine retry", [], judge=True)
        assert (retry.counts["new"], keys(store)) == (0, [])
        believing = settings_for({"arxiv": {"required": {}}})
        result = reread_captures(store, believing, captures(store), "quarantine retry", [], judge=True)
        assert (result.counts["new"], len(keys(store))) == (20, 20)
    with reading(store.engine) as connection:
        assert reporting.quarantined(connection, status="open") == []
    sound(store)


def test_a_login_page_stays_refused(store: Workspace) -> None:
    def handler(ask: Ask) -> Reply:
        return Reply(b"<html><title>Sign in</title><form><input type=password></form></html>")

    with serve(handler) as server:
        night(store, server.url)
    result = reread_captures(store, settings_for({}), captures(store), "renormalize", [])
    assert result.newly_quarantined == 0
    assert [capture.outcome for capture in captures(store)] == ["refused"]
    sound(store)


# Files of many pages


def paper_line(number: int, **changed: object) -> str:
    paper = {
        "id": f"2001.{number:05d}",
        "submitter": "Somebody Private",
        "authors": "Ann Roe, Bo Poe",
        "title": f"On seabird\n  {number}",
        "comments": None,
        "journal-ref": None,
        "doi": None,
        "report-no": None,
        "categories": "cs.DL",
        "license": None,
        "abstract": f"  We count seabird {number}.",
        "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
        "update_date": "2008-11-26",
        "authors_parsed": [["Roe", "Ann", ""], ["Poe", "Bo", ""]],
    }
    return json.dumps({**paper, **changed})


@pytest.mark.parametrize("packed", [False, True])
def test_a_snapshot_is_taken_in_portions(store: Workspace, tmp_path: Path, packed: bool) -> None:
    lines = [paper_line(number) for number in range(1, 2501)]
    lines[1200] = "{ broken"
    data = ("\n".join(lines) + "\n").encode()
    path = tmp_path / ("snapshot.json.gz" if packed else "snapshot.json")
    path.write_bytes(gzip.compress(data) if packed else data)
    result = import_files(store, [path])
    assert (result.counts["new"], result.counts["quarantined"], result.exit_code) == (2499, 1, ExitCode.NEEDS_A_HUMAN)
    ends = [capture.uri.rpartition("#")[2] for capture in captures(store)]
    assert ends == ["lines=1-1000", "lines=1001-2000", "lines=2001-2500"]
    with reading(store.engine) as connection:
        found = matches.find_ref(connection, "arxiv:2001.00007")
        assert not any("Somebody" in row["raw"] for row in reporting.quarantined(connection))
    assert found is not None
    assert found.record.title == "On seabird 7"
    again = import_files(store, [path])
    assert (again.counts["new"], again.counts["unchanged"], again.newly_quarantined) == (0, 2499, 0)


def test_parse_reads_containers_too(variorum: Variorum, tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    path.write_text(paper_line(1) + "\n" + paper_line(2) + "\n")
    found = variorum("parse", path)
    assert [json.loads(line)["source_key"] for line in found.out.splitlines()] == ["2001.00001", "2001.00002"]


def test_the_command_line(variorum: Variorum, seeds: list[Path]) -> None:
    variorum("import", *seeds)
    assert variorum("renormalize", "--stale").code == 0
    whole = variorum("renormalize")
    assert (whole.code, "5 pages read again: 0 new, 0 changed" in whole.err) == (0, True)
    assert variorum("renormalize", "--source", "nowhere").code == ExitCode.BAD_INPUT
    assert variorum("quarantine", "retry").code == ExitCode.BAD_INPUT
    retried = variorum("quarantine", "retry", "--all")
    assert (retried.code, "3 entries still in quarantine" in retried.err) == (ExitCode.NEEDS_A_HUMAN, True)


def test_pages_tell_refusals_from_rejections() -> None:
    source = sources()["arxiv"]
    assert not Page(source, (), (Rejection(code="a", message="b", place="page"),)).refused


def test_a_broken_line_spoils_no_other(store: Workspace, tmp_path: Path) -> None:
    lines = [paper_line(number).encode() for number in range(1, 102)]
    lines[0] = b"broken from the start"
    lines[10] = lines[10].replace(b"seabird", b"sea\xffbird")
    lines[20] = lines[20].replace(b"seabird", b"sea\x01bird")
    path = tmp_path / "snapshot.json"
    path.write_bytes(b"\n".join([paper_line(number).encode() for number in range(1001, 2001)] + lines))
    result = import_files(store, [path])
    assert len(keys(store)) == 1098
    assert (result.counts["quarantined"], result.failures) == (3, ())
