"""What is usual, what was suggested, and whether it was taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, fetch, storable
from record.tables import cases, complaints, suggestions_shown

LOOKED_AT = 500
"""How many of the newest decisions of a category make what is usual."""
COLD = 0
"""In place of a model's version: what was usual spoke, not a model."""


class Kind(StrEnum):
    CATEGORY = "category"
    UNIT = "unit"


@dataclass(frozen=True)
class UnitCount:
    """How many complaints of a category went to `unit`, and how many of them came from near."""

    unit: str
    regency: int
    kecamatan: int
    village: int


async def units_by_category(
    engine: AsyncEngine, category: str, kecamatan: str | None, village: str | None
) -> list[UnitCount]:
    """Where the newest decided complaints of a category went. One statement, a run of an index."""
    newest = (
        select(cases.c.unit, cases.c.kecamatan, complaints.c.village_code)
        .join(complaints, complaints.c.id == cases.c.complaint_id)
        .where(cases.c.category == storable(category), cases.c.unit.is_not(None))
        .order_by(cases.c.complaint_id.desc())
        .limit(LOOKED_AT)
        .subquery("newest")
    )
    query = select(
        newest.c.unit,
        func.count().label("regency"),
        func.count().filter(newest.c.kecamatan == kecamatan).label("kecamatan"),
        func.count().filter(newest.c.village_code == village).label("village"),
    ).group_by(newest.c.unit)
    return [UnitCount(**row) for row in await fetch(engine, query)]


async def remember_shown(
    engine: AsyncEngine,
    complaint: UUID,
    model: int,
    kind: Kind,
    guesses: Sequence[str],
    now: datetime,
) -> None:
    """What was suggested for a complaint, the first time it was; safe to repeat. One statement.

    A unit goes by its path.
    """
    row = {
        "complaint_id": complaint,
        "kind": kind,
        "model": model,
        "guesses": list(guesses),
        "shown_at": now,
    }
    await execute(engine, insert(suggestions_shown).values(row).on_conflict_do_nothing())


@dataclass(frozen=True)
class Taken:
    """What became of suggestions of one kind by one model in one month (`2026-11`).

    Of those that were `decided` by now: `silent` where nothing was suggested, else `first` or
    `later` among the suggested, or `changed`.
    """

    month: str
    model: int
    kind: str
    shown: int
    decided: int
    silent: int
    first: int
    later: int

    @property
    def changed(self) -> int:
        return self.decided - self.silent - self.first - self.later


_TAKEN = text(
    """
    SELECT to_char(s.shown_at AT TIME ZONE 'Asia/Jakarta', 'YYYY-MM') AS month, s.model, s.kind,
           count(*) AS shown,
           count(d.chosen) AS decided,
           count(d.chosen) FILTER (WHERE s.guesses = '{}') AS silent,
           count(*) FILTER (WHERE d.chosen = s.guesses[1]) AS first,
           count(*) FILTER (WHERE d.chosen = ANY (s.guesses[2:])) AS later
    FROM suggestions_shown s
    LEFT JOIN LATERAL (
        SELECT e.data ->> s.kind AS chosen FROM events e
        WHERE e.complaint_id = s.complaint_id AND e.type = 'disposed'
        ORDER BY e.seq LIMIT 1
    ) d ON true
    WHERE s.shown_at >= :since
    GROUP BY 1, 2, 3
    ORDER BY 1 DESC, 2 DESC, 3
    """
)


async def taken(engine: AsyncEngine, since: datetime) -> list[Taken]:
    """Of what was suggested since then, what was taken at the first disposal; newest first.

    One statement.
    """
    return [Taken(**row) for row in await fetch(engine, _TAKEN, {"since": since})]
