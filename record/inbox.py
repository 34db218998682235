"""Tugas saya: the open cases that wait at somebody's desk, soonest due first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Select, cast, exists, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.case import DeskKind
from domain.terms import Role
from record.cases import SHOWN, CaseRow, Filters, columns, narrowed
from record.engine import fetch, fetch_one
from record.tables import Moment, cases, desk_unit_or_none, due_or_never, events
from record.units import below
from record.visibility import visible_to

COUNTED_TO = 1000

ARRIVALS = (
    "received",
    "disposed",
    "redisposed",
    "returned",
    "replied",
    "delegated",
    "taken_back",
    "answer_submitted",
    "answer_sent_back",
    "reopened",
    "unlinked",
)
"""The events by which a case comes to another desk, or back to one."""


class Delegation(StrEnum):
    """Of which delegations a list of tasks is: to this person's unit, or by it.

    What a unit delegated waits at the desk below; it stays the rung above and keeps an eye on it.
    """

    TO_ME = "to_me"
    BY_ME = "by_me"


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


@dataclass(frozen=True)
class Tasks:
    """Whose tasks, and which of them."""

    actor: Actor
    filters: Filters = field(default_factory=Filters)
    delegation: Delegation | None = None


async def inbox(
    engine: AsyncEngine,
    tasks: Tasks,
    now: datetime,
    *,
    after: Cursor | None = None,
    limit: int = 25,
) -> Inbox:
    """A page of the tasks. One statement."""
    soonest = [
        desk.order_by(due_or_never, cases.c.complaint_id).limit(limit + 1)
        for desk in _at_desks(tasks, now, after)
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


async def count_tasks(
    engine: AsyncEngine, tasks: Tasks, now: datetime, until: Sequence[datetime] = ()
) -> list[int]:
    """How many of the tasks are due before each moment of `until` (rising) and not before the one
    before it, and at last how many later or never.

    Of each desk the `COUNTED_TO` soonest are counted. One statement.
    """
    counts = [0] * (len(until) + 1)
    desks = [
        desk.add_columns(due_or_never.label("due")).order_by(due_or_never).limit(COUNTED_TO)
        for desk in _at_desks(tasks, now)
    ]
    if not desks:
        return counts
    waiting = union_all(*desks).subquery()
    bounds = cast(literal([at.isoformat() for at in until], ARRAY(Moment)), ARRAY(Moment))
    group = func.width_bucket(waiting.c.due, bounds) if until else literal(0)
    counted = select(group.label("n"), func.count().label("tasks")).group_by("n")
    for row in await fetch(engine, counted.select_from(waiting)):
        counts[row["n"]] = row["tasks"]
    return counts


async def count_arrivals(engine: AsyncEngine, tasks: Tasks, since: datetime, now: datetime) -> int:
    """How many of the tasks came to their desk after `since`, by somebody else's doing.

    One statement.
    """
    arrived = exists().where(
        events.c.complaint_id == cases.c.complaint_id,
        events.c.at > since,
        events.c.actor != tasks.actor.id,
        events.c.type.in_(ARRIVALS),
    )
    desks = [
        desk.where(cases.c.updated_at > since, arrived).limit(COUNTED_TO)
        for desk in _at_desks(tasks, now)
    ]
    if not desks:
        return 0
    row = await fetch_one(
        engine, select(func.count().label("tasks")).select_from(union_all(*desks).subquery())
    )
    return int(row["tasks"]) if row else 0


def _at_desks(
    tasks: Tasks, now: datetime, after: Cursor | None = None
) -> list[Select[tuple[UUID]]]:
    """The ids of the tasks at each desk, one query a desk: each is a run of the index `cases_desk`,
    which all together would not be."""
    shown = [cases.c.open, visible_to(tasks.actor), *narrowed(tasks.filters, now)]
    if after is not None:
        due = after.due_at.isoformat() if after.due_at else "infinity"
        shown.append(
            tuple_(due_or_never, cases.c.complaint_id)
            > tuple_(cast(literal(due), Moment), literal(after.complaint_id))
        )
    if tasks.delegation is Delegation.BY_ME:
        places = [
            (cases.c.unit == unit) & below(cases.c.delegate, unit)
            for unit in tasks.actor.units_as(Role.UNIT_ADMIN)
        ]
    else:
        places = [
            (cases.c.desk == kind) & (desk_unit_or_none == unit)
            for kind, unit in _desks(tasks.actor)
        ]
    if tasks.delegation is Delegation.TO_ME:
        shown.append(cases.c.delegate == cases.c.desk_unit)
    return [select(cases.c.complaint_id).where(place, *shown) for place in places]


def _desks(actor: Actor) -> set[tuple[DeskKind, str]]:
    desks = {
        (kind, unit)
        for kind, role in ((DeskKind.UNIT, Role.UNIT_ADMIN), (DeskKind.HEAD, Role.UNIT_HEAD))
        for unit in actor.units_as(role)
    }
    return desks | ({(DeskKind.COORDINATOR, "")} if actor.holds(Role.COORDINATOR) else set())
