"""Tugas saya: the open cases that wait at somebody's desk, soonest due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, cast, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.case import DeskKind
from domain.terms import Role
from record.cases import SHOWN, CaseRow, columns
from record.engine import fetch, fetch_one
from record.tables import Moment, cases, desk_unit_or_none, due_or_never
from record.visibility import visible_to

COUNTED_TO = 1000


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
    soonest = [
        desk.order_by(due_or_never, cases.c.complaint_id).limit(limit + 1)
        for desk in _tasks(actor, after)
    ]
    if not soonest:
        return Inbox([], None)
    page = union_all(*soonest).subquery("page")
    query = (
        select(*columns(CaseRow, now))
        .select_from(SHOWN.join(page, page.c.complaint_id == cases.c.complaint_id))
        .order_by(due_or_never, cases.c.complaint_id)
        .limit(limit + 1)
    )
    rows = [CaseRow(**row) for row in await fetch(engine, query)]
    if len(rows) <= limit:
        return Inbox(rows, None)
    last = rows[limit - 1]
    return Inbox(rows[:limit], Cursor(last.due_at, last.complaint_id))


async def count_tasks(engine: AsyncEngine, actor: Actor) -> int:
    """How many tasks wait at the desks of `actor`; `COUNTED_TO` means so many or more.

    One statement.
    """
    desks = [desk.limit(COUNTED_TO) for desk in _tasks(actor)]
    if not desks:
        return 0
    counted = select(func.count().label("tasks")).select_from(union_all(*desks).subquery())
    row = await fetch_one(engine, counted)
    return min(int(row["tasks"]), COUNTED_TO) if row else 0


def _tasks(actor: Actor, after: Cursor | None = None) -> list[Select[tuple[UUID]]]:
    """The ids of the tasks at each desk of `actor`, one query a desk: each is a run of the index
    `cases_desk`, which all together would not be."""
    visible = visible_to(actor)
    queries = []
    for kind, unit in _desks(actor):
        query = select(cases.c.complaint_id).where(
            cases.c.open, cases.c.desk == kind, desk_unit_or_none == unit, visible
        )
        if after is not None:
            due = after.due_at.isoformat() if after.due_at else "infinity"
            query = query.where(
                tuple_(due_or_never, cases.c.complaint_id)
                > tuple_(cast(literal(due), Moment), literal(after.complaint_id))
            )
        queries.append(query)
    return queries


def _desks(actor: Actor) -> set[tuple[DeskKind, str]]:
    desks = {
        (kind, unit)
        for kind, role in ((DeskKind.UNIT, Role.UNIT_ADMIN), (DeskKind.HEAD, Role.UNIT_HEAD))
        for unit in actor.units_as(role)
    }
    return desks | ({(DeskKind.COORDINATOR, "")} if actor.holds(Role.COORDINATOR) else set())
