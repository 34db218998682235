"""Which people an audience of the outbox means today.

A desk where nobody holds the role, or all who do are away, is stepped over upwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.policy import Policy
from domain.terms import Role
from domain.units import ROOT, covers
from domain.visibility import SEES_ALL
from record.engine import fetch
from record.tables import accounts, grants

Desk = tuple[Role, str | None]
"""A role, and the unit it is held at; None for a coordinator, wherever they sit."""


@dataclass(frozen=True)
class Recipient:
    id: UUID
    username: str
    name: str


async def recipients(
    engine: AsyncEngine,
    audience: str,
    policy: Policy,
    today: date,
    reported_unit: str | None = None,
) -> list[Recipient]:
    """The people at the lowest desk of `audience`'s ladder where anybody is.

    Nobody who belongs to `reported_unit` is among them. Where everybody is away it is those of the
    lowest desk that has anybody at all; the list is empty only if no desk of the ladder has.
    ValueError for an audience that is not staff.
    """
    ladder = list(dict.fromkeys(desks(audience, policy)))
    rows = await fetch(
        engine,
        select(
            accounts.c.id,
            accounts.c.username,
            accounts.c.name,
            accounts.c.away_until,
            grants.c.role,
            grants.c.unit,
        )
        .join(accounts, accounts.c.id == grants.c.account_id)
        .where(
            accounts.c.active,
            grants.c.account_id.in_(
                select(grants.c.account_id).where(or_(*(_at(desk) for desk in ladder)))
            ),
        )
        .order_by(accounts.c.username),
    )
    barred = {row["id"] for row in rows if _belongs(row["unit"], reported_unit)}
    barred -= {row["id"] for row in rows if row["role"] in SEES_ALL}
    for present in (True, False):
        for role, unit in ladder:
            found = {
                row["id"]: Recipient(row["id"], row["username"], row["name"])
                for row in rows
                if row["role"] == role
                and unit in (None, row["unit"])
                and row["id"] not in barred
                and not (present and row["away_until"] and row["away_until"] >= today)
            }
            if found:
                return list(found.values())
    return []


def desks(audience: str, policy: Policy) -> Iterator[Desk]:
    """The ladder of an audience, from the desk it names upwards."""
    kind, _, unit = audience.partition(":")
    match kind:
        case "coordinator":
            yield Role.COORDINATOR, None
            yield Role.UNIT_HEAD, policy.coordinator_unit
        case "unit" | "head" if unit:
            for place in _upwards(unit):
                if kind == "unit":
                    yield Role.UNIT_ADMIN, place
                yield Role.UNIT_HEAD, place
        case "supervisor" if unit:
            yield Role.SUPERVISOR, unit
        case _:
            raise ValueError(f"{audience!r} is not an audience of staff")
    for supervisors in (policy.level_2, policy.level_3):
        yield Role.SUPERVISOR, supervisors.partition(":")[2]


def _upwards(unit: str) -> Iterator[str]:
    """The unit and the units above it, up to but without the regency itself."""
    while unit and unit != ROOT:
        yield unit
        unit = unit.rpartition("/")[0]


def _at(desk: Desk) -> ColumnElement[bool]:
    role, unit = desk
    held = grants.c.role == role
    return held if unit is None else and_(held, grants.c.unit == unit)


def _belongs(unit: str | None, reported_unit: str | None) -> bool:
    return unit is not None and reported_unit is not None and covers(reported_unit, unit)
