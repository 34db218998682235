"""Cases that are handled together: a lead and its duplicates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.cases import SHOWN
from record.engine import fetch
from record.tables import cases, complaints
from record.visibility import visible_to


@dataclass(frozen=True)
class Linked:
    """`title` is None once erased."""

    complaint_id: UUID
    ticket: str
    title: str | None
    stage: str
    received_at: datetime


async def linked_cases(
    engine: AsyncEngine, actor: Actor, complaints_linked: Collection[UUID]
) -> list[Linked]:
    """Those of them that `actor` may see, oldest first. One statement."""
    rows = await fetch(
        engine,
        select(
            cases.c.complaint_id,
            complaints.c.ticket,
            complaints.c.title,
            cases.c.stage,
            cases.c.received_at,
        )
        .select_from(SHOWN)
        .where(cases.c.complaint_id.in_(complaints_linked), visible_to(actor))
        .order_by(cases.c.complaint_id),
    )
    return [Linked(**row) for row in rows]
