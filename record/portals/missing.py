"""Attachments of a complaint's reports that are not here: still to be fetched, or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch
from record.portal_tables import attachments, origins


@dataclass(frozen=True)
class Missing:
    """`reason`: why it was refused, for people; None while it is `waiting`."""

    portal: str
    name: str
    state: str
    reason: str | None


async def missing_attachments(engine: AsyncEngine, complaint: UUID) -> Sequence[Missing]:
    """In the order of the reports, and of the files in each. One statement."""
    query = (
        select(origins.c.portal, attachments.c.name, attachments.c.state, attachments.c.reason)
        .join(origins, origins.c.id == attachments.c.origin_id)
        .where(origins.c.complaint_id == complaint, attachments.c.state != "kept")
        .order_by(origins.c.id, attachments.c.n)
    )
    return [Missing(**row) for row in await fetch(engine, query)]
