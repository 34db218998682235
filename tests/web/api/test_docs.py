"""The examples of docs/api.md, run in their order by a shell against a served web."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from prometheus_client import REGISTRY

from cli.parts import free_port
from tests.web.api.desk import Api

DOCS = Path(__file__).parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
async def address(api: Api) -> AsyncIterator[str]:
    """Where `api` answers over a real socket."""
    port = free_port()
    config = uvicorn.Config(api.app, port=port, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}/api/v1"
    server.should_exit = True
    await serving


async def test_every_example_runs(api: Api, address: str) -> None:
    environment = {
        **os.environ,
        "API": address,
        "KOORDINATOR": api.tokens["koordinator"],
        "DPUPR": api.tokens["dpupr"],
        "no_proxy": "*",
    }
    answers = []
    for block in BLOCK.findall(DOCS.read_text()):
        if "curl" not in block:
            continue  # it sets what stands in the environment here
        shell = await asyncio.create_subprocess_exec(
            "sh",
            "-euc",
            block,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await shell.communicate()
        assert shell.returncode == 0, (block, err.decode())
        answer = json.loads(out)
        if "receipt" in answer:
            environment |= {"TICKET": answer["ticket"], "RECEIPT": answer["receipt"]}
        answers.append(answer)
    assert [answer.get("stage") for answer in answers] == [
        None, "received", None, "received", "disposed", "answered", "closed", None,
    ]  # fmt: skip
    assert answers[2]["complaints"][0]["ticket"] == environment["TICKET"]
    types = [event["type"] for event in answers[-1]["events"]]
    assert types == ["received", "disposed", "accepted", "answered", "rated", "closed"]


def test_every_metric_that_the_docs_name_is_there() -> None:
    known = {family.name for family in REGISTRY.collect()}
    named = re.findall(r"matur_[a-z_]+", DOCS.read_text())
    assert len(named) > 5
    assert {name.removesuffix("_total") for name in named} <= known
