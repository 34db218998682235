"""The receipt: 16 digits that let a reporter back to their complaint (decision 0002).

It is derived from the complaint's id and the secret, so that a repeated Idempotency-Key answers
with the same one; the database holds a keyed hash of it.
"""

import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch_one, storable
from record.keyed import keyed, same
from record.tables import complaints

DIGITS = 16
NOBODY = UUID(int=0)
TICKET = re.compile(r"\W*(?:MB)?\W*(\d{4})\W*(\d{1,9})\W*", re.IGNORECASE)


def receipt_of(secret: bytes, complaint: UUID) -> str:
    """The 16 digits; of 256 pseudorandom bits, so that no digit string is likelier than another
    by more than one part in 2**200."""
    number = int.from_bytes(keyed(secret, "receipt", str(complaint))) % 10**DIGITS
    return f"{number:0{DIGITS}}"


def receipt_hash(secret: bytes, complaint: UUID, receipt: str) -> bytes:
    """What the database holds: 32 bytes."""
    return keyed(secret, "receipt-hash", f"{complaint}:{receipt}")


def ticket_of(typed: str) -> str | None:
    """`MB-2026-000123`, however its parts are written apart; None for what can be no ticket."""
    found = TICKET.fullmatch(storable(typed))
    return f"MB-{found[1]}-{found[2].lstrip('0'):0>6}" if found else None


def digits_of(receipt: str) -> str:
    """The digits of a receipt as typed, in groups or not."""
    return "".join(letter for letter in receipt if letter in "0123456789")


async def check_receipt(
    engine: AsyncEngine, secret: bytes, ticket: str, receipt: str
) -> UUID | None:
    """The complaint of `ticket` if `receipt` is its receipt, both as people type them.

    An unknown ticket and a wrong receipt take the same way through, and time.
    """
    row = await fetch_one(
        engine,
        select(complaints.c.id, complaints.c.receipt_hash).where(
            complaints.c.ticket == (ticket_of(ticket) or "")
        ),
    )
    complaint, expected = (row["id"], row["receipt_hash"]) if row else (NOBODY, bytes(32))
    return (
        complaint if same(receipt_hash(secret, complaint, digits_of(receipt)), expected) else None
    )
