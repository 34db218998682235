"""What could not be taken in, kept whole and sealed as it came, until somebody settles it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, fetch, fetch_one, storable
from record.identity import Keyring, Sealed
from record.ids import uuid7
from record.keyed import keyed
from record.portal_tables import quarantine


class Kind(StrEnum):
    REPORT = "report"
    """One that could not be understood; raw as the portal sent it."""
    MESSAGE = "message"
    """A reporter's, which its case could not take; raw is `activities.talk`'s JSON."""


@dataclass(frozen=True)
class Quarantined:
    """`external_id` is the report's, where it could be told. `state`: `waiting`, `taken` or
    `dropped`."""

    id: UUID
    portal: str
    kind: Kind
    external_id: str | None
    reason: str
    state: str
    created_at: datetime


_ROW = select(*(quarantine.c[name] for name in Quarantined.__dataclass_fields__))


async def keep(
    engine: AsyncEngine,
    portal: str,
    kind: Kind,
    external_id: str | None,
    raw: bytes,
    reason: str,
    now: datetime,
    *,
    same: str | None = None,
    secret: bytes,
    keyring: Keyring,
) -> None:
    """Keep it, or, where it was kept before, what it is now. What was dropped stays dropped.

    `same` tells it from others (a report's id); without one its bytes do. Safe to repeat.
    """
    told_by = same if same is not None else raw.hex()
    digest = keyed(secret, "quarantine", f"{portal}/{kind}/{told_by}")
    sealed = keyring.seal_bytes(raw, digest)
    new = insert(quarantine).values(
        id=uuid7(),
        portal=portal,
        kind=kind,
        external_id=external_id and storable(external_id),
        digest=digest,
        key_id=sealed.key_id,
        nonce=sealed.nonce,
        sealed=sealed.sealed,
        reason=storable(reason),
        state="waiting",
        created_at=now,
    )
    again = {name: new.excluded[name] for name in ("key_id", "nonce", "sealed", "reason", "state")}
    await execute(
        engine,
        new.on_conflict_do_update(
            index_elements=["portal", "digest"], set_=again, where=quarantine.c.state != "dropped"
        ),
    )


async def waiting(
    engine: AsyncEngine, portal: str | None = None, after: UUID | None = None, limit: int = 25
) -> list[Quarantined]:
    """Oldest first, those later than `after`. One statement."""
    query = _ROW.where(quarantine.c.state == "waiting")
    if portal is not None:
        query = query.where(quarantine.c.portal == portal)
    if after is not None:
        query = query.where(quarantine.c.id > after)
    return [_kept(row) for row in await fetch(engine, query.order_by(quarantine.c.id).limit(limit))]


async def quarantined(engine: AsyncEngine, id: UUID) -> Quarantined | None:
    row = await fetch_one(engine, _ROW.where(quarantine.c.id == id))
    return _kept(row) if row else None


async def raw_of(engine: AsyncEngine, keyring: Keyring, id: UUID) -> bytes | None:
    """As it came, identity and all: whoever looks is put on record first by the caller."""
    columns = (quarantine.c.digest, quarantine.c.key_id, quarantine.c.nonce, quarantine.c.sealed)
    row = await fetch_one(engine, select(*columns).where(quarantine.c.id == id))
    if row is None:
        return None
    return keyring.open_bytes(Sealed(row["key_id"], row["nonce"], row["sealed"]), row["digest"])


async def still_wrong(engine: AsyncEngine, id: UUID, reason: str) -> None:
    """It was tried again, and this is what is wrong with it now."""
    await execute(
        engine,
        update(quarantine).where(quarantine.c.id == id).values(reason=storable(reason)),
    )


async def drop(engine: AsyncEngine, id: UUID, actor: str, now: datetime) -> bool:
    """It is not to be taken in. False where it was settled before. `actor`: an Actor's id."""
    return await _settle(engine, id, "dropped", actor, now)


async def mark_taken(
    engine: AsyncEngine,
    id: UUID,
    actor: str,
    now: datetime,
) -> bool:
    """It was taken in. False where it was settled before."""
    return await _settle(engine, id, "taken", actor, now)


async def understood(
    engine: AsyncEngine, portal: str, external_ids: Collection[str], now: datetime
) -> None:
    """These reports came again, and were understood: nobody need look at them any more."""
    if external_ids:
        await execute(
            engine,
            update(quarantine)
            .where(
                quarantine.c.portal == portal,
                quarantine.c.state == "waiting",
                quarantine.c.kind == Kind.REPORT,
                quarantine.c.external_id.in_(external_ids),
            )
            .values(state="taken", settled_at=now, settled_by="system"),
        )


async def counts(engine: AsyncEngine) -> dict[str, int]:
    """How many wait, by portal; none where there are none. One statement."""
    rows = await fetch(
        engine,
        select(quarantine.c.portal, func.count().label("n"))
        .where(quarantine.c.state == "waiting")
        .group_by(quarantine.c.portal),
    )
    return {row["portal"]: row["n"] for row in rows}


async def _settle(
    engine: AsyncEngine,
    id: UUID,
    state: str,
    actor: str,
    now: datetime,
) -> bool:
    settled = await execute(
        engine,
        update(quarantine)
        .where(quarantine.c.id == id, quarantine.c.state == "waiting")
        .values(state=state, settled_at=now, settled_by=actor),
    )
    return bool(settled)


def _kept(row: Any) -> Quarantined:
    return Quarantined(**{**row, "kind": Kind(row["kind"])})
