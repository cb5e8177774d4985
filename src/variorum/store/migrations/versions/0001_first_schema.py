"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("software", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("finished_at", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("captures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sightings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("works", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("status IN ('running', 'ok', 'needs_a_human', 'failed')", name=op.f("ck_run_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("captured_at", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_capture_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("source", "sha256", name=op.f("uq_capture_source_sha256")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("matched_hash", sa.String(length=64), nullable=True),
        sa.Column("first_run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_run_id"], ["run.id"], name=op.f("fk_record_changed_run_id")),
        sa.ForeignKeyConstraint(["first_run_id"], ["run.id"], name=op.f("fk_record_first_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_record_source_source_key")),
    )
    op.create_table(
        "judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("a_id", sa.Integer(), nullable=False),
        sa.Column("b_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("curator", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("undone_at", sa.String(length=32), nullable=True),
        sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name=op.f("ck_judgement_verdict")),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_judgement_order")),
        sa.ForeignKeyConstraint(["a_id"], ["record.id"], name=op.f("fk_judgement_a_id")),
        sa.ForeignKeyConstraint(["b_id"], ["record.id"], name=op.f("fk_judgement_b_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    with op.batch_alter_table("judgement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_judgement_a_id_b_id"), ["a_id", "b_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judgement_b_id"), ["b_id"], unique=False)

    op.create_table(
        "pair",
        sa.Column("a_id", sa.Integer(), nullable=False),
        sa.Column("b_id", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict IN ('same', 'related', 'review', 'different')", name=op.f("ck_pair_verdict")),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_pair_order")),
        sa.ForeignKeyConstraint(["a_id"], ["record.id"], name=op.f("fk_pair_a_id")),
        sa.ForeignKeyConstraint(["b_id"], ["record.id"], name=op.f("fk_pair_b_id")),
        sa.PrimaryKeyConstraint("a_id", "b_id", name=op.f("pk_pair")),
    )
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_b_id"), ["b_id"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'resolved', 'dismissed')", name=op.f("ck_quarantine_status")),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_quarantine_capture_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_quarantine_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("capture_id", "place", "code", name=op.f("uq_quarantine_capture_id_place_code")),
    )
    op.create_table(
        "record_author",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("given", sa.Text(), nullable=True),
        sa.Column("orcid", sa.String(length=19), nullable=True),
        sa.Column("evidence", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_author_record_id")),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_record_author")),
    )
    op.create_table(
        "record_award",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("funder", sa.String(length=32), nullable=False),
        sa.Column("award", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_award_record_id")),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_record_award")),
    )
    with op.batch_alter_table("record_award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_award_funder_award"), ["funder", "award"], unique=False)

    op.create_table(
        "record_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("until_run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_history_record_id")),
        sa.ForeignKeyConstraint(["until_run_id"], ["run.id"], name=op.f("fk_record_history_until_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_history")),
    )
    with op.batch_alter_table("record_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_history_record_id"), ["record_id"], unique=False)

    op.create_table(
        "record_identifier",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_identifier_record_id")),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_record_identifier")),
    )
    with op.batch_alter_table("record_identifier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_identifier_scheme_value"), ["scheme", "value"], unique=False)

    op.create_table(
        "record_key",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_key_record_id")),
        sa.PrimaryKeyConstraint("record_id", "key", name=op.f("pk_record_key")),
    )
    with op.batch_alter_table("record_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_key_key"), ["key"], unique=False)

    op.create_table(
        "relation",
        sa.Column("a_id", sa.Integer(), nullable=False),
        sa.Column("b_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["a_id"], ["record.id"], name=op.f("fk_relation_a_id")),
        sa.ForeignKeyConstraint(["b_id"], ["record.id"], name=op.f("fk_relation_b_id")),
        sa.PrimaryKeyConstraint("a_id", "b_id", "kind", name=op.f("pk_relation")),
    )
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relation_b_id"), ["b_id"], unique=False)

    op.create_table(
        "sighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_sighting_capture_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_sighting_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("capture_id", "place", name=op.f("uq_sighting_capture_id_place")),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sighting_record_id"), ["record_id"], unique=False)

    op.create_table(
        "work",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("founder_id", sa.Integer(), nullable=False),
        sa.Column("published_run_id", sa.Integer(), nullable=True),
        sa.Column("redirect_to", sa.String(length=16), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["founder_id"], ["record.id"], name=op.f("fk_work_founder_id")),
        sa.ForeignKeyConstraint(["published_run_id"], ["run.id"], name=op.f("fk_work_published_run_id")),
        sa.ForeignKeyConstraint(["redirect_to"], ["work.id"], name=op.f("fk_work_redirect_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("founder_id", name=op.f("uq_work_founder_id")),
    )
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_redirect_to"), ["redirect_to"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("work_id", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_event_run_id")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_event_work_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_work_id"), ["work_id"], unique=False)

    op.create_table(
        "work_field",
        sa.Column("work_id", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_work_field_record_id")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_field_work_id")),
        sa.PrimaryKeyConstraint("work_id", "field", "position", name=op.f("pk_work_field")),
    )
    with op.batch_alter_table("work_field", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_field_record_id"), ["record_id"], unique=False)

    op.create_table(
        "work_record",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_work_record_record_id")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_record_work_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_work_record")),
    )
    with op.batch_alter_table("work_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_record_work_id"), ["work_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("work_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_record_work_id"))

    op.drop_table("work_record")
    with op.batch_alter_table("work_field", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_field_record_id"))

    op.drop_table("work_field")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_work_id"))

    op.drop_table("event")
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_redirect_to"))

    op.drop_table("work")
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sighting_record_id"))

    op.drop_table("sighting")
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relation_b_id"))

    op.drop_table("relation")
    with op.batch_alter_table("record_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_key_key"))

    op.drop_table("record_key")
    with op.batch_alter_table("record_identifier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_identifier_scheme_value"))

    op.drop_table("record_identifier")
    with op.batch_alter_table("record_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_history_record_id"))

    op.drop_table("record_history")
    with op.batch_alter_table("record_award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_award_funder_award"))

    op.drop_table("record_award")
    op.drop_table("record_author")
    op.drop_table("quarantine")
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pair_b_id"))

    op.drop_table("pair")
    with op.batch_alter_table("judgement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judgement_b_id"))
        batch_op.drop_index(batch_op.f("ix_judgement_a_id_b_id"))

    op.drop_table("judgement")
    op.drop_table("record")
    op.drop_table("capture")
    op.drop_table("run")
