"""One host, many processes: never two requests at once, never one sooner than the host's gap allows."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from tests.kill_test import Place
from tests.loopback import NOT_FOUND, Ask, Reply, serve
from tests.repository import Repository, papers

GAP = 0.5
CLOCK = 0.01
"""Seconds. SQLite's clock counts whole milliseconds, and a machine's clocks are set by a few of them now and then."""

PAUSE = 0.05
HANGING_SECONDS = 120.0


@dataclass
class Paced:
    """A repository that notes, of every request, when it came, when its answer was ready, and what else was under way.

    What ``hangs`` (a path) lists is answered only when the server closes.
    """

    repository: Repository
    hangs: str = ""
    asked: list[tuple[float, float, Ask]] = field(default_factory=list)
    most_at_once: int = 0
    hanging: threading.Event = field(default_factory=threading.Event)
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, ask: Ask) -> Reply:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        if ask.path == self.hangs and ask.value("verb") == "ListRecords":
            with self._lock:
                self._at_once -= 1
                self.asked.append((ask.at, ask.at, ask))
            self.hanging.set()
            return Reply(b"", delay=3600)
        # Somebody who does not wait for the answer would come now.
        time.sleep(PAUSE)
        with self._lock:
            self._at_once -= 1
            self.asked.append((ask.at, time.monotonic(), ask))
        return NOT_FOUND if ask.path == "/robots.txt" else self.repository(ask)

    @property
    def gaps(self) -> list[float]:
        """Seconds from each answer to the next request."""
        return [after[0] - before[1] for before, after in pairwise(sorted(self.asked, key=lambda one: one[0]))]


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else None


@contextmanager
def started(place: Place, *commands: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that run side by side; none outlives the block."""
    processes = [place.start(*command.split()) for command in commands]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _place(folder: Path, url: str, db: str | None, gap: float) -> Place:
    """Four sources on one host."""
    lines = ['contact = "tests@variorum.example"']
    for name in "abcd":
        lines += [f'[sources."oai:{name}"]', f'url = "{url}/{name}/oai"', f"gap_seconds = {gap}"]
        lines += ['allow_hosts = ["127.0.0.1"]']
    (folder / "variorum.toml").write_text("\n".join(lines) + "\n")
    return Place(folder, db or f"sqlite:///{folder / 'variorum.db'}")


def test_four_processes_take_turns(tmp_path: Path, db: str | None) -> None:
    host = Paced(Repository(papers(6), page_size=3, dublin_core=True))
    with serve(host, robots=None) as server:
        place = _place(tmp_path, server.url, db, GAP)
        keys = " ".join(f"oai:arXiv.org:{paper.id}" for paper in host.repository.papers[:3])
        commands = [*(f"ingest oai:{name}" for name in "abc"), f"backfill keys oai:d {keys}"]
        with started(place, *commands) as processes:
            codes = [process.wait(HANGING_SECONDS) for process in processes]
    assert codes == [0, 0, 0, 0], place.said()
    # Each asks for robots.txt; three for Identify and two pages, one for three records.
    assert sorted(ask.path for _, _, ask in host.asked) == sorted(
        [*["/robots.txt"] * 4, *(f"/{name}/oai" for name in "abcd" for _ in range(3))]
    )
    assert host.most_at_once == 1
    assert min(host.gaps) >= GAP - CLOCK, host.gaps


def test_a_process_killed_in_mid_request_has_paid_for_it(tmp_path: Path, db: str | None) -> None:
    gap = 1.0
    host = Paced(Repository(papers(6), page_size=2, dublin_core=True), hangs="/a/oai")
    with serve(host, robots=None) as server:
        place = _place(tmp_path, server.url, db, gap)
        with started(place, "ingest oai:a") as (killed,):
            assert host.hanging.wait(HANGING_SECONDS), place.said()
            with started(place, "ingest oai:b") as (other,):
                while "event=begun run=2" not in place.said() and other.poll() is None:
                    time.sleep(0.05)
                time.sleep(0.2)  # By now it waits for its turn.
                killed.kill()
                assert other.wait(HANGING_SECONDS) == 0, place.said()
    assert min(host.gaps) >= gap - CLOCK, host.gaps
    hung = next(at for at, _, ask in host.asked if ask.path == host.hangs and ask.value("verb") == "ListRecords")
    assert [ask for at, _, ask in host.asked if at > hung], "nobody came after it"
