"""Complaints by their reporter's phone number, which is sealed: only a keyed hash of it is kept
beside, and every search by it is on record."""

from datetime import datetime
from uuid import UUID

import phonenumbers
import structlog
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.cases import Filters, Page, newest, picked
from record.engine import transaction
from record.ids import uuid7
from record.keyed import keyed
from record.tables import cases, lookups, reporter_phones

log = structlog.get_logger("lookups")

MOST = 100


def phone_hash(secret: bytes, phone: str) -> bytes:
    """Of a number in international form (`+62812…`)."""
    return keyed(secret, "phone", phone)


def international(typed: str) -> str | None:
    """A number as it is dialled from anywhere, `+62812…`; None for what is no number."""
    try:
        number = phonenumbers.parse(typed, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def cases_by_phone(
    engine: AsyncEngine, actor: Actor, account: UUID, phone: str, now: datetime, *, secret: bytes
) -> Page:
    """The newest `MOST` cases that `actor` may see and that were filed with this number.

    The search is recorded before anything is looked for. Two statements.
    """
    async with transaction(engine) as connection:
        await connection.execute(insert(lookups).values(id=uuid7(), account_id=account, at=now))
    log.info("searched by a reporter's number", account=str(account))
    theirs = select(reporter_phones.c.complaint_id).where(
        reporter_phones.c.hash == phone_hash(secret, phone)
    )
    ids = picked(actor, Filters(), now).where(cases.c.complaint_id.in_(theirs))
    return await newest(engine, ids, now, MOST)
