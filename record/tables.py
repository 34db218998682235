"""The tables, as the migrations leave them (a test compares). In words: docs/record.md."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

metadata = MetaData()

Moment = DateTime(timezone=True)
Path = Text(collation="C")

units = Table(
    "units",
    metadata,
    Column("path", Path, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent", Path, ForeignKey("units.path")),
    Column("region_code", Text, unique=True),
    Column("assumed", Boolean, nullable=False, server_default=text("false")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("successor", Path, ForeignKey("units.path")),
    Index("units_parent", "parent"),
)

policies = Table(
    "policies",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("data", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)

calendars = Table(
    "calendars",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("data", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("away_until", Date),
    Column("shortcuts", Boolean, nullable=False, server_default=text("true")),
)

grants = Table(
    "grants",
    metadata,
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("unit", Path, ForeignKey("units.path")),
    UniqueConstraint("account_id", "role", "unit", postgresql_nulls_not_distinct=True),
    Index("grants_desk", "role", "unit"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Index("tokens_account", "account_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("half", Boolean, nullable=False, server_default=text("false")),
    Column("browser", Text, nullable=False, server_default=text("''")),
    Index("sessions_account", "account_id"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("account_id", Uuid, ForeignKey("accounts.id"), primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("second_factors_key", "key_id"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Index("recovery_codes_account", "account_id"),
)

brakes = Table(
    "brakes",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index("brakes_failed_at", "failed_at"),
)

complaints = Table(
    "complaints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("title", Text),
    Column("body", Text),
    Column("occurred_on", Date),
    Column("kecamatan", Text),
    Column("village_code", Text),
    Column("address", Text),
    Column("lat", Double),
    Column("lng", Double),
    Column("salt", LargeBinary),
    Column("receipt_hash", LargeBinary, nullable=False),
    Column(
        "tsv",
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('indonesian', coalesce(title, '')), 'A')"
            " || setweight(to_tsvector('indonesian', coalesce(body, '')), 'B')",
            persisted=True,
        ),
        nullable=False,
    ),
    Index("complaints_tsv", "tsv", postgresql_using="gin"),
)

words = Table(
    "words",
    metadata,
    Column("word", Text(collation="C"), primary_key=True),
    Index(
        "words_trigrams", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}
    ),
)

identities = Table(
    "identities",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("identities_key", "key_id"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column(
        "complaint_id",
        Uuid,
        ForeignKey("complaints.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("request_digest", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("idempotency_complaint", "complaint_id"),
)

unstarted = Table(
    "unstarted",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("created_at", Moment, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("texts", JSONB(none_as_null=True)),
    Column("salt", LargeBinary),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("entries_complaint", "complaint_id"),
)

files = Table(
    "files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("complaints.id")),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("preview_sha256", LargeBinary),
    Column("author", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("kept_until", Moment, nullable=False),
    Index(
        "files_complaint",
        "complaint_id",
        postgresql_where=text("complaint_id IS NOT NULL"),
    ),
    Index("files_unbound", "kept_until", postgresql_where=text("complaint_id IS NULL")),
    Index("files_sha256", "sha256"),
    Index(
        "files_preview",
        "preview_sha256",
        postgresql_where=text("preview_sha256 IS NOT NULL"),
    ),
)

entry_files = Table(
    "entry_files",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("file_id", Uuid, ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Index("entry_files_file", "file_id"),
)

loose_blobs = Table(
    "loose_blobs",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
)

drafts = Table(
    "drafts",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("drafts_expired", "expires_at"),
)

events = Table(
    "events",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("seq", Integer, CheckConstraint("seq > 0"), primary_key=True),
    Column("type", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index(
        "events_at",
        "at",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 16, "autosummarize": "on"},
    ),
)

cases = Table(
    "cases",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("stage", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("unit", Path),
    Column("delegate", Path),
    Column("desk", Text, nullable=False),
    Column("desk_unit", Path),
    Column("classification", Text),
    Column("category", Text),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("reported_unit", Path),
    Column("lead", Uuid, ForeignKey("complaints.id")),
    Column("due_clock", Text),
    Column("due_at", Moment),
    Column("alarm_at", Moment),
    Column("level", Integer, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("rating", Integer),
    Column("channel", Text, nullable=False),
    Column("kecamatan", Text),
    Column("received_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
    Index("cases_stage", "stage", "complaint_id"),
    Index("cases_unit", "unit", "complaint_id"),
    Index(
        "cases_delegate", "delegate", "complaint_id", postgresql_where=text("delegate IS NOT NULL")
    ),
    Index("cases_category", "category", "complaint_id"),
    Index("cases_kecamatan", "kecamatan", "complaint_id"),
    Index("cases_channel", "channel", "complaint_id"),
    Index("cases_open", "complaint_id", postgresql_where=text("open")),
)
due_or_never = func.coalesce(cases.c.due_at, text("'infinity'::timestamptz"))
desk_unit_or_none = func.coalesce(cases.c.desk_unit, text("''"))
Index(
    "cases_desk",
    cases.c.desk,
    desk_unit_or_none,
    due_or_never,
    cases.c.complaint_id,
    postgresql_where=text("open"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("audience", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
)

views = Table(
    "views",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("page", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "page", "name"),
)

reporter_phones = Table(
    "reporter_phones",
    metadata,
    Column(
        "complaint_id",
        Uuid,
        ForeignKey("identities.complaint_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("hash", LargeBinary, nullable=False),
    Index("reporter_phones_hash", "hash", "complaint_id"),
)

lookups = Table(
    "lookups",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Index("lookups_account", "account_id"),
)

answer_templates = Table(
    "answer_templates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit", Path, ForeignKey("units.path"), nullable=False),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Uuid, ForeignKey("accounts.id"), nullable=False),
    UniqueConstraint("unit", "name"),
)

staff_drafts = Table(
    "staff_drafts",
    metadata,
    Column("account_id", Uuid, ForeignKey("accounts.id"), primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("form", Text, primary_key=True),
    Column("fields", JSONB, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("staff_drafts_complaint", "complaint_id"),
    Index("staff_drafts_changed", "changed_at"),
)

models = Table(
    "models",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("trained_at", Moment, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("basis", LargeBinary, nullable=False, unique=True),
    Column("figures", JSONB, nullable=False),
    Column("data", LargeBinary),
)

imported_decisions = Table(
    "imported_decisions",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("unit", Path),
    Column("village_code", Text),
    Column("imported_at", Moment, nullable=False),
)

suggestions_shown = Table(
    "suggestions_shown",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("model", Integer, primary_key=True, autoincrement=False),
    Column("guesses", ARRAY(Text), nullable=False),
    Column("shown_at", Moment, nullable=False),
    Index("suggestions_shown_at", "shown_at"),
)
