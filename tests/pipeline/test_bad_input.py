"""Whatever is handed in: a named error or quarantine rows, never a traceback, and a store that stays sound."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import SEEDS, MakeWorkspace, Outcome

from variorum.errors import BadInputError
from variorum.pipeline.doctor import examine
from variorum.pipeline.importing import import_files
from variorum.pipeline.reading import read_page
from variorum.pipeline.resolving import run_dedup
from variorum.store.dump import canonical_lines
from variorum.store.engine import reading


def _cut_middle(body: bytes) -> bytes:
    third = len(body) // 3
    return body[:third] + body[2 * third :]


BAD_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty_file"),
    "blank": (lambda: b"\xef\xbb\xbf\n \n\t\n", "empty_file"),
    "binary": (lambda: bytes(range(256)) * 64, "not_text"),
    "gzip": (lambda: gzip.compress(SEEDS[0].read_bytes()), "bad_encoding|not_text"),
    "one-line-of-50-MB": (lambda: b"a" * 50_000_000, "line_too_long"),
    "over-the-limit": (lambda: b"a\n" * 40_000_000, "too_large"),
    "utf-16": (lambda: SEEDS[3].read_text("utf-8").encode("utf-16"), "bad_encoding"),
    "utf-16-without-mark": (lambda: SEEDS[3].read_text("utf-8").encode("utf-16-le"), "not_text|bad_encoding"),
    "latin-1": (lambda: SEEDS[3].read_text("utf-8").encode("latin-1", "replace"), "bad_encoding"),
    "control-characters": (lambda: SEEDS[0].read_bytes() + b"\x1b\x07", "not_text"),
    "some-prose": (lambda: b"Call me Ishmael. Some years ago, never mind how long precisely.\n", "unrecognised"),
    "html": (lambda: b"<!doctype html><title>Just a moment...</title>", "unrecognised"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_page(name: str, variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    body, codes = BAD_FILES[name]
    path = tmp_path / "bad.txt"
    path.write_bytes(body())
    assert variorum("import", SEEDS[0]).code == 0
    with_one = variorum("dedup", "report", "--format", "json").out
    outcome = variorum("import", path)
    assert outcome.code == 2
    assert any(code in outcome.err for code in codes.split("|")), outcome.err
    assert variorum("dedup", "report", "--format", "json").out == with_one
    assert variorum("parse", path).code == 2
    assert variorum("db", "doctor").code == 0


def test_files_that_cannot_be_opened(variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    for path in (tmp_path / "missing.txt", tmp_path):
        outcome = variorum("import", path)
        assert outcome.code == 2
        assert str(path) in outcome.err


def test_one_bad_file_does_not_stop_the_others(variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\x00")
    outcome = variorum("import", SEEDS[0], bad, SEEDS[4])
    assert outcome.code == 2
    assert "43 entries" not in outcome.err
    assert "40 entries seen = 40 sightings + 0 quarantined" in outcome.err
    assert variorum("runs", "show", "last", "--format", "json").out.count('"failed"') == 1


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name[:3])
@pytest.mark.parametrize("part", [0.3, 0.55, 0.93])
def test_a_page_that_was_cut_off(seed: Path, part: float, make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    body = seed.read_bytes()
    cut = tmp_path / seed.name
    cut.write_bytes(body[: int(len(body) * part)].decode("utf-8", "ignore").encode())
    workspace = make_workspace()
    result = import_files(workspace, [cut])
    assert result.exit_code in (2, 3)
    run_dedup(workspace)
    assert all(finding.ok for finding in examine(workspace))


@pytest.mark.parametrize("seed", [SEEDS[i] for i in (0, 1, 2, 4)], ids=lambda path: path.name[:3])
def test_a_page_without_its_middle(seed: Path, make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    cut = tmp_path / seed.name
    cut.write_bytes(_cut_middle(seed.read_bytes()).decode("utf-8", "ignore").encode())
    workspace = make_workspace()
    assert import_files(workspace, [cut]).exit_code in (2, 3)
    assert all(finding.ok for finding in examine(workspace))


def test_an_abstract_joined_to_anothers_end_is_beyond_telling() -> None:
    """Scholar Feed counts nothing: a page whose cut joins two abstracts cannot be told from a whole one.

    Nor can one that lacks whole papers. Stated here so that the limit is known; cuts that leave a paper
    with other than its three lines are noticed.
    """
    lines = SEEDS[3].read_text("utf-8").split("\n")
    joined = [*lines[:2], lines[2][:200] + lines[5][-200:], *lines[6:]]
    assert not read_page("\n".join(joined).encode()).rejections
    for start, end in ((1, 2), (2, 3), (1, 3), (0, 1), (2, 4), (1, 5)):
        rest = [*lines[:start], *lines[end:]]
        noticed = read_page("\n".join(rest).encode())
        assert noticed.rejections, (start, end)


def test_a_cut_page_changes_nothing_that_was_read_before(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    workspace = make_workspace()
    import_files(workspace, [SEEDS[4]])
    with reading(workspace.engine) as connection:
        before = {line for line in canonical_lines(connection) if line.startswith('["record"')}
    cut = tmp_path / "cut.txt"
    cut.write_bytes(_cut_middle(SEEDS[4].read_bytes()).decode("utf-8", "ignore").encode())
    import_files(workspace, [cut])
    with reading(workspace.engine) as connection:
        after = {line for line in canonical_lines(connection) if line.startswith('["record"')}
    assert after == before


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_any_damage_ends_in_records_rejections_or_a_named_error(seed: Path, data: st.DataObject) -> None:
    """Cut, repeated, swapped and overwritten anywhere: nothing but a reading or ``BadInputError`` comes back."""
    body = seed.read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
        damage = data.draw(st.sampled_from(["cut", "repeat", "overwrite", "head", "tail"]))
        body = {
            "cut": body[:start] + body[end:],
            "repeat": body[:end] + body[start:],
            "overwrite": body[:start] + data.draw(st.binary(max_size=40)) + body[start:],
            "head": body[:end],
            "tail": body[start:],
        }[damage]
    try:
        page = read_page(body)
    except BadInputError:
        return
    assert page.seen == len(page.sightings) + len(page.rejections) > 0


HOSTILE = {
    "letters": "A" * 500_000,
    "names": "a, " * 160_000,
    "capitals": "Ab" * 250_000,
    "institutions": "· a-b" * 100_000,
    "open-formulas": "\\(" * 250_000,
    "dollars": "$" * 500_000,
    "macros": "\\textit{" * 60_000,
    "ties": "a~b" * 150_000,
    "more": "... more " * 55_000,
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_a_hostile_line_is_one_rejection(shape: str) -> None:
    """Half a million characters in the shapes that patterns look for; a backtracking one would take hours."""
    line = HOSTILE[shape]
    badges = SEEDS[3].read_text("utf-8").split("\n")[0]
    for lines in ([badges, line, "An abstract."], [badges, "A TitleEmmy Noether", f"{line}."]):
        page = read_page("\n".join(lines).encode(), "scholar_feed")
        assert (len(page.sightings), len(page.rejections)) == (0, 1)
    head = SEEDS[4].read_text("utf-8").split("\n")[:2]
    page = read_page("\n".join([*head, line]).encode(), "academia")
    assert (len(page.sightings), len(page.rejections)) == (0, 1)


def test_unreadable_settings_are_a_usage_error(variorum: Callable[..., Outcome]) -> None:
    Path("variorum.toml").write_text("db = 5\nunknown = true\n")
    outcome = variorum("works", "list")
    assert outcome.code == 2
    assert "variorum.toml" in outcome.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(SEEDS[0].read_bytes())
    secret.chmod(0)
    assert variorum("import", secret).code == 2
