"""Escalations: the open cases that are late, or that climb today, computed as of `now`.

What a case's alarms recorded counts as long as none is overdue; where one is (the engine was away),
the level is computed from the due time, so that nobody has to wait for it to show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.alarms import SILENCE
from domain.calendar import ONE_DAY, WIB, Calendar, local_date
from domain.policy import Rules
from domain.terms import ClockName
from record.cases import SHOWN, CaseRow, columns
from record.engine import fetch
from record.tables import cases
from record.visibility import handled_within, visible_to


@dataclass(frozen=True)
class Rung:
    """A step of the ladder as of a moment: the case of a clock that was due before `reached` has
    taken it, one that was due before `today` takes it today."""

    level: int
    reached: datetime
    today: datetime


@dataclass(frozen=True)
class LateRow:
    """`level` as of now; `climbs` where the case takes a step of the ladder today."""

    case: CaseRow
    level: int
    climbs: bool


@dataclass(frozen=True)
class Place:
    """Where a page ended: a group, and within it a due time and a case."""

    group: int
    due_at: datetime
    complaint_id: UUID


@dataclass(frozen=True)
class LatePage:
    rows: Sequence[LateRow]
    after: Place | None


@dataclass(frozen=True, kw_only=True)
class LateFilters:
    """`unit` is a path and includes the units below it."""

    level: int | None = None
    unit: str | None = None
    kecamatan: str | None = None


@dataclass(frozen=True)
class LateCount:
    """How many late (or climbing) cases a unit has at a level; no unit: the coordinator's desk."""

    unit: str | None
    level: int
    climbs: bool
    late: bool
    cases: int
    changed_at: datetime
    """The last event of any of them."""


CLIMBING = 1000
"""The group of what climbs today, before those of the levels."""


def rungs_on(rules: Rules, now: datetime) -> list[Rung]:
    """The steps of the ladder as of `now`, lowest first."""
    calendar, tomorrow = rules.calendar, _midnight(local_date(now) + ONE_DAY)
    today = local_date(now)
    closed = calendar.is_working(today) and now >= calendar.closes_at(today)
    found = []
    for step in rules.policy.ladder.rungs:
        if step.after == 0:
            found.append(Rung(step.level, now, tomorrow))
            continue
        over = today if closed else today - ONE_DAY
        found.append(
            Rung(
                step.level,
                _midnight(_days_before(calendar, over, step.after) + ONE_DAY),
                _midnight(_days_before(calendar, today, step.after) + ONE_DAY),
            )
        )
    return found


def _days_before(calendar: Calendar, day: date, n: int) -> date:
    """The latest day after which `n` working days have passed by the end of `day`."""
    while n:
        n -= calendar.is_working(day)
        day -= ONE_DAY
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), WIB)


async def late_cases(
    engine: AsyncEngine,
    actor: Actor,
    filters: LateFilters,
    now: datetime,
    rules: Rules,
    *,
    after: Place | None = None,
    limit: int = 25,
) -> LatePage:
    """A page of the cases that `actor` may see: first what climbs today, then by level, highest
    first, and within each the latest first. One statement.

    The groups are those of `now`: a case that climbs between two pages may be seen twice or not
    at all, as in any list that moves.
    """
    found = _late(actor, filters, now, rules).subquery("found")
    order = (-found.c.place, found.c.due_at, found.c.complaint_id)
    page = select(found)
    if after is not None:
        page = page.where(tuple_(*order) > tuple_(-after.group, after.due_at, after.complaint_id))
    picked = page.order_by(*order).limit(limit + 1).subquery("page")
    rows = await fetch(
        engine,
        select(
            *columns(CaseRow, now),
            picked.c.level.label("level_now"),
            picked.c.climbs,
            picked.c.place,
        )
        .select_from(SHOWN.join(picked, picked.c.complaint_id == cases.c.complaint_id))
        .order_by(-picked.c.place, picked.c.due_at, picked.c.complaint_id),
    )
    shown = [_row(dict(row)) for row in rows[:limit]]
    if len(rows) <= limit:
        return LatePage(shown, None)
    last = rows[limit - 1]
    return LatePage(shown, Place(last["place"], last["due_at"], last["complaint_id"]))


def _row(row: dict[str, Any]) -> LateRow:
    level, climbs, _place = row.pop("level_now"), row.pop("climbs"), row.pop("place")
    return LateRow(CaseRow(**row), level, climbs)


async def count_late(
    engine: AsyncEngine, actor: Actor, filters: LateFilters, now: datetime, rules: Rules
) -> list[LateCount]:
    """How many cases `late_cases` lists, by unit and level. One statement."""
    found = _late(actor, filters, now, rules).subquery("found")
    late = (found.c.due_at < now).label("late")
    rows = await fetch(
        engine,
        select(
            found.c.unit,
            found.c.level,
            found.c.climbs,
            late,
            func.count().label("cases"),
            func.max(found.c.updated_at).label("changed_at"),
        ).group_by(found.c.unit, found.c.level, found.c.climbs, late),
    )
    return [LateCount(**row) for row in rows]


def _late(actor: Actor, filters: LateFilters, now: datetime, rules: Rules) -> Select[Any]:
    """The cases in question, each with its level and group."""
    rungs = rungs_on(rules, now)
    tomorrow = _midnight(local_date(now) + ONE_DAY)
    level = _level(rungs, now)
    climbs = _climbs(rungs, tomorrow)
    conditions = [
        cases.c.open,
        cases.c.due_at < tomorrow,
        # Nobody is late where the reporter said nothing: the case ends by itself.
        cases.c.due_clock.not_in(list(SILENCE)),
        or_(cases.c.due_at < now, climbs),
        visible_to(actor),
    ]
    if filters.level is not None:
        conditions.append(level == filters.level)
    if filters.unit is not None:
        conditions.append(handled_within(filters.unit))
    if filters.kecamatan is not None:
        conditions.append(cases.c.kecamatan == filters.kecamatan)
    return select(
        cases.c.complaint_id,
        cases.c.due_at,
        cases.c.unit,
        cases.c.updated_at,
        level.label("level"),
        climbs.label("climbs"),
        case((climbs, CLIMBING), else_=level).label("place"),
    ).where(*conditions)


def _level(rungs: Sequence[Rung], now: datetime) -> ColumnElement[int]:
    """As recorded; where an alarm is overdue, as high as the due time says. A delegation's ladder
    stays within the unit and has no level."""
    climbed = case(
        *((cases.c.due_at < rung.reached, rung.level) for rung in reversed(rungs)), else_=0
    )
    overdue = and_(cases.c.alarm_at <= now, cases.c.due_clock != ClockName.DELEGATION)
    return case((overdue, func.greatest(cases.c.level, climbed)), else_=cases.c.level)


def _climbs(rungs: Sequence[Rung], tomorrow: datetime) -> ColumnElement[bool]:
    """Whether a step is due today that is not taken yet. A pause since the due time puts it off:
    then no alarm rings today."""
    return and_(
        cases.c.due_clock != ClockName.DELEGATION,
        or_(cases.c.alarm_at.is_(None), cases.c.alarm_at < tomorrow),
        or_(*(and_(cases.c.due_at >= r.reached, cases.c.due_at < r.today) for r in rungs)),
    )
