"""Parts that are away: what was filed is kept, what was asked goes through when asked again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.cases import CaseActivities
from cli.parts import free_port
from settings import Settings
from tests.web.api.conftest import api_of
from tests.web.api.desk import COMPLAINT, DISPOSE, REPORTER, Api, Filed, is_problem
from worker import make_worker
from workflows.client import SystemClient


def is_away(answer: httpx.Response, part: str) -> bool:
    assert answer.headers["Retry-After"] == "5"
    return is_problem(answer, 503, f"{part} sedang tidak dapat dihubungi")


async def test_filed_while_the_engine_is_away_and_started_by_the_sweeper(
    engineless: Api,
    idle: Api,
    client: Client,
    engine: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = str(uuid4())
    answer = await engineless.send(COMPLAINT, key)
    assert answer.status_code == 201
    filed = Filed(**answer.json())
    assert (await engineless.send(COMPLAINT, key)).json() == answer.json()
    assert (await engineless.read("koordinator", filed.ticket))["stage"] == "received"
    assert await engineless.count("SELECT count(*) FROM unstarted") == 1

    note = {"action": "note", "text": "Catatan."}
    assert is_away(await engineless.act("koordinator", filed, note, key), "Mesin alur kerja")
    rate = {"action": "reporter_reply", "text": "Masih."}
    assert is_away(await engineless.act(REPORTER, filed, rate, key), "Mesin alur kerja")
    assert await engineless.types(filed) == ["received"]

    monkeypatch.setattr("activities.cases.FILED_BEFORE", timedelta())
    cases = CaseActivities(engine, SystemClient(client))
    assert await ActivityEnvironment().run(cases.start_stranded) == 1
    assert await engineless.count("SELECT count(*) FROM unstarted") == 0
    async with make_worker(client, engine):
        for who, sent in (("koordinator", note), (REPORTER, rate)):
            for _ in range(2):
                assert (await idle.act(who, filed, sent, key)).status_code == 200
        assert await idle.types(filed) == ["received", "noted", "replied"]


async def test_an_action_while_no_worker_runs_goes_through_when_repeated(
    idle: Api, client: Client, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = await idle.file()
    key = str(uuid4())
    with monkeypatch.context() as patch:
        patch.setattr("workflows.client.ACT_WITHIN", timedelta(seconds=1))
        answer = await idle.act("koordinator", filed, DISPOSE, key)
    assert is_away(answer, "Mesin alur kerja")
    async with make_worker(client, engine):
        answers = [await idle.act("koordinator", filed, DISPOSE, key) for _ in range(2)]
    assert [(a.status_code, a.json()["seq"]) for a in answers] == [(200, 2), (200, 2)]
    assert await idle.types(filed) == ["received", "disposed"]


@pytest.fixture(scope="module")
async def baseless(
    settings: Settings, client: Client, tokens: dict[str, str], engine: AsyncEngine
) -> AsyncIterator[Api]:
    """A web whose database is away."""
    nowhere = f"postgresql://matur_app@127.0.0.1:{free_port()}/matur"
    away = Settings.model_validate(
        {
            "database_url": nowhere,
            "secret": settings.secret,
            "identity_keys": settings.identity_keys,
        }
    )
    async with api_of(away, client.service_client.config.target_host, engine) as api:
        yield Api(api.app, api.http, engine, tokens)


async def test_the_database_is_away(baseless: Api) -> None:
    filed = Filed("MB-2026-000001", "0" * 16)
    answers = await asyncio.gather(
        baseless.send(COMPLAINT, str(uuid4())),
        baseless.get("koordinator", "/complaints"),
        baseless.get("koordinator", f"/complaints/{filed.ticket}"),
        baseless.act("koordinator", filed, DISPOSE),
        baseless.http.post("/track", json=filed.opens),
    )
    for answer in answers:
        assert is_away(answer, "Basis data")


async def test_each_part_that_is_away_is_named(idle: Api, baseless: Api, engineless: Api) -> None:
    def ready(answer: httpx.Response) -> tuple[int, dict[str, bool]]:
        parts = answer.json()["parts"]
        return answer.status_code, {name: part["ok"] for name, part in parts.items()}

    url = "http://matur.test/readyz"
    assert ready(await idle.http.get(url)) == (200, {"database": True, "engine": True})
    assert ready(await baseless.http.get(url)) == (503, {"database": False, "engine": True})
    assert ready(await engineless.http.get(url)) == (503, {"database": True, "engine": False})
    for api in (idle, baseless, engineless):
        assert (await api.http.get("http://matur.test/healthz")).text == "ok\n"
