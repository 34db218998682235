"""Whole lives a second beside a bare workflow of the same shape.

A life: filed, disposed, accepted, a progress report, answered, rated and so closed: five updates,
each with an append as a local activity, and a timer that each sets anew. 25 lives at once, by
turns in one run. Ours records every event in PostgreSQL; the bare one does nothing.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from time import perf_counter
from uuid import UUID, uuid4

from bench._bare import QUEUE, Bare, bare_worker
from bench._house import House, house
from bench._report import against, median, report
from domain import actions as a
from domain.actors import REPORTER
from record import engine as database
from record.rules import current_rules
from tests.workflows.world import UNIT, World

ROUNDS = 5
LIVES = 100
AT_ONCE = 25
UPDATES = 5


async def rate(live: Callable[[], Awaitable[None]]) -> float:
    """Lives a second, `AT_ONCE` of them at any time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with room:
            await live()

    began = perf_counter()
    await asyncio.gather(*(one() for _ in range(LIVES)))
    return LIVES / (perf_counter() - began)


async def ours(world: World) -> None:
    complaint: UUID = (await world.file()).complaint_id
    await world.dispose(complaint)
    for actor, action in (
        (UNIT, a.Accept()),
        (UNIT, a.ReportProgress()),
        (UNIT, a.Answer()),
        (REPORTER, a.Rate(score=5)),
    ):
        await world.act(complaint, actor, action)


async def bare(home: House) -> None:
    handle = await home.client.start_workflow(
        Bare.run, args=[UPDATES + 1, True], id=f"bare-{uuid4()}", task_queue=QUEUE
    )
    for _ in range(UPDATES):
        await handle.execute_update(Bare.act, True, id=str(uuid4()))


async def main() -> None:
    async with house() as home, bare_worker(home.client.service_client.config.target_host):
        engine = database.create_engine(home.database_url)
        world = World(engine, home.client, await current_rules(engine))
        rows = []
        for number in range(ROUNDS + 1):
            mine, theirs = await rate(lambda: ours(world)), await rate(lambda: bare(home))
            if number:  # the first round warms up
                rows.append(
                    {
                        "round": number,
                        "lives a second": mine,
                        "bare lives a second": theirs,
                        "ratio": round(mine / theirs, 3),
                    }
                )
        await engine.dispose()
    ratio = median([float(str(row["ratio"])) for row in rows])
    report("life", rows, {"lives to bare lives, median": against(ratio, 0.7, at_most=False)})


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
