"""Reports of three portals that fail in every way they know, worked on while workers are killed:
each report is one case, and each portal is told everything once and in order.

`MATUR_GAUNTLET=500 make test ARGS=tests/house/test_gauntlet.py` runs it over so many reports.
"""

import asyncio
import base64
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import TemporalServer, free_port
from domain import actions as a
from domain.actors import Actor
from domain.terms import Classification
from practice import laporgub, open311, sp4n
from practice.config import Config
from practice.serving import running
from record.engine import create_engine
from record.entries import store_entry
from record.events import load_events
from record.rules import current_rules
from record.verify import verify_case
from tests.conftest import Database
from tests.workflows.world import COORDINATOR, UNIT
from workflows.client import EngineAway, ask_case
from workflows.messages import Ask, CaseStart

REPORTS = int(os.environ.get("MATUR_GAUNTLET", "24"))
ALSO_IN_SP4N = 5
"""Every so manieth report of LaporGub carries an id of SP4N's."""
SHARE = 0.1
EVERYWHERE = ("error", "slow", "throttle", "maintenance", "repeat", "lost")
FAULTS = {**dict.fromkeys(EVERYWHERE, SHARE), "slow_s": 0.5}
REVOKED = {"revoke": SHARE}
"""Only SP4N's tokens end before their time: a key that is refused is somebody's to look at."""
NO_FAULTS = dict.fromkeys((*FAULTS, *REVOKED), 0.0)
PORTALS: dict[str, tuple[Callable[[Config], Any], str]] = {
    "sp4n": (sp4n.create_app, ""),
    "laporgub": (laporgub.create_app, ""),
    "open311": (open311.create_app, "/open311/v2"),
}
TOLD = ["received", "disposed", "progress_reported", "answered"]
CONFIG = Config(per_minute=60_000, seed=311)
CREDENTIALS = {
    "sp4n": {
        "client_id": CONFIG.client_id,
        "client_secret": CONFIG.client_secret,
        "webhook_secret": CONFIG.webhook_secret,
    },
    "laporgub": {"api_key": CONFIG.api_key},
    "open311": {"api_key": CONFIG.api_key},
}


@dataclass(frozen=True)
class Outside:
    """The portals, as those who run them see them."""

    addresses: dict[str, str]

    async def file(self, portal: str, reports: list[dict[str, Any]]) -> list[str]:
        answer = await self._call(portal, "POST", "/latihan/laporan", reports)
        ids: list[str] = answer["ids"]
        return ids

    async def fail(self, faults: dict[str, float], portal: str | None = None) -> None:
        for one in [portal] if portal else self.addresses:
            await self._call(one, "POST", "/latihan/gangguan", faults)

    async def timelines(self, portal: str) -> dict[str, list[tuple[str, str]]]:
        """What the agency wrote under each report, in order: id and text."""
        answer = await self._call(portal, "GET", "/latihan/laporan")
        return {
            report["id"]: [
                (str(entry["number"]), entry["text"])
                for entry in report["entries"]
                if entry["author"] == "agency"
            ]
            for report in answer["reports"]
        }

    async def _call(self, portal: str, method: str, path: str, sent: Any = None) -> Any:
        async with httpx.AsyncClient(base_url=self.addresses[portal], timeout=30) as client:
            answer = await client.request(method, path, json=sent)
            assert answer.is_success, answer.text
            return answer.json()


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    async with AsyncExitStack() as stack:
        addresses = {}
        for code, (create_app, _path) in PORTALS.items():
            addresses[code] = await stack.enter_async_context(running(create_app(CONFIG)))
        yield Outside(addresses)


def write_mappings(directory: Path, portals: Outside) -> None:
    directory.mkdir()
    for code, (_create, path) in PORTALS.items():
        lines = [
            f'address = "{portals.addresses[code]}{path}"',
            "allow_private = true",
            "per_minute = 60000",
            "poll_every_s = 1",
            "settle_s = 1",
            "[credentials]",
            *(f'{name} = "{value}"' for name, value in CREDENTIALS[code].items()),
        ]
        (directory / f"{code}.toml").write_text("\n".join(lines))


class Workers:
    """Two processes, of which one is killed now and then, and begun anew."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self.log = log
        self.running: list[asyncio.subprocess.Process] = []
        self.killed = 0

    async def start(self) -> None:
        """Returns when it works."""
        port = free_port()
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cli", "worker"),
                env=self.environment | {"MATUR_WORKER_PORT": str(port)},
                stderr=log,
            )
        self.running.append(process)

        async def ready() -> bool:
            with suppress(httpx.HTTPError):
                async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
                    return (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success
            return False

        await until("a worker did not start", ready, 60)

    async def die_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(random.uniform(1, 6))
            process = self.running.pop(random.randrange(len(self.running)))
            process.kill()
            await process.wait()
            self.killed += 1
            await self.start()

    async def end(self) -> None:
        for process in self.running:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@dataclass(frozen=True)
class Desk:
    """Staff who press again where nothing answers."""

    engine: AsyncEngine
    client: Client

    async def start_of(self, complaint: UUID) -> CaseStart:
        rules, events = await current_rules(self.engine), await load_events(self.engine, complaint)
        return CaseStart(complaint=complaint, rules=rules, events=tuple(events))

    async def ask(self, complaint: UUID, actor: Actor, action: a.Action, said: str = "") -> None:
        if said:
            now = datetime.now(UTC)
            entry = await store_entry(self.engine, complaint, actor.id, {"text": said}, now)
            action = action.model_copy(update={"entry": entry})
        ask = Ask(action=action, actor=actor, request=str(uuid4()))
        while True:
            try:
                await ask_case(self.client, complaint, ask, self.start_of)
            except EngineAway:
                await asyncio.sleep(0.5)
            else:
                return

    async def handle(self, complaint: UUID) -> None:
        dispose = a.Dispose(
            classification=Classification.TIDAK_BERKADAR, category="infrastruktur", unit=UNIT_PATH
        )
        await self.ask(complaint, COORDINATOR, dispose)
        await self.ask(complaint, UNIT, a.Accept())
        await self.ask(complaint, UNIT, a.ReportProgress(), "Bahan sudah di lokasi.")
        await self.ask(complaint, UNIT, a.Answer(), "Sudah selesai dikerjakan hari ini.")


UNIT_PATH = "kab/dpupr"


def report(number: int, same_as: str | None = None) -> dict[str, Any]:
    return {
        "title": f"Jalan berlubang nomor {number}",
        "text": f"Lubang nomor {number} dalam sekali, sudah ada yang jatuh.",
        "category": "Infrastruktur",
        "address": f"Jalan Raya nomor {number}, Bobotsari",
        "name": f"Warga {number}",
        "phone": f"0812 0000 {number:04}",
        "same_as": same_as,
    }


class NotYet(AssertionError):
    pass


async def until(said: str, done: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Raises NotYet with what is `said` where that takes longer."""
    give_up = monotonic() + seconds
    while not await done():
        if monotonic() > give_up:
            raise NotYet(said)
        await asyncio.sleep(0.5)


@pytest.mark.alone
@pytest.mark.timeout(1200)
async def test_every_report_becomes_one_case_and_every_portal_is_told_once_and_in_order(
    database: Database, temporal: TemporalServer, tmp_path: Path
) -> None:
    engine = create_engine(database.application_url)
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    desk = Desk(engine, client)

    async def scalar(query: str) -> int:
        async with engine.connect() as connection:
            return int((await connection.execute(text(query))).scalar_one())

    async with outside() as portals, AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        each = REPORTS // len(PORTALS)
        of_sp4n = await portals.file("sp4n", [report(n) for n in range(each)])
        also = {n: of_sp4n[n] for n in range(0, each, ALSO_IN_SP4N)}
        await portals.file("laporgub", [report(n, also.get(n)) for n in range(each)])
        await portals.file("open311", [report(each + n) for n in range(each)])
        await portals.fail(FAULTS)
        await portals.fail(REVOKED, "sp4n")
        write_mappings(tmp_path / "portals", portals)
        workers = Workers(environment(database, temporal, tmp_path), tmp_path / "worker.log")
        stack.push_async_callback(workers.end)
        await workers.start()
        await workers.start()
        dying = asyncio.create_task(workers.die_now_and_then())
        stack.callback(dying.cancel)
        patience = 150 + REPORTS

        async def all_came() -> bool:
            return await scalar("SELECT count(*) FROM origins") == 3 * each

        await until("not every report came", all_came, patience)
        async with engine.connect() as connection:
            complaints = list(
                (await connection.execute(text("SELECT DISTINCT complaint_id FROM origins")))
                .scalars()
            )  # fmt: skip
        assert len(complaints) == await scalar("SELECT count(*) FROM complaints")
        assert len(complaints) == 3 * each - len(also), "joined ones are one case"
        ten = asyncio.Semaphore(10)

        async def handled(complaint: UUID) -> None:
            async with ten:
                await desk.handle(complaint)

        await asyncio.gather(*(handled(complaint) for complaint in complaints))
        # A worker that dies in a call keeps that report's next one waiting for as long as the call
        # may still be under way: so nobody dies for ever.
        await asyncio.sleep(10)
        dying.cancel()

        async def all_told() -> bool:
            return await scalar("SELECT count(*) FROM deliveries WHERE state = 'waiting'") == 0

        with suppress(NotYet):
            await until("something fails again and again", all_told, 45 + REPORTS / 5)
        # What fails again and again is tried ever less often: portals recover at last.
        await portals.fail(NO_FAULTS)
        await until("not everything was told", all_told, 400)
        assert workers.killed > 2
        assert await scalar("SELECT count(*) FROM quarantine") == 0

        await once_and_in_order(engine, portals)
        for complaint in complaints:
            assert await verify_case(engine, complaint) is None

        for number, code in enumerate(PORTALS):
            await portals.file(code, [report(9000 + number)])

        async def more_came() -> bool:
            return await scalar("SELECT count(*) FROM origins") == 3 * each + len(PORTALS)

        await until("a cursor stands where it should not", more_came, 90)


async def once_and_in_order(engine: AsyncEngine, portals: Outside) -> None:
    query = """
        SELECT o.portal, o.external_id, d.kind, d.state, d.receipt
        FROM deliveries d JOIN origins o ON o.id = d.origin_id ORDER BY d.number"""
    async with engine.connect() as connection:
        rows = (await connection.execute(text(query))).all()
    kinds: dict[tuple[str, str], list[str]] = {}
    receipts: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        lane = (row.portal, row.external_id)
        kinds.setdefault(lane, []).append(row.kind)
        if row.state == "delivered":
            receipts.setdefault(lane, []).append(row.receipt)
    assert Counter(row.state for row in rows).keys() <= {"delivered", "skipped"}
    assert all(told == TOLD for told in kinds.values())
    for code in PORTALS:
        for external_id, timeline in (await portals.timelines(code)).items():
            told = receipts[code, external_id]
            assert len(timeline) == len(told) > 2, (code, external_id, timeline, told)
            for (entry, said), receipt in zip(timeline, told, strict=True):
                # LaporGub's timeline names no ids: what is found there is known by its reference.
                assert receipt == entry or receipt in said, (code, external_id, timeline, told)


def environment(record: Database, temporal: TemporalServer, directory: Path) -> dict[str, str]:
    key = base64.b64encode(b"k" * 32).decode()
    return os.environ | {
        "MATUR_DIRECTORY": str(directory),
        "MATUR_DATABASE_URL": record.application_url,
        "MATUR_SECRET": key,
        "MATUR_IDENTITY_KEYS": f"k1:{key}",
        "MATUR_PORTALS": str(directory / "portals"),
        "MATUR_LOG_LEVEL": "warning",
        "TEMPORAL_ADDRESS": temporal.address,
    }
