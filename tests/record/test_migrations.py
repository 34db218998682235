"""The database's shape, and what the application's role may do with it."""

import asyncio
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.parts import Postgres
from cli.parts.postgres import APPLICATION, OWNER
from record import migrations
from record.migrations import pending, upgrade
from record.portal_tables import portals
from tests.conftest import Database


def test_tables_are_what_the_migrations_leave(database: Database) -> None:
    engine = create_engine(database.owner_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), portals.metadata) == []
    engine.dispose()


def lint(sql: Path) -> str:
    """What squawk has against a migration, run as ours are: whole, in one transaction."""
    command = [
        str(Path(sys.executable).with_name("squawk")),
        "--pg-version=18",
        "--assume-in-transaction",
        # Numbers stay small here; `upgrade` sets the time to wait, and work may take its time.
        "--exclude=prefer-bigint-over-int,require-lock-timeout,require-statement-timeout",
        str(sql),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout if ran.returncode else ""


def test_migrations_lock_nobody_out(tmp_path: Path) -> None:
    for sql in Path(migrations.__file__).parent.glob("versions/*.sql"):
        assert lint(sql) == ""
    bad = tmp_path / "bad.sql"
    bad.write_text("ALTER TABLE cases ADD COLUMN weight integer NOT NULL;")
    assert "adding-required-field" in lint(bad)


async def test_several_may_migrate_at_once(postgres: Postgres) -> None:
    await postgres.create_database("raced")
    url = postgres.url(OWNER, "raced")
    await asyncio.gather(*(asyncio.to_thread(upgrade, url, APPLICATION) for _ in range(3)))
    await postgres.drop_database("raced")


async def test_a_missing_migration_is_noticed(
    engine: AsyncEngine, superuser: psycopg.AsyncConnection
) -> None:
    assert not await pending(engine)
    await superuser.execute("DELETE FROM alembic_version")
    assert await pending(engine)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET actor = 'reporter'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE policies SET note = ''",
        "DELETE FROM calendars",
        "UPDATE complaints SET ticket = 'x'",
        "UPDATE complaints SET receipt_hash = ''",
        "DELETE FROM complaints",
        "DELETE FROM cases",
        "UPDATE entries SET digest = ''",
        "DELETE FROM entries",
        "DELETE FROM accounts",
        "UPDATE lookups SET at = now()",
        "DELETE FROM lookups",
        "UPDATE reporter_phones SET hash = ''",
        "ALTER TABLE events DISABLE TRIGGER append_only",
        "CREATE TABLE mine ()",
    ],
)
async def test_the_application_may_not(engine: AsyncEngine, change: str) -> None:
    async with engine.connect() as connection:
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            await connection.execute(text(change))


@pytest.mark.parametrize("table", ["events", "policies", "calendars"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_owner_is_stopped_by_a_trigger(database: Database, table: str, change: str) -> None:
    harmless = "actor = actor" if table == "events" else "note = note"
    with (
        psycopg.connect(database.owner_url.replace("+psycopg", "")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        connection.execute(change.format(table, harmless).encode())


async def test_the_trigger_stands_in_a_session_that_calls_itself_a_replica(
    superuser: psycopg.AsyncConnection,
) -> None:
    await superuser.execute("SET session_replication_role = replica")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        await superuser.execute("DELETE FROM events")
