"""Asked to end, a harvest ends soon and well wherever it is; killed, it leaves nothing in the way of the next."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.harvest_helpers import later, night
from tests.kill_test import Place
from tests.loopback import Ask, Reply, Server, serve
from tests.repository import Repository, papers

from variorum.config import Settings
from variorum.pipeline.doctor import examine
from variorum.pipeline.workspace import open_workspace
from variorum.store.dump import canonical_hash
from variorum.store.engine import reading, writing
from variorum.store.tables import harvest, record, run

HANGING_SECONDS = 10.0
START_SECONDS = 60.0
PAGE = 3
PAPERS = papers(15)
NOT_NOW = 75


@dataclass
class Trouble:
    """A repository that does something else, once, when it is asked for the list's third page; tells when it was."""

    instead: Callable[[Reply], Reply] | None = None
    met: threading.Event = field(default_factory=threading.Event)
    lists: int = 0
    repository: Repository = field(default_factory=lambda: Repository(PAPERS, page_size=PAGE))

    def __call__(self, ask: Ask) -> Reply:
        reply = self.repository(ask)
        if ask.value("verb") != "ListRecords":
            return reply
        self.lists += 1
        if self.lists != 3:
            return reply
        self.met.set()
        return self.instead(reply) if self.instead else reply


def dribble(reply: Reply) -> Reply:
    return Reply(reply.body, headers=reply.headers, body_pause=0.1)


def not_yet(_reply: Reply) -> Reply:
    return Reply(b"later", 503, {"Retry-After": "200"})


@contextmanager
def ingesting(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """A harvest under way, which does not outlive the block."""
    with place.start("ingest", out=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, dict[str, Any]]:
    """The exit code and the source's part in the printed JSON."""
    out, _ = process.communicate(timeout=HANGING_SECONDS)
    return process.returncode, json.loads(out)["sources"][0] if out else {}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The content of a harvest that nothing disturbs."""
    with serve(Repository(PAPERS, page_size=PAGE)) as server:
        place = Place.made(tmp_path_factory.mktemp("unbroken"), {"arxiv": server})
        assert place.start("ingest").wait(START_SECONDS) == 0, place.said()
    return content(place)


def content(place: Place) -> str:
    workspace = place.opened()
    with reading(workspace.engine) as connection:
        found = canonical_hash(connection)
    workspace.engine.dispose()
    return found


def stored(place: Place) -> int:
    """How many records are there, all whole."""
    workspace = place.opened()
    assert all(finding.ok for finding in examine(workspace, quick=True))
    with reading(workspace.engine) as connection:
        count = len(connection.execute(select(record.c.id)).all())
    workspace.engine.dispose()
    return count


def ledgers(place: Place) -> list[tuple[str, str, str | None]]:
    """The status of each run, and how its harvest ended, oldest first."""
    workspace = place.opened()
    with reading(workspace.engine) as connection:
        joined = select(run.c.status, harvest.c.status, harvest.c.code).join(harvest, harvest.c.run_id == run.c.id)
        rows = [tuple(row) for row in connection.execute(joined.order_by(run.c.id))]
    workspace.engine.dispose()
    return rows  # type: ignore[return-value]


def completed(place: Place, server: Server) -> None:
    """Run again, when what the host asked for has passed."""
    workspace = place.opened()
    later(workspace)
    assert night(workspace, server.url).exit_code == 0
    workspace.engine.dispose()
    assert stored(place) == len(PAPERS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("instead", [dribble, not_yet, None], ids=["slow body", "retry-after", "between pages"])
def test_a_signal_ends_a_harvest_soon_and_the_next_completes_it(
    tmp_path: Path, unbroken: str, number: signal.Signals, instead: Callable[[Reply], Reply] | None
) -> None:
    trouble = Trouble(instead)
    with serve(trouble) as server:
        place = Place.made(tmp_path, {"arxiv": server})
        with ingesting(place) as process:
            assert trouble.met.wait(START_SECONDS), place.said()
            if instead is not None:
                time.sleep(0.5)
            process.send_signal(number)
            code, said = ended(process)
        assert (code, said["status"], said["code"]) == (NOT_NOW, "not_now", "interrupted"), place.said()
        whole_pages = 2 if instead else said["pages"] - 1
        assert stored(place) == whole_pages * PAGE < len(PAPERS)
        completed(place, server)
    assert content(place) == unbroken
    assert ledgers(place) == [("not_now", "not_now", "interrupted"), ("ok", "ok", None)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait_for_a_hosts_gap(tmp_path: Path, unbroken: str, number: signal.Signals) -> None:
    with serve(Repository(PAPERS, page_size=PAGE)) as server:
        place = Place.made(tmp_path, {"arxiv": server}, gap_seconds=200)
        with ingesting(place) as process:
            _until(lambda: len(server.log) == 1)
            time.sleep(0.5)
            process.send_signal(number)
            code, said = ended(process)
        assert (code, said["code"], len(server.log)) == (NOT_NOW, "interrupted", 1), place.said()
        completed(place, server)
    assert content(place) == unbroken


def test_a_second_signal_ends_at_once(tmp_path: Path, unbroken: str) -> None:
    """The page in hand cannot be stored while somebody else writes; nobody has to wait for that."""
    trouble = Trouble(lambda reply: Reply(reply.body, headers=reply.headers, delay=1.0))
    with serve(trouble) as server:
        place = Place.made(tmp_path, {"arxiv": server})
        with ingesting(place) as process:
            assert trouble.met.wait(START_SECONDS), place.said()
            workspace = open_workspace(Settings(db=place.db))
            with writing(workspace.engine):
                time.sleep(2.0)
                process.send_signal(signal.SIGTERM)
                time.sleep(1.0)
                assert process.poll() is None
                process.send_signal(signal.SIGTERM)
                time.sleep(0.5)
            code, said = ended(process)
            workspace.engine.dispose()
        # It did not even tell what became of its sources.
        assert (code, said) == (NOT_NOW, {}), place.said()
        assert "interrupted; what was committed stands" in place.said()
        assert stored(place) % PAGE == 0
        completed(place, server)
    assert content(place) == unbroken


def test_a_source_is_harvested_by_one_run_at_a_time_and_a_dead_one_holds_nothing_up(
    tmp_path: Path, unbroken: str
) -> None:
    trouble = Trouble(dribble)
    with serve(trouble) as server:
        place = Place.made(tmp_path, {"arxiv": server})
        with ingesting(place) as first:
            assert trouble.met.wait(START_SECONDS), place.said()
            with ingesting(place) as second:
                out, _ = second.communicate(timeout=START_SECONDS)
            told = json.loads(out)
            assert (second.returncode, told["exit_code"]) == (NOT_NOW, NOT_NOW)
            assert [(one["status"], one["code"]) for one in told["sources"]] == [("not_now", "already_running")]
            assert trouble.lists == 3
            first.kill()
            first.wait()
        assert place.start("ingest").wait(START_SECONDS) == 0, place.said()
    cut_off, turned_away, whole = ledgers(place)
    assert cut_off == ("not_now", "not_now", "cut_off")
    assert turned_away == ("not_now", "not_now", "already_running")
    assert whole == ("ok", "ok", None)
    assert stored(place) == len(PAPERS)
    assert content(place) == unbroken


def _until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + START_SECONDS
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)
