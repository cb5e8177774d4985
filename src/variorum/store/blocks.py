"""What dedup made of each record, kept so that it is made once: its features, and by what it meets others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    any_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from variorum.store import postings, sketches
from variorum.store.pages import chunks
from variorum.store.postings import Postings, keys_of, postings_of, record_ids_of
from variorum.store.sketches import Sketches
from variorum.store.tables import AWAITS_DEDUP, record, record_features, record_key

_AT_ONCE = 10_000


class Blocked(NamedTuple):
    """By what some records meet others: their keys, and their sketches."""

    postings: Postings
    sketches: Sketches


def record_ids(connection: Connection) -> list[int]:
    """The numbers of all records."""
    return list(connection.execute(select(record.c.id).order_by(record.c.id)).scalars())


def count_records(connection: Connection) -> int:
    """How many records there are."""
    return int(connection.execute(select(func.count()).select_from(record)).scalar_one())


def awaiting(connection: Connection, version: int) -> list[int]:
    """Records that dedup has not seen in their present form, or of which it kept what another ``version`` made."""
    unseen = connection.execute(select(record.c.id).where(AWAITS_DEDUP)).scalars()
    # Two ranges, each found in the index; what is unequal is not.
    stale = or_(record_features.c.version < version, record_features.c.version > version)
    return sorted({*unseen, *connection.execute(select(record_features.c.record_id).where(stale)).scalars()})


def save(connection: Connection, documents: Sequence[tuple[int, str]], keys: Postings, version: int) -> None:
    """Keep the features of records, as JSON, and their keys, in place of older ones. These index nothing by itself."""
    for some in chunks([number for number, _ in documents]):
        for table in (record_features, record_key):
            connection.execute(delete(table).where(table.c.record_id.in_(some)))
    if documents:
        rows = [{"record_id": number, "version": version, "document": document} for number, document in documents]
        connection.execute(insert(record_features), rows)
    listed = [{"record_id": number, "listed": json.dumps(own)} for number, own in _by_record(keys)]
    if listed:
        connection.execute(insert(record_key), listed)


def _by_record(keys: Postings) -> Iterator[tuple[int, list[int]]]:
    """Records and their keys, sorted."""
    ids = record_ids_of(keys)
    order = np.argsort(ids, kind="stable")
    numbers, starts = np.unique(ids[order], return_index=True)
    lots = np.split(keys_of(keys)[order], starts[1:])
    return ((number, own.tolist()) for number, own in zip(numbers.tolist(), lots, strict=False))


def documents(connection: Connection, ids: Iterable[int], version: int) -> dict[int, str]:
    """The kept features of records, as JSON; without those that another version made."""
    found: dict[int, str] = {}
    columns = record_features.c.record_id, record_features.c.document
    for some in chunks(sorted(ids), _AT_ONCE):
        where = _among(connection, record_features.c.record_id, some), record_features.c.version == version
        found.update(map(tuple, connection.execute(select(*columns).where(*where))))
    return found


def blocked(connection: Connection, ids: Sequence[int]) -> Blocked:
    """By what records meet others, as far as it is kept."""
    keys = [np.zeros(0, np.uint32)]
    owners: list[int] = []
    for some in chunks(sorted(ids), _AT_ONCE):
        statement = select(record_key).where(_among(connection, record_key.c.record_id, some))
        for record_id, listed in connection.execute(statement):
            own = np.array(json.loads(listed), np.uint32)
            keys.append(own)
            owners += [record_id] * len(own)
    held = postings_of(np.concatenate(keys), np.array(owners, np.int64))
    return Blocked(held, sketches.sketches_of(connection, np.array(sorted(ids), np.int64)))


def change_index(connection: Connection, before: Blocked, now: Blocked) -> None:
    """Let records be found by what they are ``now``, and no longer by what they were."""
    postings.drop(connection, np.setdiff1d(before.postings, now.postings, assume_unique=True))
    postings.add(connection, np.setdiff1d(now.postings, before.postings, assume_unique=True))
    sketches.put(connection, now.sketches)


def replace_index(connection: Connection, everything: Blocked) -> None:
    """Let these records be found, and no others."""
    postings.clear(connection)
    sketches.clear(connection)
    postings.add(connection, everything.postings)
    sketches.put(connection, everything.sketches)


def _among(connection: Connection, column: Column[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Whether a column is one of very many numbers, given as a single value: each by itself costs a while."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(numbers), ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(numbers)).table_valued("value")
    return column.in_(select(listed.c.value))
