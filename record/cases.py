"""Where cases stand: one case, or a list of those a member of staff may see.

Lists run newest first and go on after the last row's id, which is in the order of time. Whether a
case is late is computed from the clock at `now`, never stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.calendar import ONE_DAY, WIB
from domain.terms import Channel, Classification, Stage
from record.engine import fetch, fetch_one, storable
from record.ids import uuid7_floor
from record.tables import cases, complaints
from record.visibility import handled_within, visible_to

lead = complaints.alias("lead")
SHOWN = cases.join(complaints, complaints.c.id == cases.c.complaint_id)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to; `unit` is a path and includes the units below it, the days of
    receipt are those of Purbalingga, both included."""

    stage: Stage | None = None
    unit: str | None = None
    channel: Channel | None = None
    late: bool | None = None
    kecamatan: str | None = None
    category: str | None = None
    classification: Classification | None = None
    received_from: date | None = None
    received_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A row of a list. `title` is None once erased; `late` as of the query's `now`."""

    complaint_id: UUID
    ticket: str
    title: str | None
    stage: str
    open: bool
    unit: str | None
    delegate: str | None
    desk: str
    desk_unit: str | None
    classification: str | None
    category: str | None
    anonymous: bool
    secret: bool
    due_clock: str | None
    due_at: datetime | None
    late: bool
    level: int
    rating: int | None
    channel: str
    kecamatan: str | None
    received_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseFile(CaseRow):
    """A complaint as filed, and where its case stands. Texts and place are None once erased."""

    seq: int
    lead: UUID | None
    lead_ticket: str | None
    reported_unit: str | None
    returns: int
    body: str | None
    occurred_on: date | None
    village_code: str | None
    address: str | None
    lat: float | None
    lng: float | None
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Rows, and the `after` that asks for the next ones; None where there are none.

    `corrected` is what was searched instead, where the words typed were found nowhere.
    """

    rows: Sequence[CaseRow]
    after: UUID | None
    corrected: str | None = None


def is_late(now: datetime) -> ColumnElement[bool]:
    return and_(cases.c.open, func.coalesce(cases.c.due_at < now, false()))


def columns(shape: type[CaseRow], now: datetime) -> list[ColumnElement[Any]]:
    """The columns of `SHOWN` that fill the fields of `shape`."""
    apart = {"late": is_late(now), "lead_ticket": lead.c.ticket}
    found: list[ColumnElement[Any]] = []
    for field in fields(shape):
        column = apart.get(field.name)
        if column is None:
            column = (cases if field.name in cases.c else complaints).c[field.name]
        found.append(column.label(field.name))
    return found


def picked(
    actor: Actor, filters: Filters, now: datetime, after: UUID | None = None
) -> Select[tuple[UUID]]:
    """The ids of the cases `actor` may see and `filters` let through, in no order yet."""
    query = select(cases.c.complaint_id).where(visible_to(actor), *narrowed(filters, now))
    return query if after is None else query.where(cases.c.complaint_id < after)


def narrowed(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        cases.c[name] == value
        for name in ("stage", "channel", "kecamatan", "category", "classification")
        if (value := getattr(filters, name)) is not None
    ]
    if filters.unit is not None:
        conditions.append(handled_within(filters.unit))
    if filters.received_from is not None:
        conditions.append(cases.c.complaint_id >= first_id(filters.received_from))
    if filters.received_to is not None:
        conditions.append(cases.c.complaint_id < first_id(filters.received_to + ONE_DAY))
    if filters.late is True:
        conditions += [cases.c.open, cases.c.due_at < now]
    if filters.late is False:
        conditions.append(~is_late(now))
    return conditions


def first_id(day: date) -> UUID:
    """Where the ids of that day begin: they are in the order of time, and so a range of each
    index, which `received_at` would not be."""
    return uuid7_floor(int(datetime.combine(day, time(), WIB).timestamp() * 1000))


async def newest(engine: AsyncEngine, ids: Select[tuple[UUID]], now: datetime, limit: int) -> Page:
    """The newest `limit` of the cases that `ids` picks: one statement.

    The ids are picked before anything is joined: left to itself, the planner now and then reads
    half the record for a page.
    """
    page = ids.order_by(cases.c.complaint_id.desc()).limit(limit + 1).subquery("page")
    query = (
        select(*columns(CaseRow, now))
        .select_from(SHOWN.join(page, page.c.complaint_id == cases.c.complaint_id))
        .order_by(cases.c.complaint_id.desc())
    )
    return page_of([CaseRow(**row) for row in await fetch(engine, query)], limit)


def page_of(rows: Sequence[CaseRow], limit: int) -> Page:
    """The first `limit` of the rows, which go on where there are more."""
    more = len(rows) > limit
    return Page(rows[:limit], rows[limit - 1].complaint_id if more else None)


async def get_case(
    engine: AsyncEngine, actor: Actor, ticket: str, now: datetime
) -> CaseFile | None:
    """The case of a ticket, or None where there is none that `actor` may see. One statement."""
    return await _case_file(engine, now, complaints.c.ticket == storable(ticket), visible_to(actor))


async def case_of_reporter(engine: AsyncEngine, complaint: UUID, now: datetime) -> CaseFile | None:
    """The case of a complaint whose receipt was shown. One statement."""
    return await _case_file(engine, now, complaints.c.id == complaint)


async def _case_file(
    engine: AsyncEngine, now: datetime, *conditions: ColumnElement[bool]
) -> CaseFile | None:
    row = await fetch_one(
        engine,
        select(*columns(CaseFile, now))
        .select_from(SHOWN.join(lead, lead.c.id == cases.c.lead, isouter=True))
        .where(*conditions),
    )
    return CaseFile(**row) if row else None
