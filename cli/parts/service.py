"""One of our own processes, ready when its /readyz says so."""

import asyncio
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

import httpx

from cli.parts.part import PartFailed
from cli.parts.ports import HOST, require_free
from cli.parts.process import Child


class Service:
    """
    Args:
        name: what people call it; its log and pid file are called so too.
        command: what to run.
        directory: where its log and pid file are.
        port: where it answers /readyz.
        env: added to our own environment.
        variable: the environment variable that moves the port.
        grace: seconds it has to stop by itself.
        patience: seconds a start may take.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        directory: Path,
        port: int,
        *,
        env: Mapping[str, str],
        variable: str,
        grace: float = 2.5,
        patience: float = 30,
    ) -> None:
        self.name = name
        self.port = port
        self._command = command
        self._env = env
        self._variable = variable
        self._grace = grace
        self._patience = patience
        self._child = Child(name, directory)

    @property
    def log(self) -> Path:
        return self._child.log

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.running

    async def prepare(self) -> None:
        await self._child.clear_leftover(signal.SIGTERM, self._grace)
        require_free(self.name, self.port, self._variable)

    async def start(self) -> None:
        await self.prepare()
        await self._child.spawn(self._command, env=self._env)
        give_up = monotonic() + self._patience
        answer = "tidak menjawab"
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while self._child.running and monotonic() < give_up:
                try:
                    response = await client.get(f"http://{HOST}:{self.port}/readyz")
                except httpx.HTTPError:
                    pass
                else:
                    if response.is_success:
                        return
                    answer = f"belum siap: {response.text[:200]}"
                await asyncio.sleep(0.05)
        if not self._child.running:
            answer = f"berhenti dengan kode {await self._child.wait()}"
        await self.stop()
        raise PartFailed(self.name, answer, self.log)

    async def stop(self) -> None:
        await self._child.end(signal.SIGTERM, self._grace)

    async def kill(self) -> None:
        await self._child.kill()

    async def wait(self) -> int:
        return await self._child.wait()
