import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import TemporalServer, free_port
from record import engine as database
from record.access import create_token
from record.accounts import add_account
from record.seed import PRACTICE_ACCOUNTS
from settings import Settings
from tests.conftest import Database
from tests.web.api.desk import MORE_ACCOUNTS, Api, grants
from web.app import create_app
from worker import make_worker


@pytest.fixture(scope="module")
def settings(module_database: Database) -> Settings:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return Settings.model_validate(
        {
            "database_url": module_database.application_url,
            "secret": key,
            "identity_keys": f"k1:{key}",
            "log_level": "info",
        }
    )


@asynccontextmanager
async def api_of(
    settings: Settings, temporal_address: str, engine: AsyncEngine
) -> AsyncIterator[Api]:
    """The real application, in this process."""
    app = create_app(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", temporal_address)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://matur.test/api/v1", timeout=30
            ) as http:
                yield Api(app, http, engine)


@pytest.fixture(scope="module")
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = database.create_engine(settings.database)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
async def tokens(settings: Settings, engine: AsyncEngine) -> dict[str, str]:
    """Of every account."""
    found = {}
    for username, role, unit in MORE_ACCOUNTS:
        await add_account(engine, username, username, "rahasia sekali", grants(role, unit))
    for username in [one[0] for one in (*PRACTICE_ACCOUNTS, *MORE_ACCOUNTS)]:
        token = await create_token(
            engine, username, datetime.now(UTC), secret=settings.secret_bytes
        )
        assert token
        found[username] = token
    return found


@pytest.fixture(scope="module")
async def client(temporal: TemporalServer) -> Client:
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture(scope="module")
async def idle(
    settings: Settings, temporal: TemporalServer, engine: AsyncEngine, tokens: dict[str, str]
) -> AsyncIterator[Api]:
    """Engine and record are there, no worker is."""
    async with api_of(settings, temporal.address, engine) as api:
        yield replace(api, tokens=tokens)


@pytest.fixture(scope="module")
async def api(idle: Api, client: Client, engine: AsyncEngine) -> AsyncIterator[Api]:
    """With a worker."""
    async with make_worker(client, engine):
        yield idle


@pytest.fixture(scope="module")
async def engineless(
    settings: Settings, engine: AsyncEngine, tokens: dict[str, str]
) -> AsyncIterator[Api]:
    """The same record behind a web whose engine is away."""
    async with api_of(settings, f"127.0.0.1:{free_port()}", engine) as api:
        yield replace(api, tokens=tokens)
