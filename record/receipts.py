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


def receipt_of(secret: bytes, complaint: UUID) -> str:
    """The 16 digits; of 256 pseudorandom bits, so that no digit string is likelier than another
    by more than one part in 2**200."""
    number = int.from_bytes(keyed(secret, "receipt", str(complaint))) % 10**DIGITS
    return f"{number:0{DIGITS}}"


def receipt_hash(secret: bytes, complaint: UUID, receipt: str) -> bytes:
    """What the database holds: 32 bytes."""
    return keyed(secret, "receipt-hash", f"{complaint}:{receipt}")


async def check_receipt(
    engine: AsyncEngine, secret: bytes, ticket: str, receipt: str
) -> UUID | None:
    """The complaint of `ticket` if `receipt` (spaces and dashes do not matter) is its receipt.

    An unknown ticket and a wrong receipt take the same way through, and time.
    """
    digits = re.sub(r"[\s\-.]", "", receipt)
    row = await fetch_one(
        engine,
        select(complaints.c.id, complaints.c.receipt_hash).where(
            complaints.c.ticket == storable(ticket).strip().upper()
        ),
    )
    complaint, expected = (row["id"], row["receipt_hash"]) if row else (NOBODY, bytes(32))
    return complaint if same(receipt_hash(secret, complaint, digits), expected) else None
