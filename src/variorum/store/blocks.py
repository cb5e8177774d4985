"""What dedup made of each record, kept so that it is made once: its features, and the keys by which records meet.

Keys, second keys and sketches are plain numbers here; what they mean is told in ``dedup/blocking.py``.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from variorum.store.pages import chunks
from variorum.store.tables import AWAITS_DEDUP, record, record_features, record_key

Part = tuple[int, int]
"""A key and a second key: the records that share both."""

_SIGN = 1 << 63
_MOST_KEYS = 10_000


class Blocked(NamedTuple):
    """By what a record meets others: its keys, its second key, sketches of title, byline and abstract, its standing."""

    keys: frozenset[int]
    second: int
    titles: int
    bylines: int
    abstracts: int
    standing: bytes


class Holders(NamedTuple):
    """Who has which keys, as columns of one length."""

    keys: NDArray[np.int64]
    seconds: NDArray[np.int64]
    record_ids: NDArray[np.int64]
    titles: NDArray[np.uint64]
    bylines: NDArray[np.uint64]


class FeaturesRow(NamedTuple):
    """What is kept of a record; ``document`` is its features as JSON."""

    record_id: int
    blocked: Blocked
    document: str


class KeyRow(NamedTuple):
    """That a record has a key."""

    key: int
    second: int
    record_id: int
    titles: int
    bylines: int


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


def save(connection: Connection, rows: Sequence[FeaturesRow], version: int) -> None:
    """Keep the features of records in place of older ones. Their keys are kept by ``replace_keys``."""
    for some in chunks([row.record_id for row in rows]):
        connection.execute(delete(record_features).where(record_features.c.record_id.in_(some)))
    values = [
        {
            "record_id": row.record_id,
            "version": version,
            "second": row.blocked.second,
            "titles": _signed(row.blocked.titles),
            "bylines": _signed(row.blocked.bylines),
            "abstracts": _signed(row.blocked.abstracts),
            "standing": row.blocked.standing,
            "packed_keys": array("I", sorted(row.blocked.keys)).tobytes(),
            "document": row.document,
        }
        for row in rows
    ]
    if values:
        connection.execute(insert(record_features), values)


def documents(connection: Connection, ids: Iterable[int], version: int) -> dict[int, str]:
    """The kept features of records, as JSON; without those that another version made."""
    found: dict[int, str] = {}
    columns = record_features.c.record_id, record_features.c.document
    for some in chunks(sorted(ids), _MOST_KEYS):
        where = _among(connection, record_features.c.record_id, some), record_features.c.version == version
        found.update(map(tuple, connection.execute(select(*columns).where(*where))))
    return found


def blocked(connection: Connection, ids: Iterable[int]) -> dict[int, Blocked]:
    """By what records meet others, as far as it is kept."""
    found: dict[int, Blocked] = {}
    own = record_features.c
    for some in chunks(sorted(ids), _MOST_KEYS):
        columns = own.record_id, own.packed_keys, own.second, own.titles, own.bylines, own.abstracts, own.standing
        statement = select(*columns).where(_among(connection, own.record_id, some))
        for record_id, keys, second, *sketches, standing in connection.execute(statement):
            titles, bylines, abstracts = map(_unsigned, sketches)
            found[record_id] = Blocked(frozenset(array("I", keys)), second, titles, bylines, abstracts, standing or b"")
    return found


class Sketches(NamedTuple):
    """What a first look at records is had from, as columns by record."""

    record_ids: NDArray[np.int64]
    titles: NDArray[np.uint64]
    bylines: NDArray[np.uint64]
    abstracts: NDArray[np.uint64]
    standings: NDArray[np.uint32]


def sketches(connection: Connection, ids: Iterable[int]) -> Sketches:
    """The sketches and standings of records, sorted by record."""
    own = record_features.c
    rows: list[Any] = []
    for some in chunks(sorted(ids), _MOST_KEYS):
        columns = own.record_id, own.titles, own.bylines, own.abstracts, own.standing
        statement = select(*columns).where(_among(connection, own.record_id, some)).order_by(own.record_id)
        rows += connection.execute(statement).cursor.fetchall()
    numbers = np.array([row[:4] for row in rows], np.int64).reshape(len(rows), 4).T
    standings = np.frombuffer(b"".join(row[4] for row in rows), np.uint32).reshape(len(rows), -1)
    titles, bylines, abstracts = (column.astype(np.uint64) for column in numbers[1:])
    return Sketches(numbers[0], titles, bylines, abstracts, standings)


def drop_keys(connection: Connection, rows: Sequence[KeyRow]) -> None:
    """Take keys away."""
    own = record_key.c
    where = own.key == bindparam("k"), own.second == bindparam("s"), own.record_id == bindparam("r")
    if rows:
        values = [{"k": row.key, "s": row.second, "r": row.record_id} for row in rows]
        connection.execute(delete(record_key).where(*where), values)


def add_keys(connection: Connection, rows: Iterable[KeyRow]) -> None:
    """Give keys to records; quickest in order."""
    values = [(*row[:3], _signed(row.titles), _signed(row.bylines)) for row in rows]
    if values:
        # Past SQLAlchemy, whose care for every value takes longer than writing it.
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        columns, marks = ", ".join(KeyRow._fields), ", ".join([mark] * len(KeyRow._fields))
        connection.exec_driver_sql(f"INSERT INTO record_key ({columns}) VALUES ({marks})", values)  # noqa: S608 - constants


def clear_keys(connection: Connection) -> None:
    """Take all keys away."""
    connection.execute(delete(record_key))


def sizes(connection: Connection, keys: Iterable[int]) -> dict[int, int]:
    """How many records have each key."""
    found: dict[int, int] = {}
    for some in chunks(sorted(keys), _MOST_KEYS):
        statement = select(record_key.c.key, func.count()).where(_among(connection, record_key.c.key, some))
        found.update(map(tuple, connection.execute(statement.group_by(record_key.c.key)).all()))
    return found


def part_sizes(connection: Connection, parts: Iterable[Part]) -> dict[Part, int]:
    """How many records share each key and second key."""
    found: dict[Part, int] = {}
    own = record_key.c
    for some in chunks(sorted(parts), _MOST_KEYS):
        listed, key, second = _listed(connection, some)
        # Counted for each part by itself: grouping would have the whole table read.
        size = select(func.count()).select_from(record_key).where(own.key == key, own.second == second)
        for *part, count in connection.execute(select(key, second, size.scalar_subquery()).select_from(listed)).all():
            if count:
                found[part[0], part[1]] = count
    return found


def holders(connection: Connection, keys: Iterable[int]) -> Holders:
    """The records that have each key."""
    own = record_key.c
    parts = chunks(sorted(keys), _MOST_KEYS)
    return _holders(connection, (select(*own).where(_among(connection, own.key, some)) for some in parts))


def part_holders(connection: Connection, parts: Iterable[Part]) -> Holders:
    """The records that share each key and second key."""
    own = record_key.c
    statements = []
    for some in chunks(sorted(parts), _MOST_KEYS):
        listed, key, second = _listed(connection, some)
        joined = listed.join(record_key, and_(own.key == key, own.second == second))
        statements.append(select(*own).select_from(joined))
    return _holders(connection, statements)


def _holders(connection: Connection, statements: Iterable[Select[Any]]) -> Holders:
    rows = [np.zeros((0, len(Holders._fields)), np.int64)]
    for statement in statements:
        # As the driver gives them: of so many rows each would take a while to be wrapped.
        found = connection.execute(statement).cursor.fetchall()
        rows.append(np.array(found, np.int64).reshape(len(found), len(Holders._fields)))
    keys, seconds, record_ids, titles, bylines = np.concatenate(rows).T
    return Holders(keys, seconds, record_ids, titles.astype(np.uint64), bylines.astype(np.uint64))


def _among(connection: Connection, column: Column[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Whether a column is one of very many numbers, given as a single value: each by itself costs a while."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(numbers), ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(numbers)).table_valued("value")
    return column.in_(select(listed.c.value))


def _listed(connection: Connection, parts: Sequence[Part]) -> tuple[FromClause, ColumnElement[int], ColumnElement[int]]:
    """Very many parts as a table of two columns, given as one value or two."""
    if connection.dialect.name == "postgresql":
        sides = (literal(list(side), ARRAY(BigInteger)) for side in zip(*parts, strict=True))
        table = func.unnest(*sides).table_valued("key", "second").render_derived()
        return table, table.c.key, table.c.second
    pairs = func.json_each(json.dumps(parts)).table_valued("value")
    key, second = (func.json_extract(pairs.c.value, f"$[{place}]", type_=BigInteger) for place in (0, 1))
    return pairs, key, second


def _signed(bits: int) -> int:
    """64 bits as the number that a database can hold."""
    return (bits ^ _SIGN) - _SIGN


def _unsigned(number: int) -> int:
    return number + 2 * _SIGN if number < 0 else number
