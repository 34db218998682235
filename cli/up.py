"""`matur up`: the whole house under one roof, until Ctrl-C."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from cli import setup
from cli.local import House, build
from cli.parts import PartFailed, Supervisor
from cli.parts.ports import HOST


def say(line: str) -> None:
    # A terminal that is gone is no reason to leave parts running.
    with suppress(OSError):
        print(line, flush=True)


async def up() -> int:
    """Starts all, watches over it, stops all; the exit code."""
    house = build()
    with _alone(house.directory):
        # Steps run in this process and read the settings as the parts do.
        os.environ.update(house.environment)
        house.write_mappings()
        supervisor = Supervisor(house.plan(setup.migrate, setup.seed), say)
        stop = _signalled()
        began = monotonic()
        say(f"Matur dihidupkan; data dan log di {house.directory}")
        starting = asyncio.create_task(supervisor.start())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                await starting
                say(_welcome(house, monotonic() - began))
                await stop.wait()
        except PartFailed as failure:
            say(f"! {failure}")
            return 1
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            say("Matur dihentikan")
            await supervisor.stop()
    return 0


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Two houses over the same data would end each other's parts."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise SystemExit(
                f"Matur sudah berjalan di {directory} (pid {lock.read().strip()})"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _signalled() -> asyncio.Event:
    """Set when somebody asks us to stop, or closes the terminal."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    return stop


def _welcome(house: House, seconds: float) -> str:
    lines = [f"Matur siap dalam {seconds:.1f} s".replace(".", ","), ""]
    lines.append(f"  Web           {house.web}")
    if house.temporal:
        lines.append(f"  Temporal UI   http://{HOST}:{house.temporal.ui_port}")
    if house.portals:
        lines += ["", "  Portal latihan, tempat warga melapor dan membaca jawaban"]
        lines += [f"    {one.label:<17} {one.address}" for one in house.portals]
    if house.practice:
        lines += ["", *setup.demo_accounts()]
    lines += ["", "Ctrl-C menghentikan semuanya; datanya tetap ada."]
    return "\n".join(lines)
