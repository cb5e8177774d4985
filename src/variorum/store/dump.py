"""The store's content as text lines that depend on nothing but what was read and judged.

No surrogate numbers, no run numbers, no times: two stores that were fed the same pages in whatever
order, interrupted or not, on whichever database, dump alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, select

from variorum.store import matches, pages, works
from variorum.store.tables import capture, quarantine, record, sighting


def canonical_lines(connection: Connection) -> list[str]:
    """The content as sorted lines of JSON: captures, records, sightings, quarantine, works, judgements."""
    return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in _rows(connection))


def canonical_hash(connection: Connection) -> str:
    """SHA-256 over the canonical lines."""
    digest = sha256()
    for line in canonical_lines(connection):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _rows(connection: Connection) -> Iterator[list[object]]:
    for taken in connection.execute(select(capture.c.source, capture.c.sha256, capture.c.length)):
        yield ["capture", *taken]
    refs: dict[int, str] = {}
    for row in connection.execute(select(record.c.id, record.c.source, record.c.source_key, record.c.content_hash)):
        refs[row.id] = f"{row.source}:{row.source_key}"
        yield ["record", refs[row.id], row.content_hash]
    seen = select(sighting, capture.c.sha256).join(capture, capture.c.id == sighting.c.capture_id)
    for one in connection.execute(seen):
        yield ["sighting", refs[one.record_id], one.sha256, one.place, one.statement]
    kept = select(quarantine, capture.c.sha256).join(capture, capture.c.id == quarantine.c.capture_id)
    for bad in connection.execute(kept):
        yield ["quarantine", bad.sha256, bad.place, bad.stage, bad.code, bad.message, bad.raw, bad.status]
    yield from _works(connection)
    for (a, b), verdict in matches.judgements(connection).items():
        yield ["judgement", *sorted((refs[a], refs[b])), verdict]


def _works(connection: Connection) -> Iterator[list[object]]:
    ids = works.live_ids(connection)
    for some in pages.chunks(ids):
        members, fields = works.members(connection, some), works.fields(connection, some)
        for work_id in some:
            group = [member.record.ref for member in members.get(work_id, ())]
            yield ["work", group]
            for row in fields.get(work_id, ()):
                yield ["field", group, row.field, row.position, row.value, row.ref, row.rule]
