"""Tugas saya: the open cases that wait at somebody's desk, soonest due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, false, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.case import DeskKind
from domain.terms import Role
from record.cases import SHOWN, CaseRow, columns
from record.engine import fetch, fetch_one
from record.tables import Moment, cases, due_or_never
from record.visibility import visible_to


@dataclass(frozen=True)
class Cursor:
    """Where a page of the inbox ended; `due_at` is None for a case without a deadline."""

    due_at: datetime | None
    complaint_id: UUID


@dataclass(frozen=True)
class Inbox:
    rows: Sequence[CaseRow]
    after: Cursor | None
    """What asks for the next rows; None on the last page."""


async def inbox(
    engine: AsyncEngine,
    actor: Actor,
    now: datetime,
    *,
    after: Cursor | None = None,
    limit: int = 25,
) -> Inbox:
    """A page of the tasks at the desks of `actor`. One statement."""
    query = select(*columns(CaseRow, now)).select_from(SHOWN).where(_tasks(actor))
    if after is not None:
        due = after.due_at.isoformat() if after.due_at else "infinity"
        query = query.where(
            tuple_(due_or_never, cases.c.complaint_id)
            > tuple_(cast(literal(due), Moment), literal(after.complaint_id))
        )
    ordered = query.order_by(due_or_never, cases.c.complaint_id).limit(limit + 1)
    rows = [CaseRow(**row) for row in await fetch(engine, ordered)]
    if len(rows) <= limit:
        return Inbox(rows, None)
    last = rows[limit - 1]
    return Inbox(rows[:limit], Cursor(last.due_at, last.complaint_id))


async def count_tasks(engine: AsyncEngine, actor: Actor) -> int:
    """How many tasks wait at the desks of `actor`. One statement."""
    row = await fetch_one(
        engine, select(func.count().label("tasks")).select_from(cases).where(_tasks(actor))
    )
    return int(row["tasks"]) if row else 0


def _tasks(actor: Actor) -> ColumnElement[bool]:
    return and_(cases.c.open, or_(false(), *_desks(actor)), visible_to(actor))


def _desks(actor: Actor) -> list[ColumnElement[bool]]:
    desks = [
        and_(cases.c.desk == kind, cases.c.desk_unit == unit)
        for kind, role in ((DeskKind.UNIT, Role.UNIT_ADMIN), (DeskKind.HEAD, Role.UNIT_HEAD))
        for unit in actor.units_as(role)
    ]
    if actor.holds(Role.COORDINATOR):
        desks.append(and_(cases.c.desk == DeskKind.COORDINATOR, cases.c.desk_unit.is_(None)))
    return desks
