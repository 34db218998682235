"""Keys of Open311 clients: shown once, kept as keyed hashes only, each with its own rate."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, fetch, fetch_one, quick
from record.ids import uuid7
from record.keyed import keyed
from record.portal_tables import open311_keys

EVERY = timedelta(seconds=2)
"""How often a key may file in the long run."""
BURST = 30
"""As many filings of a key may come at once."""


@dataclass(frozen=True)
class Key:
    """Without the key itself, which nobody has but its holder."""

    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Admitted:
    """A filing by a key that is known. `wait`: seconds until it may file again, 0 where now."""

    key: UUID
    wait: int


async def add_key(engine: AsyncEngine, name: str, now: datetime, *, secret: bytes) -> str | None:
    """A new key, to be shown once; None where a key of that name is in use."""
    key = f"o311_{secrets.token_urlsafe(32)}"
    added = await fetch_one(
        engine,
        insert(open311_keys)
        .values(id=uuid7(), name=name, hash=_hash(secret, key), created_at=now, due_at=now)
        .on_conflict_do_nothing()
        .returning(open311_keys.c.id),
    )
    return key if added else None


async def keys(engine: AsyncEngine) -> Sequence[Key]:
    """Those in use, by name."""
    rows = await fetch(
        engine,
        select(open311_keys.c.name, open311_keys.c.created_at, open311_keys.c.used_at)
        .where(open311_keys.c.revoked_at.is_(None))
        .order_by(open311_keys.c.name),
    )
    return [Key(**row) for row in rows]


async def revoke_key(engine: AsyncEngine, name: str, now: datetime) -> bool:
    """From now on it files nothing; whether there was one of that name."""
    mine = (open311_keys.c.name == name, open311_keys.c.revoked_at.is_(None))
    return bool(await execute(engine, update(open311_keys).where(*mine).values(revoked_at=now)))


# `due_at` is when the key would be even with its rate (GCRA): as far ahead of now as its burst
# allows. The row's lock makes filings of all web processes one queue.
ADMIT = """
WITH mine AS (
    SELECT id, due_at FROM open311_keys WHERE hash = %s AND revoked_at IS NULL
), taken AS (
    UPDATE open311_keys k
    SET due_at = greatest(k.due_at, %s) + %s, used_at = %s
    FROM mine WHERE k.id = mine.id AND k.due_at <= %s
    RETURNING k.id
)
SELECT mine.id, mine.due_at, taken.id IS NOT NULL AS may FROM mine LEFT JOIN taken USING (id)
"""


async def admit(engine: AsyncEngine, key: str, now: datetime, *, secret: bytes) -> Admitted | None:
    """Counts a filing by `key`; None where no such key is in use. One round trip."""
    latest = now + EVERY * (BURST - 1)
    row = await quick(engine, ADMIT, [_hash(secret, key), now, EVERY, now, latest])
    if row is None:
        return None
    wait = 0 if row["may"] else max(1, ceil((row["due_at"] - latest).total_seconds()))
    return Admitted(row["id"], wait)


def _hash(secret: bytes, key: str) -> bytes:
    return keyed(secret, "open311", key)
