"""Captures, records, sightings and rejections: what one page leaves in the store."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal, TypeVar

from sqlalchemy import Connection, delete, insert, or_, select, tuple_, update

from variorum.schema import Record, Rejection
from variorum.store.tables import (
    capture,
    quarantine,
    record,
    record_author,
    record_award,
    record_history,
    record_identifier,
    sighting,
    work,
    work_record,
)

T = TypeVar("T")

CHUNK = 400
"""Values bound in one statement; SQLite allows 999 at the least."""


@dataclass(frozen=True)
class NewCapture:
    """A body to be noted: where and when it came, its digest, its length in bytes.

    Of a fetched body also the HTTP status, the headers worth keeping, and the checkpoint whose step it
    was. ``refused`` marks a body that was kept and not read: a login page, an error page.
    """

    source: str
    uri: str
    sha256: str
    length: int
    captured_at: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    outcome: Literal["read", "refused"] = "read"
    read_by: str | None = None
    checkpoint_id: int | None = None

    @property
    def is_fetched(self) -> bool:
        """Whether the body came over the network rather than from a file."""
        return self.uri.startswith(("http:", "https:"))


@dataclass(frozen=True)
class CaptureRow(NewCapture):
    """A noted body and its number."""

    id: int = 0

    def as_new(self) -> NewCapture:
        """The same body, to be noted elsewhere."""
        return NewCapture(**{one.name: getattr(self, one.name) for one in fields(NewCapture)})


@dataclass(frozen=True)
class StoredRecord:
    """A record and its number in the store."""

    id: int
    record: Record


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The items in runs of at most ``size``."""
    return (items[i : i + size] for i in range(0, len(items), size))


def find_capture(connection: Connection, source: str, sha256: str, uri: str) -> tuple[int, str] | None:
    """Number and address of the newest capture that a body is, if the source has been read from it before.

    The same bytes from another address are another page, for an address may say what a page is about. A file has
    none, and is whichever page has its bytes.
    """
    where = [capture.c.source == source, capture.c.sha256 == sha256]
    if not uri.startswith("file:"):
        where.append(capture.c.uri == uri)
    statement = select(capture.c.id, capture.c.uri).where(*where).order_by(capture.c.id.desc()).limit(1)
    row = connection.execute(statement).one_or_none()
    return (row.id, row.uri) if row is not None else None


def add_capture(connection: Connection, run_id: int, new: NewCapture) -> int:
    """Note an archived body and return the capture's number."""
    values = {**new.__dict__, "run_id": run_id, "headers": json.dumps(dict(new.headers), sort_keys=True)}
    key = connection.execute(insert(capture).values(values)).inserted_primary_key
    assert key is not None  # noqa: S101 - an insert of one row has a key
    return int(key[0])


def captures(connection: Connection, source: str | None = None) -> list[CaptureRow]:
    """All captures, or those of a source, in the order they were taken."""
    statement = select(*(capture.c[one.name] for one in fields(CaptureRow))).order_by(capture.c.id)
    if source is not None:
        statement = statement.where(capture.c.source == source)
    rows = connection.execute(statement).mappings()
    return [CaptureRow(**{**row, "headers": json.loads(row["headers"] or "{}")}) for row in rows]


def mark_read(connection: Connection, capture_id: int, new: NewCapture) -> None:
    """Note how and by which version of the program a known capture was taken this time."""
    values = {"read_by": new.read_by, "outcome": new.outcome}
    changed = or_(*(capture.c[name].is_distinct_from(value) for name, value in values.items()))
    connection.execute(update(capture).where(capture.c.id == capture_id, changed).values(values))


def content_hashes(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The content hashes of the stored records among those with the given (source, source_key)."""
    found: dict[tuple[str, str], str] = {}
    for some in chunks(keys):
        columns = record.c.source, record.c.source_key, record.c.content_hash
        for row in connection.execute(select(*columns).where(tuple_(*columns[:2]).in_(some))):
            found[row.source, row.source_key] = row.content_hash
    return found


def records_by_key(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], StoredRecord]:
    """The stored records among those with the given (source, source_key)."""
    found: dict[tuple[str, str], StoredRecord] = {}
    for some in chunks(keys):
        where = tuple_(record.c.source, record.c.source_key).in_(some)
        for row in connection.execute(select(record.c.id, record.c.document).where(where)):
            stored = StoredRecord(row.id, Record.model_validate_json(row.document))
            found[stored.record.source, stored.record.source_key] = stored
    return found


def statements_elsewhere(
    connection: Connection, record_ids: Sequence[int], capture_id: int
) -> dict[int, list[tuple[int, Record]]]:
    """What captures other than one state about records: capture number and statement, oldest capture first."""
    found: defaultdict[int, list[tuple[int, Record]]] = defaultdict(list)
    for some in chunks(record_ids):
        where = sighting.c.record_id.in_(some), sighting.c.capture_id != capture_id
        statement = select(sighting.c.record_id, sighting.c.capture_id, sighting.c.statement).where(*where)
        for row in connection.execute(statement.order_by(sighting.c.capture_id, sighting.c.id)):
            found[row.record_id].append((row.capture_id, Record.model_validate_json(row.statement)))
    return found


def records_by_id(connection: Connection, record_ids: Sequence[int]) -> list[StoredRecord]:
    """The records of the given numbers."""
    found: list[StoredRecord] = []
    for some in chunks(record_ids):
        rows = connection.execute(select(record.c.id, record.c.document).where(record.c.id.in_(some)))
        found += [StoredRecord(row.id, Record.model_validate_json(row.document)) for row in rows]
    return found


def statements_of(connection: Connection, record_ids: Sequence[int]) -> dict[int, list[Record]]:
    """All that is stated about records, oldest capture first."""
    found: defaultdict[int, list[Record]] = defaultdict(list)
    for some in chunks(record_ids):
        statement = select(sighting.c.record_id, sighting.c.statement).where(sighting.c.record_id.in_(some))
        for row in connection.execute(statement.order_by(sighting.c.capture_id, sighting.c.id)):
            found[row.record_id].append(Record.model_validate_json(row.statement))
    return dict(found)


def drop_sightings(connection: Connection, capture_id: int, places: Sequence[str]) -> None:
    """Forget what was seen at places of a capture that turn out to hold nothing."""
    for some in chunks(places):
        connection.execute(delete(sighting).where(sighting.c.capture_id == capture_id, sighting.c.place.in_(some)))


def insert_records(connection: Connection, run_id: int, new: Sequence[Record]) -> list[int]:
    """Store new records, each with its own work, and return their numbers in order."""
    ids: list[int] = []
    for some in chunks(new):
        rows = [
            {
                **_columns(one),
                "source": one.source,
                "source_key": one.source_key,
                "first_run_id": run_id,
                "changed_run_id": run_id,
            }
            for one in some
        ]
        ids += connection.execute(insert(record).returning(record.c.id, sort_by_parameter_order=True), rows).scalars()
    if new:
        founded = [(record_id, work_id_of(one.ref)) for record_id, one in zip(ids, new, strict=True)]
        connection.execute(insert(work), [{"id": w, "founder_id": r, "search_text": ""} for r, w in founded])
        homes = [{"record_id": record_id, "work_id": work_id} for record_id, work_id in founded]
        connection.execute(insert(work_record), homes)
        _insert_parts(connection, list(zip(ids, new, strict=True)))
    return ids


def update_record(connection: Connection, run_id: int, stored: StoredRecord, new: Record) -> None:
    """Replace a record's content; what it said before goes into its history."""
    old = {"content_hash": stored.record.content_hash(), "document": stored.record.model_dump_json()}
    connection.execute(insert(record_history).values(record_id=stored.id, until_run_id=run_id, **old))
    values = {**_columns(new), "changed_run_id": run_id}
    connection.execute(update(record).where(record.c.id == stored.id).values(values))
    for table in (record_author, record_award, record_identifier):
        connection.execute(delete(table).where(table.c.record_id == stored.id))
    _insert_parts(connection, [(stored.id, new)])


def _columns(new: Record) -> dict[str, str | None]:
    return {
        "kind": new.kind,
        "title": new.title,
        "date": new.date,
        "venue": new.venue,
        "stage": new.stage,
        "document": new.model_dump_json(),
        "content_hash": new.content_hash(),
    }


def _insert_parts(connection: Connection, records: Iterable[tuple[int, Record]]) -> None:
    """Store the authors, awards and identifiers of numbered records."""
    authors: list[dict[str, object]] = []
    awards: list[dict[str, object]] = []
    identifiers: list[dict[str, object]] = []
    for number, one in records:
        authors += [{"record_id": number, "position": i, **a.model_dump()} for i, a in enumerate(one.authors)]
        awards += [
            {"record_id": number, "position": i, "funder": a.funder, "award": a.id, "raw": a.raw}
            for i, a in enumerate(one.awards)
        ]
        identifiers += [{"record_id": number, "position": i, **x.model_dump()} for i, x in enumerate(one.identifiers)]
    for table, rows in ((record_author, authors), (record_award, awards), (record_identifier, identifiers)):
        if rows:
            connection.execute(insert(table), rows)


def sightings_of_capture(connection: Connection, capture_id: int) -> dict[str, tuple[int, str]]:
    """What a capture has been seen to hold: place → record number and statement (JSON)."""
    columns = sighting.c.place, sighting.c.record_id, sighting.c.statement
    rows = connection.execute(select(*columns).where(sighting.c.capture_id == capture_id))
    return {row.place: (row.record_id, row.statement) for row in rows}


def put_sightings(
    connection: Connection, capture_id: int, seen: Iterable[tuple[str, int, str]], known: Iterable[str]
) -> None:
    """Store sightings (place, record number, statement), replacing those at ``known`` places."""
    rows = [
        {"capture_id": capture_id, "place": place, "record_id": record_id, "statement": statement}
        for place, record_id, statement in seen
    ]
    for places in chunks([row["place"] for row in rows if row["place"] in set(known)]):
        connection.execute(delete(sighting).where(sighting.c.capture_id == capture_id, sighting.c.place.in_(places)))
    if rows:
        connection.execute(insert(sighting), rows)


def add_rejections(connection: Connection, run_id: int, capture_id: int, rejections: Iterable[Rejection]) -> int:
    """Quarantine what could not be read; what is there already stays as it is. Returns how many are new.

    What stood in quarantine and is read now, by a better reader, is resolved.
    """
    rejections = list(rejections)
    known = connection.execute(
        select(quarantine.c.place, quarantine.c.code).where(quarantine.c.capture_id == capture_id)
    )
    there = {(row.place, row.code) for row in known}
    for place, code in there - {(r.place, r.code) for r in rejections}:
        same = quarantine.c.capture_id == capture_id, quarantine.c.place == place, quarantine.c.code == code
        still_open = quarantine.c.status == "open"
        connection.execute(update(quarantine).where(*same, still_open).values(status="resolved"))
    new = [r for r in rejections if (r.place, r.code) not in there]
    if new:
        rows = [{"capture_id": capture_id, "run_id": run_id, **r.model_dump()} for r in new]
        connection.execute(insert(quarantine), rows)
    return len(new)


def settle_refusals(connection: Connection, source: str, uri: str) -> None:
    """Settle what stands in quarantine against an address that has now been answered well."""
    # The quarantine is short and the captures are many: from the first to the second, by key.
    statement = select(quarantine.c.id).join(capture, capture.c.id == quarantine.c.capture_id)
    against = capture.c.source == source, capture.c.uri == uri, capture.c.checkpoint_id.is_(None)
    whole = quarantine.c.status == "open", quarantine.c.stage.in_(("fetch", "page"))
    settled = list(connection.execute(statement.where(*whole, *against)).scalars())
    if settled:
        connection.execute(update(quarantine).where(quarantine.c.id.in_(settled)).values(status="resolved"))


def unknown_rejections(
    connection: Connection, source: str, rejections: Sequence[Rejection], *, before: int | None = None
) -> tuple[Rejection, ...]:
    """Those rejections that no capture of the source (taken ``before`` the given one) has, word for word."""
    if not rejections:
        return ()
    codes = sorted({rejection.code for rejection in rejections})
    columns = quarantine.c.code, quarantine.c.message, quarantine.c.raw
    statement = select(*columns).join(capture, capture.c.id == quarantine.c.capture_id)
    statement = statement.where(capture.c.source == source, quarantine.c.code.in_(codes))
    statement = statement.where(quarantine.c.status != "resolved")
    if before is not None:
        statement = statement.where(capture.c.id < before)
    known = {tuple(row) for row in connection.execute(statement)}
    return tuple(one for one in rejections if (one.code, one.message, one.raw) not in known)


_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base 32 without letters that are misread (Crockford)."""


def work_id_of(ref: str) -> str:
    """The work id that a record founds: ``w`` and twelve characters, always the same for the same record."""
    number = int.from_bytes(hashlib.sha256(ref.encode()).digest()[:8]) >> 4
    return "w" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(55, -1, -5))
