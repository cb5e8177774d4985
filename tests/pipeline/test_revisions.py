"""Pages change between one import and the next: the newest statement stands, and old pages say nothing new."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import SEEDS

from variorum.pipeline.doctor import examine
from variorum.pipeline.importing import import_files
from variorum.pipeline.resolving import run_dedup
from variorum.pipeline.workspace import Workspace
from variorum.store import works
from variorum.store.dump import canonical_lines
from variorum.store.engine import reading


def _saved(folder: Path, name: str, *changes: tuple[str, str], seed: int = 3) -> Path:
    text = SEEDS[seed].read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = folder / name
    path.write_text(text)
    return path


def _lines(workspace: Workspace) -> list[str]:
    with reading(workspace.engine) as connection:
        return canonical_lines(connection)


def test_a_corrected_page_changes_its_record_and_the_old_page_does_not_change_it_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = _saved(tmp_path, "first.txt")
    second = _saved(tmp_path, "second.txt", ("We introduce Dion (Distributed", "We present Dion (Distributed"))
    import_files(workspace, [first])
    changed = import_files(workspace, [second])
    assert (changed.counts["new"], changed.counts["changed"], changed.counts["unchanged"]) == (0, 1, 28)
    run_dedup(workspace)
    before = _lines(workspace)
    again = import_files(workspace, [first, second])
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    assert _lines(workspace) == before
    with reading(workspace.engine) as connection:
        [work_id] = works.search(connection, ["Dion"], award=None, source=None, limit=5)
        abstract = {row.field: row.value for row in works.fields(connection, [work_id])[work_id]}["abstract"]
    assert "We present Dion" in abstract
    assert all(finding.ok for finding in examine(workspace))


def test_the_same_bytes_under_another_name_are_the_same_page(workspace: Workspace, tmp_path: Path) -> None:
    import_files(workspace, [SEEDS[0]])
    copy = tmp_path / "copy.txt"
    copy.write_bytes(SEEDS[0].read_bytes())
    again = import_files(workspace, [copy])
    assert (again.counts["captures"], again.counts["unchanged"]) == (0, 2)


def test_awards_add_up_over_searches(workspace: Workspace, tmp_path: Path) -> None:
    other = _saved(tmp_path, "other.txt", ("Award ID contains: 1919117", "Award ID contains: 2132549"), seed=2)
    import_files(workspace, [SEEDS[2], other])
    with reading(workspace.engine) as connection:
        for award in ("1919117", "2132549"):
            assert len(works.search(connection, [], award=award, source=None, limit=9)) == 2


def test_a_list_that_grew_at_its_top_keeps_its_records(workspace: Workspace, tmp_path: Path) -> None:
    import_files(workspace, [SEEDS[4]])
    head, section, *lines = SEEDS[4].read_text("utf-8").split("\n")
    half = len(lines) // 2
    added = ["Journal of Made-up Results, Jan 1, 2026"]
    grown = tmp_path / "grown.txt"
    grown.write_text("\n".join([head, section, *added, *lines[:half], *added, *lines[half:]]))
    result = import_files(workspace, [grown])
    assert (result.counts["new"], result.counts["changed"], result.counts["unchanged"]) == (1, 0, 39)
