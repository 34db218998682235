"""Whether somebody may see the case of a ticket, before they act on it: the hot path's look-up."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.visibility import can_see
from record.engine import quick, storable

_PLACE = """
SELECT c.complaint_id, c.unit, c.delegate, c.secret, c.reported_unit
FROM complaints f JOIN cases c ON c.complaint_id = f.id
WHERE f.ticket = %s
"""


@dataclass(frozen=True)
class Place:
    """Where a case is, as far as it matters for who may see it."""

    complaint_id: UUID
    unit: str | None
    delegate: str | None
    secret: bool
    reported_unit: str | None


async def complaint_seen(engine: AsyncEngine, actor: Actor, ticket: str) -> UUID | None:
    """The complaint of a ticket, or None where there is none that `actor` may see: one query."""
    row = await quick(engine, _PLACE, [storable(ticket)])
    place = row and Place(**row)
    return place.complaint_id if place and can_see(place, actor) else None
