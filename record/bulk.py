"""Several cases at once, each with its events."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.chain import Recorded, stamp
from record.cases import SHOWN, CaseRow, columns
from record.engine import fetch, storable
from record.events import COLUMNS
from record.tables import complaints, events
from record.visibility import visible_to


async def cases_of(
    engine: AsyncEngine, actor: Actor, tickets: Collection[str], now: datetime
) -> dict[str, CaseRow]:
    """Those of the tickets whose case `actor` may see. One statement."""
    wanted = [storable(ticket) for ticket in tickets]
    query = (
        select(*columns(CaseRow, now))
        .select_from(SHOWN)
        .where(complaints.c.ticket.in_(wanted), visible_to(actor))
    )
    return {row["ticket"]: CaseRow(**row) for row in await fetch(engine, query)}


async def events_of(
    engine: AsyncEngine, complaint_ids: Collection[UUID]
) -> dict[UUID, list[Recorded]]:
    """All events of those cases, in order. One statement."""
    found: dict[UUID, list[Recorded]] = {one: [] for one in complaint_ids}
    query = (
        select(events.c.complaint_id, *COLUMNS)
        .where(events.c.complaint_id.in_(complaint_ids))
        .order_by(events.c.complaint_id, events.c.seq)
    )
    for row in await fetch(engine, query):
        fields = dict(row)
        case = found[fields.pop("complaint_id")]
        case.append(Recorded(**{**fields, "at": stamp(row["at"])}))
    return found
