"""The store's content as text lines that depend on nothing but what was read and judged.

No surrogate numbers, no run numbers, no times: two stores that were fed the same pages in whatever
order, interrupted or not, on whichever database, dump alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from hashlib import sha256

from sqlalchemy import Connection, select

from variorum.store import matches, pages, works
from variorum.store.tables import (
    award,
    capture,
    pair,
    quarantine,
    record,
    record_author,
    record_award,
    record_features,
    record_identifier,
    record_key,
    relation,
    sighting,
)


def canonical_lines(connection: Connection) -> list[str]:
    """The content as sorted lines of JSON: captures, records, sightings, awards, quarantine, works, judgements."""
    return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in _rows(connection))


def canonical_hash(connection: Connection) -> str:
    """SHA-256 over the canonical lines."""
    digest = sha256()
    for line in canonical_lines(connection):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _rows(connection: Connection) -> Iterator[list[object]]:
    for row in connection.execute(select(capture.c.source, capture.c.sha256, capture.c.length)):
        yield ["capture", *row]
    # A record that no page states any more is kept for those who refer to it; it is not content.
    refs = dict(_stated(connection))
    columns = [column for column in record.c if column.name in _RECORD_COLUMNS]
    for stored in connection.execute(select(record.c.id, *columns)):
        if stored[0] in refs:
            yield ["record", refs[stored[0]], *stored[1:]]
    for part in (record_author, record_award, record_features, record_identifier, record_key):
        own = [column for column in part.c if column.name != "record_id"]
        for row in connection.execute(select(part.c.record_id, *own)):
            # Features and keys are made by a dedup run: a record that awaits one has none yet.
            if row[0] in refs:
                yield [part.name, refs[row[0]], *row[1:]]
    seen = select(sighting, capture.c.sha256).join(capture, capture.c.id == sighting.c.capture_id)
    for one in connection.execute(seen):
        yield ["sighting", refs[one.record_id], one.sha256, one.place, one.statement]
    described = select(award, capture.c.sha256).join(capture, capture.c.id == award.c.capture_id)
    for grant in connection.execute(described):
        yield ["award", grant.sha256, grant.place, grant.document]
    kept = select(quarantine, capture.c.sha256).join(capture, capture.c.id == quarantine.c.capture_id)
    for bad in connection.execute(kept.where(quarantine.c.status != "resolved")):
        yield ["quarantine", bad.sha256, bad.place, bad.stage, bad.code, bad.message, bad.raw, bad.status]
    yield from _works(connection, set(refs.values()))
    yield from _pairs(connection, refs)


def _pairs(connection: Connection, refs: Mapping[int, str]) -> Iterator[list[object]]:
    for judged in connection.execute(select(pair)):
        if judged.a_id in refs and judged.b_id in refs:
            ends = sorted((refs[judged.a_id], refs[judged.b_id]))
            yield ["pair", *ends, judged.log_odds, judged.verdict, judged.veto, judged.reasons, bool(judged.cut)]
    for related in connection.execute(select(relation)):
        if related.a_id in refs and related.b_id in refs:
            yield ["relation", related.kind, refs[related.a_id], refs[related.b_id], related.reasons]
    for (a, b), verdict in matches.judgements(connection).items():
        if a in refs and b in refs:
            yield ["judgement", *sorted((refs[a], refs[b])), verdict]


_RECORD_COLUMNS = {"kind", "title", "date", "venue", "stage", "document", "content_hash"}


def _stated(connection: Connection) -> Iterator[tuple[int, str]]:
    """Numbers and references of the records that some page states."""
    statement = select(record.c.id, record.c.source, record.c.source_key)
    on_a_page = select(sighting.c.id).where(sighting.c.record_id == record.c.id).exists()
    for row in connection.execute(statement.where(on_a_page)):
        yield row.id, f"{row.source}:{row.source_key}"


def _works(connection: Connection, stated: Set[str]) -> Iterator[list[object]]:
    ids = works.live_ids(connection)
    for some in pages.chunks(ids):
        members, fields = works.members(connection, some), works.fields(connection, some)
        for work_id in some:
            group = sorted({member.record.ref for member in members.get(work_id, ())} & stated)
            if group:
                yield ["work", group]
                for row in fields.get(work_id, ()):
                    yield ["field", group, row.field, row.position, row.value, row.ref, row.rule]


DERIVED = ("field", "pair", "record_features", "record_key", "relation", "work")
"""Kinds of lines that a dedup run makes; the others are what was read and judged."""
