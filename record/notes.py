"""The latest internal remark of each case of a list."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Uuid, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch
from record.tables import entries, events

LONGEST = 160


async def latest_notes(engine: AsyncEngine, ids: Collection[UUID]) -> dict[UUID, str]:
    """The first line of the last note of each of those cases, cut at `LONGEST` letters; a case
    without one, or whose last was erased, is left out. One statement."""
    if not ids:
        return {}
    line = func.split_part(entries.c.texts["text"].astext, "\n", 1)
    query = (
        select(events.c.complaint_id, func.left(line, LONGEST).label("line"))
        .join(entries, entries.c.id == cast(events.c.data["entry"]["id"].astext, Uuid))
        .where(events.c.complaint_id.in_(ids), events.c.type == "noted")
        .ext(distinct_on(events.c.complaint_id))
        .order_by(events.c.complaint_id, events.c.seq.desc())
    )
    return {row["complaint_id"]: row["line"] for row in await fetch(engine, query) if row["line"]}
