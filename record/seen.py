"""Who calls, and whether they may see the case they call about: the look-up before an action."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.visibility import can_see
from record.access import ACCOUNT_BY_HASH
from record.accounts import Account, account_of
from record.engine import quick, storable
from record.keyed import keyed

_WITH_PLACE = f"""
SELECT a.*, c.complaint_id, c.unit, c.delegate, c.secret, c.reported_unit
FROM ({ACCOUNT_BY_HASH}) a
LEFT JOIN complaints f ON f.ticket = %s
LEFT JOIN cases c ON c.complaint_id = f.id
"""  # noqa: S608  (two constants)


@dataclass(frozen=True)
class Place:
    """Where a case is, as far as it matters for who may see it."""

    unit: str | None
    delegate: str | None
    secret: bool
    reported_unit: str | None


async def caller_and_complaint(
    engine: AsyncEngine, token: str, ticket: str, *, secret: bytes
) -> tuple[Account | None, UUID | None]:
    """Whose API token it is, and the complaint of a ticket if they may see it: one query."""
    row = await quick(engine, _WITH_PLACE, [keyed(secret, "token", token), storable(ticket)])
    if row is None:
        return None, None
    account = account_of(row)
    if row["complaint_id"] is None:
        return account, None
    place = Place(row["unit"], row["delegate"], row["secret"], row["reported_unit"])
    return account, row["complaint_id"] if can_see(place, account.actor) else None
