"""Texts that units answer with again and again; the ones of a unit serve those below it too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, false, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.units import covers
from record.engine import execute, fetch, fetch_one, storable
from record.errors import RecordError
from record.ids import uuid7
from record.tables import answer_templates as table
from record.units import at_or_below


class NameTakenError(RecordError):
    """The unit has another template of that name."""


@dataclass(frozen=True)
class AnswerTemplate:
    """`unit` is a path; `body` may hold placeholders such as `{tiket}`."""

    id: UUID
    unit: str
    name: str
    body: str
    changed_at: datetime


COLUMNS = (table.c.id, table.c.unit, table.c.name, table.c.body, table.c.changed_at)


async def templates_for(engine: AsyncEngine, unit: str) -> list[AnswerTemplate]:
    """Those that serve `unit`: its own, then those of each unit above it. One statement."""
    steps = unit.split("/")
    above = ["/".join(steps[:k]) for k in range(1, len(steps) + 1)]
    rows = await fetch(
        engine,
        select(*COLUMNS).where(table.c.unit.in_(above)).order_by(table.c.unit.desc(), table.c.name),
    )
    return [AnswerTemplate(**row) for row in rows]


async def templates_within(engine: AsyncEngine, units: Collection[str]) -> list[AnswerTemplate]:
    """Those of these units and of the units below them, by unit and name. One statement."""
    rows = await fetch(
        engine,
        select(*COLUMNS)
        .where(or_(false(), *(at_or_below(table.c.unit, unit) for unit in units)))
        .order_by(table.c.unit, table.c.name),
    )
    return [AnswerTemplate(**row) for row in rows]


async def get_template(engine: AsyncEngine, template: UUID) -> AnswerTemplate | None:
    row = await fetch_one(engine, select(*COLUMNS).where(table.c.id == template))
    return AnswerTemplate(**row) if row else None


async def save_template(
    engine: AsyncEngine,
    template: UUID | None,
    *,
    unit: str,
    name: str,
    body: str,
    by: UUID,
    now: datetime,
) -> UUID:
    """Write it anew, or over the one of that id. Raises NameTakenError."""
    values = {
        "id": template or uuid7(),
        "unit": unit,
        "name": storable(name),
        "body": storable(body),
        "changed_at": now,
        "changed_by": by,
    }
    statement = insert(table).values(**values)
    changed = {key: statement.excluded[key] for key in values if key != "id"}
    try:
        await execute(engine, statement.on_conflict_do_update(index_elements=["id"], set_=changed))
    except IntegrityError as error:
        raise NameTakenError(name) from error
    return UUID(str(values["id"]))


async def drop_template(engine: AsyncEngine, template: UUID) -> None:
    """Safe to repeat; what was answered with it stays as it is."""
    await execute(engine, delete(table).where(table.c.id == template))


def may_manage(unit: str, held: Collection[str]) -> bool:
    """Whether whoever looks after the units `held` looks after the templates of `unit`."""
    return any(covers(one, unit) for one in held)
