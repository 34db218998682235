"""Real parts for tests: a PostgreSQL and a Temporal server of this session's own.

Nothing is shared with a `make run` beside it, nor between the workers of pytest-xdist.
"""

import asyncio
import atexit
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from cli.parts import Postgres, TemporalServer, free_port, running
from cli.parts.postgres import APPLICATION, OWNER
from record.engine import create_engine
from record.migrations import upgrade
from record.seed import seed

_numbers = count(1)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main() -> Generator[None, object, object]:
    """Leaves without the interpreter's own end once all is reported.

    temporalio sometimes aborts there (its issue 300), and would turn a green run red. This wraps
    everything pytest does, so that summary and reports are written by now.
    """
    status = yield
    if "temporalio" in sys.modules:
        atexit._run_exitfuncs()
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(status) if isinstance(status, int) else 0)
    return status


@dataclass(frozen=True)
class Database:
    """A database of its own, migrated and seeded, demo accounts included."""

    name: str
    application_url: str
    """As the application's role, which can add to the record and not rewrite it."""
    owner_url: str


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hides this machine's own configuration: no test may reach a house that runs beside it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("MATUR_", "TEMPORAL_")):
                patch.delenv(name)
        patch.setenv("MATUR_DIRECTORY", str(tmp_path_factory.mktemp("matur")))
        patch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
        yield


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A directory for servers. Unlike pytest's own it can be entered by other accounts."""
    with tempfile.TemporaryDirectory(prefix="matur-test-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture(scope="session")
async def postgres(ground: Path) -> AsyncIterator[Postgres]:
    """A PostgreSQL server with the house's roles, for the session."""
    async with running(Postgres(ground / "postgres", free_port(), durable=False)) as server:
        yield server


@pytest.fixture(scope="session")
async def template(postgres: Postgres) -> str:
    """The name of a migrated and seeded database that nobody connects to."""
    name = "template"
    await postgres.create_database(name)
    await asyncio.to_thread(upgrade, postgres.url(OWNER, name), APPLICATION)
    engine = create_engine(postgres.url(APPLICATION, name), size=1)
    await seed(engine, datetime.now(UTC), practice=True)
    await engine.dispose()
    return name


@pytest.fixture
async def database(postgres: Postgres, template: str) -> AsyncIterator[Database]:
    """A fresh database for one test."""
    async with _fresh(postgres, template) as fresh:
        yield fresh


@pytest.fixture(scope="module")
async def module_database(postgres: Postgres, template: str) -> AsyncIterator[Database]:
    """A fresh database for one module, whose tests live with each other's rows."""
    async with _fresh(postgres, template) as fresh:
        yield fresh


@pytest.fixture(scope="session")
async def temporal(ground: Path) -> AsyncIterator[TemporalServer]:
    """A Temporal server for the session, on which the clock of a workflow can be moved."""
    server = TemporalServer(
        ground / "temporal", free_port(), in_memory=True, time_skipping=True, prompt_timers=True
    )
    async with running(server):
        yield server


@asynccontextmanager
async def _fresh(postgres: Postgres, template: str) -> AsyncIterator[Database]:
    name = f"test_{next(_numbers)}"
    await postgres.create_database(name, template)
    try:
        yield Database(name, postgres.url(APPLICATION, name), postgres.url(OWNER, name))
    finally:
        await postgres.drop_database(name)
