"""The supervisor, over small processes that answer /readyz and obey or do not."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from cli.parts import PartFailed, Service, Step, Supervisor, free_port

SERVER = """
import http.server, signal, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
if sys.argv[2] == "stubborn": signal.signal(signal.SIGTERM, signal.SIG_IGN)
if sys.argv[2] == "broken": sys.exit("nothing works here")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


def small(name: str, directory: Path, manner: str = "obedient") -> Service:
    port = free_port()
    command = [sys.executable, "-c", SERVER, str(port), manner]
    return Service(name, command, directory, port, env={}, variable=f"{name}_PORT", grace=0.5)


async def until(condition: Callable[[], bool], within: float = 10) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)


def _again(part: Service, before: int, said: list[str]) -> bool:
    return part.pid != before and said[-1].startswith("  part         siap lagi")


def _step(done: list[str], name: str) -> Step:
    async def act() -> None:
        done.append(name)

    return Step(name, act)


async def test_parts_start_in_order_and_stop_in_the_opposite_one(tmp_path: Path) -> None:
    said: list[str] = []
    first, last = small("first", tmp_path), small("last", tmp_path)
    supervisor = Supervisor([first, _step(said, "between"), last], said.append)

    await supervisor.start()
    await supervisor.stop()

    assert [re.split(r"  +", line.strip())[0] for line in said] == [
        "first",
        "between",
        "between",
        "last",
        "last",
        "first",
    ]
    assert all(re.search(r"\d,\d s$", line) for line in said if line != "between")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", first.port)


async def test_a_part_that_dies_is_started_again_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    part = small("part", tmp_path)
    supervisor = Supervisor([part], said.append)
    await supervisor.start()
    try:
        for _ in range(2):
            before = part.pid
            assert before is not None
            os.kill(before, signal.SIGKILL)
            await until(partial(_again, part, before, said))
    finally:
        await supervisor.stop()
    deaths = [line for line in said if line.startswith("!")]
    assert deaths == ["! part mati (sinyal 9); dihidupkan lagi"] * 2


async def test_a_part_that_does_not_obey_is_killed(tmp_path: Path) -> None:
    part = small("stubborn", tmp_path, "stubborn")
    supervisor = Supervisor([part], lambda _: None)
    await supervisor.start()
    began = monotonic()
    await supervisor.stop()
    assert 0.5 <= monotonic() - began < 2
    assert await part.wait() == -signal.SIGKILL


async def test_what_was_started_before_a_failure_is_stopped(tmp_path: Path) -> None:
    said: list[str] = []
    good, broken = small("good", tmp_path), small("broken", tmp_path, "broken")
    supervisor = Supervisor([good, broken], said.append)
    with pytest.raises(
        PartFailed, match=r"(?s)^broken: berhenti dengan kode 1.*nothing works here"
    ):
        await supervisor.start()
    await supervisor.stop()
    assert await good.wait() == -signal.SIGTERM


async def test_stopping_in_the_middle_of_a_start(tmp_path: Path) -> None:
    slow = small("slow", tmp_path)
    supervisor = Supervisor([slow], lambda _: None)
    starting = asyncio.create_task(supervisor.start())
    await until(lambda: slow.pid is not None)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await supervisor.stop()
    assert await slow.wait() < 0
