"""Importing saved pages: each page is archived, read, and stored in one transaction with its tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from variorum import __version__
from variorum.errors import BadInputError, ExitCode, VariorumError
from variorum.pipeline import storing
from variorum.pipeline.ledger import recorded
from variorum.pipeline.reading import Page, read_file, read_page
from variorum.pipeline.workspace import Workspace
from variorum.store import runs
from variorum.store.engine import writing
from variorum.store.pages import NewCapture

COMMAND = "import"


@dataclass(frozen=True)
class Failure:
    """A file that was not taken in, and why."""

    name: str
    error: VariorumError


@dataclass(frozen=True)
class ImportResult:
    """What an import did. ``newly_quarantined`` counts quarantine rows that were not there before."""

    run_id: int
    counts: Counter[str]
    newly_quarantined: int
    failures: tuple[Failure, ...]

    @property
    def exit_code(self) -> ExitCode:
        """2 when a file was refused, 3 when the quarantine grew, else 0."""
        if self.failures:
            return max(failure.error.exit_code for failure in self.failures)
        return ExitCode.NEEDS_A_HUMAN if self.newly_quarantined else ExitCode.OK


def import_files(
    workspace: Workspace,
    paths: Sequence[Path],
    source_name: str | None = None,
    on_file: Callable[[Path, Page | None], None] = lambda _path, _page: None,
) -> ImportResult:
    """Import files, each on its own: one that is refused leaves the others and the store as they are."""
    counts: Counter[str] = Counter()
    failures: list[Failure] = []
    newly_quarantined = 0
    with recorded(workspace, COMMAND, [path.name for path in paths]) as run:
        for path in paths:
            page = None
            try:
                body = read_file(path, workspace.max_file_mib)
                page = read_page(body, source_name)
                tally, new_rows = store_page(workspace, run.id, path.name, body, page)
                counts += tally
                newly_quarantined += new_rows
            except BadInputError as error:
                failures.append(Failure(str(path).encode("utf-8", "backslashreplace").decode(), error))
            on_file(path, page)
        result = ImportResult(run.id, counts, newly_quarantined, tuple(failures))
        run.status = _status(result)
        run.message = "; ".join(f"{failure.name}: {failure.error.code}" for failure in failures) or None
    return result


def _status(result: ImportResult) -> str:
    if result.failures:
        return "failed"
    return "needs_a_human" if result.newly_quarantined else "ok"


def store_page(workspace: Workspace, run_id: int, name: str, body: bytes, page: Page) -> tuple[Counter[str], int]:
    """Archive and store one saved page; returns its tally and how many rejections are new to the quarantine.

    The body is in the archive before the transaction that refers to it commits, so a capture without
    body cannot come about; a body without capture is harmless.
    """
    new = NewCapture(
        source=page.source.name,
        uri="file:" + name.encode("utf-8", "backslashreplace").decode(),
        sha256=workspace.archive.put(body),
        length=len(body),
        captured_at=workspace.clock(),
        read_by=__version__,
    )
    with writing(workspace.engine) as connection:
        stored = storing.store_page(connection, run_id, new, page)
        runs.add_counts(connection, run_id, stored.counts)
    return stored.counts, stored.newly_quarantined
