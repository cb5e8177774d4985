"""The tables, as SQLAlchemy Core sees them. What each holds is told in docs/architecture.md.

Times are ISO 8601 text in UTC: the same in SQLite and PostgreSQL, and they sort. Lists and documents
are JSON text written with sorted keys, so that equal values are equal bytes.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    or_,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

COUNTS = (
    "captures",
    "seen",
    "sightings",
    "new",
    "changed",
    "unchanged",
    "quarantined",
    "skipped",
    "works",
)
"""What a run counts; seen = new + changed + unchanged + quarantined + skipped."""

HARVEST_COUNTS = tuple(name for name in COUNTS if name != "works")
"""What one source's part in a run counts."""

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("command", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("software", String(40), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("status", String(16), nullable=False),
    Column("message", Text),
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTS),
    CheckConstraint("status IN ('running', 'ok', 'needs_a_human', 'failed', 'not_now')", name="status"),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("scope", Text, nullable=False),
    Column("harvested_to", String(10)),
    Column("began_on", String(10)),
    Column("position", Text),
    Column("asked", Text),
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("kept", Integer, nullable=False, server_default="0"),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    UniqueConstraint("source", "scope"),
)

harvest = Table(
    "harvest",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("run.id"), nullable=False, index=True),
    Column("source", String(64), nullable=False),
    Column("scope", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("code", String(64)),
    Column("message", Text),
    Column("alarms", Text, nullable=False),
    Column("resume_at", String(32)),
    Column("started_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("pages", Integer, nullable=False, server_default="0"),
    *(Column(name, Integer, nullable=False, server_default="0") for name in HARVEST_COUNTS),
    Column("entries", Integer),
    CheckConstraint("status IN ('running', 'ok', 'needs_a_human', 'failed', 'not_now')", name="status"),
    Index(None, "source", "scope"),
)

backfill = Table(
    "backfill",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("code", String(64)),
    Column("message", Text),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    CheckConstraint("status IN ('done', 'failed')", name="status"),
)

host_lease = Table(
    "host_lease",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("next_ok_at", Float, nullable=False),
    Column("noted_at", Float, nullable=False),
    Column("day", String(10)),
    Column("used", Integer, nullable=False, server_default="0"),
)

validator = Table(
    "validator",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
)

capture = Table(
    "capture",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("uri", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("length", Integer, nullable=False),
    Column("captured_at", String(32), nullable=False),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("outcome", String(8), nullable=False, server_default="read"),
    Column("read_by", String(40)),
    Column("checkpoint_id", ForeignKey("checkpoint.id"), index=True),
    Index(None, "source", "sha256"),
    CheckConstraint("outcome IN ('read', 'refused')", name="outcome"),
)

record = Table(
    "record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("title", Text),
    Column("date", String(10)),
    Column("venue", Text),
    Column("stage", String(16)),
    Column("document", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("matched_hash", String(64)),
    Column("first_run_id", ForeignKey("run.id"), nullable=False),
    Column("changed_run_id", ForeignKey("run.id"), nullable=False),
    UniqueConstraint("source", "source_key"),
)
AWAITS_DEDUP = record.c.matched_hash.is_distinct_from(record.c.content_hash)
"""Of records that dedup has not seen in their present form. They are few, and so is what the index holds."""

Index("ix_record_awaits_dedup", record.c.id, sqlite_where=AWAITS_DEDUP, postgresql_where=AWAITS_DEDUP)

record_history = Table(
    "record_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", ForeignKey("record.id"), nullable=False, index=True),
    Column("content_hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("until_run_id", ForeignKey("run.id"), nullable=False),
)

record_identifier = Table(
    "record_identifier",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("scheme", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Index(None, "scheme", "value"),
)

record_author = Table(
    "record_author",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("family", Text),
    Column("given", Text),
    Column("orcid", String(19)),
    Column("evidence", String(16), nullable=False),
)

record_award = Table(
    "record_award",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("funder", String(32), nullable=False),
    Column("award", String(64), nullable=False),
    Column("raw", Text, nullable=False),
    Index(None, "funder", "award"),
)

record_features = Table(
    "record_features",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("version", Integer, nullable=False, index=True),
    Column("document", Text, nullable=False),
)

record_key = Table(
    "record_key",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("listed", Text, nullable=False),
)

key_segment = Table(
    "key_segment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("share", Integer, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)

sketch_page = Table(
    "sketch_page",
    metadata,
    Column("page", Integer, primary_key=True, autoincrement=False),
    *(
        Column(name, LargeBinary, nullable=False)
        for name in ("record_ids", "seconds", "titles", "bylines", "abstracts", "standings")
    ),
)

sighting = Table(
    "sighting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", ForeignKey("record.id"), nullable=False, index=True),
    Column("capture_id", ForeignKey("capture.id"), nullable=False),
    Column("place", Text, nullable=False),
    Column("statement", Text, nullable=False),
    UniqueConstraint("capture_id", "place"),
)

award = Table(
    "award",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("capture_id", ForeignKey("capture.id"), nullable=False),
    Column("place", Text, nullable=False),
    Column("funder", String(32), nullable=False),
    Column("number", String(64), nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("capture_id", "place"),
    Index(None, "funder", "number"),
)

lookup = Table(
    "lookup",
    metadata,
    Column("work_id", ForeignKey("work.id"), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("query", String(255), primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("message", Text),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    CheckConstraint("outcome IN ('accepted', 'refused', 'not_found', 'failed')", name="outcome"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("capture_id", ForeignKey("capture.id"), nullable=False),
    Column("place", Text, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("status", String(16), nullable=False, server_default="open"),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    UniqueConstraint("capture_id", "place", "code"),
    CheckConstraint("status IN ('open', 'resolved', 'dismissed')", name="status"),
)

pair = Table(
    "pair",
    metadata,
    Column("a_id", ForeignKey("record.id"), primary_key=True),
    Column("b_id", ForeignKey("record.id"), primary_key=True, index=True),
    Column("log_odds", Float, nullable=False, server_default="0"),
    Column("probability", Float, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("veto", Text),
    Column("reasons", Text, nullable=False),
    Column("cut", Boolean, nullable=False, server_default=false()),
    CheckConstraint("a_id < b_id", name="order"),
    CheckConstraint("verdict IN ('same', 'related', 'review', 'different')", name="verdict"),
)
UNDECIDED = or_(pair.c.verdict == literal_column("'review'"), pair.c.cut)
"""Of pairs that may need a curator: in doubt, or the same by themselves and yet kept apart."""

Index("ix_pair_undecided", pair.c.a_id, pair.c.b_id, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED)

judgement = Table(
    "judgement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("a_id", ForeignKey("record.id"), nullable=False),
    Column("b_id", ForeignKey("record.id"), nullable=False, index=True),
    Column("verdict", String(16), nullable=False),
    Column("why", Text, nullable=False),
    Column("curator", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("undone_at", String(32)),
    CheckConstraint("a_id < b_id", name="order"),
    CheckConstraint("verdict IN ('same', 'different', 'unsure')", name="verdict"),
    Index(None, "a_id", "b_id"),
)

work = Table(
    "work",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("founder_id", ForeignKey("record.id"), nullable=False, unique=True),
    Column("published_run_id", ForeignKey("run.id")),
    Column("redirect_to", ForeignKey("work.id"), index=True),
    Column("search_text", Text, nullable=False),
)

work_record = Table(
    "work_record",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("work_id", ForeignKey("work.id"), nullable=False, index=True),
)

work_field = Table(
    "work_field",
    metadata,
    Column("work_id", ForeignKey("work.id"), primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("value", Text, nullable=False),
    Column("record_id", ForeignKey("record.id"), nullable=False, index=True),
    Column("rule", String(40), nullable=False),
)

relation = Table(
    "relation",
    metadata,
    Column("a_id", ForeignKey("record.id"), primary_key=True),
    Column("b_id", ForeignKey("record.id"), primary_key=True, index=True),
    Column("kind", String(24), primary_key=True),
    Column("reasons", Text, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("work_id", ForeignKey("work.id"), nullable=False, index=True),
    Column("detail", Text, nullable=False),
)
