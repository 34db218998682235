"""Which cases should be running in the engine: for the sweeper and for news that concern all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch
from record.tables import cases


async def stranded_cases(engine: AsyncEngine, before: datetime, limit: int) -> list[UUID]:
    """Open cases whose next alarm was due before that and has not rung, longest first."""
    rows = await fetch(
        engine,
        select(cases.c.complaint_id)
        .where(cases.c.open, cases.c.alarm_at < before)
        .order_by(cases.c.alarm_at)
        .limit(limit),
    )
    return [row["complaint_id"] for row in rows]


async def left_behind(engine: AsyncEngine, before: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Duplicates that did not follow their lead, which ended before that: (duplicate, lead)."""
    lead = cases.alias("lead")
    rows = await fetch(
        engine,
        select(cases.c.complaint_id, cases.c.lead)
        .join(lead, lead.c.complaint_id == cases.c.lead)
        .where(cases.c.lead.is_not(None), ~lead.c.open, lead.c.ended_at < before)
        .order_by(cases.c.complaint_id)
        .limit(limit),
    )
    return [(row["complaint_id"], row["lead"]) for row in rows]


async def open_cases(engine: AsyncEngine, after: UUID | None, limit: int) -> list[UUID]:
    """A page of the open cases later than `after`, in the order of their ids."""
    query = select(cases.c.complaint_id).where(cases.c.open)
    if after is not None:
        query = query.where(cases.c.complaint_id > after)
    rows = await fetch(engine, query.order_by(cases.c.complaint_id).limit(limit))
    return [row["complaint_id"] for row in rows]
