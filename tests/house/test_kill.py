"""Each part is killed in the middle of ten lives; nothing is lost, and nothing happens twice."""

import asyncio
import random
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.chain import GENESIS, link_hash
from record import engine as database
from tests.cli.command import Environment, matur
from tests.cli.test_up import children, environment, up  # noqa: F401  (`environment` is a fixture)

LIVES = 10
PARTS = ("worker", "web", "start-dev", "postgres")
LIFE = ["received", "disposed", "accepted", "progress_reported", "answered", "rated", "closed"]
TOLD = ("disposed", "progress_reported", "answered", "closed")


class Citizen:
    """Sends what they have to say until somebody says that it was understood."""

    def __init__(self, base: str, tokens: dict[str, str]) -> None:
        self.base = base
        self.tokens = tokens

    async def send(self, who: str, path: str, sent: dict[str, object]) -> dict[str, object]:
        key = str(uuid4())
        headers = {"Idempotency-Key": key}
        if who in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        while True:
            try:
                async with httpx.AsyncClient(base_url=self.base, timeout=15) as client:
                    response = await client.post(path, json=sent, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.3)
                continue
            if response.status_code < 500:
                assert response.is_success, (sent, response.status_code, response.text)
                answer: dict[str, object] = response.json()
                return answer
            assert response.status_code == 503, (response.status_code, response.text)
            await asyncio.sleep(0.3)

    async def live(self, number: int) -> str:
        filed = await self.send("", "/complaints", complaint(number))
        ticket = str(filed["ticket"])
        steps: list[tuple[str, dict[str, object]]] = [
            ("koordinator", DISPOSE),
            ("dpupr", {"action": "accept"}),
            ("dpupr", {"action": "report_progress", "text": f"Dikerjakan, {number}."}),
            ("dpupr", {"action": "answer", "text": f"Sudah ditambal, {number}."}),
        ]
        for who, action in steps:
            await asyncio.sleep(random.uniform(1, 2.5))
            await self.send(who, f"/complaints/{ticket}/actions", action)
        await self.send("", "/track/actions", {**filed, "action": "rate", "score": 5})
        return ticket


async def watch(readyz: str, outages: list[str]) -> None:
    """Adds what was seen each time that the house was not ready."""
    async with httpx.AsyncClient(timeout=15) as client:
        while True:
            try:
                response = await client.get(readyz)
            except httpx.HTTPError as error:
                outages.append(type(error).__name__)
            else:
                if response.status_code != 200:
                    outages.append(response.text)
            await asyncio.sleep(0.1)


def complaint(number: int) -> dict[str, object]:
    return {
        "title": f"Lubang nomor {number}",
        "body": "Dalam sekali.",
        "location": {"village_code": "33.03.09.2001"},
        "reporter": None,
        "anonymous": False,
        "secret": False,
    }


DISPOSE: dict[str, object] = {
    "action": "dispose",
    "classification": "tidak_berkadar",
    "category": "infrastruktur",
    "unit": "dpupr",
}


@pytest.mark.alone
@pytest.mark.timeout(240)
async def test_ten_lives_survive_the_death_of_every_part(environment: Environment) -> None:  # noqa: F811
    site = f"http://127.0.0.1:{environment['MATUR_PORT']}"
    base = f"{site}/api/v1"
    ask_no_portal(environment)
    outages: list[str] = []
    async with up(environment) as house:
        await house.says("Ctrl-C")
        tokens = {}
        for account in ("koordinator", "dpupr", "inspektorat"):
            _, token, _ = await matur(environment, "token", "create", account)
            tokens[account] = token.strip()
        citizen = Citizen(base, tokens)
        watching = asyncio.create_task(watch(f"{site}/readyz", outages))
        lives = asyncio.gather(*(citizen.live(number) for number in range(LIVES)))
        for part in random.sample(PARTS, len(PARTS)):
            await asyncio.sleep(random.uniform(0.4, 1.4))
            children(house.process.pid)[part].kill()
            assert not lives.done(), f"all lives were over when {part} died"
        async with asyncio.timeout(150):
            tickets = await lives
        watching.cancel()
        assert outages, "nobody noticed that anything was killed"

        auditor = {"Authorization": f"Bearer {tokens['inspektorat']}"}
        async with httpx.AsyncClient(base_url=base, headers=auditor, timeout=15) as client:
            listed = (await client.get("/complaints", params={"limit": 100})).json()
            assert sorted(row["ticket"] for row in listed["complaints"]) == sorted(tickets)
            for ticket in tickets:
                told = (await client.get(f"/complaints/{ticket}/events")).json()
                assert [event["type"] for event in told["events"]] == LIFE
                head = GENESIS
                for event in told["events"]:
                    assert event["prev"] == head
                    head = link_hash(UUID(told["complaint"]), event)
                    assert event["hash"] == head
        await nothing_twice(environment)


def ask_no_portal(environment: Environment) -> None:  # noqa: F811
    """No other complaints than these: a portal's mapping without an address is left as it is."""
    portals = Path(environment["MATUR_DIRECTORY"]) / "portals"
    portals.mkdir(parents=True)
    for code in ("sp4n", "laporgub", "open311"):
        (portals / f"{code}.toml").touch()


def url_of(environment: Environment) -> str:  # noqa: F811
    return (Path(environment["MATUR_DIRECTORY"]) / "secrets" / "database_url").read_text().strip()


async def swept(engine: AsyncEngine) -> None:
    """The sweeper has looked after what could not be started at once."""
    async with asyncio.timeout(120), engine.connect() as connection:
        while (await connection.execute(text("SELECT count(*) FROM unstarted"))).scalar_one():
            await asyncio.sleep(1)


async def nothing_twice(environment: Environment) -> None:  # noqa: F811
    """Each event that carries a text has it, and each notice is there once."""
    engine = database.create_engine(url_of(environment))
    async with engine.connect() as connection:
        count = await connection.execute(
            text(
                "SELECT count(*), count(n.id) FROM events e LEFT JOIN entries n"
                " ON n.id = (e.data->'entry'->>'id')::uuid"
                " WHERE e.data ? 'entry' AND e.type <> 'received'"
            )
        )
        assert tuple(count.one()) == (2 * LIVES, 2 * LIVES)
        told = await connection.execute(
            text("SELECT kind, count(*) FROM outbox WHERE audience = 'reporter' GROUP BY kind")
        )
        assert dict(tuple(row) for row in told) == dict.fromkeys(TOLD, LIVES)
    await swept(engine)
    await engine.dispose()
