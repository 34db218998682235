"""The accounts of staff as an administrator looks after them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, delete, exists, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Grant
from record.access import alive, ending, revoke_sessions
from record.accounts import held_grants, new_password, set_password
from record.engine import execute, fetch, fetch_one, transaction
from record.tables import accounts, grants, second_factors, sessions


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


async def reset_password(engine: AsyncEngine, account: UUID, now: datetime) -> str:
    """A new password, to be shown once; whoever knew the old one is logged out."""
    password = new_password()
    await set_password(engine, account, password)
    await revoke_sessions(engine, account, now)
    return password


async def change_member(
    engine: AsyncEngine, account: UUID, name: str, held: Collection[Grant], now: datetime
) -> None:
    """Its name and all its grants. Whose grants change logs in again: a new one may ask for a
    second factor. Safe to repeat. Raises IntegrityError where a grant names an unknown unit.
    """
    mine, wanted = grants.c.account_id == account, set(held)
    async with transaction(engine) as connection:
        renamed = update(accounts).where(accounts.c.id == account).values(name=name)
        await connection.execute(renamed)
        rows = await connection.execute(select(grants.c.role, grants.c.unit).where(mine))
        if {Grant(role=row.role, unit=row.unit) for row in rows} == wanted:
            return
        await connection.execute(delete(grants).where(mine))
        if wanted:
            values = [{"account_id": account, "role": g.role, "unit": g.unit} for g in wanted]
            await connection.execute(insert(grants), values)
        await connection.execute(ending(sessions.c.account_id == account, now))


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
        tuple(sorted((Grant(**grant) for grant in row["grants"]), key=_by_role)),
        row["has_factor"],
        row["sessions"],
    )


def _by_role(held: Grant) -> tuple[str, str]:
    return held.role, held.unit or ""
