from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import TemporalServer
from record.engine import create_engine
from record.rules import current_rules
from tests.conftest import Database
from tests.workflows.world import World


@pytest.fixture(scope="module")
async def client(temporal: TemporalServer) -> Client:
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture
async def world(database: Database, client: Client) -> AsyncIterator[World]:
    """A record of the test's own, and the engine; no worker runs."""
    engine = create_engine(database.application_url)
    yield World(engine, client, await current_rules(engine))
    await engine.dispose()
