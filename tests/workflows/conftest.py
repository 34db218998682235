from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import TemporalServer
from record import engine as database
from record.rules import current_rules
from tests.conftest import Database
from tests.workflows.world import World
from worker import make_worker


@pytest.fixture(scope="module")
async def client(temporal: TemporalServer) -> Client:
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture(scope="module")
async def world(module_database: Database, client: Client) -> AsyncIterator[World]:
    """A house whose worker runs."""
    engine = database.create_engine(module_database.application_url)
    async with make_worker(client, engine):
        yield World(engine, client, await current_rules(engine))
    await engine.dispose()
