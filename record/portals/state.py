"""How each portal stands: its mode, whether it is paused, where pulling has come to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.actors import Actor
from record.engine import execute, fetch, fetch_one, storable, transaction
from record.ids import uuid7
from record.portal_tables import portal_steps
from record.portal_tables import portals as table


class Mode(StrEnum):
    """Only `api` calls the portal. What is to go back by the others waits for people: on the
    relay desk, or in an export."""

    API = "api"
    FILE = "file"
    RELAY = "relay"


@dataclass(frozen=True)
class PortalState:
    """`cursor` covers all that was taken in. `newest_at` is the portal's own time of the newest
    report that it sent. `failure` says how the last pull that failed did, and stands until one
    succeeds: `away`, `refused: Kunci tidak dikenal`."""

    code: str
    mode: Mode
    paused_at: datetime | None
    cursor: str | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    failure: str | None
    newest_at: datetime | None

    @property
    def called(self) -> bool:
        """Whether the house calls it now."""
        return self.mode is Mode.API and self.paused_at is None


@dataclass(frozen=True)
class PortalStep:
    """What somebody did: `what` is `paused`, `resumed`, `mode` with the new one as `detail`, or
    `opened` with the id of what was read whole in the quarantine."""

    at: datetime
    actor: str
    what: str
    detail: str | None


_STATE = select(*(table.c[name] for name in PortalState.__dataclass_fields__))


async def ensure_portal(engine: AsyncEngine, code: str, mode: Mode, now: datetime) -> None:
    """Have the portal in the record, in that mode where it is new. Safe to repeat."""
    new = upsert(table).values(code=code, mode=mode, created_at=now)
    await execute(engine, new.on_conflict_do_nothing())


async def portal(engine: AsyncEngine, code: str) -> PortalState | None:
    row = await fetch_one(engine, _STATE.where(table.c.code == code))
    return _state(row) if row else None


async def portals(engine: AsyncEngine) -> list[PortalState]:
    """All of them, by their codes."""
    return [_state(row) for row in await fetch(engine, _STATE.order_by(table.c.code))]


async def pause(engine: AsyncEngine, code: str, actor: Actor, now: datetime) -> None:
    """Neither poll nor tell it. Recorded where it was not paused. Safe to repeat."""
    async with transaction(engine) as connection:
        paused = await connection.execute(
            update(table)
            .where(table.c.code == code, table.c.paused_at.is_(None))
            .values(paused_at=now)
        )
        if paused.rowcount:
            await _step(connection, code, actor, now, "paused")


async def resume(engine: AsyncEngine, code: str, actor: Actor, now: datetime) -> None:
    """Poll and tell it again. Recorded where it was paused. Safe to repeat."""
    async with transaction(engine) as connection:
        resumed = await connection.execute(
            update(table)
            .where(table.c.code == code, table.c.paused_at.is_not(None))
            .values(paused_at=None)
        )
        if resumed.rowcount:
            await _step(connection, code, actor, now, "resumed")


async def set_mode(engine: AsyncEngine, code: str, mode: Mode, actor: Actor, now: datetime) -> None:
    """Recorded where it was another. Safe to repeat."""
    async with transaction(engine) as connection:
        changed = await connection.execute(
            update(table).where(table.c.code == code, table.c.mode != mode).values(mode=mode)
        )
        if changed.rowcount:
            await _step(connection, code, actor, now, "mode", mode)


async def steps(engine: AsyncEngine, code: str, limit: int) -> list[PortalStep]:
    """What people did to it, newest first."""
    rows = await fetch(
        engine,
        select(*(portal_steps.c[name] for name in PortalStep.__dataclass_fields__))
        .where(portal_steps.c.portal == code)
        .order_by(portal_steps.c.id.desc())
        .limit(limit),
    )
    return [PortalStep(**row) for row in rows]


async def move_cursor(
    engine: AsyncEngine,
    code: str,
    old: str | None,
    new: str,
    now: datetime,
    newest_at: datetime | None,
) -> bool:
    """What lies before `new` is stored. False, and nothing is changed, where somebody else has
    moved it from `old` meanwhile."""
    moved = await execute(
        engine,
        update(table)
        .where(table.c.code == code, table.c.cursor.is_not_distinct_from(old))
        .values(
            cursor=new,
            polled_at=now,
            succeeded_at=now,
            failure=None,
            newest_at=func.greatest(table.c.newest_at, newest_at),
        ),
    )
    return bool(moved)


async def pull_failed(engine: AsyncEngine, code: str, failure: str, now: datetime) -> None:
    values = {"polled_at": now, "failed_at": now, "failure": storable(failure)}
    await execute(engine, update(table).where(table.c.code == code).values(**values))


def _state(row: Any) -> PortalState:
    return PortalState(**{**row, "mode": Mode(row["mode"])})


async def _step(
    connection: AsyncConnection,
    code: str,
    actor: Actor,
    now: datetime,
    what: str,
    detail: str | None = None,
) -> None:
    step: dict[str, object] = {"id": uuid7(), "portal": code, "at": now, "actor": actor.id}
    await connection.execute(insert(portal_steps).values(**step, what=what, detail=detail))
