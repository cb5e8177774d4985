"""Features of records, kept; blocking keys as numbers; what clustering asks of a pair.

Features and keys are left empty: every record awaits the next dedup run, which makes them.
"""

from __future__ import annotations

import math

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AWAITS_DEDUP = {
    "sqlite": "matched_hash IS NOT content_hash",
    "postgresql": "matched_hash IS DISTINCT FROM content_hash",
}
_UNDECIDED = {"sqlite": "verdict = 'review' OR cut = 1", "postgresql": "verdict = 'review' OR cut"}


def upgrade() -> None:
    op.create_table(
        "record_features",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("titles", sa.BigInteger(), nullable=False),
        sa.Column("bylines", sa.BigInteger(), nullable=False),
        sa.Column("packed_keys", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_features_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_features")),
    )
    op.create_index(op.f("ix_record_features_version"), "record_features", ["version"], unique=False)
    op.drop_table("record_key")
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
    op.execute("UPDATE record SET matched_hash = NULL")
    dialect = op.get_context().dialect.name
    condition = sa.text(_AWAITS_DEDUP[dialect])
    op.create_index("ix_record_awaits_dedup", "record", ["id"], sqlite_where=condition, postgresql_where=condition)
    _complete_pairs()
    condition = sa.text(_UNDECIDED[dialect])
    op.create_index("ix_pair_undecided", "pair", ["a_id", "b_id"], sqlite_where=condition, postgresql_where=condition)


def _complete_pairs() -> None:
    """What the next dedup run would find of the pairs there are, so that works stand as they are until then."""
    # Added one by one, not in a copy of the table, which would lose its CHECKs in SQLite.
    op.add_column("pair", sa.Column("log_odds", sa.Float(), server_default="0", nullable=False))
    op.add_column("pair", sa.Column("veto", sa.Text(), nullable=True))
    op.add_column("pair", sa.Column("cut", sa.Boolean(), server_default=sa.false(), nullable=False))
    connection = op.get_bind()
    pairs = connection.execute(sa.text("SELECT a_id, b_id, probability FROM pair")).all()
    values = [{"a": a, "b": b, "log_odds": math.log(likely / (1 - likely))} for a, b, likely in pairs]
    if values:
        statement = sa.text("UPDATE pair SET log_odds = :log_odds WHERE a_id = :a AND b_id = :b")
        connection.execute(statement, values)
    op.execute(
        "UPDATE pair SET cut = (1 = 1) WHERE verdict = 'same' AND (SELECT work_id FROM work_record"
        " WHERE record_id = a_id) <> (SELECT work_id FROM work_record WHERE record_id = b_id)"
    )


def downgrade() -> None:
    op.drop_index("ix_pair_undecided", "pair")
    for column in ("cut", "veto", "log_odds"):
        op.drop_column("pair", column)
    op.drop_index("ix_record_awaits_dedup", "record")
    op.execute("UPDATE record SET matched_hash = NULL")
    op.drop_table("record_key")
    op.create_table(
        "record_key",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_key_record_id")),
        sa.PrimaryKeyConstraint("record_id", "key", name=op.f("pk_record_key")),
    )
    op.create_index(op.f("ix_record_key_key"), "record_key", ["key"], unique=False)
    op.drop_table("record_features")
