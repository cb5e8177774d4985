"""Judged pairs, curators' judgements and relations between records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, insert, or_, select, update

from variorum.schema import Record
from variorum.store.pages import StoredRecord, chunks
from variorum.store.tables import UNDECIDED, judgement, pair, record, relation, work_record


@dataclass(frozen=True)
class PairRow:
    """A pair of records as the machine judged it; ``reasons`` are codes.

    ``veto`` says why no chain of links may join the two either. ``cut``: the same by themselves, but joining them
    would have brought together what must stay apart.
    """

    a_id: int
    b_id: int
    log_odds: float
    probability: float
    verdict: str
    veto: str
    reasons: tuple[str, ...]
    cut: bool = False


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


def refs(connection: Connection, record_ids: Iterable[int]) -> dict[int, str]:
    """The references of records."""
    found: dict[int, str] = {}
    for some in chunks(sorted(record_ids)):
        rows = connection.execute(
            select(record.c.id, record.c.source, record.c.source_key).where(record.c.id.in_(some))
        )
        found.update({row.id: f"{row.source}:{row.source_key}" for row in rows})
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


def drop_pairs(connection: Connection, stale: Iterable[tuple[int, int]]) -> None:
    """Drop pairs with their relations."""
    ends = [{"a": a_id, "b": b_id} for a_id, b_id in sorted(stale)]
    a: BindParameter[int] = bindparam("a")
    b: BindParameter[int] = bindparam("b")
    if ends:
        connection.execute(delete(pair).where(pair.c.a_id == a, pair.c.b_id == b), ends)
        connection.execute(delete(relation).where(relation.c.a_id == a, relation.c.b_id == b), ends)
        connection.execute(delete(relation).where(relation.c.a_id == b, relation.c.b_id == a), ends)


def clear_pairs(connection: Connection) -> None:
    """Drop all pairs and relations."""
    connection.execute(delete(pair))
    connection.execute(delete(relation))


def add_pairs(connection: Connection, rows: Sequence[PairRow], relations: Sequence[Mapping[str, Any]]) -> None:
    """Store pairs and relations."""
    if rows:
        values = [{**row.__dict__, "veto": row.veto or None, "reasons": json.dumps(row.reasons)} for row in rows]
        connection.execute(insert(pair), values)
    if relations:
        connection.execute(insert(relation), list(relations))


def mark_cut(connection: Connection, cut: Mapping[tuple[int, int], bool]) -> None:
    """Note of pairs whether their link is cut."""
    values = [{"a": a_id, "b": b_id, "value": value} for (a_id, b_id), value in cut.items()]
    where = pair.c.a_id == bindparam("a"), pair.c.b_id == bindparam("b")
    if values:
        connection.execute(update(pair).where(*where).values(cut=bindparam("value")), values)


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
    statement = _waiting(select(pair)).order_by(pair.c.probability.desc(), pair.c.a_id, pair.c.b_id)
    return [_pair(row) for row in connection.execute(statement)]


def waiting(connection: Connection) -> set[tuple[int, int]]:
    """The pairs that wait for a curator, by their records' numbers."""
    return {(row.a_id, row.b_id) for row in connection.execute(_waiting(select(pair.c.a_id, pair.c.b_id)))}


def _waiting(statement: Select[Any]) -> Select[Any]:
    home_a, home_b = work_record.alias(), work_record.alias()
    judged = select(judgement.c.id).where(
        judgement.c.a_id == pair.c.a_id, judgement.c.b_id == pair.c.b_id, judgement.c.undone_at.is_(None)
    )
    return (
        statement.join(home_a, home_a.c.record_id == pair.c.a_id)
        .join(home_b, home_b.c.record_id == pair.c.b_id)
        .where(UNDECIDED, home_a.c.work_id != home_b.c.work_id, ~judged.exists())
    )


def relations_of(connection: Connection, record_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Relations with a member among the records: ``a`` does ``kind`` to ``b``, both by reference."""
    found = []
    for some in chunks(record_ids):
        where = or_(relation.c.a_id.in_(some), relation.c.b_id.in_(some))
        rows = connection.execute(select(relation).where(where).order_by(relation.c.a_id, relation.c.b_id)).all()
        named = refs(connection, {number for row in rows for number in (row.a_id, row.b_id)})
        found += [
            {"kind": row.kind, "a": named[row.a_id], "b": named[row.b_id], "reasons": row.reasons.split(", ")}
            for row in rows
        ]
    return found


def _pair(row: Any) -> PairRow:
    reasons = tuple(json.loads(row.reasons))
    return PairRow(row.a_id, row.b_id, row.log_odds, row.probability, row.verdict, row.veto or "", reasons, row.cut)
