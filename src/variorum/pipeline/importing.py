"""Importing saved pages: each page is archived, read, and stored in one transaction with its tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from variorum import __version__
from variorum.errors import BadInputError, ExitCode, VariorumError
from variorum.pipeline.merging import refresh_fields
from variorum.pipeline.reading import Page, combine, read_file, read_page
from variorum.pipeline.workspace import Workspace
from variorum.schema import Record
from variorum.store import pages, runs
from variorum.store.engine import Connection, writing

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
    with writing(workspace.engine) as connection:
        run_id = runs.start(connection, COMMAND, [path.name for path in paths], __version__, workspace.clock())
    counts: Counter[str] = Counter()
    failures: list[Failure] = []
    newly_quarantined = 0
    for path in paths:
        page = None
        try:
            body = read_file(path, workspace.max_file_mib)
            page = read_page(body, source_name)
            tally, new_rows = store_page(workspace, run_id, path.name, body, page)
            counts += tally
            newly_quarantined += new_rows
        except BadInputError as error:
            failures.append(Failure(str(path), error))
        on_file(path, page)
    result = ImportResult(run_id, counts, newly_quarantined, tuple(failures))
    with writing(workspace.engine) as connection:
        message = "; ".join(f"{failure.name}: {failure.error.code}" for failure in failures) or None
        runs.finish(connection, run_id, _status(result), message, workspace.clock())
    return result


def _status(result: ImportResult) -> str:
    if result.failures:
        return "failed"
    return "needs_a_human" if result.newly_quarantined else "ok"


def store_page(workspace: Workspace, run_id: int, name: str, body: bytes, page: Page) -> tuple[Counter[str], int]:
    """Archive and store one page; returns its tally and how many rejections are new to the quarantine.

    The body is in the archive before the transaction that refers to it commits, so a capture without
    body cannot come about; a body without capture is harmless.
    """
    digest = workspace.archive.put(body)
    with writing(workspace.engine) as connection:
        known = pages.find_capture(connection, page.source.name, digest)
        capture_id = known or pages.add_capture(
            connection,
            run_id,
            source=page.source.name,
            uri=f"file:{name}",
            sha256=digest,
            length=len(body),
            captured_at=workspace.clock(),
        )
        tally = _store_sightings(connection, run_id, capture_id, page)
        new_rows = pages.add_rejections(connection, run_id, capture_id, page.rejections)
        tally.update(
            captures=0 if known else 1,
            seen=page.seen,
            sightings=len(page.sightings),
            quarantined=len(page.rejections),
        )
        runs.add_counts(connection, run_id, tally)
    return tally, new_rows


def _store_sightings(connection: Connection, run_id: int, capture_id: int, page: Page) -> Counter[str]:
    """Store a page's sightings and the records they change; counts new, changed and unchanged sightings."""
    there = pages.sightings_of_capture(connection, capture_id)
    keys = sorted({(s.statement.source, s.statement.source_key) for s in page.sightings})
    stored = pages.records_by_key(connection, keys)
    elsewhere = pages.statements_elsewhere(connection, [s.id for s in stored.values()], capture_id)
    here: dict[tuple[str, str], list[Record]] = {}
    for sighting in page.sightings:
        here.setdefault((sighting.statement.source, sighting.statement.source_key), []).append(sighting.statement)

    combined = {
        key: combine([*(elsewhere.get(stored[key].id, ()) if key in stored else ()), *statements])
        for key, statements in here.items()
    }
    new = [record for key, record in combined.items() if key not in stored]
    changed = [(stored[key], record) for key, record in combined.items() if key in stored]
    changed = [(before, record) for before, record in changed if before.record != record]
    ids = {key: one.id for key, one in stored.items()}
    new_ids = pages.insert_records(connection, run_id, new)
    ids |= {(record.source, record.source_key): number for record, number in zip(new, new_ids, strict=True)}
    for before, record in changed:
        pages.update_record(connection, run_id, before, record)
    changed_places = []
    for sighting in page.sightings:
        record_id = ids[sighting.statement.source, sighting.statement.source_key]
        row = (record_id, sighting.statement.model_dump_json())
        if there.get(sighting.place) != row:
            changed_places.append((sighting.place, *row))
    pages.put_sightings(connection, capture_id, changed_places, there)
    refresh_fields(connection, [*new_ids, *(before.id for before, _ in changed)])
    # A record's first sighting on the page is the one that made or changed it; further ones add nothing.
    return Counter(new=len(new), changed=len(changed), unchanged=len(page.sightings) - len(new) - len(changed))
