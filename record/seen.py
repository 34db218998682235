"""Who calls, and whether they may see the case they call about: the look-up before an action."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import Entry
from domain.visibility import can_see
from record.access import ACCOUNT_BY_HASH
from record.accounts import Account, account_of
from record.engine import quick, storable
from record.entries import UNHURRIED, erase_entry, to_keep
from record.keyed import keyed

_WITH_PLACE = f"""
SELECT a.*, c.complaint_id, c.unit, c.delegate, c.secret, c.reported_unit
FROM ({ACCOUNT_BY_HASH}) a
LEFT JOIN complaints f ON f.ticket = %s
LEFT JOIN cases c ON c.complaint_id = f.id
"""  # noqa: S608  (two constants)


# One round trip where two would cost an action a tenth of its time. Who may see the case is not
# known yet: what a stranger wrote is taken away again.
_WHO_WRITES = f"""
WITH caller AS MATERIALIZED ({_WITH_PLACE}), stored AS (
    INSERT INTO entries (id, complaint_id, author, texts, salt, digest, created_at)
    SELECT %s, complaint_id, 'account:' || id, %s::jsonb, %s, %s, %s
    FROM caller WHERE complaint_id IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING {UNHURRIED}
)
SELECT * FROM caller
"""  # noqa: S608  (a constant)


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
    return _account_and_complaint(row)


async def writer_and_complaint(
    engine: AsyncEngine,
    token: str,
    ticket: str,
    texts: Mapping[str, str],
    now: datetime,
    *,
    secret: bytes,
) -> tuple[Account | None, UUID | None, Entry]:
    """The same, and what they typed is kept for the complaint: still one query. The entry stands
    for nothing where there is no complaint that they may see."""
    kept = to_keep(texts)
    who = [keyed(secret, "token", token), storable(ticket)]
    row = await quick(engine, _WHO_WRITES, [*who, kept.entry.id, *kept.values, now])
    account, complaint = _account_and_complaint(row)
    if complaint is None and row is not None and row["complaint_id"] is not None:
        await erase_entry(engine, kept.entry.id)
    return account, complaint, kept.entry


def _account_and_complaint(row: Mapping[str, Any] | None) -> tuple[Account | None, UUID | None]:
    if row is None:
        return None, None
    account = account_of(row)
    if row["complaint_id"] is None:
        return account, None
    place = Place(row["unit"], row["delegate"], row["secret"], row["reported_unit"])
    return account, row["complaint_id"] if can_see(place, account.actor) else None
