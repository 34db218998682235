"""The record as the application sees it, seeded, and a way to file and move cases in it."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.parts import Postgres
from cli.parts.postgres import SUPERUSER
from record.engine import create_engine
from tests.conftest import Database
from tests.record.office import Office


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """The application's connections to a seeded record of this test's own."""
    engine = create_engine(database.application_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def office(engine: AsyncEngine) -> Office:
    return await Office.opened(engine)


@pytest.fixture
async def superuser(
    postgres: Postgres, database: Database
) -> AsyncIterator[psycopg.AsyncConnection]:
    """Whom no grant and no trigger stops for long."""
    url = postgres.url(SUPERUSER, database.name).replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection
