"""The examples of docs/api.md about Open311, run by a shell."""

import asyncio
import os
import re
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.web.open311.conftest import City

DOCS = Path(__file__).parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```shell\n(.*?)^```", re.MULTILINE | re.DOTALL)


async def test_every_example_runs(city: City) -> None:
    environment = {**os.environ, "OPEN311": city.address, "API_KEY": city.key, "no_proxy": "*"}
    said = []
    for block in BLOCK.findall(DOCS.read_text()):
        shell = await asyncio.create_subprocess_exec(
            "sh", "-euc", block, env=environment, stdout=PIPE, stderr=PIPE
        )
        out, err = await shell.communicate()
        assert shell.returncode == 0, (block, err.decode())
        said.append(out.decode())
    assert len(said) == 3
    assert "GeoReport_v2" in said[0]
    assert "<service_code>infrastruktur</service_code>" in said[0]
    assert '"service_request_id": "MB-' in said[1]
    assert said[2] == "[]", "what nobody verified yet is not public"
