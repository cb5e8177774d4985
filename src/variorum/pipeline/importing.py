"""Importing saved pages: each page is archived, read, and stored in one transaction with its tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from variorum import __version__
from variorum.config import Settings
from variorum.errors import BadInputError, ExitCode, VariorumError
from variorum.pipeline.containers import SavedBody, saved_bodies
from variorum.pipeline.expectations import page_alarm, refused
from variorum.pipeline.ledger import recorded
from variorum.pipeline.plans import expectations_of
from variorum.pipeline.reading import Page, read_page
from variorum.pipeline.storing import Stored, store_page
from variorum.pipeline.workspace import Workspace
from variorum.scrapers import find_source
from variorum.store import pages, runs
from variorum.store.engine import reading, writing
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
    on_page: Callable[[Path, Page | None], None] = lambda _path, _page: None,
    settings: Settings | None = None,
) -> ImportResult:
    """Import files, each page on its own: one that is refused leaves the others and the store as they are.

    A file may hold many pages (a WARC file, a snapshot in JSON lines). Pages of a WARC file that no source
    knows (style sheets, pictures) are skipped, and counted.
    """
    counts: Counter[str] = Counter()
    failures: list[Failure] = []
    newly_quarantined = 0
    with recorded(workspace, COMMAND, [path.name for path in paths]) as run:
        for path in paths:
            for saved, page in _pages(path, workspace.max_file_mib, source_name, settings or Settings()):
                if isinstance(saved, BadInputError):
                    failures.append(Failure(str(path).encode("utf-8", "backslashreplace").decode(), saved))
                elif page is None:
                    counts += skip(workspace, run.id)
                else:
                    stored = store_saved(workspace, run.id, saved, page)
                    counts += stored.counts
                    newly_quarantined += stored.newly_quarantined
                on_page(path, page)
        result = ImportResult(run.id, counts, newly_quarantined, tuple(failures))
        run.status = _status(result)
        run.message = "; ".join(f"{failure.name}: {failure.error.code}" for failure in failures[:20]) or None
    return result


def _pages(
    path: Path, max_mib: int, source_name: str | None, settings: Settings
) -> Iterator[tuple[SavedBody | BadInputError, Page | None]]:
    """The pages of a file; without page, those of a WARC file that are no source's."""
    try:
        for saved in saved_bodies(path, max_mib):
            if isinstance(saved, BadInputError):
                yield saved, None
                continue
            try:
                page = read_page(saved.body, source_name or _known(saved.source), saved.uri)
            except BadInputError as error:
                foreign = saved.captured_at is not None and saved.source is None
                yield (saved if foreign else error), None
                continue
            alarm = page_alarm(expectations_of(settings, page.source), page)
            yield saved, refused(page, alarm) if alarm is not None else page
    except BadInputError as error:
        yield error, None


def _known(source_name: str | None) -> str | None:
    """The source that an archived page names, if there is one of that name here."""
    return source_name if source_name and find_source(source_name) is not None else None


def _status(result: ImportResult) -> str:
    if result.failures:
        return "failed"
    return "needs_a_human" if result.newly_quarantined else "ok"


def skip(workspace: Workspace, run_id: int) -> Counter[str]:
    """Count an entry that is not taken in."""
    tally = Counter(seen=1, skipped=1)
    with writing(workspace.engine) as connection:
        runs.add_counts(connection, run_id, tally)
    return tally


def store_saved(workspace: Workspace, run_id: int, saved: SavedBody, page: Page) -> Stored:
    """Archive and store one saved page.

    The body is in the archive before the transaction that refers to it commits, so a capture without
    body cannot come about; a body without capture is harmless.
    """
    sha256 = workspace.archive.put(saved.body)
    with reading(workspace.engine) as connection:
        known = pages.find_capture(connection, page.source.name, sha256, saved.uri)
    if known is not None and known[1] != saved.uri and not page.refused:
        # A page that was fetched may say only by its address what it is about.
        page = read_page(saved.body, page.source.name, known[1])
    new = NewCapture(
        source=page.source.name,
        uri=saved.uri,
        sha256=sha256,
        length=len(saved.body),
        captured_at=saved.captured_at or workspace.clock(),
        status=saved.status,
        headers=saved.headers,
        outcome="refused" if page.refused else "read",
        read_by=__version__,
    )
    with writing(workspace.engine) as connection:
        stored = store_page(connection, run_id, new, page)
        runs.add_counts(connection, run_id, stored.counts)
    return stored
