"""Webhooks: signed, for all that happens, and tried again where nobody takes them."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practice import hints
from practice.serving import running
from tests.practice.conftest import Start


@dataclass
class Receiver:
    address: str = ""
    refuse: int = 0
    """How many are answered with 503 first."""
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        if self.refuse:
            self.refuse -= 1
            return Response(status_code=503)
        body = await request.body()
        given = dict(part.split("=") for part in request.headers["x-sp4n-signature"].split(","))
        signed = hmac.new(b"w", f"{given['t']}.".encode() + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(signed, given["v1"])
        self.taken.append(json.loads(body))
        return Response(status_code=204)

    async def has(self, *wanted: tuple[str, str]) -> None:
        async with asyncio.timeout(10):
            while {(one["event"], one["tracking_id"]) for one in self.taken} != set(wanted):
                await asyncio.sleep(0.02)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hooks/sp4n", receiver.take, methods=["POST"])])
    async with running(app) as address:
        receiver.address = f"{address}/hooks/sp4n"
        yield receiver


async def test_what_happens_is_hinted_and_signed(receiver: Receiver, start: Start) -> None:
    async with start("sp4n", webhook=receiver.address, webhook_secret="w") as sp4n:
        report = sp4n.file()
        sp4n.portal.reply(report, "Halo")
        # What the agency itself did is no news to it.
        sp4n.portal.answer(report, "Baik")
        sp4n.portal.close(report)

        await receiver.has(
            ("laporan.baru", report.id), ("laporan.balasan", report.id),
            ("laporan.ditutup", report.id),
        )  # fmt: skip


async def test_what_is_not_taken_comes_again(
    receiver: Receiver, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "PAUSES", (0.05, 0.05))
    monkeypatch.setattr(hints, "TWICE", 0)
    receiver.refuse = 2
    async with start("sp4n", webhook=receiver.address, webhook_secret="w") as sp4n:
        report = sp4n.file()
        await receiver.has(("laporan.baru", report.id))


async def test_hints_come_twice_now_and_then(
    receiver: Receiver, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "TWICE", 1)
    async with start("sp4n", webhook=receiver.address, webhook_secret="w") as sp4n:
        sp4n.file()
        async with asyncio.timeout(10):
            while len(receiver.taken) < 2:
                await asyncio.sleep(0.02)
        assert {one["event"] for one in receiver.taken} == {"laporan.baru"}
