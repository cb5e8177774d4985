"""Harvesting: checkpoints, what each source did in a run, pacing of hosts, what is known of a fetched body."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host_lease",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("next_ok_at", sa.Float(), nullable=False),
        sa.Column("noted_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_lease")),
    )
    op.create_table(
        "validator",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "url", name=op.f("pk_validator")),
    )
    op.create_table(
        "backfill",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('done', 'failed')", name=op.f("ck_backfill_status")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_backfill_run_id")),
        sa.PrimaryKeyConstraint("source", "kind", "key", name=op.f("pk_backfill")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("harvested_to", sa.String(length=10), nullable=True),
        sa.Column("began_on", sa.String(length=10), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("asked", sa.Text(), nullable=True),
        sa.Column("entries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kept", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_checkpoint_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("source", "scope", name=op.f("uq_checkpoint_source_scope")),
    )
    op.create_table(
        "harvest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("alarms", sa.Text(), nullable=False),
        sa.Column("resume_at", sa.String(length=32), nullable=True),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("finished_at", sa.String(length=32), nullable=True),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("captures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sightings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entries", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'ok', 'needs_a_human', 'failed', 'not_now')", name=op.f("ck_harvest_status")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_harvest_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest")),
    )
    with op.batch_alter_table("harvest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_harvest_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_harvest_source_scope"), ["source", "scope"], unique=False)

    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("headers", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=8), server_default="read", nullable=False))
        batch_op.add_column(sa.Column("read_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("checkpoint_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_capture_checkpoint_id"), ["checkpoint_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_capture_checkpoint_id"), "checkpoint", ["checkpoint_id"], ["id"])
        batch_op.create_check_constraint("outcome", "outcome IN ('read', 'refused')")
        # A page may come again with the same bytes and be news: what it said stands again.
        batch_op.drop_constraint(batch_op.f("uq_capture_source_sha256"), type_="unique")
        batch_op.create_index(batch_op.f("ix_capture_source_sha256"), ["source", "sha256"], unique=False)
    _check_run_status("status IN ('running', 'ok', 'needs_a_human', 'failed', 'not_now')")


def downgrade() -> None:
    op.execute("UPDATE run SET status = 'failed' WHERE status = 'not_now'")
    _check_run_status("status IN ('running', 'ok', 'needs_a_human', 'failed')")
    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capture_source_sha256"))
        batch_op.create_unique_constraint(batch_op.f("uq_capture_source_sha256"), ["source", "sha256"])
        batch_op.drop_constraint(batch_op.f("ck_capture_outcome"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_capture_checkpoint_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_capture_checkpoint_id"))
        for column in ("checkpoint_id", "read_by", "outcome", "headers", "status"):
            batch_op.drop_column(column)
    for table in ("harvest", "checkpoint", "backfill", "validator", "host_lease"):
        op.drop_table(table)


def _check_run_status(allowed: str) -> None:
    """What a run may end with. SQLite copies the table, and a copy has no CHECK but those given here."""
    if op.get_context().dialect.name == "sqlite":
        with op.batch_alter_table("run", recreate="always") as batch:
            batch.create_check_constraint("status", allowed)
    else:
        op.drop_constraint(op.f("ck_run_status"), "run", type_="check")
        op.create_check_constraint("status", "run", allowed)
