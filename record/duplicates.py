"""Complaints that might tell of the same thing: a shortlist, for `suggest.likeness` to compare."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.cases import SHOWN, CaseFile
from record.engine import fetch
from record.tables import cases, complaints, reporter_phones
from record.visibility import visible_to

WITHIN = timedelta(days=60)
OF_THE_KECAMATAN, OF_ALL, OF_THE_REPORTER = 100, 50, 20
"""How many filed before, and how many filed after, are compared."""


@dataclass(frozen=True)
class Candidate:
    """As `CaseFile` names them."""

    complaint_id: UUID
    ticket: str
    title: str
    body: str
    stage: str
    open: bool
    lead: UUID | None
    kecamatan: str | None
    village_code: str | None
    address: str | None
    lat: float | None
    lng: float | None
    received_at: datetime
    same_reporter: bool
    """Filed from the same telephone number."""

    @property
    def may_lead(self) -> bool:
        return self.open and self.lead is None


async def candidates(engine: AsyncEngine, actor: Actor, file: CaseFile) -> list[Candidate]:
    """What `actor` may see of the time around a complaint, newest first: the nearest in time of
    its kecamatan, of everywhere, and of its reporter. Neither itself nor what follows it.

    One statement.
    """
    apart = and_(visible_to(actor), or_(cases.c.lead.is_(None), cases.c.lead != file.complaint_id))
    other, own = reporter_phones.alias("other"), reporter_phones.alias("own")
    number = select(own.c.hash).where(own.c.complaint_id == file.complaint_id).scalar_subquery()
    by_the_same = (
        select(other.c.complaint_id).where(other.c.hash == number).correlate_except(other, own)
    )
    lists = [*_around(file.complaint_id, apart, OF_ALL)]
    if file.kecamatan is not None:
        of_kecamatan = and_(apart, cases.c.kecamatan == file.kecamatan)
        lists += _around(file.complaint_id, of_kecamatan, OF_THE_KECAMATAN)
    lists += _around(
        file.complaint_id, and_(apart, cases.c.complaint_id.in_(by_the_same)), OF_THE_REPORTER
    )
    picked = union(*(one.subquery().select() for one in lists)).subquery("picked")
    query = (
        select(
            cases.c.complaint_id,
            complaints.c.ticket,
            complaints.c.title,
            complaints.c.body,
            cases.c.stage,
            cases.c.open,
            cases.c.lead,
            cases.c.kecamatan,
            complaints.c.village_code,
            complaints.c.address,
            complaints.c.lat,
            complaints.c.lng,
            cases.c.received_at,
            cases.c.complaint_id.in_(by_the_same).label("same_reporter"),
        )
        .select_from(SHOWN.join(picked, picked.c.complaint_id == cases.c.complaint_id))
        .where(
            complaints.c.title.is_not(None),
            complaints.c.body.is_not(None),
            cases.c.received_at.between(file.received_at - WITHIN, file.received_at + WITHIN),
        )
        .order_by(cases.c.complaint_id.desc())
    )
    return [Candidate(**row) for row in await fetch(engine, query)]


def _around(
    complaint: UUID, condition: ColumnElement[bool], limit: int
) -> tuple[Select[tuple[UUID]], Select[tuple[UUID]]]:
    """The `limit` complaints filed last before that one, and as many filed next."""
    ids = select(cases.c.complaint_id).where(condition).limit(limit)
    return (
        ids.where(cases.c.complaint_id < complaint).order_by(cases.c.complaint_id.desc()),
        ids.where(cases.c.complaint_id > complaint).order_by(cases.c.complaint_id),
    )
