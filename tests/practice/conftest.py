"""Practice portals over real HTTP, each on a port of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from practice import laporgub, open311, sp4n
from practice.config import Config
from practice.portal import Portal
from practice.serving import running
from practice.store import Filing, Report

APPS: dict[str, Callable[[Config], Starlette]] = {
    "sp4n": sp4n.create_app,
    "laporgub": laporgub.create_app,
    "open311": open311.create_app,
}


@dataclass
class Running:
    portal: Portal
    http: httpx.AsyncClient
    address: str

    def file(self, text: str = "Jalan rusak", **facts: Any) -> Report:
        category = self.portal.kind.categories[0]
        return self.portal.file(Filing(**{"text": text, "category": category} | facts))

    def fail(self, **faults: float) -> None:
        self.portal.gate.faults = self.portal.gate.faults.changed(faults)


Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture(scope="session")
def start() -> Start:
    """`async with start("sp4n", per_minute=3) as sp4n: ...`"""

    @asynccontextmanager
    async def started(code: str, **facts: Any) -> AsyncIterator[Running]:
        config = Config(**{"per_minute": 100_000, "seed": 1} | facts)
        app = APPS[code](config)
        async with (
            running(app) as address,
            httpx.AsyncClient(base_url=address, trust_env=False, timeout=10) as http,
        ):
            yield Running(app.state.portal, http, address)

    return started
