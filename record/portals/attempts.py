"""What an attempt to tell a portal leaves behind, whenever its worker dies.

Before the call it is on record that there is one (`begin`), so that whoever comes after one that
left no word knows that the portal may have been told. Only an answer that says that the portal did
not do it takes that back. What an attempt says counts only while no later one began, but for a
receipt, which is the truth whoever brings it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import SYSTEM
from record.engine import execute, fetch, fetch_one, storable
from record.ids import uuid7
from record.portal_tables import origins, portals
from record.portals.deliveries import Delivery
from record.tables import events

BUSY = timedelta(seconds=80)
"""How long an attempt may be under way: longer than any call of a connector, and shorter than the
engine waits before the next."""


@dataclass(frozen=True)
class Attempt:
    """`number` counts those of the delivery. `again`: an earlier one may have told the portal."""

    delivery: UUID
    number: int
    again: bool


_BEGIN = text("""
UPDATE deliveries d
    SET attempts = d.attempts + 1, unsure = true, busy_until = :until, touched_at = :now
FROM (SELECT id, unsure FROM deliveries
    WHERE id = :id AND state = 'waiting' AND (busy_until IS NULL OR busy_until <= :now)
    FOR UPDATE) was
WHERE d.id = was.id RETURNING d.attempts AS number, was.unsure AS again
""")


async def begin(engine: AsyncEngine, id: UUID, now: datetime) -> Attempt | None:
    """On record before the portal is called. None where it is done, held, or just being tried."""
    row = await fetch_one(engine, _BEGIN, {"id": id, "now": now, "until": now + BUSY})
    return Attempt(id, **row) if row else None


_DELIVERED = text("""
WITH done AS (
    UPDATE deliveries SET state = 'delivered', receipt = :receipt, receipt_at = :receipt_at,
        words = NULL, unsure = false, busy_until = NULL, touched_at = :now
    WHERE id = :id AND state IN ('waiting', 'refused') RETURNING id)
INSERT INTO delivery_steps (id, delivery_id, at, actor, what, detail)
    SELECT :step, id, :now, :actor, 'delivered', :receipt FROM done RETURNING delivery_id
""")


async def delivered(
    engine: AsyncEngine, attempt: Attempt, receipt: str, receipt_at: datetime, now: datetime
) -> None:
    """The portal has it: its id for it, and its time. Safe to repeat."""
    proof = {"receipt": storable(receipt), "receipt_at": receipt_at}
    await _step(engine, _DELIVERED, {"id": attempt.delivery, "now": now, **proof})


_REFUSED = text("""
WITH done AS (
    UPDATE deliveries SET state = 'refused', words = :words, unsure = :again, busy_until = NULL,
        touched_at = :now
    WHERE id = :id AND state = 'waiting' AND attempts = :number RETURNING id)
INSERT INTO delivery_steps (id, delivery_id, at, actor, what, detail)
    SELECT :step, id, :now, :actor, 'refused', :words FROM done RETURNING delivery_id
""")


async def refused(engine: AsyncEngine, attempt: Attempt, words: str, now: datetime) -> None:
    """The portal said no, in these words, and would again: a person must look at it."""
    values = {"id": attempt.delivery, "number": attempt.number, "again": attempt.again}
    await _step(engine, _REFUSED, {**values, "now": now, "words": storable(words)})


_PUT_OFF = text("""
UPDATE deliveries SET attempts = attempts - CAST(:uncalled AS integer), unsure = :unsure,
    words = coalesce(:words, words), busy_until = NULL, touched_at = :now
WHERE id = :id AND state = 'waiting' AND attempts = :number
""")


async def put_off(
    engine: AsyncEngine,
    attempt: Attempt,
    now: datetime,
    *,
    words: str | None = None,
    unsure: bool,
    called: bool = True,
) -> None:
    """It must be tried again. `words`: why, as far as the portal said. `unsure`: this attempt may
    have told the portal. `called`: whether the portal was called at all."""
    values: dict[str, Any] = {"id": attempt.delivery, "number": attempt.number, "now": now}
    values |= {"unsure": unsure or attempt.again, "uncalled": int(not called)}
    await execute(engine, _PUT_OFF, values | {"words": words and storable(words)})


_SKIPPED = text("""
WITH done AS (
    UPDATE deliveries SET state = 'skipped', words = NULL, unsure = false, busy_until = NULL,
        touched_at = :now
    WHERE id = :id AND state = 'waiting' RETURNING id)
INSERT INTO delivery_steps (id, delivery_id, at, actor, what, detail)
    SELECT :step, id, :now, :actor, 'skipped', :why FROM done RETURNING delivery_id
""")


async def skipped(engine: AsyncEngine, id: UUID, why: str, now: datetime) -> None:
    """There is nothing to tell. `why`: `no_word` (the portal has none for it), `erased`,
    `unlinked`."""
    await _step(engine, _SKIPPED, {"id": id, "now": now, "why": why})


async def unlinked(engine: AsyncEngine, delivery: Delivery) -> bool:
    """Whether it is what a lead told the reporter of a duplicate that has left it since."""
    if delivery.complaint_id == delivery.reported_id:
        return False
    row = await fetch_one(
        engine,
        select(events.c.type)
        .where(
            events.c.complaint_id == delivery.complaint_id,
            events.c.type.in_(("duplicate_joined", "duplicate_left")),
            events.c.data["duplicate"].astext == str(delivery.reported_id),
        )
        .order_by(events.c.seq.desc())
        .limit(1),
    )
    return row is not None and row["type"] == "duplicate_left"


_IDLE = text("""
SELECT origin_id, portal FROM (
    SELECT l.*, row_number() OVER (PARTITION BY portal ORDER BY acknowledges, number) AS place
    FROM (
        SELECT d.origin_id, o.portal, min(d.number) AS number,
            bool_and(d.kind = 'received') AS acknowledges,
            (array_agg(d.state ORDER BY d.number))[1] AS state,
            (array_agg(d.attempts ORDER BY d.number))[1] AS attempts,
            (array_agg(d.touched_at ORDER BY d.number))[1] AS touched_at
        FROM deliveries d
        JOIN origins o ON o.id = d.origin_id
        JOIN portals p ON p.code = o.portal AND p.mode = 'api' AND p.paused_at IS NULL
        WHERE d.state IN ('waiting', 'refused')
        GROUP BY d.origin_id, o.portal) l
    WHERE state = 'waiting'
        AND touched_at < CASE attempts WHEN 0 THEN CAST(:untried AS timestamptz) ELSE :tried END
) idle WHERE place <= :most ORDER BY place
""")


async def idle_lanes(
    engine: AsyncEngine, untried: datetime, tried: datetime, most: int
) -> list[tuple[UUID, str]]:
    """Origins, each with its portal, that have something to tell which nobody has tried since
    `untried`, or tried again since `tried`: at most `most` for each portal that is called, those
    first that have more to tell than that they were received, then the oldest."""
    rows = await fetch(engine, _IDLE, {"untried": untried, "tried": tried, "most": most})
    return [(row["origin_id"], row["portal"]) for row in rows]


async def lanes_of(engine: AsyncEngine, ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Those of these origins whose portal is called, each with it."""
    rows = await fetch(
        engine,
        select(origins.c.id, origins.c.portal)
        .join(portals, portals.c.code == origins.c.portal)
        .where(origins.c.id.in_(ids), portals.c.mode == "api", portals.c.paused_at.is_(None)),
    )
    return [(row["id"], row["portal"]) for row in rows]


async def _step(engine: AsyncEngine, statement: TextClause, values: dict[str, Any]) -> None:
    await fetch_one(engine, statement, values | {"step": uuid7(), "actor": SYSTEM.id})
