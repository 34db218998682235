"""Signed webhooks: hints that something happened, which may come twice and out of order."""

import asyncio
import hashlib
import hmac
import json
import random
from datetime import UTC, datetime

import httpx

from practice.portal import Portal

PAUSES = (2.0, 10.0)
"""Seconds before the next try where the other side does not take it."""
TWICE = 0.1
"""Share that comes twice."""


def signature(secret: str, body: bytes, at: datetime) -> str:
    stamp = int(at.timestamp())
    signed = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"t={stamp},v1={signed.hexdigest()}"


class Hints:
    """Sends a hint for all that happens in `portal`, to the address its configuration gives."""

    def __init__(self, portal: Portal, address: str) -> None:
        self._portal = portal
        self._address = address
        self._dice = random.Random(portal.config.seed)  # noqa: S311 - not a secret
        self._client = httpx.AsyncClient(timeout=5, trust_env=False)
        self._sending: set[asyncio.Task[None]] = set()
        portal.listeners.append(self._happened)

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._client.aclose()

    def _happened(self, what: str, report: str) -> None:
        for _ in range(2 if self._dice.random() < TWICE else 1):
            task = asyncio.create_task(self._send(what, report))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, what: str, report: str) -> None:
        names = self._portal.names
        facts = {"event": what, "tracking_id": report, "pada": datetime.now(UTC).isoformat()}
        body = json.dumps(names.out(facts)).encode()
        # Each at its own pace: they overtake each other.
        await asyncio.sleep(self._dice.random() / 2)
        for pause in (*PAUSES, None):
            headers = {
                "Content-Type": "application/json",
                names.field("X-SP4N-Signature"): signature(
                    self._portal.config.webhook_secret, body, datetime.now(UTC)
                ),
            }
            try:
                answer = await self._client.post(self._address, content=body, headers=headers)
                if answer.is_success:
                    return
            except httpx.HTTPError:
                pass
            if pause:
                await asyncio.sleep(pause)
