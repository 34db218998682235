"""Units of the regency. A unit's path is where it stands in the tree, its code the last step."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.units import ROOT
from record.engine import fetch, storable
from record.tables import units


@dataclass(frozen=True)
class Unit:
    """`assumed`: no source names it. `successor`: the path of the unit it was merged into."""

    path: str
    code: str
    name: str
    kind: str
    parent: str | None
    region_code: str | None
    assumed: bool
    valid_from: date
    valid_to: date | None
    successor: str | None


Column = ColumnElement[str] | ColumnElement[str | None]


def below(column: Column, path: str) -> ColumnElement[bool]:
    """Whether the unit in `column` lies below `path`: a range of an index, since paths compare
    byte by byte and `0` is the byte after `/`."""
    return and_(column > f"{path}/", column < f"{path}0")


def at_or_below(column: Column, path: str) -> ColumnElement[bool]:
    """Whether the unit in `column` is `path` or lies below it."""
    return or_(column == path, below(column, path))


async def units_on(engine: AsyncEngine, day: date, top: str = ROOT) -> list[Unit]:
    """The units of that day at and below `top`, in the order of their paths: parents first."""
    return await _units(engine, _valid(day).where(at_or_below(units.c.path, top)))


async def unit_by_code(engine: AsyncEngine, code: str) -> Unit | None:
    """The unit of a code such as `dpupr` or `kec.bobotsari`, or of a whole path; also past ones."""
    wanted = storable(code)
    found = await _units(
        engine, select(units).where(or_(units.c.code == wanted, units.c.path == wanted))
    )
    return found[0] if found else None


def _valid(day: date) -> Select[tuple[object, ...]]:
    return select(units).where(
        units.c.valid_from <= day, or_(units.c.valid_to.is_(None), units.c.valid_to >= day)
    )


async def _units(engine: AsyncEngine, chosen: Select[tuple[object, ...]]) -> list[Unit]:
    return [Unit(**row) for row in await fetch(engine, chosen.order_by(units.c.path))]
