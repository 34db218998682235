"""Connectors against the practice portals, over real HTTP."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette

from portals.protocol import Connector, Misread, Pulled, Push, Report, Sent, Told
from portals.registry import connect, load
from practice import laporgub, open311, sp4n
from practice.config import Config
from practice.portal import Portal
from practice.serving import running

APPS: dict[str, Callable[[Config], Starlette]] = {
    "sp4n": sp4n.create_app,
    "laporgub": laporgub.create_app,
    "open311": open311.create_app,
}
BASE = {"open311": "/open311/v2"}
CREDENTIALS = {
    "sp4n": 'client_id = "matur"\nclient_secret = "s"\nwebhook_secret = "w"',
    "laporgub": 'api_key = "k"',
    "open311": 'api_key = "k"',
}
MANY = 100_000
"""Calls a minute: these tests are not about the limit."""


@dataclass
class Pair:
    """A practice portal, and our connector to it."""

    connector: Connector
    portal: Portal
    address: str
    turns: list[None]

    def fail(self, **faults: float) -> None:
        self.portal.gate.faults = self.portal.gate.faults.changed(faults)

    async def all(self, cursor: str | None = None) -> tuple[list[Report | Misread], str]:
        """Everything from a cursor on, and the cursor after it."""
        reports: list[Report | Misread] = []
        for _ in range(200):
            page: Pulled = await self.connector.pull(cursor)
            reports += page.reports
            cursor = page.cursor
            if not page.more:
                return reports, cursor
        raise AssertionError("the pages have no end")


Meet = Callable[..., AbstractAsyncContextManager[Pair]]


@pytest.fixture
def meet(tmp_path: Path) -> Meet:
    """`meet("sp4n", Config(…), overlay="…")`: both, running."""

    @asynccontextmanager
    async def meeting(
        code: str, config: Config | None = None, overlay: str = ""
    ) -> AsyncIterator[Pair]:
        given = config or Config(
            client_secret="s", webhook_secret="w", api_key="k", per_minute=MANY, page_size=5
        )
        app = APPS[code](given)
        async with running(app) as address:
            (tmp_path / f"{code}.toml").write_text(
                f'address = "{address}{BASE.get(code, "")}"\nallow_private = true\n'
                f"{overlay}\n[credentials]\n{CREDENTIALS[code]}\n"
            )
            turns: list[None] = []

            async def turn() -> None:
                turns.append(None)

            connector = connect(load(tmp_path)[code], turn)
            try:
                yield Pair(connector, app.state.portal, address, turns)
            finally:
                await connector.close()

    return meeting


def a_push(
    told: Told = Told.ANSWERED, text: str = "Jalan sudah ditambal.", *files: Sent, n: int = 7
) -> Push:
    return Push(
        key=uuid.uuid4(),
        told=told,
        text=text,
        unit="DPUPR",
        at=datetime.now(UTC).replace(microsecond=0),
        reference=f"MB-2026-000123/{n}",
        files=files,
    )


def ids(reports: list[Report | Misread]) -> list[str | None]:
    return [report.id for report in reports]
