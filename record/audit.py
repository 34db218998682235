"""A search over all events, newest first, for those who look into what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.engine import fetch, storable
from record.tables import accounts, cases, complaints, events
from record.visibility import handled_within, visible_to


@dataclass(frozen=True, kw_only=True)
class EventFilters:
    """`actor` is an account's user name, a part of a name, or one of `ACTORS`; `unit` is the path
    of the unit that has the case now, and includes those below it; `until` is not included."""

    ticket: str | None = None
    type: str | None = None
    actor: str | None = None
    unit: str | None = None
    since: datetime | None = None
    until: datetime | None = None


ACTORS = ("reporter", "system")
"""Who acts without an account."""


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """An event beside its case."""

    complaint_id: UUID
    ticket: str
    unit: str | None
    seq: int
    type: str
    at: datetime
    actor: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Before:
    """Where a page of the search ended: what is asked for next is earlier than this."""

    at: datetime
    complaint_id: UUID
    seq: int


@dataclass(frozen=True)
class EventPage:
    """`before` asks for the next rows; None where there are none. `looked_back_to` is set where
    the search stopped short of a page, and goes on from there."""

    rows: Sequence[EventRow]
    before: Before | None
    looked_back_to: datetime | None = None


SPANS = (timedelta(days=1), timedelta(days=14), timedelta(days=120), timedelta(days=400))
"""How far one page looks back, step by step: the index of times is coarse, what it brings is
sorted, and most of it is thrown away where the filters are not narrow."""
FIRST = UUID(int=0)


async def search_events(
    engine: AsyncEngine,
    actor: Actor,
    filters: EventFilters,
    now: datetime,
    *,
    before: Before | None = None,
    limit: int = 50,
) -> EventPage:
    """Events of the cases `actor` may see, newest first. One statement for a ticket, else at most
    one for each of `SPANS` and one more."""
    # The clock of whoever records may be a little ahead of ours.
    end = before or Before(filters.until or now + timedelta(days=1), FIRST, 0)
    query = _searched(actor, filters, end).limit(limit + 1)
    if filters.ticket is not None:
        return _page(await fetch(engine, query), limit)
    rows: Sequence[Any] = []
    start = min(end.at, now)
    for span in SPANS:
        start = min(end.at, now) - span
        rows = await fetch(engine, query.where(events.c.at >= start))
        if len(rows) > limit or (filters.since is not None and start <= filters.since):
            return _page(rows, limit)
    earlier = select(literal(1)).where(exists().where(events.c.at < start))
    if not await fetch(engine, earlier):
        return _page(rows, limit)
    return EventPage([EventRow(**row) for row in rows], Before(start, FIRST, 0), start)


def _page(rows: Sequence[Any], limit: int) -> EventPage:
    shown = [EventRow(**row) for row in rows[:limit]]
    if len(rows) <= limit:
        return EventPage(shown, None)
    last = shown[-1]
    return EventPage(shown, Before(last.at, last.complaint_id, last.seq))


def _searched(actor: Actor, filters: EventFilters, end: Before) -> Select[Any]:
    order = (events.c.at, events.c.complaint_id, events.c.seq)
    conditions: list[ColumnElement[bool]] = [
        visible_to(actor),
        events.c.at <= end.at,
        tuple_(*order) < tuple_(*(literal(value) for value in (end.at, end.complaint_id, end.seq))),
    ]
    if filters.ticket is not None:
        conditions.append(complaints.c.ticket == storable(filters.ticket))
    if filters.type is not None:
        conditions.append(events.c.type == filters.type)
    if filters.actor is not None:
        conditions.append(_by(filters.actor))
    if filters.unit is not None:
        conditions.append(handled_within(filters.unit))
    if filters.since is not None:
        conditions.append(events.c.at >= filters.since)
    return (
        select(
            events.c.complaint_id,
            complaints.c.ticket,
            cases.c.unit,
            events.c.seq,
            events.c.type,
            events.c.at,
            events.c.actor,
            events.c.data,
        )
        .select_from(
            events.join(cases, cases.c.complaint_id == events.c.complaint_id).join(
                complaints, complaints.c.id == events.c.complaint_id
            )
        )
        .where(*conditions)
        .order_by(*(column.desc() for column in order))
    )


def _by(name: str) -> ColumnElement[bool]:
    if name in ACTORS:
        return events.c.actor == name
    typed = storable(name).strip().lower()
    found = select(func.concat("account:", func.cast(accounts.c.id, String))).where(
        or_(
            accounts.c.username == typed,
            func.lower(accounts.c.name).contains(typed, autoescape=True),
        )
    )
    return events.c.actor.in_(found)
