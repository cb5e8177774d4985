"""Importing saved pages: each page is archived, read, and stored in one transaction with its tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from variorum.errors import BadInputError, ExitCode, VariorumError
from variorum.pipeline.ledger import recorded
from variorum.pipeline.merging import refresh_fields
from variorum.pipeline.reading import Page, combine, read_file, read_page
from variorum.pipeline.workspace import Workspace
from variorum.schema import Record
from variorum.store import pages, runs
from variorum.store.engine import Connection, writing
from variorum.store.pages import StoredRecord

COMMAND = "import"

RecordKey = tuple[str, str]
"""A record's identity: source and source key."""


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
            uri="file:" + name.encode("utf-8", "backslashreplace").decode(),
            sha256=digest,
            length=len(body),
            captured_at=workspace.clock(),
        )
        tally = _store_sightings(connection, run_id, capture_id, page, newly_seen=known is None)
        new_rows = pages.add_rejections(connection, run_id, capture_id, page.rejections)
        tally.update(
            captures=0 if known else 1,
            seen=page.seen,
            sightings=len(page.sightings),
            quarantined=len(page.rejections),
        )
        runs.add_counts(connection, run_id, tally)
    return tally, new_rows


def _store_sightings(
    connection: Connection, run_id: int, capture_id: int, page: Page, *, newly_seen: bool
) -> Counter[str]:
    """Store a page's sightings and the records they change; counts new, changed and unchanged sightings.

    On a page ``newly_seen`` every record is seen at a newer time than before, which may decide a field.
    """
    here: dict[RecordKey, list[Record]] = {}
    for sighting in page.sightings:
        here.setdefault((sighting.statement.source, sighting.statement.source_key), []).append(sighting.statement)
    stored = pages.records_by_key(connection, sorted(here))
    combined = _combine_all(connection, capture_id, here, stored)

    new = [record for key, record in combined.items() if key not in stored]
    ids = {key: one.id for key, one in stored.items()}
    new_ids = pages.insert_records(connection, run_id, new)
    ids |= {(record.source, record.source_key): number for record, number in zip(new, new_ids, strict=True)}
    changed = [(before, combined[key]) for key, before in stored.items() if before.record != combined[key]]
    for before, record in changed:
        pages.update_record(connection, run_id, before, record)
    _store_places(connection, capture_id, page, ids)
    touched = list(ids.values()) if newly_seen else [*new_ids, *(before.id for before, _ in changed)]
    refresh_fields(connection, touched)
    # A record's first sighting on the page is the one that made or changed it; further ones add nothing.
    return Counter(new=len(new), changed=len(changed), unchanged=len(page.sightings) - len(new) - len(changed))


def _combine_all(
    connection: Connection,
    capture_id: int,
    here: Mapping[RecordKey, list[Record]],
    stored: Mapping[RecordKey, StoredRecord],
) -> dict[RecordKey, Record]:
    """Each record of the page from all that is stated about it, in the order in which the pages were taken.

    A page that is imported again keeps its old place in that order: it says nothing new.
    """
    elsewhere = pages.statements_elsewhere(connection, [one.id for one in stored.values()], capture_id)
    combined = {}
    for key, statements in here.items():
        others = elsewhere.get(stored[key].id, []) if key in stored else []
        before = [statement for number, statement in others if number < capture_id]
        after = [statement for number, statement in others if number > capture_id]
        combined[key] = combine([*before, *statements, *after])
    return combined


def _store_places(connection: Connection, capture_id: int, page: Page, ids: Mapping[RecordKey, int]) -> None:
    """Store where on the page each record stands and what that place states, as far as it is not stored yet."""
    there = pages.sightings_of_capture(connection, capture_id)
    rows = []
    for sighting in page.sightings:
        record_id = ids[sighting.statement.source, sighting.statement.source_key]
        row = (record_id, sighting.statement.model_dump_json())
        if there.get(sighting.place) != row:
            rows.append((sighting.place, *row))
    pages.put_sightings(connection, capture_id, rows, there)
