"""The server over real HTTP, and what clients of it need."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from record.access import create_token
from record.open311 import add_key
from tests.web.pages import conftest as pages
from tests.web.pages.house import Reported, Site

site = pages.site

COMPLAINT: Mapping[str, Any] = {
    "title": "Jembatan gantung Penambongan miring",
    "body": "Tali sebelah kiri kendor sejak banjir. Hubungi saya di 0812 3456 7890.",
    "location": {
        "village_code": "33.03.09.2001",
        "address": "Dukuh Krajan nomor 7",
        "lat": -7.30112,
        "lng": 109.35223,
    },
    "reporter": {
        "name": "Sukirman Hadiwijaya",
        "phone": "0857 1111 2222",
        "email": "sukirman@example.org",
    },
    "anonymous": False,
    "secret": False,
}
DISPOSE = {
    "action": "dispose",
    "classification": "tidak_berkadar",
    "category": "infrastruktur",
    "unit": "dpupr",
}


class City:
    """A house with an Open311 server, and people at its desks."""

    def __init__(self, site: Site, key: str, tokens: Mapping[str, str]) -> None:
        self.site = site
        self.address = f"{site.address}/open311/v2"
        self.key = key
        self._tokens = tokens

    async def report(self, *steps: tuple[str, Mapping[str, Any]], **changes: Any) -> Reported:
        """A complaint filed on our own way, and what staff did with it."""
        async with httpx.AsyncClient(base_url=f"{self.site.address}/api/v1", timeout=30) as api:
            answer = await api.post("/complaints", json={**COMPLAINT, **changes})
            assert answer.status_code == 201, answer.text
        filed = Reported(**answer.json())
        await self.act(filed.ticket, *steps)
        return filed

    async def act(self, ticket: str, *steps: tuple[str, Mapping[str, Any]]) -> None:
        async with httpx.AsyncClient(base_url=f"{self.site.address}/api/v1", timeout=30) as api:
            for who, sent in steps:
                done = await api.post(
                    f"/complaints/{ticket}/actions",
                    json=dict(sent),
                    headers={"Authorization": f"Bearer {self._tokens[who]}"},
                )
                assert done.status_code == 200, done.text

    async def new_key(self) -> str:
        now, secret = datetime.now(UTC), self.site.secret
        key = await add_key(self.site.engine, str(uuid4()), now, secret=secret)
        assert key
        return key

    async def close(self, filed: Reported) -> None:
        """As its reporter, who is content with the answer."""
        async with httpx.AsyncClient(base_url=f"{self.site.address}/api/v1", timeout=30) as api:
            sent = {**filed.opens, "action": "rate", "score": 5}
            done = await api.post("/track/actions", json=sent)
            assert done.status_code == 200, done.text

    async def get(self, path: str, **query: Any) -> httpx.Response:
        async with httpx.AsyncClient(timeout=30) as http:
            return await http.get(f"{self.address}{path}", params=query or None)

    async def post(
        self, path: str = "/requests.json", headers: Mapping[str, str] | None = None, **form: Any
    ) -> httpx.Response:
        """With a key of its own, unless the form names one; a field that is None is left out."""
        form = form if "api_key" in form else {"api_key": await self.new_key(), **form}
        filled = {"service_code": "infrastruktur"} | form
        sent = {name: value for name, value in filled.items() if value is not None}
        async with httpx.AsyncClient(timeout=60) as http:
            return await http.post(f"{self.address}{path}", data=sent, headers=dict(headers or {}))


@pytest.fixture(scope="module")
async def city(site: Site) -> City:
    now = datetime.now(UTC)
    key = await add_key(site.engine, "aplikasi uji", now, secret=site.secret)
    assert key
    tokens = {}
    for who in ("koordinator", "dpupr"):
        token = await create_token(site.engine, who, now, secret=site.secret)
        assert token
        tokens[who] = token
    return City(site, key, tokens)
