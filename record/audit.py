"""A search over all events, newest first, for those who look into what was done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor, Grant
from domain.visibility import SEES_ALL
from record.engine import fetch, storable
from record.tables import accounts, cases, complaints, events, grants, lookups
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


LOOKUP = "phone_looked_up"
"""Somebody searched by a reporter's number."""
ACTORS = ("reporter", "system")
"""Who acts without an account."""


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """An event beside its case; or a look-up, which is none of a case's: then `type` is LOOKUP,
    there is no ticket, and `complaint_id` is the look-up's own id."""

    complaint_id: UUID
    ticket: str | None
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
Who = Sequence[str] | None
"""The actors looked for; None for all."""


async def search_events(
    engine: AsyncEngine,
    actor: Actor,
    filters: EventFilters,
    now: datetime,
    *,
    before: Before | None = None,
    limit: int = 25,
) -> EventPage:
    """Events of the cases `actor` may see, newest first. One statement for a ticket, else at most
    one for each of `SPANS` and one more; one more where an actor is named."""
    # The clock of whoever records may be a little ahead of ours.
    end = before or Before(filters.until or now + timedelta(days=1), FIRST, 0)
    who = await _who(engine, filters.actor) if filters.actor is not None else None
    if who == []:
        return EventPage([], None)
    query = _searched(actor, filters, who, end).limit(limit + 1)
    if filters.ticket is not None:
        return _page(await fetch(engine, query), limit)
    rows: Sequence[Any] = []
    start = min(end.at, now)
    for span in SPANS:
        start = min(end.at, now) - span
        rows = await fetch(engine, query.where(query.selected_columns.at >= start))
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


def _searched(actor: Actor, filters: EventFilters, who: Who, end: Before) -> Select[Any]:
    parts = []
    if filters.type != LOOKUP:
        parts.append(_events(actor, filters, who))
    of_no_case = filters.ticket is None and filters.unit is None
    if of_no_case and filters.type in (None, LOOKUP) and any(map(actor.holds, SEES_ALL)):
        parts.append(_lookups(filters, who))
    found = union_all(*parts or [_events(actor, filters, who).where(false())]).subquery("found")
    order = (found.c.at, found.c.complaint_id, found.c.seq)
    return (
        select(found)
        .where(
            found.c.at <= end.at,
            tuple_(*order)
            < tuple_(*(literal(value) for value in (end.at, end.complaint_id, end.seq))),
        )
        .order_by(*(column.desc() for column in order))
    )


def _events(actor: Actor, filters: EventFilters, who: Who) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [visible_to(actor)]
    if filters.ticket is not None:
        conditions.append(complaints.c.ticket == storable(filters.ticket))
    if filters.type is not None:
        conditions.append(events.c.type == storable(filters.type))
    if who is not None:
        conditions.append(events.c.actor.in_(who))
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
    )


def _lookups(filters: EventFilters, who: Who) -> Select[Any]:
    """As events, for those who see all."""
    by = func.concat("account:", func.cast(lookups.c.account_id, String))
    conditions: list[ColumnElement[bool]] = []
    if who is not None:
        conditions.append(by.in_(who))
    if filters.since is not None:
        conditions.append(lookups.c.at >= filters.since)
    return select(
        lookups.c.id.label("complaint_id"),
        null().label("ticket"),
        null().label("unit"),
        literal(0).label("seq"),
        literal(LOOKUP).label("type"),
        lookups.c.at,
        by.label("actor"),
        literal({}, JSONB).label("data"),
    ).where(*conditions)


async def _who(engine: AsyncEngine, name: str) -> list[str]:
    """The actors that a name may mean."""
    if name in ACTORS:
        return [name]
    typed = storable(name).strip().lower()
    rows = await fetch(
        engine,
        select(accounts.c.id).where(
            or_(
                accounts.c.username == typed,
                func.lower(accounts.c.name).contains(typed, autoescape=True),
            )
        ),
    )
    return [f"account:{row['id']}" for row in rows]


@dataclass(frozen=True)
class Person:
    """Whose account it is, and what they may do today."""

    name: str
    grants: tuple[Grant, ...]


async def people(engine: AsyncEngine, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Those accounts, disabled ones too. One statement, none where nobody is asked for."""
    if not ids:
        return {}
    rows = await fetch(
        engine,
        select(accounts.c.id, accounts.c.name, grants.c.role, grants.c.unit)
        .select_from(accounts.join(grants, grants.c.account_id == accounts.c.id, isouter=True))
        .where(accounts.c.id.in_(ids))
        .order_by(accounts.c.id, grants.c.role, grants.c.unit),
    )
    found: dict[UUID, Person] = {}
    for row in rows:
        held = found.get(row["id"], Person(row["name"], ())).grants
        if row["role"] is not None:
            held = (*held, Grant(role=row["role"], unit=row["unit"]))
        found[row["id"]] = Person(row["name"], held)
    return found
