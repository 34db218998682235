"""Deliveries: what each portal is to be told of each report, and what became of it.

A lane is all that an origin's portal is to be told; it is told in the order of the numbers, and one
that was refused holds its lane. What an attempt does: `record.portals.attempts`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.events import Entry
from record.engine import fetch, fetch_one, storable
from record.ids import uuid7
from record.portal_tables import deliveries, delivery_steps, origins
from record.tables import complaints

STATES = ("waiting", "refused")
"""Of what is not done."""


@dataclass(frozen=True)
class Delivery:
    """One event of a case, for one portal.

    `complaint_id` and `ticket` are those of the case whose event it is; where that is the lead of a
    duplicate, the report itself is `reported_id` and `reported_ticket`. `words`: the portal's, why
    it refused or why it waits. `receipt` and `receipt_at`: the portal's id for it, or what a person
    wrote down as such. `entry_id`: the text that is sent instead. `unsure`: an attempt may have
    told the portal without our knowing. `key`: what the portal tells repetitions by.
    """

    id: UUID
    number: int
    origin_id: UUID
    portal: str
    external_id: str
    complaint_id: UUID
    ticket: str
    seq: int
    kind: str
    state: str
    attempts: int
    words: str | None
    receipt: str | None
    receipt_at: datetime | None
    touched_at: datetime
    created_at: datetime
    entry_id: UUID | None
    reported_id: UUID
    reported_ticket: str
    unsure: bool
    key: UUID


@dataclass(frozen=True)
class Step:
    """`what`: delivered, refused, edited, sent_again, settled, skipped. `detail`: the receipt, the
    portal's words, the reference, or why it was skipped."""

    at: datetime
    actor: str
    what: str
    detail: str | None


async def next_of(engine: AsyncEngine, origin: UUID) -> Delivery | None:
    """What goes next in a lane, or holds it; None where all is done."""
    query = _deliveries().where(deliveries.c.origin_id == origin, _undone())
    row = await fetch_one(engine, query.order_by(deliveries.c.number).limit(1))
    return _delivery(row) if row else None


async def delivery(engine: AsyncEngine, id: UUID) -> Delivery | None:
    row = await fetch_one(engine, _deliveries().where(deliveries.c.id == id))
    return _delivery(row) if row else None


async def deliveries_of(engine: AsyncEngine, complaint: UUID) -> list[Delivery]:
    """All that the portals of a complaint's own reports were told or are to be told, in order."""
    query = _deliveries().where(origins.c.complaint_id == complaint)
    rows = await fetch(engine, query.order_by(deliveries.c.number))
    return [_delivery(row) for row in rows]


async def undone(
    engine: AsyncEngine,
    state: str,
    portal: str | None = None,
    after: int | None = None,
    limit: int = 25,
) -> list[Delivery]:
    """What is `waiting` or `refused`, oldest first, later than number `after`."""
    query = _deliveries().where(deliveries.c.state == state)
    if portal is not None:
        query = query.where(origins.c.portal == portal)
    if after is not None:
        query = query.where(deliveries.c.number > after)
    rows = await fetch(engine, query.order_by(deliveries.c.number).limit(limit))
    return [_delivery(row) for row in rows]


async def steps_of(engine: AsyncEngine, id: UUID) -> list[Step]:
    """What became of it, in order."""
    rows = await fetch(
        engine,
        select(*(delivery_steps.c[name] for name in Step.__dataclass_fields__))
        .where(delivery_steps.c.delivery_id == id)
        .order_by(delivery_steps.c.id),
    )
    return [Step(**row) for row in rows]


# A portal may keep a key with what it refused, so what is sent again gets a new one; but not where
# an earlier attempt may have gone through under the old one, by which the portal would know it.
_SEND_AGAIN = text("""
WITH done AS (
    UPDATE deliveries SET state = 'waiting', words = NULL, touched_at = :now,
        entry_id = coalesce(CAST(:entry AS uuid), entry_id),
        key = CASE WHEN unsure THEN key ELSE :key END
    WHERE id = :id AND state = 'refused' RETURNING id)
INSERT INTO delivery_steps (id, delivery_id, at, actor, what)
    SELECT :step, id, :now, :actor,
        CASE WHEN CAST(:entry AS uuid) IS NULL THEN 'sent_again' ELSE 'edited' END
    FROM done RETURNING delivery_id
""")


async def send_again(
    engine: AsyncEngine, id: UUID, actor: Actor, entry: Entry | None, now: datetime
) -> bool:
    """Have what was refused sent again, with the text of `entry` (`{"text": ...}`) instead where
    one is given. False, and nothing is done, where it is not refused (any more)."""
    values = {"id": id, "now": now, "actor": actor.id, "step": uuid7(), "key": uuid7()}
    return await _done(engine, _SEND_AGAIN, values | {"entry": entry and entry.id})


_SETTLE = text("""
WITH done AS (
    UPDATE deliveries SET state = 'settled', receipt = :reference, receipt_at = :now,
        words = NULL, touched_at = :now
    WHERE id = :id AND state IN ('waiting', 'refused')
        AND (busy_until IS NULL OR busy_until < :now)
    RETURNING id)
INSERT INTO delivery_steps (id, delivery_id, at, actor, what, detail)
    SELECT :step, id, :now, :actor, 'settled', :reference FROM done
    RETURNING delivery_id
""")


async def settle(
    engine: AsyncEngine, id: UUID, actor: Actor, reference: str, now: datetime
) -> bool:
    """Somebody told the portal by other means, who calls it `reference`. False, and nothing is
    done, where it is done already, or is just being tried."""
    values = {"id": id, "now": now, "actor": actor.id, "step": uuid7()}
    return await _done(engine, _SETTLE, values | {"reference": storable(reference)})


async def _done(engine: AsyncEngine, statement: TextClause, values: dict[str, Any]) -> bool:
    return await fetch_one(engine, statement, values) is not None


def _undone() -> Any:
    return deliveries.c.state.in_(STATES)


def _deliveries() -> Select[Any]:
    reported = complaints.alias("reported")
    return select(
        *(deliveries.c[name] for name in _OWN),
        func.coalesce(deliveries.c.key, deliveries.c.id).label("key"),
        origins.c.portal,
        origins.c.external_id,
        complaints.c.ticket,
        origins.c.complaint_id.label("reported_id"),
        reported.c.ticket.label("reported_ticket"),
    ).select_from(
        deliveries.join(origins, origins.c.id == deliveries.c.origin_id)
        .join(complaints, complaints.c.id == deliveries.c.complaint_id)
        .join(reported, reported.c.id == origins.c.complaint_id)
    )


_OWN = (
    "id",
    "number",
    "origin_id",
    "complaint_id",
    "seq",
    "kind",
    "state",
    "attempts",
    "words",
    "receipt",
    "receipt_at",
    "touched_at",
    "created_at",
    "entry_id",
    "unsure",
)


def _delivery(row: Any) -> Delivery:
    return Delivery(**row)
