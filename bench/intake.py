"""A backlog of 10,000 reports taken in from a portal, while the desk goes on working.

A practice portal in a process of its own holds the reports; the house, as `make run` starts it,
pulls them through its whole way: HTTP, mapping, record, a workflow started for each. Meanwhile two
people at the desk look at their tasks, at lists and cases, and dispose of what came. The same desk
before the backlog is the measure beside it. `INTAKE_REPORTS=2000` takes fewer.
"""

import asyncio
import os
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, perf_counter
from uuid import uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench._complaints import TOPICS
from bench._house import ROOT, House, house
from bench._report import against, quantile, report
from bench._shares import used
from bench.act import COMPLAINT
from cli.parts import free_port
from practice.store import Filing, Store
from record import engine as database
from record.engine import fetch_one
from record.seed import PRACTICE_PASSWORD

REPORTS = int(os.environ.get("INTAKE_REPORTS", "10000"))
BEFORE_S = 20.0
CASES = 60
PAUSE_S = 0.25
SLOWEST = 30.0
"""Reports a second."""
DESK_P95 = 300.0
"""Milliseconds."""
GIVE_UP_S = 900.0

MAPPING = """address = "http://127.0.0.1:{port}"
allow_private = true
poll_every_s = 5
[credentials]
client_id = "matur"
client_secret = "rahasia-latihan"
webhook_secret = "rahasia-webhook"
"""
"""Limits and page sizes are those that are assumed of SP4N."""


@asynccontextmanager
async def portal(directory: Path, port: int) -> AsyncIterator[int]:
    """The practice portal's process; its id."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "practice", "sp4n", "--port", str(port)),
        *("--directory", str(directory)),
        cwd=ROOT,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


def fill(directory: Path, rng: random.Random) -> None:
    """What piled up in the portal over a year."""
    store, now = Store(directory), datetime.now(UTC)
    topics = [topic.split() for topic in TOPICS.values()]
    for number in range(REPORTS):
        words = [word for topic in rng.sample(topics, 3) for word in rng.sample(topic, 4)]
        filing = Filing(
            title=" ".join(words[:4]).capitalize(),
            text=" ".join(words * 4).capitalize() + ".",
            region="33.03.09.2001",
            name=f"Pelapor {number}",
            phone=f"0812{number:08}",
        )
        at = now - timedelta(days=365) + timedelta(days=365) * number / REPORTS
        store.file(str(1_000_000 + number), filing, "baru", at)
    store.close()


class Desk:
    """Two people: each asks something, waits a little, and asks the next."""

    def __init__(self, home: House, engine: AsyncEngine) -> None:
        self._home = home
        self._engine = engine
        self._web = home.url.removesuffix("/api/v1")
        self.taken: list[tuple[str, float]] = []

    async def work(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(self._one())

    async def _one(self) -> None:
        api = await self._home.http("koordinator")
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(
            base_url=self._web, headers=headers, follow_redirects=True, timeout=60, trust_env=False
        ) as pages:
            who = {"username": "koordinator", "password": PRACTICE_PASSWORD}
            (await pages.post("/masuk", data=who)).raise_for_status()
            for _ in iter(int, 1):
                await self._timed("tasks", pages.get("/tugas"))
                await self._timed("list", pages.get("/aduan"))
                await self._timed("search", pages.get("/aduan?q=jalan"))
                if ticket := await self._some_ticket():
                    await self._timed("case", pages.get(f"/aduan/{ticket}"))
                    await self._timed("disposed", self._dispose(api, ticket))

    async def _timed(self, what: str, asked: object) -> None:
        began = perf_counter()
        response: httpx.Response = await asked  # type: ignore[misc]
        self.taken.append((what, (perf_counter() - began) * 1000))
        # 409: the other one was quicker.
        assert response.status_code in (200, 409), (what, response.text)
        await asyncio.sleep(PAUSE_S)

    async def _dispose(self, api: httpx.AsyncClient, ticket: str) -> httpx.Response:
        sent = {
            "action": "dispose",
            "classification": "tidak_berkadar",
            "category": "infrastruktur",
            "unit": "dpupr",
        }
        key = {"Idempotency-Key": str(uuid4())}
        return await api.post(f"/complaints/{ticket}/actions", json=sent, headers=key)

    async def _some_ticket(self) -> str | None:
        row = await fetch_one(
            self._engine,
            text(
                "SELECT ticket FROM cases JOIN complaints ON id = complaint_id"
                " WHERE stage = 'received' AND complaint_id NOT IN"
                " (SELECT complaint_id FROM unstarted) ORDER BY random() LIMIT 1"
            ),
        )
        return row["ticket"] if row else None


async def some_cases(home: House) -> None:
    """For the desk to work at before the backlog comes."""
    async with await home.http() as http:
        for _ in range(CASES):
            key = {"Idempotency-Key": str(uuid4())}
            (await http.post("/complaints", json=COMPLAINT, headers=key)).raise_for_status()


async def stored(engine: AsyncEngine) -> tuple[int, int]:
    """Reports taken in, and those of them whose workflow is not known to have started."""
    row = await fetch_one(
        engine,
        text(
            "SELECT (SELECT count(*) FROM origins) AS n, (SELECT count(*) FROM unstarted) AS left"
        ),
    )
    assert row is not None
    return row["n"], row["left"]


async def all_stored(engine: AsyncEngine, working: asyncio.Task[None]) -> float:
    """Seconds until the last one is, from the first."""
    began, first = monotonic(), None
    while monotonic() - began < GIVE_UP_S:
        if working.done():
            await working
        found, _ = await stored(engine)
        if found and first is None:
            first = monotonic()
        if first and found >= REPORTS:
            return monotonic() - first
        await asyncio.sleep(0.5)
    raise SystemExit(f"after {GIVE_UP_S:.0f} s there are {await stored(engine)} of {REPORTS}")


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="matur-bench-") as directory:
        place, port = Path(directory), free_port()
        async with (
            portal(place, port) as portal_pid,
            house({"sp4n": MAPPING.format(port=port)}) as home,
        ):
            engine = database.create_engine(home.database_url, size=2)
            await some_cases(home)
            desk = Desk(home, engine)
            working = asyncio.create_task(desk.work())
            await asyncio.sleep(BEFORE_S)
            before, desk.taken = desk.taken, []
            at_first = used(home.pid, portal_pid)
            await asyncio.to_thread(fill, place, random.Random(5))
            seconds = await all_stored(engine, working)
            at_last = used(home.pid, portal_pid)
            meanwhile = list(desk.taken)
            _, unstarted = await stored(engine)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await engine.dispose()
    rows: list[dict[str, object]] = []
    for what in dict.fromkeys(what for what, _ in meanwhile):
        row: dict[str, object] = {"asked": what}
        for when, taken in (("before", before), ("meanwhile", meanwhile)):
            times = [ms for kind, ms in taken if kind == what]
            row[f"p50 ms {when}"] = quantile(times, 0.5) if times else ""
            row[f"p95 ms {when}"] = quantile(times, 0.95) if times else ""
        rows.append({**row, "times": sum(kind == what for kind, _ in meanwhile)})
    p95 = quantile([ms for _, ms in meanwhile], 0.95)
    spent = {part: at_last[part] - at_first.get(part, 0) for part in at_last}
    total = sum(spent.values())
    shares = ", ".join(f"{part} {spent[part] / total:.0%}" for part in sorted(spent))
    report(
        "intake",
        rows,
        {
            "reports stored a second": against(REPORTS / seconds, SLOWEST, at_most=False),
            "desk, p95 ms of all": against(p95, DESK_P95, at_most=True),
            "not known to have started at the end": str(unstarted),
            "processor time": f"{shares}; {total / REPORTS * 1000:.1f} ms a report",
        },
    )


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
