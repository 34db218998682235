import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import TemporalServer, free_port
from record import engine as database
from settings import Settings
from tests.conftest import Database
from tests.web.pages.house import Site
from web.app import create_app
from worker import make_worker


def settings_for(database: Database, public_origin: str | None = None) -> Settings:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return Settings.model_validate(
        {
            "database_url": database.application_url,
            "secret": key,
            "identity_keys": f"k1:{key}",
            "public_origin": public_origin,
            "log_level": "warning",
        }
    )


@asynccontextmanager
async def serving(settings: Settings, temporal_address: str) -> AsyncIterator[str]:
    """The real application on a port of its own; its address."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", temporal_address)
        config = uvicorn.Config(
            create_app(settings), port=port, log_config=None, access_log=False, lifespan="on"
        )
        server = uvicorn.Server(config)
        async with _running(server):
            yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def _running(server: uvicorn.Server) -> AsyncIterator[None]:
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.02)
        if task.done():
            task.result()
    try:
        yield
    finally:
        server.should_exit = True
        await task


@pytest.fixture(scope="module")
async def site(module_database: Database, temporal: TemporalServer) -> AsyncIterator[Site]:
    """Web and worker over a record of this module's own."""
    settings = settings_for(module_database)
    engine = database.create_engine(settings.database)
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    async with make_worker(client, engine), serving(settings, temporal.address) as address:
        yield Site(address, engine, module_database, settings.secret_bytes)
    await engine.dispose()


@pytest.fixture(scope="module")
async def engineless(module_database: Database, site: Site) -> AsyncIterator[Site]:
    """The same record behind a web whose engine is away."""
    nowhere = f"127.0.0.1:{free_port()}"
    settings = settings_for(module_database)
    async with serving(settings, nowhere) as address:
        yield Site(address, site.engine, module_database, settings.secret_bytes)
