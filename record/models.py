"""What was learnt from decisions, and the decisions to learn from."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch, fetch_one, storable, transaction
from record.tables import cases, complaints, imported_decisions, models

MOST_DECISIONS = 20_000
"""Of the house's own, and of those imported: the newest are learnt from."""
KEPT = 3
"""How many of the newest models keep their data."""


@dataclass(frozen=True)
class Decided:
    """What was decided of a complaint; `unit` is a path."""

    text: str
    category: str
    unit: str | None
    village_code: str | None


@dataclass(frozen=True)
class Imported:
    id: str
    decided: Decided


@dataclass(frozen=True)
class ModelRow:
    """`figures` are those of `suggest.learning.Figures`, by question."""

    version: int
    trained_at: datetime
    rows: int
    figures: dict[str, dict[str, Any]]


async def decisions(engine: AsyncEngine) -> list[Decided]:
    """All there is to learn from: those imported, and the complaints disposed here as they were
    classified last. The same record gives the same, in the same order. Two statements.
    """
    imported = await fetch(
        engine,
        select(
            imported_decisions.c.text,
            imported_decisions.c.category,
            imported_decisions.c.unit,
            imported_decisions.c.village_code,
        )
        .order_by(
            imported_decisions.c.imported_at.desc(),
            imported_decisions.c.source,
            imported_decisions.c.id,
        )
        .limit(MOST_DECISIONS),
    )
    own = await fetch(
        engine,
        select(
            (complaints.c.title + "\n" + complaints.c.body).label("text"),
            cases.c.category,
            cases.c.unit,
            complaints.c.village_code,
        )
        .join(complaints, complaints.c.id == cases.c.complaint_id)
        .where(
            cases.c.category.is_not(None),
            complaints.c.title.is_not(None),
            complaints.c.body.is_not(None),
        )
        .order_by(cases.c.complaint_id.desc())
        .limit(MOST_DECISIONS),
    )
    return [Decided(**row) for row in (*own, *imported)]


def basis_of(found: Iterable[Decided]) -> bytes:
    """The digest of decisions."""
    digest = sha256()
    for one in found:
        digest.update(json.dumps([one.text, one.category, one.unit, one.village_code]).encode())
    return digest.digest()


async def import_decisions(
    engine: AsyncEngine, source: str, rows: Sequence[Imported], now: datetime
) -> None:
    """Keep decisions from elsewhere; those of the same source and id are replaced."""
    async with transaction(engine) as connection:
        for start in range(0, len(rows), 1_000):
            values = [
                {
                    "source": storable(source),
                    "id": storable(row.id),
                    "text": storable(row.decided.text),
                    "category": row.decided.category,
                    "unit": row.decided.unit,
                    "village_code": row.decided.village_code,
                    "imported_at": now,
                }
                for row in rows[start : start + 1_000]
            ]
            statement = insert(imported_decisions).values(values)
            changed = {
                name: statement.excluded[name]
                for name in ("text", "category", "unit", "village_code", "imported_at")
            }
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["source", "id"], set_=changed)
            )


async def version_of_basis(engine: AsyncEngine, basis: bytes) -> int | None:
    """The version that was learnt from these decisions, if any was."""
    row = await fetch_one(engine, select(models.c.version).where(models.c.basis == basis))
    return row["version"] if row else None


async def add_model(
    engine: AsyncEngine,
    rows: int,
    basis: bytes,
    figures: dict[str, dict[str, Any]],
    data: bytes,
    now: datetime,
) -> int:
    """A new version; the one there is where the same was learnt meanwhile. Safe to repeat."""
    async with transaction(engine) as connection:
        newest = select(func.coalesce(func.max(models.c.version), 0)).scalar_subquery()
        await connection.execute(
            insert(models)
            .from_select(
                ["version", "trained_at", "rows", "basis", "figures", "data"],
                select(
                    newest + 1,
                    literal(now, models.c.trained_at.type),
                    literal(rows),
                    literal(basis),
                    literal(figures, models.c.figures.type),
                    literal(data),
                ),
            )
            .on_conflict_do_nothing(index_elements=[models.c.basis])
        )
        await connection.execute(
            update(models)
            .where(models.c.version <= newest - KEPT, models.c.data.is_not(None))
            .values(data=None)
        )
        found = await connection.execute(select(models.c.version).where(models.c.basis == basis))
        return int(found.scalar_one())


async def newest_version(engine: AsyncEngine) -> int | None:
    row = await fetch_one(engine, select(func.max(models.c.version).label("version")))
    return row["version"] if row else None


async def model_data(engine: AsyncEngine, version: int) -> bytes | None:
    """What `suggest.model.loads` reads; None for a version that is not kept."""
    row = await fetch_one(engine, select(models.c.data).where(models.c.version == version))
    return bytes(row["data"]) if row and row["data"] is not None else None


async def list_models(engine: AsyncEngine, limit: int = 12) -> list[ModelRow]:
    """The newest versions with what is known of them, newest first."""
    query = (
        select(models.c.version, models.c.trained_at, models.c.rows, models.c.figures)
        .order_by(models.c.version.desc())
        .limit(limit)
    )
    return [ModelRow(**row) for row in await fetch(engine, query)]
