"""Calls of the portals: whose turn it is, counted over all workers, and how they went."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, quick
from record.portal_tables import portal_calls, portals

STEADY = 0.6
"""Share of what a portal allows that the house takes, however long it goes on."""
BURST = 0.3
"""Share of a minute's calls that may come at once after a rest."""
FIRST = 0.1
"""As much more for what goes first: together they stay within the portal's limit."""
PATIENCE = timedelta(seconds=5)
"""A turn that is further away is not kept for the caller."""
KEPT = timedelta(days=30)
"""How long the counts of calls are kept."""

# One row, one statement: all workers stand in one line.
_TURN = """
UPDATE portals p SET next_call_at = CASE
    WHEN coalesce(p.next_call_at, g.now) <= g.now + g.ahead + g.patience
        AND coalesce(p.held_until, g.now) <= g.now + g.patience
    THEN greatest(p.next_call_at, g.now) + g.every
    ELSE p.next_call_at END
FROM (SELECT %s::text AS code, %s::timestamptz AS now, %s::interval AS every,
    %s::interval AS ahead, %s::interval AS patience) g
WHERE p.code = g.code
RETURNING greatest(0, extract(epoch FROM greatest(
    coalesce(old.next_call_at, g.now) - g.now - g.ahead, p.held_until - g.now)))
    ::double precision AS wait
"""


async def take_turn(
    engine: AsyncEngine, code: str, per_minute: float, now: datetime, *, first: bool = False
) -> float:
    """Seconds to wait before the call. Where they are more than `PATIENCE` no turn was taken: ask
    again then. `first`: goes before the others, as pulling does, which is few calls for many
    reports.

    A GCRA: `STEADY` of `per_minute`, with a burst of `BURST`.
    """
    every = timedelta(minutes=1) / (per_minute * STEADY)
    burst = BURST + FIRST if first else BURST
    ahead = every * max(0, int(per_minute * burst) - 1)
    values = [code, now, every, ahead, PATIENCE]
    row = await quick(engine, _TURN, values)
    assert row is not None, f"the record knows no portal {code}"
    return float(row["wait"])


async def hold(engine: AsyncEngine, code: str, until: datetime) -> None:
    """The portal wants no call before: nobody's turn comes earlier."""
    later = func.greatest(portals.c.held_until, until)
    await execute(engine, update(portals).where(portals.c.code == code).values(held_until=later))


async def note_call(
    engine: AsyncEngine, code: str, outcome: str, seconds: float, now: datetime
) -> None:
    """`outcome`: `done`, or that of `portals.protocol.PortalError`."""
    minute = now.replace(second=0, microsecond=0)
    counted = insert(portal_calls).values(
        portal=code, minute=minute, outcome=outcome, calls=1, seconds=seconds
    )
    more = {
        "calls": portal_calls.c.calls + 1,
        "seconds": portal_calls.c.seconds + counted.excluded.seconds,
    }
    await execute(
        engine,
        counted.on_conflict_do_update(index_elements=["portal", "minute", "outcome"], set_=more),
    )


async def forget_calls(engine: AsyncEngine, now: datetime) -> int:
    """Removes counts of long ago; how many. Safe to repeat."""
    return await execute(engine, delete(portal_calls).where(portal_calls.c.minute < now - KEPT))
