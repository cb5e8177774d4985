"""What begins before the command line is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from variorum.cli import _early
from variorum.dedup.engines import workers


@pytest.mark.parametrize(
    ("arguments", "begun"),
    [
        (["dedup", "file", "a.csv", "b.csv", "--out", "clusters.csv"], True),
        (["dedup", "file", "--out", "clusters.csv", "a.csv", "b.csv"], True),
        (["dedup", "file", "a.csv", "--out", "clusters.csv"], False),
        (["dedup", "file", "a.csv", "missing.csv", "\0"], False),
        (["dedup", "file", "--help"], False),
        (["dedup", "file"], False),
        (["dedup", "evaluate", "a.csv", "b.csv"], False),
        (["import", "a.csv", "b.csv"], False),
        ([], False),
    ],
)
def test_only_large_files_are_worth_loading_ahead(
    arguments: list[str], begun: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(workers, "load_ahead", loaded.extend)
    monkeypatch.setattr(_early, "LARGE", 10)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("id,title")
    _early.begin_early(arguments)
    assert loaded == (["variorum.pipeline.chunk_reading", "variorum.dedup.engines.judging"] if begun else [])
