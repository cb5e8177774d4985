"""The archive is checked and taken elsewhere: every damaged body found, an export that is whole or not there."""

from __future__ import annotations

import gzip
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SEEDS, MakeWorkspace, Outcome

from variorum.errors import BadInputError, DatabaseError, ExitCode
from variorum.pipeline import archiving
from variorum.pipeline.archiving import export_warc, verify, written_whole
from variorum.pipeline.containers import SavedBody, saved_bodies
from variorum.pipeline.importing import import_files
from variorum.pipeline.workspace import Workspace
from variorum.store import pages
from variorum.store.engine import reading
from variorum.store.pages import CaptureRow
from variorum.transport.warc import is_warc

FETCHED = b"<html>a page that was fetched</html>"


@pytest.fixture
def filled(make_workspace: MakeWorkspace) -> Workspace:
    """A workspace with the sample pages."""
    workspace = make_workspace()
    import_files(workspace, SEEDS)
    return workspace


def captures(workspace: Workspace) -> list[CaptureRow]:
    with reading(workspace.engine) as connection:
        return pages.captures(connection)


def file_of(workspace: Workspace, capture: CaptureRow) -> Path:
    return workspace.archive.root / capture.sha256[:2] / f"{capture.sha256}.gz"


def bodies_in(path: Path) -> list[SavedBody]:
    found = list(saved_bodies(path, 64))
    assert not [one for one in found if isinstance(one, BadInputError)]
    return [one for one in found if isinstance(one, SavedBody)]


# --- checking ---


def test_an_archive_as_it_should_be(filled: Workspace) -> None:
    told: list[tuple[int, int]] = []
    found = verify(filled, lambda done, total: told.append((done, total)))
    assert found.ok
    assert (found.captures, found.intact, found.faults) == (5, 5, ())
    assert found.bytes == sum(len(path.read_bytes()) for path in SEEDS)
    assert (found.orphans, found.orphan_bytes, found.parts, found.strangers) == (0, 0, 0, 0)
    assert told == [(number, 5) for number in range(1, 6)]


def test_an_archive_that_is_not_there_yet(make_workspace: MakeWorkspace) -> None:
    found = verify(make_workspace())
    assert found.ok
    assert found.captures == 0


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a flipped bit": (flip, "archive_damaged"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-20]), "archive_damaged"),
    "another body": (lambda path: path.write_bytes(gzip.compress(b"other")), "archive_damaged"),
    "gone": (lambda path: path.unlink(), "archive_missing"),
    "a folder in its place": (lambda path: (path.unlink(), path.mkdir()), "archive_unreadable"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_body_is_found(filled: Workspace, name: str) -> None:
    damage, code = DAMAGE[name]
    capture = captures(filled)[2]
    damage(file_of(filled, capture))
    found = verify(filled)
    assert not found.ok
    assert (found.captures, found.intact, found.orphans) == (5, 4, 0)
    assert [fault.__dict__ for fault in found.faults] == [
        {
            "capture_id": capture.id,
            "source": capture.source,
            "uri": capture.uri,
            "sha256": capture.sha256,
            "code": code,
        }
    ]


def test_importing_the_page_again_mends_it(filled: Workspace) -> None:
    flip(file_of(filled, captures(filled)[2]))
    import_files(filled, SEEDS)
    assert verify(filled).ok


def test_what_no_capture_names_is_counted_and_harmless(filled: Workspace) -> None:
    root = filled.archive.root
    filled.archive.put(b"left by a run that was killed")
    [folder, *_] = root.iterdir()
    (folder / ".abc.part").write_bytes(b"half")
    (folder / "notes.txt").write_bytes(b"mine")
    (root / "README").write_bytes(b"mine")
    (root / "notes.gz").write_bytes(b"mine")
    found = verify(filled)
    assert found.ok
    assert (found.orphans, found.parts, found.strangers) == (1, 1, 3)
    assert 0 < found.orphan_bytes < 100


def test_a_body_under_a_name_of_the_wrong_folder_is_no_body(filled: Workspace) -> None:
    path = file_of(filled, captures(filled)[0])
    wrong = filled.archive.root / "zz"
    wrong.mkdir()
    path.rename(wrong / path.name)
    found = verify(filled)
    assert [fault.code for fault in found.faults] == ["archive_missing"]
    assert (found.orphans, found.strangers) == (0, 1)


# --- exporting ---


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz", "PAGES.GZ"])
def test_an_export_holds_every_page_byte_for_byte(filled: Workspace, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    assert export_warc(filled, out) == 5
    found = bodies_in(out)
    assert [one.body for one in found] == [path.read_bytes() for path in SEEDS]
    for one, capture in zip(found, captures(filled), strict=True):
        assert (one.uri, one.captured_at, one.source) == (capture.uri, capture.captured_at, capture.source)
    assert (out.read_bytes()[:2] == b"\x1f\x8b") is name.lower().endswith("gz")
    assert is_warc(out.read_bytes()[:1024])
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
    assert {path.name for path in tmp_path.iterdir()} == {name, "workspace0"}


def test_the_pages_of_one_source(filled: Workspace, tmp_path: Path) -> None:
    sources = [capture.source for capture in captures(filled)]
    count = export_warc(filled, tmp_path / "a.warc", source=sources[0])
    assert count == sources.count(sources[0]) < 5
    assert {one.source for one in bodies_in(tmp_path / "a.warc")} == {sources[0]}
    assert export_warc(filled, tmp_path / "a.warc", source="nobody") == 0
    assert bodies_in(tmp_path / "a.warc") == []


def test_the_same_archive_gives_the_same_export(filled: Workspace, tmp_path: Path) -> None:
    still = replace(filled, clock=lambda: "2026-11-21T00:00:00.000000+00:00")
    told: list[tuple[int, int]] = []
    for name in ("a.warc.gz", "b.warc.gz"):
        export_warc(still, tmp_path / name, progress=lambda done, total: told.append((done, total)))
    assert (tmp_path / "a.warc.gz").read_bytes() == (tmp_path / "b.warc.gz").read_bytes()
    assert told == [(number, 5) for number in range(1, 6)] * 2


def test_a_fetched_page_keeps_its_status_and_headers(
    filled: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = filled.archive.put(FETCHED)
    headers = {"Content-Type": "text/html", "etag": '"1"', "content-encoding": "gzip"}
    fetched = replace(
        captures(filled)[0],
        uri="https://example.org/a?b=c",
        sha256=digest,
        length=len(FETCHED),
        status=200,
        headers=headers,
    )
    monkeypatch.setattr(archiving.pages, "captures", lambda _connection, _source: [fetched])
    assert export_warc(filled, tmp_path / "a.warc.gz") == 1
    [found] = bodies_in(tmp_path / "a.warc.gz")
    assert (found.body, found.status) == (FETCHED, 200)
    assert found.headers["etag"] == '"1"'
    assert found.headers["x-archive-orig-content-encoding"] == "gzip"


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_body_stops_the_export_and_the_older_one_stays(filled: Workspace, tmp_path: Path, name: str) -> None:
    out = tmp_path / "pages.warc.gz"
    export_warc(filled, out)
    before = out.read_bytes()
    damage, code = DAMAGE[name]
    capture = captures(filled)[3]
    damage(file_of(filled, capture))
    with pytest.raises(DatabaseError) as caught:
        export_warc(filled, out)
    assert caught.value.code == code
    assert capture.uri in caught.value.message
    assert out.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {out.name, "workspace0"}


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_older_export(
    filled: Workspace, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    out = tmp_path / "pages.warc.gz"
    out.write_bytes(b"before")
    target: dict[str, Any] = {"fsync": os, "replace": Path}
    monkeypatch.setattr(target[step], step, fail)
    with pytest.raises(BadInputError, match="No space left") as caught:
        export_warc(filled, out)
    assert caught.value.code == "unwritable"
    assert out.read_bytes() == b"before"
    assert {path.name for path in tmp_path.iterdir()} == {out.name, "workspace0"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_device_that_is_full(filled: Workspace) -> None:
    with pytest.raises(BadInputError, match="No space left"):
        export_warc(filled, Path("/dev/full"))


def test_a_pipe_is_written_directly(filled: Workspace, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    assert export_warc(filled, pipe) == 5
    reader.join()
    (tmp_path / "a.warc").write_bytes(got[0])
    assert len(bodies_in(tmp_path / "a.warc")) == 5
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"before")
    (tmp_path / "link").symlink_to("real")
    with written_whole(tmp_path / "link") as stream:
        stream.write(b"after")
        assert (tmp_path / "real").read_bytes() == b"before"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"after"


# --- importing what was exported ---


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_an_export_read_elsewhere_gives_identical_bodies(
    filled: Workspace, make_workspace: MakeWorkspace, tmp_path: Path, name: str
) -> None:
    export_warc(filled, tmp_path / name)
    other = make_workspace()
    import_files(other, [tmp_path / name])
    here, there = captures(filled), captures(other)
    assert [(one.source, one.sha256, one.length) for one in there] == [(o.source, o.sha256, o.length) for o in here]
    assert verify(other).ok


def test_a_torn_file_gives_its_whole_pages_and_a_fault(filled: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "pages.warc.gz"
    export_warc(filled, out)
    out.write_bytes(out.read_bytes()[:-100])
    *whole, torn = saved_bodies(out, 64)
    assert [one.body for one in whole if isinstance(one, SavedBody)] == [path.read_bytes() for path in SEEDS[:4]]
    assert isinstance(torn, BadInputError)
    assert torn.code == "torn_record"
    assert torn.message.startswith("record=6: ")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        list(saved_bodies(tmp_path / "none.warc", 64))
    assert caught.value.code == "unreadable"


# --- the command line ---


def damaged_archive(here: Path) -> Iterator[Path]:
    return (path for path in sorted(here.rglob("*.gz")) if len(path.stem) == 64)


def test_verify_says_what_it_found(variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    assert variorum("import", *SEEDS).code == ExitCode.NEEDS_A_HUMAN
    outcome = variorum("archive", "verify")
    assert (outcome.code, outcome.out) == (ExitCode.OK, "")
    assert "5 pages: 5 intact" in outcome.err
    assert json.loads(variorum("archive", "verify", "--format", "json").out)["ok"] is True

    flip(next(damaged_archive(tmp_path / "here")))
    outcome = variorum("archive", "verify")
    assert outcome.code == ExitCode.DATABASE
    assert "archive_damaged" in outcome.out
    assert "variorum db doctor" in outcome.err
    assert "variorum import FILE" in outcome.err
    outcome = variorum("archive", "verify", "-f", "json")
    assert outcome.code == ExitCode.DATABASE
    found = json.loads(outcome.out)
    assert (found["ok"], found["captures"], found["intact"], len(found["faults"])) == (False, 5, 4, 1)
    outcome = variorum("archive", "verify", "-f", "csv")
    assert outcome.code == ExitCode.DATABASE
    heading, row = outcome.out.splitlines()
    assert heading == "capture_id,code,source,uri"
    assert "archive_damaged" in row


def test_export_from_the_command_line(variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    assert variorum("import", *SEEDS).code == ExitCode.NEEDS_A_HUMAN
    outcome = variorum("archive", "export-warc", "--out", "pages.warc.gz")
    assert (outcome.code, outcome.out) == (ExitCode.OK, "")
    assert "5 pages written to pages.warc.gz" in outcome.err
    assert len(bodies_in(Path("pages.warc.gz"))) == 5
    assert variorum("archive", "export-warc", "--out", "one.warc", "--source", "nsf_par").code == 0
    assert variorum("archive", "export-warc", "--out", "one.warc", "--source", "nobody").code == ExitCode.BAD_INPUT
    assert variorum("archive", "export-warc", "--out", "no/such/folder.warc").code == ExitCode.BAD_INPUT
    assert variorum("archive", "export-warc").code == ExitCode.BAD_INPUT
    flip(next(damaged_archive(tmp_path / "here")))
    outcome = variorum("archive", "export-warc", "--out", "pages.warc.gz")
    assert outcome.code == ExitCode.DATABASE
    assert "cannot be exported" in outcome.err
    assert len(bodies_in(Path("pages.warc.gz"))) == 5


def test_without_a_database(variorum: Callable[..., Outcome]) -> None:
    for command in (("verify",), ("export-warc", "--out", "a.warc")):
        assert variorum("archive", *command).code == ExitCode.BAD_INPUT
    assert not Path("a.warc").exists()
