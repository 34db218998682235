"""The bare engine for comparison: workflows of the same shape that do nothing.

`python bench/_bare.py ADDRESS` runs their worker, with the same runner and data converter as ours.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

QUEUE = "bare"
SOON = timedelta(days=30)


@activity.defn
async def nothing() -> None:
    """A no-op."""


@workflow.defn
class Bare:
    """Ends at the `last` update; with `timers` it waits on one that every update sets anew."""

    def __init__(self) -> None:
        self.done = self.seen = 0

    @workflow.run
    async def run(self, last: int, timers: bool) -> None:
        if not timers:
            await workflow.wait_condition(lambda: self.done >= last)
        while self.done < last:
            self.seen = self.done
            try:
                await workflow.wait_condition(lambda: self.done != self.seen, timeout=SOON)
            except TimeoutError:
                continue
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def act(self, appends: bool) -> int:
        if appends:
            await workflow.execute_local_activity(nothing, start_to_close_timeout=SOON)
        self.done += 1
        return self.done


@asynccontextmanager
async def bare_worker(address: str) -> AsyncIterator[None]:
    """A worker in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        address,
        cwd=Path(__file__).parent.parent,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.terminate()
        await process.wait()


async def main(address: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    async with Worker(client, task_queue=QUEUE, workflows=[Bare], activities=[nothing]):
        print("ready", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
    os._exit(0)
