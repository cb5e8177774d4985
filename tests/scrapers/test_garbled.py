"""Pages cut or garbled anywhere: named errors or rejections in little time, and never half a record."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from variorum.errors import BadInputError
from variorum.pipeline.reading import Page, read_page

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PAGES = [
    *sorted(
        page for form in ("feed", "snapshot", "abs", "daily", "html") for page in FIXTURES.glob(f"arxiv/{form}*/page.*")
    ),
    *sorted(FIXTURES.glob("feed/*/page.xml")),
]
BITES = [
    b"<",
    b">",
    b"</",
    b"&",
    b'"',
    b"'",
    b"\\\\\n",
    b"\n",
    b"\x00",
    b"\xff",
    b"<![CDATA[",
    b"<!--",
    b"{",
    b"]",
    b"\x1e",
]

pytestmark = pytest.mark.parametrize("path", PAGES, ids=lambda page: f"{page.parent.parent.name}-{page.parent.name}")
quickly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _read(body: bytes, path: Path) -> list[Page]:
    """What the page gives by its own marks, and when its source is named."""
    started = time.monotonic()
    pages = []
    for source in (None, path.parent.parent.name):
        try:
            pages.append(read_page(body, source))
        except BadInputError:
            continue
    assert all(page.seen > 0 for page in pages)
    assert time.monotonic() - started < 5
    return pages


@quickly
@given(st.data())
def test_garbled(path: Path, data: st.DataObject) -> None:
    body = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        stop = min(len(body), start + data.draw(st.integers(0, 200)))
        body = body[:start] + data.draw(st.sampled_from(BITES) | st.binary(max_size=8)) + body[stop:]
    _read(body, path)


@quickly
@given(st.data())
def test_cut_off(path: Path, data: st.DataObject) -> None:
    body = path.read_bytes()
    cut = body[: data.draw(st.integers(1, len(body) - 1))]
    # A text file that ends with a bar looks whole: what follows may be another paper.
    if cut.rstrip().endswith(b"\\\\"):
        return
    whole = {s.statement.model_dump_json(exclude={"source"}) for s in read_page(body).sightings}
    for page in _read(cut, path):
        assert {s.statement.model_dump_json(exclude={"source"}) for s in page.sightings} <= whole
