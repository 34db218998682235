"""Pulling on a real engine: by its schedule, by a hint, and what a quarantine gives back."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeVar

import httpx
import pytest
from sqlalchemy import func, select, text
from temporalio.client import Client, ScheduleOverlapPolicy

from cli.parts import TemporalServer
from portals.registry import load
from practice import sp4n
from practice.config import Config
from practice.hints import Hints
from practice.portal import Portal
from practice.serving import running
from practice.store import Filing
from record.files.store import Store
from record.portals.quarantine import Kind, keep, quarantined, waiting
from record.portals.state import Mode, ensure_portal, portal
from record.tables import complaints
from settings import Settings
from tests.conftest import Database
from tests.workflows.world import COORDINATOR, World
from web.app import create_app
from worker import Outside, make_intake_worker
from workflows.client import keep_polling, poll_now, take_in_again
from workflows.messages import poll_id

TEXT = "Lampu jalan di Penambongan padam."
SECRET = "rahasia"
T = TypeVar("T")


@dataclass(frozen=True)
class Home:
    """A house that pulls from a practice portal, which calls it by a webhook."""

    world: World
    portal: Portal
    web: str

    async def complaints(self) -> int:
        async with self.world.engine.connect() as connection:
            query = select(func.count()).select_from(complaints).where(complaints.c.body == TEXT)
            return (await connection.execute(query)).scalar_one()

    async def hooked(self, body: bytes, signature: str, code: str = "sp4n") -> int:
        async with httpx.AsyncClient(trust_env=False) as http:
            response = await http.post(
                f"{self.web}/hooks/{code}", content=body, headers={"X-SP4N-Signature": signature}
            )
        return response.status_code


@asynccontextmanager
async def unscheduled(client: Client, code: str) -> AsyncIterator[None]:
    """Leaves no schedule behind: the engine is the whole session's."""
    try:
        yield
    finally:
        await client.get_schedule_handle(poll_id(code)).delete()


@pytest.fixture(scope="module")
async def home(
    world: World,
    module_database: Database,
    temporal: TemporalServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Home]:
    tmp_path = tmp_path_factory.mktemp("portals")
    app = sp4n.create_app(
        Config(client_secret="s", webhook_secret=SECRET, per_minute=6000, page_size=5)
    )
    async with running(app) as address:
        (tmp_path / "sp4n.toml").write_text(
            f'address = "{address}"\nallow_private = true\nper_minute = 6000\n[credentials]\n'
            f'client_id = "matur"\nclient_secret = "s"\nwebhook_secret = "{SECRET}"\n'
        )
        key = base64.b64encode(world.secret).decode()
        settings = Settings.model_validate(
            {
                "database_url": module_database.application_url,
                "secret": key,
                "identity_keys": f"k1:{key}",
                "portals": tmp_path,
                "log_level": "error",
            }
        )
        await ensure_portal(world.engine, "sp4n", Mode.API, datetime.now(UTC))
        mappings = {"sp4n": load(tmp_path)["sp4n"]}
        outside = Outside(world.engine, Store(tmp_path), world.secret, world.keyring, mappings)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEMPORAL_ADDRESS", temporal.address)
            async with (
                running(create_app(settings)) as web,
                outside.connected(first=True) as connectors,
                make_intake_worker(world.client, outside, connectors),
            ):
                yield Home(world, app.state.portal, web)


async def until(look: Callable[[], Awaitable[T]], wanted: T) -> None:
    async with asyncio.timeout(15):
        while await look() != wanted:
            await asyncio.sleep(0.1)


def signed(body: bytes, at: datetime, secret: str = SECRET) -> str:
    stamp = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
    return f"t={stamp},v1={digest}"


async def test_a_portal_is_pulled_on_a_schedule_that_follows_its_mapping(home: Home) -> None:
    client = home.world.client
    async with unscheduled(client, "sp4n"):
        for _ in range(2):
            await keep_polling(client, "sp4n", timedelta(seconds=7))
        handle = client.get_schedule_handle(poll_id("sp4n"))
        schedule = (await handle.describe()).schedule
        assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
        assert [one.every for one in schedule.spec.intervals] == [timedelta(seconds=7)]
        await keep_polling(client, "sp4n", timedelta(seconds=1))
        schedule = (await handle.describe()).schedule
        assert [one.every for one in schedule.spec.intervals] == [timedelta(seconds=1)]
        before = await home.complaints()
        for number in range(12):
            home.portal.file(Filing(title=f"Lampu {number}", text=TEXT))
        await until(home.complaints, before + 12)
        histories = [
            (await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()).to_json()
            async for run in client.list_workflows("WorkflowType = 'Poll'")
        ]
    assert histories
    assert not any("Penambongan" in history for history in histories)
    state = await portal(home.world.engine, "sp4n")
    assert state is not None
    assert state.failure is None


async def test_a_hint_has_it_pulled_at_once(home: Home) -> None:
    client, before = home.world.client, await home.complaints()
    hints = Hints(home.portal, f"{home.web}/hooks/sp4n")
    async with unscheduled(client, "sp4n"):
        await keep_polling(client, "sp4n", timedelta(hours=1))
        filed = home.portal.file(Filing(title="Lampu padam", text=TEXT))
        await until(home.complaints, before + 1)
        home.portal.reply(filed, "Sampai sekarang masih padam.")

        async def replies() -> int:
            async with home.world.engine.connect() as connection:
                query = text("SELECT count(*) FROM events WHERE type = 'replied'")
                return int((await connection.execute(query)).scalar_one())

        await until(replies, 1)
        await poll_now(client, "sp4n")
        await asyncio.sleep(0.5)
        assert (await replies(), await home.complaints()) == (1, before + 1)
    await hints.close()


async def test_only_what_the_portal_signed_just_now_is_heard(home: Home) -> None:
    body, now = (
        json.dumps({"event": "laporan.baru", "tracking_id": "1"}).encode(),
        datetime.now(UTC),
    )
    async with unscheduled(home.world.client, "sp4n"):
        await keep_polling(home.world.client, "sp4n", timedelta(hours=1))
        for _ in range(2):
            assert await home.hooked(body, signed(body, now)) == 204
        assert await home.hooked(body + b" ", signed(body, now)) == 403
        assert await home.hooked(body, signed(body, now, "lain")) == 403
        assert await home.hooked(body, signed(body, now - timedelta(minutes=6))) == 403
        assert await home.hooked(body, "") == 403
        large = b" " * 64_001
        assert await home.hooked(large, signed(large, now)) == 413
        assert await home.hooked(body, signed(body, now), "laporgub") == 404, "not called from here"
        assert await home.hooked(body, signed(body, now), "lain") == 404
    assert await home.hooked(body, signed(body, now)) == 503, "not polled: say it again later"


async def test_what_was_kept_is_taken_in_again_once_it_can_be_read(home: Home) -> None:
    world, before = home.world, await home.complaints()
    filed = home.portal.file(Filing(title="Lampu padam", text=TEXT))
    for number, raw in ((filed.id, b"{}"), ("8888", b"[]")):
        await keep(
            world.engine, "sp4n", Kind.REPORT, number, raw, "judul: kosong", datetime.now(UTC),
            same=number, secret=world.secret, keyring=world.keyring,
        )  # fmt: skip
    kept, gone = await waiting(world.engine, "sp4n")
    assert await take_in_again(world.client, "sp4n", kept.id, COORDINATOR.id)
    assert await home.complaints() == before + 1
    assert not await take_in_again(world.client, "sp4n", gone.id)
    left = await quarantined(world.engine, gone.id)
    assert left is not None
    assert left.state == "waiting"
    assert left.reason != "judul: kosong"
