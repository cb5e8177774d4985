"""Blocking keys, judged pairs, curators' judgements and relations between records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from variorum.schema import Record
from variorum.store.pages import StoredRecord, chunks
from variorum.store.tables import judgement, pair, record, record_key, relation, work_record


@dataclass(frozen=True)
class PairRow:
    """A pair of records as the machine judged it; ``reasons`` are codes."""

    a_id: int
    b_id: int
    probability: float
    verdict: str
    reasons: tuple[str, ...]


def unmatched(connection: Connection, *, everything: bool) -> list[StoredRecord]:
    """Records that dedup has not seen in their present form; all of them for ``everything``."""
    statement = select(record.c.id, record.c.document).order_by(record.c.id)
    if not everything:
        statement = statement.where(record.c.matched_hash.is_distinct_from(record.c.content_hash))
    return [StoredRecord(row.id, Record.model_validate_json(row.document)) for row in connection.execute(statement)]


def load(connection: Connection, record_ids: Iterable[int]) -> list[StoredRecord]:
    """Records by number."""
    found: list[StoredRecord] = []
    for some in chunks(sorted(record_ids)):
        rows = connection.execute(select(record.c.id, record.c.document).where(record.c.id.in_(some)))
        found.extend(StoredRecord(row.id, Record.model_validate_json(row.document)) for row in rows)
    return found


def find_ref(connection: Connection, ref: str) -> StoredRecord | None:
    """The record of a ``source:source_key`` (sources may hold a colon themselves, as in ``oai:name``)."""
    joined = record.c.source + ":" + record.c.source_key
    row = connection.execute(select(record.c.id, record.c.document).where(joined == ref)).one_or_none()
    return None if row is None else StoredRecord(row.id, Record.model_validate_json(row.document))


def replace_keys(connection: Connection, keys: Mapping[int, Sequence[str]]) -> None:
    """Write the blocking keys of records anew."""
    for some in chunks(list(keys)):
        connection.execute(delete(record_key).where(record_key.c.record_id.in_(some)))
    rows = [{"record_id": record_id, "key": key} for record_id, own in keys.items() for key in own]
    if rows:
        connection.execute(insert(record_key), rows)


def holders_of_keys(connection: Connection, keys: Sequence[str]) -> dict[str, list[int]]:
    """The records that have each key, in order of number."""
    found: dict[str, list[int]] = {}
    for some in chunks(keys):
        statement = select(record_key).where(record_key.c.key.in_(some)).order_by(record_key.c.record_id)
        for row in connection.execute(statement):
            found.setdefault(row.key, []).append(row.record_id)
    return found


def keys_of(connection: Connection, record_ids: Sequence[int]) -> dict[int, set[str]]:
    """The blocking keys of records."""
    found: dict[int, set[str]] = {number: set() for number in record_ids}
    for some in chunks(record_ids):
        for row in connection.execute(select(record_key).where(record_key.c.record_id.in_(some))):
            found[row.record_id].add(row.key)
    return found


def mark_matched(connection: Connection, record_ids: Sequence[int]) -> None:
    """Note that dedup has seen the records as they are now."""
    for some in chunks(record_ids):
        connection.execute(update(record).where(record.c.id.in_(some)).values(matched_hash=record.c.content_hash))


def pairs_touching(connection: Connection, record_ids: Sequence[int]) -> dict[tuple[int, int], PairRow]:
    """The stored pairs with a member among the records."""
    found: dict[tuple[int, int], PairRow] = {}
    for some in chunks(record_ids):
        where = or_(pair.c.a_id.in_(some), pair.c.b_id.in_(some))
        for row in connection.execute(select(pair).where(where)):
            found[row.a_id, row.b_id] = _pair(row)
    return found


def replace_pairs(
    connection: Connection,
    stale: Iterable[tuple[int, int]],
    rows: Sequence[PairRow],
    relations: Sequence[Mapping[str, Any]],
) -> None:
    """Drop stale pairs with their relations and store new ones."""
    for a_id, b_id in stale:
        connection.execute(delete(pair).where(pair.c.a_id == a_id, pair.c.b_id == b_id))
        either_way = relation.c.a_id.in_((a_id, b_id)), relation.c.b_id.in_((a_id, b_id))
        connection.execute(delete(relation).where(*either_way))
    if rows:
        values = [{**row.__dict__, "reasons": json.dumps(row.reasons)} for row in rows]
        connection.execute(insert(pair), values)
    if relations:
        connection.execute(insert(relation), list(relations))


def judgements(connection: Connection) -> dict[tuple[int, int], str]:
    """Curators' standing judgements on pairs of records, by record numbers."""
    rows = connection.execute(select(judgement).where(judgement.c.undone_at.is_(None)).order_by(judgement.c.id))
    return {(row.a_id, row.b_id): row.verdict for row in rows}


def add_judgement(
    connection: Connection, ids: tuple[int, int], verdict: str, *, why: str, curator: str, now: str
) -> int:
    """Store a judgement on a pair, superseding the standing one. Returns its number."""
    a_id, b_id = sorted(ids)
    standing = judgement.c.a_id == a_id, judgement.c.b_id == b_id, judgement.c.undone_at.is_(None)
    connection.execute(update(judgement).where(*standing).values(undone_at=now))
    values = {
        "a_id": a_id,
        "b_id": b_id,
        "verdict": verdict,
        "why": why,
        "curator": curator,
        "created_at": now,
    }
    key = connection.execute(insert(judgement).values(values)).inserted_primary_key
    assert key is not None  # noqa: S101 - an insert of one row has a key
    return int(key[0])


def undo_judgement(connection: Connection, judgement_id: int, now: str) -> tuple[int, int] | None:
    """Take a judgement back; gives its records, or None when there is no such standing judgement."""
    where = judgement.c.id == judgement_id, judgement.c.undone_at.is_(None)
    row = connection.execute(select(judgement).where(*where)).one_or_none()
    if row is None:
        return None
    connection.execute(update(judgement).where(judgement.c.id == judgement_id).values(undone_at=now))
    return row.a_id, row.b_id


def review_pairs(connection: Connection) -> list[PairRow]:
    """Pairs that wait for a curator: undecided, unjudged, and not in one work by other ways."""
    home_a, home_b = work_record.alias(), work_record.alias()
    judged = select(judgement.c.id).where(
        judgement.c.a_id == pair.c.a_id, judgement.c.b_id == pair.c.b_id, judgement.c.undone_at.is_(None)
    )
    statement = (
        select(pair)
        .join(home_a, home_a.c.record_id == pair.c.a_id)
        .join(home_b, home_b.c.record_id == pair.c.b_id)
        .where(pair.c.verdict.in_(("review", "same")), home_a.c.work_id != home_b.c.work_id, ~judged.exists())
        .order_by(pair.c.probability.desc(), pair.c.a_id, pair.c.b_id)
    )
    return [_pair(row) for row in connection.execute(statement)]


def relations_of(connection: Connection, record_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Relations with a member among the records: ``a`` does ``kind`` to ``b``, both by reference."""
    found = []
    for some in chunks(record_ids):
        where = or_(relation.c.a_id.in_(some), relation.c.b_id.in_(some))
        rows = connection.execute(select(relation).where(where).order_by(relation.c.a_id, relation.c.b_id)).all()
        refs = {one.id: one.record.ref for one in load(connection, {n for row in rows for n in (row.a_id, row.b_id)})}
        found += [
            {"kind": row.kind, "a": refs[row.a_id], "b": refs[row.b_id], "reasons": row.reasons.split(", ")}
            for row in rows
        ]
    return found


def _pair(row: Any) -> PairRow:
    return PairRow(row.a_id, row.b_id, row.probability, row.verdict, tuple(json.loads(row.reasons)))
