"""Complaints that staff typed in for somebody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch_one, storable
from record.tables import complaints, events


async def typed_in(engine: AsyncEngine, ticket: str, actor: str, since: datetime) -> UUID | None:
    """The complaint of `ticket` if `actor` typed it in, after `since`. One statement."""
    row = await fetch_one(
        engine,
        select(complaints.c.id)
        .join(events, events.c.complaint_id == complaints.c.id)
        .where(
            complaints.c.ticket == storable(ticket),
            events.c.seq == 1,
            events.c.actor == actor,
            events.c.at > since,
        ),
    )
    return row["id"] if row else None
