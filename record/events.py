"""Reading the events of cases."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.chain import Recorded, stamp
from record.engine import fetch, quick
from record.tables import events, unstarted

COLUMNS = (
    events.c.seq,
    events.c.type,
    events.c.at,
    events.c.actor,
    events.c.data,
    func.encode(events.c.prev, "hex").label("prev"),
    func.encode(events.c.hash, "hex").label("hash"),
)


async def load_events(engine: AsyncEngine, complaint: UUID, after: int = 0) -> list[Recorded]:
    """The events later than number `after`, in order; empty where there is no such case."""
    rows = await fetch(
        engine,
        select(*COLUMNS)
        .where(events.c.complaint_id == complaint, events.c.seq > after)
        .order_by(events.c.seq),
    )
    return [Recorded(**{**row, "at": stamp(row["at"])}) for row in rows]


async def load_events_of(
    engine: AsyncEngine, wanted: Collection[UUID]
) -> dict[UUID, list[Recorded]]:
    """The events of each of these cases, in order. One statement."""
    rows = await fetch(
        engine,
        select(events.c.complaint_id, *COLUMNS)
        .where(events.c.complaint_id.in_(wanted))
        .order_by(events.c.complaint_id, events.c.seq),
    )
    found: dict[UUID, list[Recorded]] = {}
    for row in rows:
        fields = dict(row)
        of_case = found.setdefault(fields.pop("complaint_id"), [])
        of_case.append(Recorded(**{**fields, "at": stamp(fields["at"])}))
    return found


async def unstarted_cases(engine: AsyncEngine, before: datetime, limit: int) -> list[UUID]:
    """Complaints filed before that whose workflow is not known to have started, oldest first."""
    rows = await fetch(
        engine,
        select(unstarted.c.complaint_id)
        .where(unstarted.c.created_at < before)
        .order_by(unstarted.c.complaint_id)
        .limit(limit),
    )
    return [row["complaint_id"] for row in rows]


# Nobody waits for the disk: a crash that forgets it has the sweeper start what runs already.
_STARTED = """
DELETE FROM unstarted WHERE complaint_id = %s
RETURNING set_config('synchronous_commit', 'off', true)
"""


async def mark_started(engine: AsyncEngine, complaint: UUID) -> None:
    """The workflow was started. Safe to repeat."""
    await quick(engine, _STARTED, [complaint])
