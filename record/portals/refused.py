"""Deliveries as the desks see them: those of cases that one may see, and which of them wait for
whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.terms import Role
from domain.visibility import Placed, can_see
from record.engine import fetch, fetch_one
from record.portal_tables import deliveries, origins, quarantine
from record.tables import cases, complaints
from record.visibility import visible_to

OF_THE_UNIT = ("answered", "progress_reported")
"""What a unit said itself: its admin may say it otherwise. The rest is the coordinator's."""


@dataclass(frozen=True)
class Line:
    """`title` is None once erased. `words`: the portal's own, where it refused."""

    id: UUID
    number: int
    portal: str
    external_id: str
    ticket: str
    title: str | None
    kind: str
    state: str
    words: str | None
    created_at: datetime


async def undone_seen(
    engine: AsyncEngine,
    actor: Actor,
    state: str,
    portal: str | None = None,
    after: int | None = None,
    limit: int = 25,
) -> Sequence[Line]:
    """What is `waiting` or `refused` of the cases that `actor` may see, oldest first, later than
    number `after`. One statement."""
    query = (
        select(
            deliveries.c.id,
            deliveries.c.number,
            origins.c.portal,
            origins.c.external_id,
            complaints.c.ticket,
            complaints.c.title,
            deliveries.c.kind,
            deliveries.c.state,
            deliveries.c.words,
            deliveries.c.created_at,
        )
        .select_from(
            deliveries.join(origins, origins.c.id == deliveries.c.origin_id)
            .join(cases, cases.c.complaint_id == deliveries.c.complaint_id)
            .join(complaints, complaints.c.id == deliveries.c.complaint_id)
        )
        .where(deliveries.c.state == state, visible_to(actor))
        .order_by(deliveries.c.number)
        .limit(limit)
    )
    if portal is not None:
        query = query.where(origins.c.portal == portal)
    if after is not None:
        query = query.where(deliveries.c.number > after)
    return [Line(**row) for row in await fetch(engine, query)]


def may_mend(place: Placed, kind: str, actor: Actor) -> bool:
    """Whether `actor` may send a refused delivery of that case again, or settle it."""
    if not can_see(place, actor):
        return False
    if actor.holds(Role.COORDINATOR):
        return True
    return kind in OF_THE_UNIT and can_see(place, _as(actor, Role.UNIT_ADMIN))


@dataclass(frozen=True)
class Awaited:
    """How many refused deliveries, and reports in quarantine, wait for somebody."""

    refused: int
    quarantined: int


NOBODY_AWAITED = Awaited(0, 0)


async def awaited(engine: AsyncEngine, actor: Actor) -> Awaited:
    """What waits for this person. One statement, none for those who mend nothing."""
    coordinates = actor.holds(Role.COORDINATOR)
    if not (coordinates or actor.holds(Role.UNIT_ADMIN)):
        return NOBODY_AWAITED
    refused = (
        select(func.count())
        .select_from(deliveries.join(cases, cases.c.complaint_id == deliveries.c.complaint_id))
        .where(deliveries.c.state == "refused", _mended_by(actor))
        .scalar_subquery()
    )
    kept = (
        select(func.count()).where(quarantine.c.state == "waiting").scalar_subquery()
        if coordinates
        else literal(0)
    )
    row = await fetch_one(engine, select(refused.label("refused"), kept.label("quarantined")))
    assert row is not None
    return Awaited(**row)


def _mended_by(actor: Actor) -> ColumnElement[bool]:
    """`may_mend` in SQL; a test compares the two."""
    if actor.holds(Role.COORDINATOR):
        return visible_to(actor)
    theirs = visible_to(_as(actor, Role.UNIT_ADMIN))
    return and_(visible_to(actor), deliveries.c.kind.in_(OF_THE_UNIT), theirs)


def _as(actor: Actor, role: Role) -> Actor:
    grants = tuple(grant for grant in actor.grants if grant.role is role)
    return Actor(id=actor.id, grants=grants)
