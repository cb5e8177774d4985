"""Backfills by award against loopback sites: failures leave other awards alone, and may be asked for again."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.award_sites import Fault, Sites, publications
from tests.harvest_helpers import quick_retries  # noqa: F401 - a fixture
from tests.kill_test import Place
from tests.loopback import Server, serve
from typer.testing import CliRunner

from variorum.cli._app import app_for
from variorum.config import Settings
from variorum.errors import VariorumError
from variorum.pipeline.doctor import examine
from variorum.pipeline.workspace import open_workspace
from variorum.store import tables
from variorum.store.dump import canonical_lines
from variorum.store.engine import reading

MANY = int(os.environ.get("VARIORUM_TEST_AWARDS", "16"))
KILLS = int(os.environ.get("VARIORUM_TEST_KILLS", "2"))
CAPTURES = os.environ.get("VARIORUM_CAPTURES")


def settings_of(folder: Path, server: Server, **own: object) -> None:
    """A settings file by which both sites are asked on loopback."""
    shared = {"gap_seconds": 0, "allow_hosts": ["127.0.0.1"], **own}
    lines = ['contact = "tests@library.example"']
    for name, url in (("nsf_awards", f"{server.url}/awards.json"), ("nsf_par", server.url)):
        lines += [f"[sources.{name}]", f'urls = {{ {"api" if name == "nsf_awards" else "search"} = "{url}" }}']
        lines += [f"{key} = {json.dumps(value)}" for key, value in shared.items()]
    (folder / "variorum.toml").write_text("\n".join(lines) + "\n")


def variorum(*arguments: str) -> tuple[int, Any]:
    """Run a command here; its exit code and what it printed, as JSON."""
    done = CliRunner().invoke(app_for(), [*arguments, "--format", "json"])
    if isinstance(done.exception, VariorumError):
        return done.exception.exit_code, done.exception.message
    assert not done.exception or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.output


def content(folder: Path) -> list[str]:
    workspace = open_workspace(Settings(db=f"sqlite:///{folder / 'variorum.db'}", archive=folder / "variorum.archive"))
    assert [finding for finding in examine(workspace) if not finding.ok] == []
    with reading(workspace.engine) as connection:
        return canonical_lines(connection)


FAULTS: tuple[Fault, ...] = ("500", "404", "timeout", "empty", "nothing", "cut", "500", "empty")


@pytest.mark.usefixtures("quick_retries")
def test_many_awards_of_which_some_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [f"{1500000 + 37 * n}" for n in range(MANY)]
    dice = random.Random(4)  # noqa: S311 - a shuffle
    failing = dice.sample(numbers, 24 if MANY >= 200 else 8)
    faults = {("api", number): FAULTS[n % len(FAULTS)] for n, number in enumerate(failing[: len(failing) * 2 // 3])}
    faults |= {
        ("par", number): ("500", "404", "cut", "changed")[n % 4]
        for n, number in enumerate(failing[len(failing) // 2 :])
    }
    sites = Sites(dict(faults), slow=0.6)
    with serve(sites) as server:
        folders = [tmp_path / "faulty", tmp_path / "sound"]
        for folder in folders:
            folder.mkdir()
            settings_of(folder, server, deadline_seconds=0.4)
            (folder / "ids.txt").write_text("# our grants\n" + "\n".join(f"NSF-{number}" for number in numbers))
        monkeypatch.chdir(folders[0])
        code, told = variorum("backfill", "awards", "--file", "ids.txt")
        assert code == 3
        summary = {row["award"]: row for row in told["awards"]}
        assert list(summary) == numbers
        assert {number for number in numbers if summary[number]["failed"]} == set(failing)
        for number in set(numbers) - set(failing):
            assert summary[number]["found"] == summary[number]["new"] == len(publications(number))
        sites.faults = {}
        code, mended = variorum("backfill", "awards", "--retry-failed")
        assert code == 0
        assert {row["award"]: row["failed"] for row in mended["awards"]} == {number: [] for number in failing}
        assert variorum("backfill", "awards", "--retry-failed")[0] == 2
        monkeypatch.chdir(folders[1])
        assert variorum("backfill", "awards", "--file", "ids.txt")[0] == 0
    left = [line for line in content(folders[0]) if not line.startswith(('["quarantine', '["capture'))]
    assert left == [line for line in content(folders[1]) if not line.startswith('["capture')]


@pytest.mark.usefixtures("quick_retries")
def test_when_one_fails_after_another_the_source_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [f"{1600000 + n}" for n in range(12)]
    sites = Sites({("par", number): "500" for number in numbers[2:]})
    with serve(sites) as server:
        settings_of(tmp_path, server)
        monkeypatch.chdir(tmp_path)
        code, told = variorum("backfill", "awards", *numbers)
        outcome = {one["source"]: one for one in told["sources"]}
        assert code == 75
        assert (outcome["nsf_awards"]["status"], outcome["nsf_par"]["code"]) == ("ok", "unavailable")
        asked = sum(ask.path.startswith("/search/") for ask in server.pages)
        sites.faults = {}
        assert variorum("backfill", "awards", *numbers)[0] == 3
        # It went on behind the five that failed, which wait to be asked for again.
        assert sum(ask.path.startswith("/search/") for ask in server.pages) > asked
        assert variorum("backfill", "awards", "--retry-failed")[0] == 0


@pytest.mark.usefixtures("quick_retries")
def test_what_was_not_asked_is_known_and_asked_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [f"{1600000 + n}" for n in range(12)]
    sites = Sites({(site, number): "500" for number in numbers for site in ("api", "par")})
    with serve(sites) as server:
        settings_of(tmp_path, server)
        monkeypatch.chdir(tmp_path)
        code, told = variorum("backfill", "awards", *numbers)
        assert code == 75
        assert [len(row["failed"]) for row in told["awards"]] == [2] * 12
        assert told["awards"][11]["failed"] == ["nsf_awards: not_asked", "nsf_par: not_asked"]
        sites.faults = {}
        code, told = variorum("backfill", "awards", *numbers)
        assert code == 3
        assert [len(row["failed"]) for row in told["awards"]] == [2] * 5 + [0] * 7
        assert variorum("backfill", "awards", "--retry-failed")[0] == 0


REFERENCE = (
    "A Journal~2020~7~Roe, Ann and Poe, Bo~10.5555/a~1-9~Counting Seabirds From Drifting Ice~2021-12-06 08:27:13.9"
)


def test_answers_that_name_no_award_stay_apart_by_their_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"response": {"award": [{"publicationResearch": [REFERENCE]}]}}).encode()
    with serve(Sites(real={"1500000": body, "1500006": body})) as server:
        settings_of(tmp_path, server)
        monkeypatch.chdir(tmp_path)
        ask = ("backfill", "awards", "1500000", "1500006", "--source", "nsf_awards")
        assert variorum(*ask)[0] == 0
        before = content(tmp_path)
        # A paper that both awards name is no news, whichever of them spoke last.
        assert variorum(*ask)[1]["counts"]["captures"] == 0
    (tmp_path / "saved.json").write_bytes(body)
    assert CliRunner().invoke(app_for(), ["import", "saved.json"]).exit_code == 0
    assert content(tmp_path) == before
    assert CliRunner().invoke(app_for(), ["archive", "export-warc", "--out", "all.warc.gz"]).exit_code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for _ in range(2):
        assert CliRunner().invoke(app_for(), ["import", "../all.warc.gz"]).exit_code == 0
    CliRunner().invoke(app_for(), ["dedup", "run"])
    assert content(elsewhere) == before


def test_a_dry_run_fetches_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Sites()) as server:
        settings_of(tmp_path, server)
        monkeypatch.chdir(tmp_path)
        code, rows = variorum("backfill", "awards", "CCF-1919117", "1919117", "--dry-run")
        assert code == 0
        assert [(row["source"], row["resumes"]) for row in rows] == [("nsf_awards", False), ("nsf_par", False)]
        assert "1919117" in rows[0]["request"]
        assert not server.log
    assert [path.name for path in tmp_path.iterdir()] == ["variorum.toml"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["191911"], 2), (["1919117", "next year"], 2), ([], 2), (["1919117", "--retry-failed"], 2)],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_fetched(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app_for(), ["backfill", "awards", *arguments])
    assert isinstance(done.exception, Exception | SystemExit)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not CAPTURES, reason="VARIORUM_CAPTURES is not set")
def test_real_answers_give_each_publication_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(CAPTURES or "") / "nsf_awards"
    real = {
        number: (folder / f"award_{number}_publicationResearch.json").read_bytes() for number in ("1507101", "2132549")
    }
    with serve(Sites({("par", number): "empty" for number in real}, real)) as server:
        settings_of(tmp_path, server)
        monkeypatch.chdir(tmp_path)
        variorum("backfill", "awards", *real)
    _, first = variorum("awards", "show", "1507101")
    dois = [doi for row in first["publications"] for doi in row["doi"]]
    assert len(dois) == len(set(dois)) == len(first["publications"]) == 13
    _, second = variorum("awards", "show", "2132549")
    assert sorted((row["par_id"], row["doi"]) for row in second["publications"]) == [
        (["10402405"], ["10.1093/gigascience/giad004"]),
        (["10526864"], ["10.5334/dsj-2023-026"]),
    ]


def test_killed_and_restarted_it_ends_the_same(tmp_path: Path) -> None:
    numbers = [f"{1700000 + 11 * n}" for n in range(24)]
    faults: dict[tuple[str, str], Fault] = {("api", numbers[5]): "empty", ("par", numbers[9]): "404"}
    dice = random.Random(8)  # noqa: S311 - a shuffle
    hit = 0
    with serve(Sites(faults)) as server:
        places = []
        for name in ("whole", "killed"):
            folder = tmp_path / name
            folder.mkdir()
            settings_of(folder, server)
            (folder / "ids.txt").write_text("\n".join(numbers))
            places.append(Place(folder, f"sqlite:///{folder / 'variorum.db'}"))
        whole, killed = places
        arguments = ("backfill", "awards", "--file", "ids.txt")
        assert whole.start(*arguments).wait(120) == 3, whole.said()
        once = len(server.pages)
        ended = None
        while ended is None:
            process = killed.start(*arguments)
            due = len(server.pages) + dice.randrange(1, max(3, 40 // KILLS))
            while process.poll() is None and (len(server.pages) < due or hit >= KILLS):
                time.sleep(0.005)
            if process.poll() is None:
                process.kill()
                process.wait()
                hit += 1
            else:
                ended = process.returncode
        assert (ended, hit) == (3, KILLS), killed.said()
        # A kill costs one page of each site at most.
        assert len(server.pages) - once <= once + 2 * hit
    assert content(killed.folder) == content(whole.folder)
    with reading(killed.opened().engine) as connection:
        failed = select(func.count()).select_from(tables.backfill).where(tables.backfill.c.status == "failed")
        assert connection.execute(failed).scalar_one() == 2
