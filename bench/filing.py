"""2,000 filings by 4 clients, acknowledged (stored and started), beside the bare engine's starts.

Both by turns in one run: 400 filings through the API, then 400 bare starts, five times. Before each
turn the engine may finish what the one before has left it: a bare start is acknowledged before its
first task has run.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from time import perf_counter
from uuid import uuid4

from bench._bare import QUEUE, Bare, bare_worker
from bench._house import house
from bench._report import against, median, report
from bench.act import COMPLAINT

CLIENTS = 4
ROUNDS = 5
PER_ROUND = 400
SETTLED = 4.0
"""Seconds within which the engine has worked off what 400 starts left it (2 s, measured)."""
SLOWEST = 50.0
"""Filings a second, never under it on an idle machine."""


async def rate(work: Callable[[int], Awaitable[None]]) -> float:
    """How often a second `CLIENTS` of them did `work`, each waiting for its own."""

    async def client(number: int) -> None:
        for _ in range(PER_ROUND // CLIENTS):
            await work(number)

    await asyncio.sleep(SETTLED)
    began = perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return PER_ROUND / (perf_counter() - began)


async def main() -> None:
    async with house() as home, bare_worker(home.client.service_client.config.target_host):
        clients = [await home.http() for _ in range(CLIENTS)]

        async def file(number: int) -> None:
            response = await clients[number].post(
                "/complaints", json=COMPLAINT, headers={"Idempotency-Key": str(uuid4())}
            )
            assert response.status_code == 201, response.text

        async def start(number: int) -> None:
            await home.client.start_workflow(
                Bare.run, args=[10, True], id=f"bare-{uuid4()}", task_queue=QUEUE
            )

        await rate(file)
        await rate(start)
        rows = []
        for number in range(1, ROUNDS + 1):
            ours, bare = await rate(file), await rate(start)
            rows.append(
                {
                    "round": number,
                    "filings a second": ours,
                    "bare starts a second": bare,
                    "ratio": round(ours / bare, 3),
                }
            )
    ratio = median([float(str(row["ratio"])) for row in rows])
    slowest = min(float(str(row["filings a second"])) for row in rows)
    report(
        "filing",
        rows,
        {
            "filings to bare starts, median of rounds": against(ratio, 0.6, at_most=False),
            "filings a second, slowest round": against(slowest, SLOWEST, at_most=False),
        },
    )


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
