"""The tables of portals, as the migrations leave them. In words: docs/record.md."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from record.tables import Moment, metadata

portals = Table(
    "portals",
    metadata,
    Column("code", Text, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("paused_at", Moment),
    Column("cursor", Text),
    Column("polled_at", Moment),
    Column("succeeded_at", Moment),
    Column("failed_at", Moment),
    Column("failure", Text),
    Column("newest_at", Moment),
    Column("next_call_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("held_until", Moment),
)

portal_steps = Table(
    "portal_steps",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("portal", Text, ForeignKey("portals.code"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text),
    Index("portal_steps_portal", "portal", "id"),
)

portal_calls = Table(
    "portal_calls",
    metadata,
    Column("portal", Text, ForeignKey("portals.code"), primary_key=True),
    Column("minute", Moment, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
)

origins = Table(
    "origins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("portal", Text, ForeignKey("portals.code"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), nullable=False),
    Column("joined", Boolean, nullable=False),
    Column("same_as", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("status", Text),
    Column("filed_at", Moment),
    Column("changed_at", Moment),
    Column("closed_at", Moment),
    Column("last_message", Text),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("portal", "external_id"),
    Index("origins_complaint", "complaint_id"),
    Index("origins_same_as", "same_as", postgresql_where=text("same_as IS NOT NULL")),
)

attachments = Table(
    "attachments",
    metadata,
    Column("origin_id", Uuid, ForeignKey("origins.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text),
    Column("size", Integer),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("file_id", Uuid, ForeignKey("files.id", ondelete="SET NULL")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("touched_at", Moment, nullable=False),
    Index("attachments_file", "file_id", postgresql_where=text("file_id IS NOT NULL")),
    Index("attachments_waiting", "touched_at", postgresql_where=text("state = 'waiting'")),
)

UNDONE = text("state IN ('waiting', 'refused')")

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("origin_id", Uuid, ForeignKey("origins.id"), nullable=False),
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("entry_id", Uuid, ForeignKey("entries.id")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("words", Text),
    Column("receipt", Text),
    Column("receipt_at", Moment),
    Column("touched_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("unsure", Boolean, nullable=False, server_default=text("false")),
    Column("busy_until", Moment),
    Column("key", Uuid),
    UniqueConstraint("origin_id", "complaint_id", "seq", "kind"),
    Index("deliveries_event", "complaint_id", "seq"),
    Index("deliveries_entry", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
    Index("deliveries_lane", "origin_id", "number", postgresql_where=UNDONE),
    Index("deliveries_undone", "state", "number", postgresql_where=UNDONE),
)

delivery_steps = Table(
    "delivery_steps",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text),
    Index("delivery_steps_delivery", "delivery_id", "id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("portal", Text, ForeignKey("portals.code"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("external_id", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("settled_by", Text),
    UniqueConstraint("portal", "digest"),
    Index("quarantine_waiting", "portal", "id", postgresql_where=text("state = 'waiting'")),
    Index("quarantine_key", "key_id"),
)

open311_keys = Table(
    "open311_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("due_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Index("open311_keys_name", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("portal", Text, ForeignKey("portals.code"), nullable=False),
    Column("actor", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("key_id", Text),
    Column("nonce", LargeBinary),
    Column("sealed", LargeBinary),
    Column("columns", JSONB),
    Column("total", Integer, nullable=False),
    *(
        Column(name, Integer, nullable=False, server_default=text("0"))
        for name in ("faulty", "position", "added", "joined", "changed", "known", "failed")
    ),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("imports_actor", "actor", "id"),
    Index("imports_kept", "created_at", postgresql_where=text("sealed IS NOT NULL")),
)

import_columns = Table(
    "import_columns",
    metadata,
    Column("portal", Text, ForeignKey("portals.code"), primary_key=True),
    Column("columns", JSONB, nullable=False),
    Column("actor", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

sheet_rows = Table(
    "sheet_rows",
    metadata,
    Column("origin_id", Uuid, ForeignKey("origins.id"), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
)
