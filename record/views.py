"""Saved views: filters that somebody named, for themselves alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, fetch, storable, transaction
from record.errors import RecordError
from record.ids import uuid7
from record.tables import accounts, views

MOST = 20
"""Of one account."""


class TooManyViewsError(RecordError):
    """The account has `MOST` of them."""


@dataclass(frozen=True)
class View:
    id: UUID
    name: str
    query: Mapping[str, str]


async def views_of(engine: AsyncEngine, account: UUID, page: str) -> list[View]:
    """Those of one page, in the order of their names. One statement."""
    rows = await fetch(
        engine,
        select(views.c.id, views.c.name, views.c.query)
        .where(views.c.account_id == account, views.c.page == page)
        .order_by(views.c.name),
    )
    return [View(**row) for row in rows]


async def save_view(
    engine: AsyncEngine,
    account: UUID,
    page: str,
    name: str,
    query: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep the filters under that name, instead of those that had it. Raises TooManyViewsError."""
    async with transaction(engine) as connection:
        # One saving after the other, or two at once would each find room for the last.
        await connection.execute(
            select(accounts.c.id).where(accounts.c.id == account).with_for_update(key_share=True)
        )
        added = insert(views).values(
            id=uuid7(),
            account_id=account,
            page=page,
            name=storable(name),
            query={key: storable(value) for key, value in query.items()},
            created_at=now,
        )
        await connection.execute(
            added.on_conflict_do_update(
                index_elements=["account_id", "page", "name"],
                set_={"query": added.excluded.query},
            )
        )
        held = await connection.execute(
            select(func.count()).select_from(views).where(views.c.account_id == account)
        )
        if held.scalar_one() > MOST:
            raise TooManyViewsError


async def delete_view(engine: AsyncEngine, account: UUID, view: UUID) -> None:
    """Forget one of this account's. Safe to repeat; another's stays."""
    await execute(engine, delete(views).where(views.c.id == view, views.c.account_id == account))
