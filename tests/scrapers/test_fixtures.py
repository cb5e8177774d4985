"""Every fixture page gives exactly what its expected file says.

``VARIORUM_WRITE_EXPECTED=1`` writes missing files and fails all the same: what was written has to be
read by a person before it counts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from variorum.pipeline.reading import read_page, records_of
from variorum.reports.views import record_view, rejection_view
from variorum.scrapers import sources

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
CASES = sorted(page for name in sources() for page in FIXTURES.glob(f"{name}/*/page.*"))
SEEDS = sorted((FIXTURES / "seeds").glob("*.txt"))


def _read(page: Path) -> dict[str, Any]:
    read = read_page(page.read_bytes())
    return {
        "source": read.source.name,
        "records": [record_view(record, places) for record, places in records_of([(page.name, read)])],
        "rejections": [rejection_view(r, f"{page.name}#{r.place}") for r in read.rejections],
    }


def _compare(page: Path, expected: Path) -> None:
    found = _read(page)
    if not expected.exists():
        if os.environ.get("VARIORUM_WRITE_EXPECTED"):
            expected.parent.mkdir(exist_ok=True)
            expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        pytest.fail(f"{expected} was missing; read it before it is kept")
    assert found == json.loads(expected.read_text())


@pytest.mark.parametrize("page", CASES, ids=lambda page: f"{page.parent.parent.name}-{page.parent.name}")
def test_reconstructed_page(page: Path) -> None:
    _compare(page, page.with_name("expected.json"))


@pytest.mark.parametrize("page", SEEDS, ids=lambda page: page.name[:3])
def test_seed(page: Path) -> None:
    _compare(page, page.parent / "expected" / page.with_suffix(".json").name)


def test_every_source_has_a_fixture() -> None:
    assert {page.parent.parent.name for page in CASES} == set(sources())
