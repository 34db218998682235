"""The house as `make run` starts it, in a directory and on ports of its own, for a benchmark."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.local import PORTS
from cli.parts import free_port

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class House:
    environment: dict[str, str]
    client: Client
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['MATUR_PORT']}/api/v1"

    @property
    def database_url(self) -> str:
        secrets = Path(self.environment["MATUR_DIRECTORY"]) / "secrets"
        return (secrets / "database_url").read_text().strip()

    async def http(self, username: str | None = None) -> httpx.AsyncClient:
        """A client of the API, as that account or as anybody."""
        headers = {}
        if username:
            token = await self._matur("token", "create", username)
            headers["Authorization"] = f"Bearer {token}"
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    async def _matur(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cli",
            *arguments,
            cwd=ROOT,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, arguments
        return output.decode().strip()


@asynccontextmanager
async def house(mappings: Mapping[str, str] | None = None) -> AsyncIterator[House]:
    """Started, ready, and stopped at the end. `mappings`: of the portals that are asked."""
    with tempfile.TemporaryDirectory(prefix="matur-bench-") as directory:
        Path(directory).chmod(0o755)
        # The practice portals' samples are not what is measured: nobody asks for them.
        for code in ("sp4n", "laporgub", "open311"):
            mapping = Path(directory, "portals", f"{code}.toml")
            mapping.parent.mkdir(exist_ok=True)
            mapping.write_text((mappings or {}).get(code, ""))
        ports = {variable: str(free_port()) for variable in PORTS}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MATUR_", "TEMPORAL_"))
        }
        environment = {
            **inherited,
            **ports,
            "MATUR_DIRECTORY": directory,
            "MATUR_LOG_LEVEL": "warning",
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cli",
            "up",
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            await _welcome(process)
            client = await Client.connect(
                f"127.0.0.1:{ports['MATUR_TEMPORAL_PORT']}",
                data_converter=pydantic_data_converter,
            )
            yield House(environment, client, process.pid)
        finally:
            process.terminate()
            await process.wait()


async def _welcome(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    seen = b""
    while line := await process.stdout.readline():
        seen += line
        if b"Ctrl-C" in line:
            return
    raise SystemExit(f"the house did not start:\n{seen.decode()}")
