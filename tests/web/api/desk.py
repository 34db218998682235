"""People at the API: each with their token, all over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Grant
from domain.terms import Role

REPORTER = "pelapor"
NAME, PHONE, EMAIL = "Sukirman Hadiwijaya", "0812 3456 7890", "sukirman@example.org"
COMPLAINT: Mapping[str, Any] = {
    "title": "Jembatan gantung Penambongan miring",
    "body": "Tali sebelah kiri kendor sejak banjir, warga takut menyeberang.",
    "occurred_on": "2026-11-20",
    "location": {"village_code": "33.03.09.2001", "address": "Dukuh Krajan"},
    "reporter": {"name": NAME, "phone": PHONE, "email": EMAIL},
    "anonymous": False,
    "secret": False,
}
DISPOSE: Mapping[str, Any] = {
    "action": "dispose",
    "classification": "tidak_berkadar",
    "category": "infrastruktur",
    "unit": "dpupr",
}
MORE_ACCOUNTS = (
    ("dinhub", Role.UNIT_ADMIN, "kab/dinhub"),
    ("irban", Role.UNIT_ADMIN, "kab/inspektorat"),
    ("inspektur", Role.UNIT_HEAD, "kab/inspektorat"),
)
"""Besides those of the practice mode: username, role, unit."""

Step = tuple[str, Mapping[str, Any]]
"""Who, and what they send: `action` and its fields."""


def grants(role: Role, unit: str) -> list[Grant]:
    return [Grant(role=role, unit=unit)]


@dataclass(frozen=True)
class Filed:
    ticket: str
    receipt: str

    @property
    def opens(self) -> dict[str, str]:
        return {"ticket": self.ticket, "receipt": self.receipt}


@dataclass
class Api:
    """`http` sends as anybody; with `who` a request carries that account's token."""

    app: FastAPI
    http: httpx.AsyncClient
    engine: AsyncEngine
    tokens: Mapping[str, str] = field(default_factory=dict)

    def headers(self, who: str | None = None, key: str | None = None) -> dict[str, str]:
        sent = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        return sent | ({"Idempotency-Key": key} if key else {})

    async def get(self, who: str | None, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query, headers=self.headers(who))

    async def read(self, who: str, ticket: str, part: str = "") -> dict[str, Any]:
        answer = await self.get(who, f"/complaints/{ticket}{part}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def send(self, sent: Mapping[str, Any], key: str | None = None) -> httpx.Response:
        return await self.http.post("/complaints", json=sent, headers=self.headers(key=key))

    async def file(self, **changes: Any) -> Filed:
        answer = await self.send({**COMPLAINT, **changes})
        assert answer.status_code == 201, answer.text
        return Filed(**answer.json())

    async def act(
        self, who: str, filed: Filed, sent: Mapping[str, Any], key: str | None = None
    ) -> httpx.Response:
        if who == REPORTER:
            return await self.http.post(
                "/track/actions", json={**filed.opens, **sent}, headers=self.headers(key=key)
            )
        path = f"/complaints/{filed.ticket}/actions"
        return await self.http.post(path, json=sent, headers=self.headers(who, key))

    async def do(self, filed: Filed, *steps: Step) -> Filed:
        """All of them, one after the other, accepted."""
        for who, sent in steps:
            answer = await self.act(who, filed, sent)
            assert answer.status_code == 200, (who, sent, answer.text)
        return filed

    async def filed(self, steps: Sequence[Step] = (), **changes: Any) -> Filed:
        return await self.do(await self.file(**changes), *steps)

    async def track(self, filed: Filed) -> dict[str, Any]:
        answer = await self.http.post("/track", json=filed.opens)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def types(self, filed: Filed) -> list[str]:
        """What happened, as the auditor reads it."""
        told = await self.read("inspektorat", filed.ticket, "/events")
        return [event["type"] for event in told["events"]]

    async def complaint(self, filed: Filed) -> UUID:
        return UUID((await self.read("inspektorat", filed.ticket, "/events"))["complaint"])

    async def count(self, query: str, **values: Any) -> int:
        async with self.engine.connect() as connection:
            return int((await connection.execute(text(query), values)).scalar_one())


def offered(case: Mapping[str, Any]) -> set[str]:
    return {action["action"] for action in case["available"]}


def is_problem(answer: httpx.Response, status: int, says: str = "") -> bool:
    """Whether it is the RFC 9457 problem of that status; AssertionError tells what it is."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail"} <= body.keys()
    assert body["status"] == status
    assert says in body["detail"], body["detail"]
    return True
