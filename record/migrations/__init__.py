"""Brings a database to the shape this code needs, and tells whether it has it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from record.engine import database_url, run

LOCK = 0x6D61747572  # "matur": two migrations at once wait for each other

GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
GRANT INSERT ON events, policies, calendars TO {role};
GRANT INSERT, UPDATE ON cases, outbox TO {role};
GRANT INSERT, UPDATE (title, body, address, lat, lng, salt) ON complaints TO {role};
GRANT INSERT, UPDATE (texts, salt) ON entries TO {role};
GRANT INSERT, UPDATE ON accounts, tokens, units TO {role};
GRANT INSERT, UPDATE, DELETE ON grants, identities, sessions TO {role};
GRANT INSERT ON suggestions_shown TO {role};
GRANT INSERT, UPDATE (data) ON models TO {role};
GRANT INSERT, UPDATE ON imported_decisions TO {role};
GRANT INSERT, DELETE ON idempotency, unstarted, words TO {role};
GRANT INSERT, UPDATE (complaint_id, kept_until), DELETE ON files TO {role};
GRANT INSERT, DELETE ON entry_files, loose_blobs TO {role};
GRANT INSERT, UPDATE, DELETE ON drafts TO {role};
GRANT INSERT, UPDATE, DELETE ON answer_templates, staff_drafts TO {role};
GRANT INSERT ON reporter_phones, lookups TO {role};
GRANT INSERT, UPDATE, DELETE ON views TO {role};
GRANT INSERT, UPDATE, DELETE ON second_factors, brakes TO {role};
GRANT INSERT, DELETE ON recovery_codes TO {role};
GRANT INSERT, UPDATE ON portals, origins, attachments, deliveries TO {role};
GRANT INSERT, UPDATE, DELETE ON portal_calls TO {role};
GRANT INSERT ON portal_steps, delivery_steps TO {role};
GRANT INSERT, UPDATE ON quarantine TO {role};
GRANT INSERT, UPDATE ON imports, import_columns, sheet_rows TO {role};
GRANT INSERT, UPDATE (used_at, due_at, revoked_at) ON open311_keys TO {role};
"""
"""What the application may do; every table not named here it may read and no more."""


def upgrade(url: str, role: str) -> None:
    """Migrate with the owner's `url`; `role` (it exists) may then do what the application does.

    Safe to run again, and at the same time from several places.
    """
    engine = create_engine(database_url(url))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            # A migration that would wait for whoever is at work gives up, and is tried again.
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _grant(connection, role)
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _grant(connection: Connection, role: str) -> None:
    if role == connection.execute(text("SELECT current_user")).scalar_one():
        return  # one role for all: it owns the tables already
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.execution_options(no_parameters=True).exec_driver_sql(GRANTS.format(role=quoted))


async def pending(engine: AsyncEngine) -> bool:
    """Whether the database lacks a migration that this code has."""

    async def current(connection: AsyncConnection) -> str | None:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )

    return await run(engine, current) != ScriptDirectory.from_config(_config()).get_current_head()
