"""Awards: what pages state of them; look-ups in registries; requests that a host allows in a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("funder", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_award_capture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("capture_id", "place", name=op.f("uq_award_capture_id_place")),
    )
    op.create_index(op.f("ix_award_funder_number"), "award", ["funder", "number"], unique=False)
    op.create_table(
        "lookup",
        sa.Column("work_id", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("query", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('accepted', 'refused', 'not_found', 'failed')", name=op.f("ck_lookup_outcome")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_lookup_run_id")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_lookup_work_id")),
        sa.PrimaryKeyConstraint("work_id", "source", "query", name=op.f("pk_lookup")),
    )
    op.add_column("host_lease", sa.Column("day", sa.String(length=10), nullable=True))
    op.add_column("host_lease", sa.Column("used", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("host_lease", schema=None) as batch_op:
        batch_op.drop_column("used")
        batch_op.drop_column("day")
    op.drop_table("lookup")
    op.drop_table("award")
