"""Connections to PostgreSQL.

Every statement commits by itself unless it runs in `transaction`: a read then costs one round trip
instead of three. No connection is tested before use, which would cost a round trip more; one that
turns out dead is replaced, with all others of its age, and the statement run once more.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import CursorResult, Executable, RowMapping
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

T = TypeVar("T")

SESSION = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    # Storage without moving parts, and statements too short to compile.
    "random_page_cost": "1.1",
    "jit": "off",
}

CONNECTION = {
    "connect_timeout": 5,
    # A peer that vanished without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    # Only what `quick` asks for is prepared. Any other statement is planned for the values it is
    # given: the same filter may fit a handful of complaints or nearly all.
    "prepare_threshold": 1 << 30,
    "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
}


def database_url(url: str) -> URL:
    """`url` with our driver, whichever way `postgresql://` was spelt."""
    return make_url(url).set(drivername="postgresql+psycopg")


def storable(text: str) -> str:
    """What PostgreSQL can hold of `text`, or compare with: no NUL, no half of a character."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def create_engine(url: str, *, size: int = 10, application_name: str = "matur") -> AsyncEngine:
    """An engine with at most `size` connections; a caller waits 5 s for one.

    Then sqlalchemy.exc.TimeoutError is raised.
    """
    return create_async_engine(
        database_url(url),
        isolation_level="AUTOCOMMIT",
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        connect_args=CONNECTION | {"application_name": application_name},
    )


async def run(engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """`work` on a connection and, if that proves dead, once more on a fresh one.

    Only for work that may be done twice. Raises DBAPIError where the database stays away.
    """
    try:
        async with engine.connect() as connection:
            return await work(connection)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    async with engine.connect() as connection:
        return await work(connection)


async def quick(
    engine: AsyncEngine, statement: str, values: Sequence[Any]
) -> dict[str, Any] | None:
    """The first row of one statement of the hot path, which may be run twice.

    Straight to the driver (placeholders `%s`) and prepared once a connection: composing, compiling
    and planning the same statement anew costs more than running it. Raises DBAPIError.
    """

    async def work(connection: AsyncConnection) -> dict[str, Any] | None:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        try:
            cursor = await raw.execute(statement, values, prepare=True)
            row = await cursor.fetchone() if cursor.description else None
        except psycopg.Error as error:
            dead = raw.broken or raw.closed
            if dead:
                await connection.invalidate()
            raise DBAPIError(None, None, error, connection_invalidated=dead) from error
        return row and dict(zip((c.name for c in cursor.description), row, strict=True))

    return await run(engine, work)


async def fetch(
    engine: AsyncEngine, statement: Executable, values: Mapping[str, Any] | None = None
) -> Sequence[RowMapping]:
    """All rows of one statement that may be run twice."""

    async def work(connection: AsyncConnection) -> Sequence[RowMapping]:
        return (await connection.execute(statement, values)).mappings().all()

    return await run(engine, work)


async def fetch_one(
    engine: AsyncEngine, statement: Executable, values: Mapping[str, Any] | None = None
) -> RowMapping | None:
    """The first row of one statement that may be run twice, or None."""
    rows = await fetch(engine, statement, values)
    return rows[0] if rows else None


async def execute(
    engine: AsyncEngine, statement: Executable, values: Mapping[str, Any] | None = None
) -> int:
    """Run one statement that may be run twice; how many rows an UPDATE or DELETE touched."""

    async def work(connection: AsyncConnection) -> int:
        result: CursorResult[Any] = await connection.execute(statement, values)
        return result.rowcount

    return await run(engine, work)


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Several statements that are committed together, or not at all."""
    async with engine.connect() as pooled:
        connection = await pooled.execution_options(isolation_level="READ COMMITTED")
        async with connection.begin():
            yield connection


async def ping(engine: AsyncEngine) -> str:
    """The server's version; raises SQLAlchemyError where there is none to reach."""

    async def work(connection: AsyncConnection) -> str:
        result = await connection.exec_driver_sql("SHOW server_version")
        return str(result.scalar_one())

    return await run(engine, work)
