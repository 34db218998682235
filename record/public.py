"""What anybody may read: complaints that were verified and are not secret, and a few figures.

Nothing here tells who reported; texts come as typed, and the page masks what they give away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.terms import Stage
from record.cases import SHOWN
from record.engine import fetch, fetch_one, storable
from record.search import TICKET, search
from record.tables import cases, complaints

MOST_DIGITS = 2, 6
"""Of a word, and of all words of a search. Who knows a telephone number must not find whose
complaint it stands in: there it is masked."""

FIGURES_OF = timedelta(days=30)


@dataclass(frozen=True)
class PublicFilters:
    """`stages` are those that go by the same words in public."""

    stages: Sequence[Stage] = ()
    kecamatan: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class PublicRow:
    """What the list says of a case. `title` is None once erased."""

    complaint_id: UUID
    ticket: str
    title: str | None
    stage: str
    unit: str | None
    category: str | None
    kecamatan: str | None
    received_at: datetime


@dataclass(frozen=True)
class PublicPage:
    """`corrected`: the words were found nowhere, and others like them were searched for. Which
    ones is not said: the record's words are those of secret complaints too."""

    rows: Sequence[PublicRow]
    after: UUID | None
    corrected: bool


@dataclass(frozen=True)
class PublicFile(PublicRow):
    """A complaint as anybody may read it."""

    body: str | None
    rating: int | None


@dataclass(frozen=True)
class Figures:
    """How many came, and were answered, in `FIGURES_OF`."""

    received: int
    answered: int


@dataclass(frozen=True)
class Shares:
    """How many public complaints each kecamatan and each category has."""

    kecamatan: Mapping[str, int]
    category: Mapping[str, int]


def public() -> ColumnElement[bool]:
    """`domain.visibility.public_sees` in SQL; a test compares the two."""
    return and_(
        ~cases.c.secret, cases.c.classification.is_not(None), cases.c.stage != Stage.ARCHIVED
    )


async def public_list(
    engine: AsyncEngine,
    now: datetime,
    filters: PublicFilters | None = None,
    *,
    q: str = "",
    after: UUID | None = None,
    limit: int = 25,
) -> PublicPage:
    """What the public may read, newest first, after a row's id; searched as staff search.

    As many statements as `record.search.list_cases`.
    """
    chosen = filters or PublicFilters()
    ids = select(cases.c.complaint_id).where(public())
    if chosen.stages:
        ids = ids.where(cases.c.stage.in_(chosen.stages))
    if chosen.kecamatan is not None:
        ids = ids.where(cases.c.kecamatan == storable(chosen.kecamatan))
    if chosen.category is not None:
        ids = ids.where(cases.c.category == storable(chosen.category))
    if after is not None:
        ids = ids.where(cases.c.complaint_id < after)
    words = _askable(q)
    if q.strip() and not words:
        return PublicPage([], None, corrected=False)
    found = await search(engine, ids, now, q=words, limit=limit)
    names = [field.name for field in fields(PublicRow)]
    rows = [PublicRow(**{name: getattr(row, name) for name in names}) for row in found.rows]
    return PublicPage(rows, found.after, corrected=found.corrected is not None)


def _askable(q: str) -> str:
    """What of `q` is searched for: nothing that the page would mask."""
    if TICKET.fullmatch(q):
        return q
    of_a_word, of_all = MOST_DIGITS
    words = [word for word in q.split() if "@" not in word and _digits(word) <= of_a_word]
    if _digits("".join(words)) > of_all:
        words = [word for word in words if not _digits(word)]
    return " ".join(words)


def _digits(word: str) -> int:
    return sum(letter.isdigit() for letter in word)


async def public_case(engine: AsyncEngine, ticket: str) -> PublicFile | None:
    """The case of a ticket, or None where there is none that the public may see. One statement."""
    return await _public_file(engine, complaints.c.ticket == storable(ticket).strip().upper())


async def public_lead(engine: AsyncEngine, lead: UUID) -> PublicFile | None:
    """As `public_case`, of the case that a duplicate follows."""
    return await _public_file(engine, complaints.c.id == lead)


async def _public_file(engine: AsyncEngine, which: ColumnElement[bool]) -> PublicFile | None:
    named = [
        (cases if field.name in cases.c else complaints).c[field.name]
        for field in fields(PublicFile)
    ]
    row = await fetch_one(engine, select(*named).select_from(SHOWN).where(which, public()))
    return PublicFile(**row) if row else None


async def figures(engine: AsyncEngine, now: datetime) -> Figures:
    """Of all complaints, secret ones too: two numbers say nothing about any. One statement."""
    since = now - FIGURES_OF
    row = await fetch_one(
        engine,
        select(
            func.count().filter(cases.c.received_at >= since).label("received"),
            func.count().filter(cases.c.answered_at >= since).label("answered"),
        ),
    )
    return Figures(**row) if row else Figures(0, 0)


async def shares(engine: AsyncEngine) -> Shares:
    """Counts all that is public. One statement."""
    rows = await fetch(
        engine,
        select(cases.c.kecamatan, cases.c.category, func.count().label("n"))
        .where(public())
        .group_by(cases.c.kecamatan, cases.c.category),
    )
    counted: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for row in rows:
        for sums, name in zip(counted, (row["kecamatan"], row["category"]), strict=True):
            if name is not None:
                sums[name] = sums.get(name, 0) + row["n"]
    return Shares(*counted)
