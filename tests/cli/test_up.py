"""`matur up` as a person runs it: one process that brings the whole house up and down."""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from cli.local import PORTS
from cli.parts import TemporalServer, free_port
from cli.practice import PORTS as PRACTICE_PORTS
from record.seed import PRACTICE_ACCOUNTS
from tests.cli.command import Environment, matur
from tests.conftest import Database

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]

PRACTICE = ["sp4n", "laporgub", "open311"]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A house of its own beside any other: directory and ports."""
    ports = {variable: str(free_port()) for variable in PORTS}
    return {"MATUR_DIRECTORY": str(tmp_path / "house"), **ports}


class Up:
    """A running `matur up`, and what it has said."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said = ""

    async def says(self, pattern: str, within: float = 90) -> re.Match[str]:
        """Waits until it has said something that matches; AssertionError where it ends before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(within):
            while not (found := re.search(pattern, self.said, re.M)):
                line = await self.process.stdout.readline()
                assert line, f"ended without saying {pattern}:\n{self.said}"
                self.said += line.decode()
        return found

    async def ends(self, how: signal.Signals, within: float = 10) -> int:
        self.process.send_signal(how)
        async with asyncio.timeout(within):
            rest, _ = await self.process.communicate()
        self.said += rest.decode()
        return self.process.returncode or 0


@asynccontextmanager
async def up(environment: Environment) -> AsyncIterator[Up]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "up"),
        env=os.environ | environment,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        yield Up(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.communicate()


def children(pid: int) -> dict[str, psutil.Process]:
    """The parts by what their command line ends in."""
    found: dict[str, psutil.Process] = {}
    for process in psutil.Process(pid).children():
        command = " ".join(process.cmdline())
        for part in ("worker", "web", "start-dev", "postgres"):
            if command.endswith(f"cli {part}") or f"/{part} -D" in command or part in command:
                found.setdefault(part, process)
    return found


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


async def test_a_house_from_start_to_second_start(environment: Environment) -> None:
    web = f"http://127.0.0.1:{environment['MATUR_PORT']}"
    async with up(environment) as house:
        await house.says("Ctrl-C")
        parts = ("PostgreSQL", "Temporal", "skema", "data awal", *PRACTICE, "worker", "web")
        for part in parts:
            assert re.search(rf"^  {part} +siap +\d+,\d s$", house.said, re.M), house.said
        assert f"Web           {web}\n" in house.said
        assert f"http://127.0.0.1:{environment['MATUR_TEMPORAL_UI_PORT']}" in house.said
        for account, *_ in PRACTICE_ACCOUNTS:
            assert re.search(rf"^    {account} ", house.said, re.M)

        code, token, _ = await matur(environment, "token", "create", "koordinator")
        assert code == 0
        assert re.fullmatch(r"mb_[\w-]{43}\n", token)
        headers = {"Authorization": f"Bearer {token.strip()}"}
        async with httpx.AsyncClient(base_url=web, headers=headers) as client:
            assert (await client.get("/api/v1/complaints")).status_code == 200
        async with httpx.AsyncClient() as client:
            for variable in PRACTICE_PORTS:
                address = f"http://127.0.0.1:{environment[variable]}"
                assert f" {address}\n" in house.said
                assert "Portal latihan" in (await client.get(address)).text

        code, findings, _ = await matur(environment, "doctor")
        assert re.findall(r"^(\w+) +(\w+)", findings, re.M) == [
            ("baik", part) for part in ("pengaturan", "PostgreSQL", "Temporal", "worker", "web")
        ]
        assert code == 0

        code, _, why = await matur(environment, "up")
        assert (code, "sudah berjalan" in why) == (1, True)

        children(house.process.pid)["worker"].kill()
        await house.says("^! worker mati .sinyal 9.; dihidupkan lagi")
        await house.says("^  worker +siap lagi")

        left = psutil.Process(house.process.pid).children(recursive=True)
        assert await house.ends(signal.SIGINT) == 0
        assert not list(filter(alive, left))
        order = re.findall(r"^  (\w+) +berhenti ", house.said, re.M)
        assert order == ["web", "worker", *PRACTICE[::-1], "Temporal", "PostgreSQL"]

    async with up(environment) as house:
        await house.says("Ctrl-C")
        async with httpx.AsyncClient(base_url=web, headers=headers) as client:
            assert (await client.get("/api/v1/complaints")).status_code == 200


async def test_a_house_whose_terminal_is_gone_still_stops_cleanly(
    environment: Environment,
) -> None:
    reader, writer = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "up"),
        env=os.environ | environment,
        stdout=writer,
        stderr=writer,
    )
    os.close(writer)
    said = b""
    while b"PostgreSQL" not in said:
        said += await asyncio.to_thread(os.read, reader, 1000)
    parts = psutil.Process(process.pid).children()
    os.close(reader)

    process.send_signal(signal.SIGHUP)

    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert parts
    assert not list(filter(alive, parts))


async def test_a_house_that_was_killed_is_put_in_order_by_the_next_start(
    environment: Environment,
) -> None:
    async with up(environment) as house:
        await house.says("Ctrl-C")
        orphans = psutil.Process(house.process.pid).children()
        house.process.kill()
        await house.process.wait()
        assert all(map(alive, orphans))

        async with up(environment) as again:
            await again.says("Ctrl-C")
            assert not list(filter(alive, orphans))


async def test_parts_given_by_address_are_used_and_not_started(
    environment: Environment, database: Database, temporal: TemporalServer
) -> None:
    given = environment | {
        "MATUR_DATABASE_URL": database.application_url,
        "MATUR_MIGRATION_URL": database.owner_url,
        "TEMPORAL_ADDRESS": temporal.address,
    }
    async with up(given) as house:
        await house.says("Ctrl-C")
        assert re.findall(r"^  (\S+) .* siap ", house.said, re.M) == [
            "skema",
            "data",
            "worker",
            "web",
        ]
        # It may be a real one: no accounts whose password everybody knows.
        assert "kata sandi" not in house.said
        assert await house.ends(signal.SIGTERM) == 0
    assert temporal.running
    assert not (Path(given["MATUR_DIRECTORY"]) / "postgres").exists()


async def test_taken_ports_are_all_named_before_anything_starts(environment: Environment) -> None:
    with socket.socket() as one, socket.socket() as two:
        for holder, variable in ((one, "MATUR_PORT"), (two, "MATUR_TEMPORAL_PORT")):
            holder.bind(("127.0.0.1", int(environment[variable])))
            holder.listen()
        async with up(environment) as house:
            assert await house.process.wait() == 1
            await house.says(r"^! Temporal: port \d+ sudah dipakai.*MATUR_TEMPORAL_PORT=")
            await house.says(rf"^! web: port {environment['MATUR_PORT']} .*MATUR_PORT=")
    assert not (Path(environment["MATUR_DIRECTORY"]) / "postgres" / "data").exists()
