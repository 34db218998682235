"""How the portals are: calls, what waits for them, and when their reports came. For their pages;
one statement each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch
from record.ids import uuid7_floor
from record.portal_tables import deliveries, origins, portal_calls
from record.portals.habit import Hours

LATELY = timedelta(minutes=15)
"""What tells how a portal is now."""
LOOKED_BACK = timedelta(days=60)
"""For the habit of a portal: as long a silence is found, and what was usual before it."""


@dataclass(frozen=True)
class Calls:
    """`hour`: by outcome (`done`, or that of a PortalError), in the last hour; `lately`: in the
    last `LATELY`, with the `seconds` that they took together."""

    hour: Mapping[str, int]
    lately: Mapping[str, int]
    seconds: float

    @property
    def average(self) -> float:
        """Seconds a call took lately."""
        return self.seconds / (sum(self.lately.values()) or 1)


NO_CALLS = Calls({}, {}, 0)


@dataclass(frozen=True)
class Undelivered:
    """`waiting` since `oldest`; `refused` ones wait for a person."""

    waiting: int
    refused: int
    oldest: datetime | None


NOTHING_UNDELIVERED = Undelivered(0, 0, None)


@dataclass(frozen=True)
class Arrivals:
    """When a portal's reports were filed, by the portal's own time where it tells one."""

    filed: Hours
    newest: datetime


async def calls(engine: AsyncEngine, codes: Collection[str], now: datetime) -> dict[str, Calls]:
    """Of these portals, by their codes."""
    lately = portal_calls.c.minute >= now - LATELY
    rows = await fetch(
        engine,
        select(
            portal_calls.c.portal,
            portal_calls.c.outcome,
            func.sum(portal_calls.c.calls).label("hour"),
            func.coalesce(func.sum(portal_calls.c.calls).filter(lately), 0).label("lately"),
            func.coalesce(func.sum(portal_calls.c.seconds).filter(lately), 0).label("seconds"),
        )
        .where(portal_calls.c.portal.in_(codes), portal_calls.c.minute > now - timedelta(hours=1))
        .group_by(portal_calls.c.portal, portal_calls.c.outcome),
    )
    return {
        portal: Calls(
            {row["outcome"]: row["hour"] for row in theirs},
            {row["outcome"]: row["lately"] for row in theirs if row["lately"]},
            sum(row["seconds"] for row in theirs),
        )
        for portal in {row["portal"] for row in rows}
        if (theirs := [row for row in rows if row["portal"] == portal])
    }


async def undelivered(engine: AsyncEngine) -> dict[str, Undelivered]:
    """By portal; none where everything was delivered."""
    waits, refused = deliveries.c.state == "waiting", deliveries.c.state == "refused"
    rows = await fetch(
        engine,
        select(
            origins.c.portal,
            func.count().filter(waits).label("waiting"),
            func.count().filter(refused).label("refused"),
            func.min(deliveries.c.created_at).filter(waits).label("oldest"),
        )
        .select_from(deliveries.join(origins, origins.c.id == deliveries.c.origin_id))
        .where(waits | refused)
        .group_by(origins.c.portal),
    )
    return {
        row["portal"]: Undelivered(row["waiting"], row["refused"], row["oldest"]) for row in rows
    }


async def arrivals(engine: AsyncEngine, now: datetime) -> dict[str, Arrivals]:
    """By portal, of the last `LOOKED_BACK`; none where nothing came."""
    since = now - LOOKED_BACK
    filed = func.coalesce(origins.c.filed_at, origins.c.created_at)
    hour = func.date_trunc("hour", filed)
    rows = await fetch(
        engine,
        select(
            origins.c.portal,
            hour.label("hour"),
            func.count().label("n"),
            func.max(filed).label("newest"),
        )
        # What was filed in that time came in it, and ids are in the order in which they came.
        .where(
            origins.c.id >= uuid7_floor(int(since.timestamp() * 1000)), filed.between(since, now)
        )
        .group_by(origins.c.portal, hour),
    )
    return {
        portal: Arrivals(
            {row["hour"]: row["n"] for row in theirs}, max(row["newest"] for row in theirs)
        )
        for portal in {row["portal"] for row in rows}
        if (theirs := [row for row in rows if row["portal"] == portal])
    }
