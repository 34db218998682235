"""Origins: a report as a portal knows it, and the complaint that it is here."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, fetch, fetch_one, quick
from record.portal_tables import deliveries, origins

TELLS_THE_END = ("answered", "closed", "archived", "handed_back")
"""After one of these it is no news that the portal has done with the report."""


@dataclass(frozen=True)
class Origin:
    """`joined`: the complaint had come by another portal before. `status`: the portal's word.
    `closed_at`: when it was seen that the portal has done with it by itself.

    `digest` and `changed_at` are those of the report as it was last dealt with, `last_message` is
    the last of its messages that was.
    """

    id: UUID
    portal: str
    external_id: str
    complaint_id: UUID
    joined: bool
    status: str | None
    filed_at: datetime | None
    changed_at: datetime | None
    closed_at: datetime | None
    last_message: str | None
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class Named:
    """An attachment as a portal's report names it."""

    url: str
    name: str
    media_type: str | None = None
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Dealt:
    """A report that was dealt with, as it was; None leaves what is known."""

    origin: UUID
    digest: bytes | None = None
    status: str | None = None
    changed_at: datetime | None = None
    last_message: str | None = None


_ORIGIN = select(*(origins.c[name] for name in Origin.__dataclass_fields__))


async def origins_of(engine: AsyncEngine, complaint: UUID) -> list[Origin]:
    """The one it came by first, then those that joined."""
    rows = await fetch(
        engine, _ORIGIN.where(origins.c.complaint_id == complaint).order_by(origins.c.id)
    )
    return [_origin(row) for row in rows]


async def origin(engine: AsyncEngine, id: UUID) -> Origin | None:
    row = await fetch_one(engine, _ORIGIN.where(origins.c.id == id))
    return _origin(row) if row else None


async def origins_known(
    engine: AsyncEngine, portal: str, external_ids: Collection[str]
) -> dict[str, Origin]:
    """Those of the portal's reports that are known, by the portal's ids. One statement."""
    rows = await fetch(
        engine,
        _ORIGIN.where(origins.c.portal == portal, origins.c.external_id.in_(external_ids)),
    )
    return {row["external_id"]: _origin(row) for row in rows}


async def note_dealt(engine: AsyncEngine, dealt: Sequence[Dealt]) -> None:
    """Remember what was dealt with. Safe to repeat. One statement."""
    if not dealt:
        return
    rows = [
        {
            "id": str(one.origin),
            "digest": one.digest and one.digest.hex(),
            "status": one.status,
            "changed_at": one.changed_at and one.changed_at.isoformat(),
            "last_message": one.last_message,
        }
        for one in dealt
    ]
    await execute(engine, _DEALT, {"dealt": json.dumps(rows)})


# The rows in the order of their ids, so that two at once wait for each other and not in a ring.
_DEALT = text("""
    WITH held AS MATERIALIZED (
        SELECT o.id, d.digest, d.status, d.changed_at, d.last_message
        FROM origins o JOIN jsonb_to_recordset(CAST(:dealt AS jsonb)) AS d(
            id uuid, digest text, status text, changed_at timestamptz, last_message text)
            ON d.id = o.id
        ORDER BY o.id FOR UPDATE OF o)
    UPDATE origins o SET
        digest = coalesce(decode(h.digest, 'hex'), o.digest),
        status = coalesce(h.status, o.status),
        changed_at = greatest(h.changed_at, o.changed_at),
        last_message = coalesce(h.last_message, o.last_message)
    FROM held h WHERE o.id = h.id
""")


async def mark_closed(engine: AsyncEngine, id: UUID, at: datetime) -> None:
    """The portal has done with the report by itself. Safe to repeat: the first time stays."""
    await execute(
        engine,
        update(origins)
        .where(origins.c.id == id, origins.c.closed_at.is_(None))
        .values(closed_at=at),
    )


async def told_the_end(engine: AsyncEngine, id: UUID) -> bool:
    """Whether the portal was told, or perhaps told, something that ends its report."""
    ended = exists().where(
        deliveries.c.origin_id == id,
        deliveries.c.kind.in_(TELLS_THE_END),
        or_(deliveries.c.attempts > 0, deliveries.c.state == "settled"),
    )
    row = await fetch_one(engine, select(ended.label("told")))
    assert row is not None
    return bool(row["told"])


_ADD = """
INSERT INTO attachments (origin_id, n, url, name, media_type, size, state, touched_at)
    SELECT g.origin, coalesce((SELECT max(n) FROM attachments WHERE origin_id = g.origin), 0)
        + row_number() OVER (ORDER BY a.place), a.url, a.name, a.media_type, a.size,
        'waiting', g.now
    FROM (SELECT %s::uuid AS origin, %s::timestamptz AS now, %s::jsonb AS named) g,
        jsonb_to_recordset(g.named) AS a(
            place integer, url text, name text, media_type text, size integer)
    WHERE NOT EXISTS (SELECT FROM attachments k WHERE k.origin_id = g.origin
        AND split_part(k.url, '?', 1) = split_part(a.url, '?', 1))
"""


async def add_attachments(
    engine: AsyncEngine,
    id: UUID,
    named: Sequence[Named],
    now: datetime,
) -> None:
    """Have these fetched too; one is known again by its address without the query, where portals
    put what expires. Safe to repeat, by one caller at a time."""
    if named:
        await quick(engine, _ADD, [id, now, json.dumps(attachment_rows(named))])


def attachment_rows(named: Sequence[Named]) -> list[dict[str, object]]:
    return [
        {
            "place": place,
            "url": one.url,
            "name": one.name,
            "media_type": one.media_type,
            "size": one.size,
        }
        for place, one in enumerate(named, start=1)
    ]


def _origin(row: Any) -> Origin:
    return Origin(**row)
