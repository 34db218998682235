"""One child process: its log, its pid file, and its end."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TypedDict

import psutil

LONGEST_LOG = 10_000_000
"""Bytes; a longer one is put aside at the next start."""


class RunAs(TypedDict, total=False):
    """The account of a child, as `subprocess` takes it."""

    user: int
    group: int
    extra_groups: list[int]


class Child:
    """A process with `directory/NAME.log`, remembered in `directory/NAME.pid`.

    The pid file is for the run after a crash of ours: what we could not stop is still there,
    holds its port and data, and is ended before a new one is started.
    """

    def __init__(self, name: str, directory: Path) -> None:
        self.log = directory / f"{name}.log"
        self._pid_file = directory / f"{name}.pid"
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def spawn(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        run_as: RunAs | None = None,
    ) -> None:
        """Starts `command`, its output appended to the log. Raises OSError as exec does."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                env=None if env is None else {**os.environ, **env},
                cwd=cwd,
                # Ctrl-C in the terminal is for us alone: we stop the parts in their order.
                start_new_session=True,
                **(run_as or {}),
            )
        with contextlib.suppress(psutil.NoSuchProcess):
            born = psutil.Process(self._process.pid).create_time()
            self._pid_file.write_text(f"{self._process.pid} {born}\n")

    async def wait(self) -> int:
        if self._process is None:
            raise RuntimeError("never started")
        return await self._process.wait()

    async def end(self, first: signal.Signals, grace: float) -> None:
        """Sends `first`, waits `grace` seconds, then kills."""
        if self._process is not None:
            self._send(first)
            try:
                await asyncio.wait_for(self._process.wait(), grace)
            except TimeoutError:
                await self.kill()
        self._pid_file.unlink(missing_ok=True)

    async def kill(self) -> None:
        """SIGKILL, and waits until the process is reaped."""
        if self._process is not None:
            self._send(signal.SIGKILL)
            await self._process.wait()

    async def clear_leftover(self, first: signal.Signals, grace: float) -> None:
        """Ends the process that an earlier run remembered and never stopped."""
        if self.running or (leftover := self._leftover()) is None:
            return
        for number in (first, signal.SIGKILL):
            with contextlib.suppress(psutil.NoSuchProcess):
                leftover.send_signal(number)
            if await _ended(leftover, grace):
                break
        self._pid_file.unlink(missing_ok=True)

    def _leftover(self) -> psutil.Process | None:
        try:
            pid, born = self._pid_file.read_text().split()
            process = psutil.Process(int(pid))
            # A pid alone may have been given to a stranger since.
            same = abs(process.create_time() - float(born)) < 1
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
        return process if same and _alive(process) else None

    def _send(self, what: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(what)


def _alive(process: psutil.Process) -> bool:
    """An orphan may stay a zombie until the first process of the system gets round to it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def _ended(process: psutil.Process, within: float) -> bool:
    give_up = monotonic() + within
    while _alive(process):
        if monotonic() > give_up:
            return False
        await asyncio.sleep(0.02)
    return True
