"""Opening what came in quarantine as it is: on record before anybody reads it."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.engine import execute
from record.identity import Keyring
from record.ids import uuid7
from record.portal_tables import portal_steps
from record.portals.quarantine import Quarantined, raw_of


async def open_raw(
    engine: AsyncEngine, keyring: Keyring, kept: Quarantined, actor: Actor, now: datetime
) -> bytes | None:
    """Whole, with who reported; a step of the portal says who opened which. Two statements."""
    step = {
        "id": uuid7(),
        "portal": kept.portal,
        "at": now,
        "actor": actor.id,
        "what": "opened",
        "detail": str(kept.id),
    }
    await execute(engine, insert(portal_steps).values(**step).on_conflict_do_nothing())
    return await raw_of(engine, keyring, kept.id)
