"""Night after night or all at once: the works come out the same, also when blocks outgrow their cap."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import MakeWorkspace

from variorum.pipeline import resolving
from variorum.pipeline.importing import import_files
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.store.dump import canonical_lines
from variorum.store.engine import reading

OPENINGS = ("A Survey of Sparse Training", "Dense Retrieval for Long Documents", "Pruning at Night")
ENDINGS = ("on Phones", "on Phones and Tablets", "in 2021", "in 2022", "Part I", "Part II", "Revisited")
NAMES = ("Emmy Noether", "Bartel van der Waerden", "Max Deuring")

ENTRIES = st.tuples(
    st.sampled_from(OPENINGS), st.sampled_from(ENDINGS), st.sampled_from(NAMES), st.integers(2019, 2022)
)


def _page(entries: list[tuple[str, str, str, int]]) -> str:
    lines = ["LGJan 1, 1999", "A Page That Is Never EmptyEmmy Noether, Max Deuring", "It holds this at least."]
    for opening, ending, name, year in entries:
        lines += [f"LGMay 5, {year}", f"{opening} {ending}{name}, Emil Artin", f"What {name} says of {opening}."]
    return "\n".join(lines)


def _content(workspace: Workspace) -> list[str]:
    with reading(workspace.engine) as connection:
        return canonical_lines(connection)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nights=st.lists(st.lists(ENTRIES, max_size=6, unique=True), min_size=1, max_size=4),
    cap=st.sampled_from([2, 3, 200]),
)
def test_nights_add_up_to_a_full_run(
    nights: list[list[tuple[str, str, str, int]]],
    cap: int,
    make_workspace: MakeWorkspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolving, "MAX_BLOCK", cap)
    workspace = make_workspace()
    for number, entries in enumerate(nights):
        page = tmp_path / f"{number}.txt"
        page.write_text(_page(entries))
        import_files(workspace, [page])
        run_dedup(workspace)
    night_after_night = _content(workspace)
    run_dedup(workspace, full=True)
    assert _content(workspace) == night_after_night
