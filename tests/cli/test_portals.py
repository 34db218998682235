"""What the first user finds: three portals that live, answered from one desk."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.cli.command import Environment, matur
from tests.cli.test_up import environment, up

__all__ = ["environment"]

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]


class Desk:
    """The API as some accounts of a running house."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{environment['MATUR_PORT']}/api/v1",
            trust_env=False,
            timeout=30,
        )
        self._tokens: dict[str, str] = {}

    async def _as(self, username: str) -> dict[str, str]:
        if username not in self._tokens:
            _, token, _ = await matur(self._environment, "token", "create", username)
            self._tokens[username] = token.strip()
        return {"Authorization": f"Bearer {self._tokens[username]}"}

    async def get(self, path: str, username: str = "koordinator") -> Any:
        answer = await self.http.get(path, headers=await self._as(username))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, username: str, ticket: str, action: str, **fields: Any) -> None:
        answer = await self.http.post(
            f"/complaints/{ticket}/actions",
            json={"action": action} | fields,
            headers=await self._as(username),
        )
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def desk(environment: Environment) -> AsyncIterator[Desk]:
    desk = Desk(environment)
    async with desk.http:
        yield desk


async def test_three_portals_are_served_from_one_desk(environment: Environment, desk: Desk) -> None:
    def page(portal: str) -> str:
        return f"http://127.0.0.1:{environment[f'MATUR_PRACTICE_{portal}_PORT']}"

    async with up(environment) as house, httpx.AsyncClient(trust_env=False) as citizen:
        await house.says("Ctrl-C")
        began = monotonic()
        listed = "/complaints?limit=100"
        channels = set[str]()
        async with asyncio.timeout(60):
            while channels != {"sp4n", "laporgub", "open311"}:
                found = (await desk.get(listed))["complaints"]
                channels = {one["channel"] for one in found}
                await asyncio.sleep(0.2)
        assert monotonic() - began < 60

        filed = await citizen.post(
            f"{page('SP4N')}/lapor",
            data={
                "title": "Jembatan Onje putus",
                "text": "Jembatan bambu ke sawah putus semalam.",
                "category": "Infrastruktur jalan",
                "address": "Desa Onje",
                "name": "Budi",
            },
        )
        report = page("SP4N") + filed.headers["location"].partition("?")[0]
        ticket = await _until(_ticket, desk, "Jembatan Onje putus")
        await desk.act(
            "koordinator", ticket, "dispose", classification="tidak_berkadar",
            category="infrastruktur", unit="dpupr", text="Mohon dicek.",
        )  # fmt: skip
        await desk.act("dpupr", ticket, "accept")
        await desk.act("dpupr", ticket, "answer", text="Jembatan sudah kami ganti.")
        shown = await _until(_shows, citizen, report, "Jembatan sudah kami ganti.")
        assert ">Diproses</b>" in shown

        await citizen.post(f"{report}/tanggapan", data={"text": "Masih goyah di ujung selatan."})
        await _until(_case_has, desk, ticket, "Masih goyah di ujung selatan.")
        # It has not come back as something new to tell.
        assert (await citizen.get(report)).text.count("Masih goyah di ujung selatan.") == 1


async def _until(look: Any, *facts: Any) -> Any:
    async with asyncio.timeout(60):
        while not (found := await look(*facts)):
            await asyncio.sleep(0.2)
    return found


async def _ticket(desk: Desk, title: str) -> str | None:
    for one in (await desk.get("/complaints?channel=sp4n&limit=100"))["complaints"]:
        if one["title"] == title:
            return str(one["ticket"])
    return None


async def _shows(citizen: httpx.AsyncClient, address: str, text: str) -> str | None:
    page = (await citizen.get(address)).text
    return page if text in page else None


async def _case_has(desk: Desk, ticket: str, text: str) -> bool:
    return text in str((await desk.get(f"/complaints/{ticket}"))["timeline"])
