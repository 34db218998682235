"""Taking in a report of a portal: one complaint for one complaint, whoever sends it how often.

One statement, one transaction: a report that another portal sent before joins what it is there.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.chain import Recorded
from domain.projection import Projection
from record.engine import quick
from record.errors import refusal
from record.filing import Filing, phone_hash_of, stored_filing
from record.identity import Keyring
from record.ids import uuid7
from record.portals.origins import Named, Origin, attachment_rows
from record.receipts import receipt_of


class Outcome(StrEnum):
    NEW = "new"
    JOINED = "joined"
    """It is a complaint that came by another portal, whose case does not know it yet: tell it
    (`join_origin`)."""
    CHANGED = "changed"
    """It is known, and was other than it is now: tell its case (`change_origin`), then
    `note_dealt`."""
    KNOWN = "known"


@dataclass(frozen=True, kw_only=True)
class Came:
    """How a report came. `digest` changes when what the reporter said changes; `same_as` is portal
    and id of the same report elsewhere; times are the portal's."""

    portal: str
    external_id: str
    digest: bytes
    same_as: tuple[str, str] | None = None
    status: str | None = None
    filed_at: datetime | None = None
    changed_at: datetime | None = None
    attachments: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Taken:
    origin: UUID
    complaint: UUID
    ticket: str
    receipt: str
    outcome: Outcome


def new_origin(taken: Taken, came: Came) -> Origin:
    """The origin of a report that was new, as it stands in the record."""
    return Origin(
        id=taken.origin,
        portal=came.portal,
        external_id=came.external_id,
        complaint_id=taken.complaint,
        joined=False,
        status=came.status,
        filed_at=came.filed_at,
        changed_at=came.changed_at,
        closed_at=None,
        last_message=None,
        digest=came.digest,
    )


_TAKE_IN = "SELECT origin, complaint, ticket, outcome FROM take_in(%s::jsonb)"


async def take_in(
    engine: AsyncEngine,
    filing: Filing,
    came: Came,
    event: Recorded,
    projection: Projection,
    *,
    secret: bytes,
    keyring: Keyring,
) -> Taken:
    """Store the report as a complaint of its own, or as another origin of the one it is.

    `filing`, `event` and `projection` are for where it is new, and are forgotten where it is not.
    The portal of a new origin is to be told what the reporter was told so far: wake its delivery.
    Safe to repeat. Raises FileGoneError.
    """
    hashed = phone_hash_of(filing, secret)
    stored = {
        "filing": stored_filing(filing, event, projection, secret=secret, keyring=keyring),
        "phone_hash": hashed and hashed.hex(),
        "origin": str(uuid7()),
        "portal": came.portal,
        "external_id": came.external_id,
        "same_as": came.same_as and "/".join(came.same_as),
        "digest": came.digest.hex(),
        "status": came.status,
        "filed_at": came.filed_at and came.filed_at.isoformat(),
        "changed_at": came.changed_at and came.changed_at.isoformat(),
        "attachments": attachment_rows(came.attachments),
    }
    try:
        row = await quick(engine, _TAKE_IN, [json.dumps(stored)])
    except DBAPIError as error:
        raise refusal(error) or error from error
    assert row is not None
    receipt = receipt_of(secret, row["complaint"])
    return Taken(row["origin"], row["complaint"], row["ticket"], receipt, Outcome(row["outcome"]))
