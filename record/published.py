"""What anybody may read of complaints, as an Open311 client asks for it: by day of receipt, and in
pages. What is public, and what of its course, is as in `record.public`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, Uuid, cast, func, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.calendar import ONE_DAY
from domain.events import Answered, Linked, Unlinked
from domain.terms import Channel
from domain.visibility import PUBLIC_SEES
from record.cases import SHOWN, first_id
from record.engine import fetch, fetch_one, storable
from record.public import PublicRow, public
from record.tables import cases, complaints, entries, events

SEEN = [kind.model_fields["type"].default for kind in PUBLIC_SEES]
ANSWERED, LINKED, UNLINKED = (
    kind.model_fields["type"].default for kind in (Answered, Linked, Unlinked)
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`tickets` where some are named; else of days of receipt in Purbalingga, both included."""

    tickets: Collection[str] = ()
    categories: Collection[str] = ()
    open: bool | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Published(PublicRow):
    body: str | None
    open: bool


@dataclass(frozen=True)
class Course:
    """When something public last happened, and the text of the last answer, its own or that of the
    public case it follows; None without one."""

    changed_at: datetime
    answer: str | None


async def published(
    engine: AsyncEngine, wanted: Wanted, *, offset: int, limit: int
) -> Sequence[Published]:
    """Newest first. One statement."""
    page = (
        select(cases.c.complaint_id)
        .where(public(), *_narrowed(wanted))
        .order_by(cases.c.complaint_id.desc())
        .offset(offset)
        .limit(limit)
    )
    if wanted.tickets:
        page = page.join(complaints, complaints.c.id == cases.c.complaint_id)
    ids = page.subquery("page")
    named = [
        (cases if field.name in cases.c else complaints).c[field.name]
        for field in fields(Published)
    ]
    rows = await fetch(
        engine,
        select(*named)
        .select_from(SHOWN.join(ids, ids.c.complaint_id == cases.c.complaint_id))
        .order_by(cases.c.complaint_id.desc()),
    )
    return [Published(**row) for row in rows]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    if wanted.tickets:
        return [complaints.c.ticket.in_(storable(one).upper() for one in wanted.tickets)]
    conditions: list[ColumnElement[bool]] = []
    if wanted.categories:
        conditions.append(cases.c.category.in_(map(storable, wanted.categories)))
    if wanted.open is not None:
        conditions.append(cases.c.open.is_(wanted.open))
    if wanted.first is not None:
        conditions.append(cases.c.complaint_id >= first_id(wanted.first))
    if wanted.last is not None:
        conditions.append(cases.c.complaint_id < first_id(wanted.last + ONE_DAY))
    return conditions


async def courses(engine: AsyncEngine, ids: Collection[UUID]) -> dict[UUID, Course]:
    """Of these public complaints. Two statements."""
    if not ids:
        return {}
    changed = await fetch(
        engine,
        select(events.c.complaint_id, func.max(events.c.at).label("at"))
        .where(events.c.complaint_id.in_(ids), events.c.type.in_(SEEN))
        .group_by(events.c.complaint_id),
    )
    sources = _sources(ids)
    entry = cast(events.c.data[("entry", "id")].astext, Uuid)
    answered = await fetch(
        engine,
        select(sources.c.complaint_id, entries.c.texts["text"].astext.label("text"))
        .ext(distinct_on(sources.c.complaint_id))
        .join(events, events.c.complaint_id == sources.c.source)
        .join(entries, entries.c.id == entry)
        .where(events.c.type == ANSWERED)
        .order_by(sources.c.complaint_id, events.c.at.desc()),
    )
    answers = {row["complaint_id"]: row["text"] for row in answered}
    return {
        row["complaint_id"]: Course(row["at"], answers.get(row["complaint_id"])) for row in changed
    }


def _sources(ids: Collection[UUID]) -> Subquery:
    """Whose answers count for each: its own, and those of its lead where that is public; also
    after both have ended, when only the events know of it."""
    follows = (
        select(events.c.complaint_id, events.c.data["lead"].astext.label("lead"))
        .ext(distinct_on(events.c.complaint_id))
        .where(events.c.complaint_id.in_(ids), events.c.type.in_((LINKED, UNLINKED)))
        .order_by(events.c.complaint_id, events.c.seq.desc())
        .subquery("follows")
    )
    own = select(cases.c.complaint_id, cases.c.complaint_id.label("source")).where(
        cases.c.complaint_id.in_(ids)
    )
    leads = (
        select(follows.c.complaint_id, cases.c.complaint_id)
        .join(cases, cases.c.complaint_id == cast(follows.c.lead, Uuid))
        .where(public())
    )
    return union_all(own, leads).subquery("sources")


async def ticket_filed_over_open311(engine: AsyncEngine, complaint: UUID) -> str | None:
    """The ticket of what was filed over Open311; None for any other id. One statement."""
    row = await fetch_one(
        engine,
        select(complaints.c.ticket).where(
            complaints.c.id == complaint, complaints.c.channel == Channel.OPEN311
        ),
    )
    return row["ticket"] if row else None
