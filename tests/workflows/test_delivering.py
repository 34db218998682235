"""Telling portals on a real engine: woken by what happens, over two days of silence, and where the
worker is killed in the middle."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import ActivityEnvironment
from temporalio.testing._timeskipping import TimeSkipper

from activities import delivery
from activities.calls import turn
from activities.intake import IntakeActivities
from activities.waking import WakingActivities
from cli.parts import TemporalServer
from domain import actions as a
from portals.registry import connect, load
from practice.config import Config
from practice.store import Filing
from record.engine import create_engine, transaction
from record.entries import store_entry
from record.files.store import Store
from record.portals.deliveries import deliveries_of, next_of, settle, undone
from record.portals.health import undelivered
from record.portals.origins import Origin, origins_known
from record.portals.state import Mode, ensure_portal, pause, resume
from record.rules import current_rules
from tests.conftest import Database
from tests.portals import conftest as portals
from tests.portals.conftest import Meet, Pair
from tests.workflows.world import COORDINATOR, UNIT, World
from worker import Outside, make_portal_worker, make_worker
from workflows.client import SystemClient, deliver
from workflows.portals import DeliverWorkflow

meet = portals.meet
"""The fixture."""


TWO_DAYS = timedelta(days=2)
ALLOWED = 150
"""Calls a minute."""
GONE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'telling'"
)


@dataclass(frozen=True)
class Home:
    """A house, and the practice portal that its worker tells."""

    world: World
    pair: Pair
    code: str

    async def arrive(self, **filing: Any) -> Origin:
        filed = self.pair.portal.file(Filing(**{"title": "Jalan", "text": "Rusak."} | filing))
        world = self.world
        intake = IntakeActivities(
            world.engine,
            SystemClient(world.client),
            {self.code: self.pair.connector},
            world.secret,
            world.keyring,
        )
        while (await ActivityEnvironment().run(intake.pull_page, self.code)).more:
            pass
        return (await origins_known(world.engine, self.code, [filed.id]))[filed.id]

    async def say(self, origin: Origin, action: type[Any], said: str) -> None:
        world = self.world
        entry = await store_entry(
            world.engine, origin.complaint_id, UNIT.id, {"text": said}, datetime.now(UTC)
        )
        await world.act(origin.complaint_id, UNIT, action(entry=entry))

    async def accept(self, origin: Origin) -> None:
        await self.world.dispose(origin.complaint_id)
        await self.world.act(origin.complaint_id, UNIT, a.Accept())

    def texts(self, origin: Origin) -> list[str]:
        """What stands under the report in the portal, by the agency."""
        entries = self.pair.portal.store.entries(origin.external_id)
        return [one.text.partition("\n\n[")[0] for one in entries if one.author == "agency"]

    async def told(self, origin: Origin, n: int) -> bool:
        return len(self.texts(origin)) >= n

    async def all_done(self, origin: Origin) -> bool:
        return await next_of(self.world.engine, origin.id) is None

    async def tried(self, origin: Origin) -> bool:
        found = await next_of(self.world.engine, origin.id)
        return found is not None and found.attempts > 0

    def handle(self, origin: Origin) -> WorkflowHandle[DeliverWorkflow, None]:
        return self.world.client.get_workflow_handle_for(
            DeliverWorkflow.run, f"deliver-{origin.id}"
        )


@asynccontextmanager
async def opened(
    record: Database,
    client: Client,
    pair: Pair,
    directory: Path,
    *,
    limit: int = 0,
    telling: bool = True,
) -> AsyncIterator[Home]:
    """`limit`: calls a minute that the portal allows, by its mapping; none counts where it is 0."""
    engine = create_engine(record.application_url)
    world = World(engine, client, await current_rules(engine))
    code = pair.portal.kind.code
    await ensure_portal(engine, code, Mode.API, datetime.now(UTC))
    home = Home(world, pair, code)
    async with make_worker(client, engine), AsyncExitStack() as beside:
        if telling:
            await beside.enter_async_context(portal_worker(home, directory, limit))
        yield home
    await engine.dispose()


@asynccontextmanager
async def portal_worker(home: Home, directory: Path, limit: int = 0) -> AsyncIterator[None]:
    world, code, connector = home.world, home.code, home.pair.connector
    outside = Outside(world.engine, Store(directory / "files"), world.secret, world.keyring, {})
    if limit:
        connector = connect(load(directory)[code], turn(world.engine, code, limit))
    async with make_portal_worker(world.client, outside, code, {code: connector}):
        yield
    if limit:
        await connector.close()


@asynccontextmanager
async def process(
    record: Database, temporal: TemporalServer, directory: Path, code: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that tells the portal, to be killed."""
    given = (record.application_url, temporal.address, str(directory), code)
    telling = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workflows.telling", *given
    )
    try:
        yield telling
    finally:
        if telling.returncode is None:
            telling.kill()
            await telling.wait()


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.05)


async def test_handling_a_case_shows_in_its_portal(
    database: Database, client: Client, meet: Meet, tmp_path: Path
) -> None:
    """Each step as soon as it was taken, woken by it alone: no sweeper runs here."""
    async with meet("laporgub") as pair, opened(database, client, pair, tmp_path) as home:
        origin = await home.arrive()
        await until(lambda: home.told(origin, 1))
        await home.accept(origin)
        await until(lambda: home.told(origin, 2))
        await home.say(origin, a.ReportProgress, "Bahan dipesan.")
        await home.say(origin, a.Answer, "Sudah ditambal.")
        await until(lambda: home.told(origin, 4))
        assert home.texts(origin)[-1] == "Sudah ditambal."
        await until(lambda: home.all_done(origin))


async def test_a_portal_away_for_two_days_is_told_all_in_order_when_it_returns(
    database: Database, client: Client, meet: Meet, tmp_path: Path
) -> None:
    """Its cases go on meanwhile; the record says all the time what waits, and why."""
    allowed = Config(client_secret="s", webhook_secret="w", api_key="k", per_minute=ALLOWED)
    with patch.object(delivery, "LATER", timedelta(hours=6)):
        async with (
            meet("sp4n", allowed) as pair,
            opened(database, client, pair, tmp_path, limit=ALLOWED) as home,
        ):
            lanes = [await home.arrive(title=f"Laporan {n}") for n in range(3)]
            for origin in lanes:
                await until(partial(home.told, origin, 1))
            pair.fail(error=0.5, maintenance=1)
            for origin in lanes:
                await home.accept(origin)
                await home.say(origin, a.ReportProgress, "Bahan dipesan.")
                await home.say(origin, a.Answer, "Sudah ditambal.")
            skipper = TimeSkipper(client)
            await asyncio.gather(
                *(skipper.fast_forward(home.handle(origin), TWO_DAYS) for origin in lanes)
            )
            left = (await undelivered(home.world.engine))["sp4n"]
            assert (left.waiting, left.refused) == (9, 0)
            for row in await undone(home.world.engine, "waiting"):
                first = row.kind == "disposed"
                assert (row.attempts > 6) is first, "nobody overtakes"
                assert bool(row.words) is first
            assert [len(home.texts(origin)) for origin in lanes] == [1, 1, 1]
            pair.fail(error=0, maintenance=0)
            await asyncio.gather(*(skipper.fast_forward(home.handle(origin)) for origin in lanes))
            for origin in lanes:
                await until(partial(home.all_done, origin))
                assert [text[:8] for text in home.texts(origin)] == [
                    "Laporan ",
                    "Laporan ",
                    "Kemajuan",
                    "Sudah di",
                ]
            assert 429 not in pair.portal.gate.answered


async def test_what_nobody_woke_the_sweeper_starts(
    database: Database, client: Client, meet: Meet, tmp_path: Path
) -> None:
    """Of each lane what is first; not what was refused, nor of a portal that is paused."""
    async with meet("sp4n") as pair, opened(database, client, pair, tmp_path) as home:
        engine = home.world.engine
        origin = await home.arrive()
        await until(lambda: home.all_done(origin))
        await pause(engine, "sp4n", COORDINATOR, datetime.now(UTC))
        await home.accept(origin)
        async with engine.connect() as connection:
            await connection.execute(text("UPDATE deliveries SET touched_at = '2026-01-01'"))
        sweeper = WakingActivities(engine, SystemClient(client)).wake_idle
        assert await ActivityEnvironment().run(sweeper) == 0
        await resume(engine, "sp4n", COORDINATOR, datetime.now(UTC))
        assert await ActivityEnvironment().run(sweeper) == 1
        await until(lambda: home.all_done(origin))
        assert len(home.texts(origin)) == 2
        assert await ActivityEnvironment().run(sweeper) == 0


async def test_after_a_refusal_the_case_goes_on_and_the_lane_after_a_person(
    database: Database, client: Client, meet: Meet, tmp_path: Path
) -> None:
    async with meet("sp4n") as pair, opened(database, client, pair, tmp_path) as home:
        engine, origin = home.world.engine, await home.arrive()
        await home.accept(origin)
        await home.say(origin, a.ReportProgress, "x" * 10_001)
        await home.say(origin, a.Answer, "Sudah ditambal.")

        async def is_refused() -> bool:
            left = (await undelivered(engine)).get("sp4n")
            return left is not None and (left.waiting, left.refused) == (1, 1)

        await until(is_refused)
        [row] = await undone(engine, "refused")
        assert await settle(engine, row.id, COORDINATOR, "telepon", datetime.now(UTC))
        await deliver(client, origin.id, "sp4n")
        await until(lambda: home.all_done(origin))
        assert home.texts(origin)[-1] == "Sudah ditambal."


@pytest.mark.parametrize("code", ["sp4n", "laporgub"])
async def test_a_worker_killed_between_call_and_record_tells_nothing_twice(
    database: Database, client: Client, temporal: TemporalServer, meet: Meet, tmp_path: Path,
    code: str,
) -> None:  # fmt: skip
    shorter = patch.object(DeliverWorkflow, "limit", timedelta(seconds=3))
    async with meet(code) as pair, process(database, temporal, tmp_path, code) as telling:
        with shorter:
            async with opened(database, client, pair, tmp_path, telling=False) as home:
                engine, origin = home.world.engine, await home.arrive()
                pair.fail(slow=1, slow_s=0.5)
                await until(partial(home.tried, origin))
                async with transaction(engine) as connection:
                    await connection.execute(text("SELECT FROM deliveries FOR UPDATE"))
                    await until(partial(home.told, origin, 1))
                    telling.kill()
                    await telling.wait()
                    await connection.execute(GONE)
                    await connection.execute(text("UPDATE deliveries SET busy_until = now()"))
                assert not await home.all_done(origin)
                async with portal_worker(home, tmp_path):
                    await until(partial(home.all_done, origin))
                [row] = await deliveries_of(engine, origin.complaint_id)
                assert row.attempts >= 2
                assert len(home.texts(origin)) == 1
