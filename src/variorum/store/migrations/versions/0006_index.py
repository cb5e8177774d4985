"""Keys and sketches in few large pieces: an index of keys by shares, sketches by pages of records.

What was kept is carried over. Keys of a record are listed beside its features, which stand alone in their wide rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PAGE = 1024
_SHARE = np.uint64(54)
_STANDING = bytes(44)
_SKETCHES = ("record_ids", "seconds", "titles", "bylines", "abstracts", "standings")
_MOVED = ("second", "titles", "bylines", "abstracts", "standing", "packed_keys")


def upgrade() -> None:
    op.drop_table("record_key")
    op.create_table(
        "record_key",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_key_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_key")),
    )
    op.create_table(
        "key_segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_segment")),
    )
    op.create_index(op.f("ix_key_segment_share"), "key_segment", ["share"], unique=False)
    op.create_table(
        "sketch_page",
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in _SKETCHES),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_sketch_page")),
    )
    _carry_over()
    with op.batch_alter_table("record_features") as batch:
        for column in _MOVED:
            batch.drop_column(column)


def _carry_over() -> None:
    connection = op.get_bind()
    postings = [np.zeros(0, np.uint64)]
    for page, rows in _pages(connection):
        ids, seconds, titles, bylines, abstracts, standings, packed = zip(*rows, strict=True)
        keys = [np.frombuffer(own, np.uint32) for own in packed]
        values = [
            {"record_id": number, "listed": json.dumps(own.tolist())} for number, own in zip(ids, keys, strict=True)
        ]
        _insert(connection, "record_key", values)
        sketches = [np.array(ids, np.uint32).tobytes()]
        sketches += [np.array(own, np.int64).tobytes() for own in (seconds, titles, bylines, abstracts)]
        sketches.append(b"".join(own or _STANDING for own in standings))
        _insert(connection, "sketch_page", [{"page": page, **dict(zip(_SKETCHES, sketches, strict=True))}])
        owners = np.repeat(np.array(ids, np.uint64), [len(own) for own in keys])
        postings.append((np.concatenate(keys).astype(np.uint64) << np.uint64(32)) | owners)
    everything = np.unique(np.concatenate(postings))
    shares, starts = np.unique(everything >> _SHARE, return_index=True)
    for share, own in zip(shares.tolist(), np.split(everything, starts[1:]), strict=False):
        _insert(connection, "key_segment", [{"share": share, "size": len(own), "packed": own.tobytes()}])


def _pages(connection: sa.Connection) -> Iterator[tuple[int, Sequence[Any]]]:
    """What is kept of records, a page of their numbers at a time."""
    last = connection.execute(sa.text("SELECT max(record_id) FROM record_features")).scalar() or 0
    statement = sa.text(
        "SELECT record_id, second, titles, bylines, abstracts, standing, packed_keys FROM record_features"
        " WHERE record_id >= :first AND record_id < :next ORDER BY record_id"
    )
    for page in range(last // _PAGE + 1):
        rows = connection.execute(statement, {"first": page * _PAGE, "next": (page + 1) * _PAGE}).all()
        if rows:
            yield page, rows


def _insert(connection: sa.Connection, table: str, values: Sequence[dict[str, Any]]) -> None:
    names = list(values[0])
    marks = ", ".join(f":{name}" for name in names)
    connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"), values)  # noqa: S608


def downgrade() -> None:
    """Features and keys are left empty: the next dedup run makes them."""
    op.execute("UPDATE record SET matched_hash = NULL")
    for table in ("sketch_page", "key_segment", "record_key", "record_features"):
        op.drop_table(table)
    op.create_table(
        "record_features",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("titles", sa.BigInteger(), nullable=False),
        sa.Column("bylines", sa.BigInteger(), nullable=False),
        sa.Column("packed_keys", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("abstracts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("standing", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_features_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_features")),
    )
    op.create_index(op.f("ix_record_features_version"), "record_features", ["version"], unique=False)
    op.create_table(
        "record_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("second", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("titles", sa.BigInteger(), nullable=False),
        sa.Column("bylines", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_key_record_id")),
        sa.PrimaryKeyConstraint("key", "second", "record_id", name=op.f("pk_record_key")),
        sqlite_with_rowid=False,
    )
