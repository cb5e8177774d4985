"""Storing a page: its capture, records, sightings and rejections, all in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from variorum import __version__
from variorum.pipeline.combining import combine
from variorum.pipeline.merging import refresh_fields
from variorum.pipeline.reading import Page
from variorum.schema import Record
from variorum.schema.record import UNSTATED
from variorum.store import awards, pages
from variorum.store.engine import Connection
from variorum.store.pages import CaptureRow, NewCapture, StoredRecord

RecordKey = tuple[str, str]
"""A record's identity: source and source key."""


@dataclass(frozen=True)
class Stored:
    """What storing a page did. ``newly_quarantined`` counts quarantine rows that were not there before."""

    counts: Counter[str]
    newly_quarantined: int = 0


def says_nothing_new(connection: Connection, page: Page) -> bool:
    """Whether the store already holds all that the page says: same statements, no rejection that is not known.

    A page that was fetched and says nothing new is counted, and neither archived nor stored: a night on
    which nothing changed at a source leaves its records and sightings as they are.
    """
    here = {(s.statement.source, s.statement.source_key): s.statement for s in page.sightings}
    if len(here) < len(page.sightings):
        return False
    known = pages.content_hashes(connection, sorted(here))
    if len(known) < len(here):
        return False
    # A record may be more than its last statement (in another format, or of its deletion): then that one counts.
    differing = [key for key, statement in here.items() if statement.content_hash() != known[key]]
    if differing:
        stored = pages.records_by_key(connection, differing)
        stated = pages.statements_of(connection, [one.id for one in stored.values()])
        if not all(_adds_nothing(stated.get(stored[key].id, []), here[key], stored[key].record) for key in differing):
            return False
    if page.awards and not _awards_known(connection, page):
        return False
    return not pages.unknown_rejections(connection, page.source.name, page.rejections)


def _awards_known(connection: Connection, page: Page) -> bool:
    """Whether the newest page about each award says what this one does."""
    stated = awards.statements(connection, sorted({one.statement.id for one in page.awards}))
    return all(
        stated.get(one.statement.id, [])[:1] and stated[one.statement.id][0].statement == one.statement
        for one in page.awards
    )


def _adds_nothing(statements: Sequence[Record], new: Record, stored: Record) -> bool:
    """Whether a record stays what it is when a page states it so: in a format in which it was stated before.

    What adds up over pages (the awards whose lists name a paper, the owners of profiles) is no news either when it
    comes again, although another page has spoken since.
    """
    return any(one.format == new.format for one in statements) and combine([*statements, new]) == stored


def unchanged(page: Page) -> Stored:
    """What to count for a page that says nothing new."""
    tally = _tally(page)
    tally.update(unchanged=len(page.sightings))
    return Stored(tally)


def store_page(connection: Connection, run_id: int, new: NewCapture, page: Page, *, anew: bool = False) -> Stored:
    """Store a page whose body is in the archive already.

    A page that is imported again is the same capture, in its old place in time. One that is fetched
    again (``anew``) is a new one: it says what stands today. Rejections of a fetched page that the source
    has in quarantine word for word are not put there again.
    """
    found = None if anew else pages.find_capture(connection, new.source, new.sha256, new.uri)
    known = found[0] if found is not None else None
    if known is not None and page.refused:
        return Stored(_tally(page))  # believed once, or refused already
    capture_id = known or pages.add_capture(connection, run_id, new)
    stored = store_on_capture(connection, run_id, capture_id, new, page, newly_seen=known is None)
    stored.counts.update(captures=0 if known else 1)
    return stored


def store_on_capture(
    connection: Connection, run_id: int, capture_id: int, new: NewCapture, page: Page, *, newly_seen: bool
) -> Stored:
    """Store what a page says as that of a capture."""
    if not newly_seen:
        pages.mark_read(connection, capture_id, new)
    tally = _tally(page)
    awards.put(connection, capture_id, page.awards)
    tally += _store_sightings(connection, run_id, capture_id, page, newly_seen=newly_seen)
    rejections = page.rejections
    if new.is_fetched and page.rejection is None:
        rejections = pages.unknown_rejections(connection, new.source, rejections, before=capture_id)
    return Stored(tally, pages.add_rejections(connection, run_id, capture_id, rejections))


def restate_page(connection: Connection, run_id: int, capture: CaptureRow, page: Page) -> tuple[Stored, int]:
    """Store a page as it reads today over what was stored of it before; also how many records it left unstated."""
    before = pages.sightings_of_capture(connection, capture.id)
    places = {sighting.place for sighting in page.sightings}
    pages.drop_sightings(connection, capture.id, [place for place in before if place not in places])
    again = replace(capture.as_new(), read_by=__version__, outcome="refused" if page.refused else "read")
    stored = store_on_capture(connection, run_id, capture.id, again, page, newly_seen=False)
    now = {number for number, _ in pages.sightings_of_capture(connection, capture.id).values()}
    return stored, _restate_elsewhere(connection, run_id, {number for number, _ in before.values()} - now)


def _restate_elsewhere(connection: Connection, run_id: int, record_ids: set[int]) -> int:
    """Form anew records that a page no longer states, from the pages that still do; how many have none."""
    left = pages.statements_of(connection, sorted(record_ids))
    unstated = 0
    for stored in pages.records_by_id(connection, sorted(record_ids)):
        if left.get(stored.id):
            record = combine(left[stored.id])
        else:
            flags = (*(flag for flag in stored.record.flags if flag != UNSTATED), UNSTATED)
            record = stored.record.model_copy(update={"flags": flags})
            unstated += 1
        if record != stored.record:
            pages.update_record(connection, run_id, stored, record)
    refresh_fields(connection, sorted(record_ids))
    return unstated


def _tally(page: Page) -> Counter[str]:
    return Counter(seen=page.seen, sightings=len(page.sightings), quarantined=len(page.rejections))


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
