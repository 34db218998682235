"""What a database needs before the house can work on it: its shape, and what it starts with."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.engine import make_url

from cli.accounts import record
from record import seed as first
from record.migrations import upgrade
from settings import get_settings


async def migrate() -> None:
    """Brings the database to the shape of this code. Safe to repeat."""
    settings = get_settings()
    # The role that the application logs in as is given its rights by the migration.
    role = make_url(settings.database).username or ""
    await asyncio.to_thread(upgrade, settings.migration_database, role)


async def seed() -> None:
    """Units, policy and calendar, and demo accounts in practice mode. Safe to repeat."""
    async with record() as engine:
        await first.seed(engine, datetime.now(UTC), practice=get_settings().practice)


def demo_accounts() -> list[str]:
    """A line for each, for whoever tries the house out."""
    lines = [f"  Akun latihan, kata sandi semuanya {first.PRACTICE_PASSWORD}"]
    for username, name, _, _ in first.PRACTICE_ACCOUNTS:
        lines.append(f"    {username:<13} {name}")
    return lines
