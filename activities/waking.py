"""Starting what runs beside the cases for origins that have something to tell or to fetch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities import metrics
from activities.messages import Name
from record.portals.attachments import idle_fetches
from record.portals.attempts import idle_lanes, lanes_of

UNTRIED = timedelta(seconds=30)
"""What nobody has tried so long after it came was forgotten, or left for later."""
TRIED = timedelta(minutes=8)
"""Longer than the engine waits between two attempts, unless the portal wants it longer."""
MOST = 60
"""Lanes of a portal that are started at a time: no more than could have their turn in a minute."""


class Waker(Protocol):
    """What runs beside the cases for each origin, as the worker lets activities reach it."""

    async def deliver(self, origin: UUID, portal: str, *, anew: bool = True) -> None:
        """There is something to tell its portal. `anew`: one that runs is to look once more."""

    async def fetch(self, origin: UUID, portal: str, *, anew: bool = True) -> None:
        """There are attachments to fetch."""


async def wake(engine: AsyncEngine, waker: Waker, origins: Collection[UUID]) -> None:
    """Have those told whose portals are called."""
    for origin, portal in await lanes_of(engine, origins):
        await waker.deliver(origin, portal)


@dataclass(frozen=True)
class WakingActivities:
    engine: AsyncEngine
    waker: Waker

    @activity.defn(name=Name.WAKE_IDLE)
    async def wake_idle(self) -> int:
        """Start what was left waiting: by a crash, by a backlog, or while its portal was paused.

        Idempotent: what runs is not disturbed. Returns how many were looked at.
        """
        now = datetime.now(UTC)
        lanes = await idle_lanes(self.engine, now - UNTRIED, now - TRIED, MOST)
        for origin, portal in lanes:
            await self.waker.deliver(origin, portal, anew=False)
            metrics.WOKEN.labels("deliver").inc()
            activity.heartbeat()
        fetches = await idle_fetches(self.engine, now - UNTRIED, now - TRIED, MOST)
        for origin, portal in fetches:
            await self.waker.fetch(origin, portal, anew=False)
            metrics.WOKEN.labels("fetch").inc()
            activity.heartbeat()
        return len(lanes) + len(fetches)
