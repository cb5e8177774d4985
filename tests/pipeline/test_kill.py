"""Harvests that are killed a few times hold in the end what others hold; ``make kill-test`` does it at length."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.kill_test import kill_test, report


def test_killed_harvests_of_two_sources_lose_and_double_nothing(tmp_path: Path) -> None:
    figures = kill_test(tmp_path, kills=5, pages=20, seed=11, sources=("arxiv", "oai:other"), thorough=True)
    assert figures.wrong == [], report(figures)
    assert figures.kills == 5, report(figures)
    assert figures.exits == {-signal.SIGKILL: 5, 0: 1}
    assert figures.costliest <= 1, report(figures)
