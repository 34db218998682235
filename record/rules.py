"""Versions of policy and calendar: added, never changed. A deadline names those it was set by."""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import Table, func, literal, select, true
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.calendar import Calendar
from domain.policy import Policy, Rules
from record.engine import fetch_one, transaction
from record.tables import calendars, policies

Version = TypeVar("Version", Policy, Calendar)


async def current_rules(engine: AsyncEngine) -> Rules:
    """The newest policy and the newest calendar; LookupError before the record was seeded."""
    newest_policy = select(func.max(policies.c.version)).scalar_subquery()
    newest_calendar = select(func.max(calendars.c.version)).scalar_subquery()
    row = await fetch_one(
        engine,
        select(
            policies.c.version.label("policy"),
            policies.c.data.label("policy_data"),
            calendars.c.version.label("calendar"),
            calendars.c.data.label("calendar_data"),
        )
        .select_from(policies.join(calendars, true()))
        .where(policies.c.version == newest_policy, calendars.c.version == newest_calendar),
    )
    if row is None:
        raise LookupError("the record has no policy or no calendar yet: seed it")
    return Rules(
        policy=Policy(version=row["policy"], **row["policy_data"]),
        calendar=Calendar(version=row["calendar"], **row["calendar_data"]),
    )


async def policy_of(engine: AsyncEngine, version: int) -> Policy | None:
    """That version of the policy."""
    return await _given(engine, policies, Policy, version)


async def calendar_of(engine: AsyncEngine, version: int) -> Calendar | None:
    """That version of the calendar."""
    return await _given(engine, calendars, Calendar, version)


async def add_policy(engine: AsyncEngine, policy: Policy, note: str, now: datetime) -> Policy:
    """A new version with the contents of `policy`, whatever its number. The caller tells cases."""
    return await _add(engine, policies, policy, note, now)


async def add_calendar(
    engine: AsyncEngine, calendar: Calendar, note: str, now: datetime
) -> Calendar:
    """A new version with the contents of `calendar`; the caller tells the open cases."""
    return await _add(engine, calendars, calendar, note, now)


async def _given(
    engine: AsyncEngine, table: Table, model: type[Version], version: int
) -> Version | None:
    row = await fetch_one(engine, select(table.c.data).where(table.c.version == version))
    return model(version=version, **row["data"]) if row else None


async def _add(
    engine: AsyncEngine, table: Table, content: Version, note: str, now: datetime
) -> Version:
    data = _without_version(content)
    following = select(
        func.coalesce(func.max(table.c.version), 0) + 1,
        literal(data, JSONB),
        literal(now, table.c.created_at.type),
        literal(note),
    )
    async with transaction(engine) as connection:
        added = await connection.execute(
            insert(table)
            .from_select(["version", "data", "created_at", "note"], following)
            .returning(table.c.version)
        )
        return content.model_copy(update={"version": added.scalar_one()})


def _without_version(content: BaseModel) -> dict[str, object]:
    return content.model_dump(mode="json", exclude={"version"})
