"""The archive gives back exactly what was kept, or says that it cannot."""

from __future__ import annotations

import gzip
import os
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from variorum.errors import DatabaseError, ExitCode, VariorumError
from variorum.transport.archive import Archive, digest

BODY = b"A page, saved as it came: \x00\xff\r\n" * 40


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def files(archive: Archive) -> list[Path]:
    return sorted(path for path in archive.root.rglob("*") if path.is_file())


def path_of(archive: Archive, name: str) -> Path:
    [path] = [path for path in files(archive) if path.name.startswith(name)]
    return path


in_one_archive = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@in_one_archive
@given(st.binary(max_size=5_000) | st.binary(max_size=40).map(lambda part: part * 500))
def test_what_is_kept_comes_back_byte_for_byte(archive: Archive, body: bytes) -> None:
    name = archive.put(body)
    assert name == digest(body)
    assert archive.get(name, len(body)) == body
    assert archive.put(body) == name


def test_nothing_is_made_before_the_first_body(archive: Archive) -> None:
    assert not archive.root.exists()
    archive.put(b"")
    assert archive.get(digest(b""), 0) == b""


def test_a_body_lies_under_its_own_digest_and_nothing_else_does(archive: Archive) -> None:
    name = archive.put(BODY)
    assert [str(path.relative_to(archive.root)) for path in files(archive)] == [f"{name[:2]}/{name}.gz"]
    assert gzip.decompress(path_of(archive, name).read_bytes()) == BODY


def test_the_same_body_again_writes_nothing(archive: Archive) -> None:
    name = archive.put(BODY)
    path = path_of(archive, name)
    os.utime(path, ns=(1, 1))
    before = path.stat()
    assert archive.put(BODY) == name
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert len(files(archive)) == 1


def test_the_same_body_makes_the_same_file_everywhere(tmp_path: Path) -> None:
    packed = set()
    for folder in ("one", "two"):
        archive = Archive(tmp_path / folder)
        packed.add(path_of(archive, archive.put(BODY)).read_bytes())
    assert len(packed) == 1
    [only] = packed
    assert only[4:8] == bytes(4), "a gzip file's time stamp"


def flip(packed: bytes, bit: int) -> bytes:
    damaged = bytearray(packed)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a flipped bit in the data": lambda packed: flip(packed, 8 * (len(packed) // 2)),
    "a flipped bit in the mark": lambda packed: flip(packed, 0),
    "cut in the middle": lambda packed: packed[: len(packed) // 2],
    "cut to its head": lambda packed: packed[:10],
    "emptied": lambda _packed: b"",
    "another body": lambda _packed: gzip.compress(b"another page"),
    "another body of the same length": lambda _packed: gzip.compress(bytes(len(BODY))),
    "a body too long": lambda _packed: gzip.compress(BODY + b"."),
    "a body too short": lambda _packed: gzip.compress(BODY[:-1]),
    "not packed": lambda _packed: BODY,
    "packed otherwise": lambda _packed: b"BZh91AY&SY" + bytes(40),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_body_is_never_given_out(archive: Archive, damage: str) -> None:
    name = archive.put(BODY)
    path = path_of(archive, name)
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(DatabaseError, match="damaged") as caught:
        archive.get(name, len(BODY))
    assert (caught.value.code, caught.value.exit_code) == ("archive_damaged", ExitCode.DATABASE)
    assert str(path) in caught.value.message


@in_one_archive
@given(st.data())
def test_after_any_damage_the_right_body_comes_back_or_none(archive: Archive, data: st.DataObject) -> None:
    name = archive.put(BODY)
    path = path_of(archive, name)
    packed = path.read_bytes()
    damaged = data.draw(
        st.integers(0, 8 * len(packed) - 1).map(lambda bit: flip(packed, bit))
        | st.integers(0, len(packed)).map(lambda length: packed[:length])
        | st.binary(max_size=60)
    )
    path.write_bytes(damaged)
    outcome: bytes | str
    try:
        outcome = archive.get(name, len(BODY))
    except DatabaseError as error:
        outcome = error.code
    finally:
        path.write_bytes(packed)
    assert outcome in (BODY, "archive_damaged")


@pytest.mark.parametrize("length", [0, len(BODY) - 1, len(BODY) + 1])
def test_a_body_of_another_length_than_noted_is_damaged(archive: Archive, length: int) -> None:
    name = archive.put(BODY)
    with pytest.raises(DatabaseError) as caught:
        archive.get(name, length)
    assert caught.value.code == "archive_damaged"


def test_a_body_that_was_swapped_with_another_is_damaged(archive: Archive) -> None:
    other = BODY[::-1]
    names = archive.put(BODY), archive.put(other)
    one, two = (path_of(archive, name) for name in names)
    packed = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(packed)
    for name in names:
        with pytest.raises(DatabaseError) as caught:
            archive.get(name, len(BODY))
        assert caught.value.code == "archive_damaged"


@pytest.mark.parametrize("made", [False, True])
def test_a_body_that_is_not_there_is_missing(archive: Archive, made: bool) -> None:
    if made:
        path_of(archive, archive.put(BODY)).unlink()
    with pytest.raises(DatabaseError, match=digest(BODY)) as caught:
        archive.get(digest(BODY), len(BODY))
    assert (caught.value.code, caught.value.exit_code) == ("archive_missing", ExitCode.DATABASE)


def test_a_bomb_under_a_false_name_is_not_inflated(archive: Archive) -> None:
    name = archive.put(BODY)
    bomb = gzip.compress(bytes(64 * 1024 * 1024), compresslevel=9)
    path_of(archive, name).write_bytes(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(DatabaseError) as caught:
            archive.get(name, len(BODY))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.code == "archive_damaged"
    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize("step", ["fsync", "write", "replace"])
def test_a_body_that_could_not_be_written_leaves_nothing_behind(
    archive: Archive, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    targets = {"fsync": (os, "fsync"), "write": (gzip, "compress"), "replace": (Path, "replace")}
    with monkeypatch.context() as patched:
        patched.setattr(*targets[step], fail)
        with pytest.raises(VariorumError, match="No space"):
            archive.put(BODY)
    assert files(archive) == []
    assert archive.get(archive.put(BODY), len(BODY)) == BODY


def test_no_temporary_files_stay(archive: Archive) -> None:
    bodies = [bytes([number]) * number for number in range(50)]
    names = {archive.put(body) for body in bodies + bodies}
    assert len(names) == len(bodies)
    assert {path.name for path in files(archive)} == {f"{name}.gz" for name in names}


def test_two_that_keep_the_same_body_at_once_both_succeed(archive: Archive) -> None:
    start = threading.Barrier(4)
    names: list[str] = []

    def keep() -> None:
        start.wait()
        names.append(archive.put(BODY * 500))

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == [digest(BODY * 500)] * 4
    assert len(files(archive)) == 1
    assert archive.get(names[0], len(BODY) * 500) == BODY * 500
