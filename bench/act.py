"""An action through the API beside a bare Update with one local activity, one at a time.

Both go to the same server in the same run, by turns of 50; a round is 200 of each.
"""

import asyncio
import json
import os
from http.client import HTTPConnection
from time import perf_counter
from uuid import uuid4

from httpx import AsyncClient

from bench._bare import QUEUE, Bare, bare_worker
from bench._house import House, house
from bench._report import against, median, quantile, report

ROUNDS = 5
TURN = 50
TURNS = 4
CASES = 10


class Client:
    """The standard library's HTTP client on one connection: it is the API that is timed."""

    def __init__(self, http: AsyncClient) -> None:
        self._path = http.base_url.path.rstrip("/")
        self._token = http.headers["Authorization"]
        self._connection = HTTPConnection(http.base_url.host, http.base_url.port)

    def post(self, path: str, sent: dict[str, str]) -> tuple[int, bytes]:
        headers = {
            "Authorization": self._token,
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
        }
        self._connection.request("POST", self._path + path, json.dumps(sent).encode(), headers)
        response = self._connection.getresponse()
        return response.status, response.read()


def ours(client: Client, tickets: list[str], k: int) -> float:
    began = perf_counter()
    status, answer = client.post(
        f"/complaints/{tickets[k % len(tickets)]}/actions",
        {"action": "report_progress", "text": "Bahan sudah di lokasi, dikerjakan besok."},
    )
    took = perf_counter() - began
    assert status == 200, answer
    return took


async def bare(home: House, ids: list[str], k: int) -> float:
    handle = home.client.get_workflow_handle(ids[k % len(ids)])
    began = perf_counter()
    await handle.execute_update(Bare.act, True, id=str(uuid4()))
    return perf_counter() - began


async def cases(home: House) -> list[str]:
    """Tickets of complaints that a unit is working on."""
    anybody, coordinator, unit = [
        await home.http(username) for username in (None, "koordinator", "dpupr")
    ]
    tickets = []
    for _ in range(CASES):
        filed = await anybody.post("/complaints", json=COMPLAINT)
        ticket = filed.json()["ticket"]
        for who, action in ((coordinator, DISPOSE), (unit, {"action": "accept"})):
            done = await who.post(f"/complaints/{ticket}/actions", json=action)
            assert done.status_code == 200, done.text
        tickets.append(ticket)
    return tickets


COMPLAINT = {
    "title": "Jalan berlubang di depan pasar",
    "body": "Lubangnya dalam dan sudah ada yang jatuh. Mohon segera ditambal sebelum musim hujan.",
    "location": {"village_code": "33.03.09.2001"},
    "reporter": {"name": "Siti Aminah", "phone": "0812 3456 7890"},
    "anonymous": False,
    "secret": False,
}
DISPOSE = {
    "action": "dispose",
    "classification": "tidak_berkadar",
    "category": "infrastruktur",
    "unit": "dpupr",
}


async def main() -> None:
    async with house() as home, bare_worker(home.client.service_client.config.target_host):
        tickets = await cases(home)
        client = Client(await home.http("dpupr"))
        rows = []
        for number in range(ROUNDS + 1):
            ids = [f"bare-{uuid4()}" for _ in range(CASES)]
            for workflow_id in ids:
                await home.client.start_workflow(
                    Bare.run, args=[10_000, False], id=workflow_id, task_queue=QUEUE
                )
            times: dict[str, list[float]] = {"ours": [], "bare": []}
            for _ in range(TURNS):
                times["ours"] += [ours(client, tickets, k) for k in range(TURN)]
                times["bare"] += [await bare(home, ids, k) for k in range(TURN)]
            if number:  # the first round warms up
                rows.append(row(number, times))
            tickets = await cases(home)
    p50, p95 = (median([float(str(r[f"ratio p{n}"])) for r in rows]) for n in (50, 95))
    report(
        "act",
        rows,
        {
            "p50, ours to bare, median of rounds": against(p50, 1.5, at_most=True),
            "p95, ours to bare, median of rounds": against(p95, 2.0, at_most=True),
        },
    )


def row(number: int, times: dict[str, list[float]]) -> dict[str, object]:
    found: dict[str, object] = {"round": number}
    for n in (50, 95):
        mine, theirs = (quantile(times[who], n / 100) * 1000 for who in ("ours", "bare"))
        found |= {
            f"ours p{n} ms": mine,
            f"bare p{n} ms": theirs,
            f"ratio p{n}": round(mine / theirs, 3),
        }
    return found


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
