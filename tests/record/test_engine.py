"""Connections that die, and values no statement may choke on."""

import asyncio
import time
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.parts import Postgres
from record.engine import create_engine, fetch, ping, transaction
from tests.conftest import Database
from tests.record.office import COORDINATOR, DISPOSE, Office, a_filing

KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'matur_app'"


async def test_dead_connections_are_replaced_unnoticed(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    _, case = await office.file()
    await asyncio.gather(*(fetch(office.engine, text("SELECT pg_sleep(0.05)")) for _ in range(5)))
    await superuser.execute(KILL)
    await office.act(case, DISPOSE, COORDINATOR)
    await superuser.execute(KILL)
    await office.file(a_filing())
    await superuser.execute(KILL)
    assert len(await asyncio.gather(*(ping(office.engine) for _ in range(8)))) == 8


async def test_a_database_that_is_away_is_said_so_and_comes_back(
    postgres: Postgres, database: Database
) -> None:
    engine = create_engine(database.application_url)
    await ping(engine)
    await postgres.stop()
    try:
        with pytest.raises(DBAPIError):
            await ping(engine)
    finally:
        await postgres.start()
    assert (await ping(engine)).startswith("18")
    await engine.dispose()


async def test_a_statement_that_takes_too_long_is_ended(engine: AsyncEngine) -> None:
    async with transaction(engine) as connection:
        await connection.execute(text("SET LOCAL statement_timeout = '50ms'"))
        with pytest.raises(DBAPIError, match="statement timeout"):
            await connection.execute(text("SELECT pg_sleep(5)"))
    (row,) = await fetch(engine, text("SELECT current_setting('statement_timeout') AS limit"))
    assert row["limit"] == "10s"


async def test_a_transaction_is_all_or_nothing(engine: AsyncEngine) -> None:
    change = text("UPDATE units SET name = 'x' WHERE code = 'dpupr'")
    with suppress(ZeroDivisionError):
        async with transaction(engine) as connection:
            await connection.execute(change)
            raise ZeroDivisionError
    (row,) = await fetch(engine, text("SELECT name FROM units WHERE code = 'dpupr'"))
    assert row["name"] != "x"


async def test_a_pool_without_a_free_connection_says_so_in_time(database: Database) -> None:
    engine = create_engine(database.application_url, size=1)
    async with engine.connect():
        began = time.monotonic()
        with pytest.raises(PoolTimeoutError):
            await ping(engine)
        assert time.monotonic() - began < 8
    await engine.dispose()
