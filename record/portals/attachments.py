"""Attachments that portals' reports name: which are still to be fetched, which were kept, and why
the others were not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from record.engine import execute, fetch, storable
from record.portal_tables import attachments, deliveries, origins
from record.tables import files

ERASED = "erased"
"""Reason: the complaint's texts were taken away before it came."""


@dataclass(frozen=True)
class AttachmentRow:
    """`state`: `waiting`, `kept` or `refused`; `reason`: why it was refused, as a sentence for
    people or, from the connector, a word (`address`, `too_large`, `expired`, `HTTP 415`).
    `file_id`: the file it became; of one that waits, fetched and not yet the case's."""

    origin_id: UUID
    n: int
    url: str
    name: str
    media_type: str | None
    size: int | None
    state: str
    reason: str | None
    file_id: UUID | None
    attempts: int


async def waiting_of(engine: AsyncEngine, origin: UUID) -> list[AttachmentRow]:
    """Those of a report that are not the case's yet, in order."""
    rows = await fetch(
        engine,
        _attachments()
        .where(attachments.c.origin_id == origin, attachments.c.state == "waiting")
        .order_by(attachments.c.n),
    )
    return [AttachmentRow(**row) for row in rows]


async def trying(engine: AsyncEngine, one: AttachmentRow, now: datetime) -> None:
    await _set(engine, one, attempts=attachments.c.attempts + 1, touched_at=now)


async def untried(engine: AsyncEngine, one: AttachmentRow, now: datetime) -> None:
    """Nobody was asked after all."""
    await _set(engine, one, attempts=attachments.c.attempts - 1, touched_at=now)


async def fetched(engine: AsyncEngine, one: AttachmentRow, file: UUID, now: datetime) -> None:
    """Of two attempts that met the first counts."""
    first = func.coalesce(attachments.c.file_id, file)
    await _set(engine, one, file_id=first, touched_at=now)


async def moved(engine: AsyncEngine, one: AttachmentRow, url: str, now: datetime) -> None:
    """It has another address now."""
    await _set(engine, one, url=storable(url), touched_at=now)


async def not_kept(engine: AsyncEngine, one: AttachmentRow, reason: str, now: datetime) -> None:
    await _set(engine, one, state="refused", reason=storable(reason), touched_at=now)


async def lost(engine: AsyncEngine, one: AttachmentRow, now: datetime) -> None:
    """What was fetched is there no more: it is to be fetched again."""
    await _set(engine, one, file_id=None, touched_at=now)


async def became(engine: AsyncEngine, one: AttachmentRow, file: UUID, now: datetime) -> None:
    """It is the case's, as this file."""
    await _set(engine, one, state="kept", file_id=file, touched_at=now)


async def forget_named(connection: AsyncConnection, complaint: UUID) -> None:
    """Nothing of a complaint is fetched any more, and what its attachments were called is gone, as
    are the words in which portals refused what was written about it."""
    its_own = select(origins.c.id).where(origins.c.complaint_id == complaint)
    waits = attachments.c.state == "waiting"
    fetched = select(attachments.c.file_id).where(attachments.c.origin_id.in_(its_own), waits)
    await connection.execute(
        delete(files).where(files.c.id.in_(fetched), files.c.complaint_id.is_(None))
    )
    await connection.execute(
        update(attachments)
        .where(attachments.c.origin_id.in_(its_own))
        .values(
            url="",
            name="",
            state=case((waits, "refused"), else_=attachments.c.state),
            reason=case((waits, ERASED), else_=attachments.c.reason),
        )
    )
    await connection.execute(
        update(deliveries).where(deliveries.c.complaint_id == complaint).values(words=None)
    )


_IDLE = text("""
SELECT origin_id, portal FROM (
    SELECT a.origin_id, o.portal, row_number() OVER (PARTITION BY o.portal
        ORDER BY min(a.touched_at)) AS place
    FROM attachments a
    JOIN origins o ON o.id = a.origin_id
    JOIN portals p ON p.code = o.portal AND p.mode = 'api' AND p.paused_at IS NULL
    WHERE a.state = 'waiting'
    GROUP BY a.origin_id, o.portal
    HAVING max(a.touched_at) < CASE
        WHEN coalesce(min(a.attempts) FILTER (WHERE a.file_id IS NULL), 0) = 0
        THEN CAST(:untried AS timestamptz) ELSE :tried END
) idle WHERE place <= :most ORDER BY place
""")


async def idle_fetches(
    engine: AsyncEngine, untried: datetime, tried: datetime, most: int
) -> list[tuple[UUID, str]]:
    """Origins, each with its portal, whose attachments nobody has tried since `untried`, or tried
    again since `tried`: at most `most` for each portal that is called, the oldest first."""
    rows = await fetch(engine, _IDLE, {"untried": untried, "tried": tried, "most": most})
    return [(row["origin_id"], row["portal"]) for row in rows]


async def _set(engine: AsyncEngine, one: AttachmentRow, **values: Any) -> None:
    await execute(
        engine,
        update(attachments)
        .where(
            attachments.c.origin_id == one.origin_id,
            attachments.c.n == one.n,
            attachments.c.state == "waiting",
        )
        .values(**values),
    )


def _attachments() -> Select[Any]:
    return select(*(attachments.c[name] for name in AttachmentRow.__dataclass_fields__))
