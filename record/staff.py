"""The accounts of staff as an administrator looks after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Grant
from record.access import alive, revoke_sessions
from record.accounts import held_grants
from record.engine import execute, fetch, fetch_one
from record.tables import accounts, second_factors, sessions


@dataclass(frozen=True)
class Member:
    id: UUID
    username: str
    name: str
    active: bool
    grants: tuple[Grant, ...]
    has_second_factor: bool
    sessions: int
    """That are alive."""


async def members(
    engine: AsyncEngine, now: datetime, idle: timedelta, *, after: str = "", limit: int = 50
) -> Sequence[Member]:
    """By username, those after `after`. One statement."""
    statement = _members(now, idle).where(accounts.c.username > after)
    rows = await fetch(engine, statement.order_by(accounts.c.username).limit(limit))
    return [_member(row) for row in rows]


async def member(
    engine: AsyncEngine, account: UUID, now: datetime, idle: timedelta
) -> Member | None:
    row = await fetch_one(engine, _members(now, idle).where(accounts.c.id == account))
    return _member(row) if row else None


async def deactivate(engine: AsyncEngine, account: UUID, now: datetime) -> None:
    """Refused everywhere at once; its sessions do not come back with it. Safe to repeat."""
    await execute(engine, update(accounts).where(accounts.c.id == account).values(active=False))
    await revoke_sessions(engine, account, now)


async def activate(engine: AsyncEngine, account: UUID) -> None:
    """Safe to repeat."""
    await execute(engine, update(accounts).where(accounts.c.id == account).values(active=True))


def _members(now: datetime, idle: timedelta) -> Select[Any]:
    mine = sessions.c.account_id == accounts.c.id
    count = (
        select(func.count()).select_from(sessions).where(mine, ~sessions.c.half, *alive(now, idle))
    )
    return select(
        accounts.c.id,
        accounts.c.username,
        accounts.c.name,
        accounts.c.active,
        held_grants().label("grants"),
        exists(text("1")).where(second_factors.c.account_id == accounts.c.id).label("has_factor"),
        count.scalar_subquery().label("sessions"),
    )


def _member(row: RowMapping) -> Member:
    return Member(
        row["id"],
        row["username"],
        row["name"],
        row["active"],
        tuple(Grant(**grant) for grant in row["grants"]),
        row["has_factor"],
        row["sessions"],
    )
