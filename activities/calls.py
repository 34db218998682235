"""Calling a portal in its turn, with a note of how it went, and what its failing means here."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.exceptions import ApplicationError

from portals.protocol import PortalError, Refused, Throttled, Turn, Unreadable
from record.portals.calls import PATIENCE, hold, note_call, take_turn

T = TypeVar("T")

LONGEST_S = 30.0
"""Seconds that what goes first waits for its turn: well within any call's own time."""


class NotYet(Throttled):
    """The house's own limit: the portal was not called."""


def turn(engine: AsyncEngine, code: str, per_minute: int, *, first: bool = False) -> Turn:
    """Waits for the portal's next call to be due. `first`: before the others, as pulling is, and
    patiently, since a page that is given up comes whole again."""
    patience = PATIENCE.total_seconds()

    async def wait() -> None:
        until = monotonic() + (LONGEST_S if first else patience)
        while True:
            seconds = await take_turn(engine, code, per_minute, datetime.now(UTC), first=first)
            if seconds <= patience:
                break
            if monotonic() + seconds > until:
                raise NotYet(after=timedelta(seconds=seconds))
            await asyncio.sleep(seconds - patience)
        if seconds:
            await asyncio.sleep(seconds)

    return wait


async def called(engine: AsyncEngine, code: str, call: Awaitable[T]) -> T:
    """What the call gives, after a note of how it went; a portal that says when it wants to be
    called again is called by nobody before. Raises PortalError as the call does."""
    began, outcome = monotonic(), "done"
    try:
        return await call
    except PortalError as error:
        outcome = "" if isinstance(error, NotYet) else error.outcome
        if outcome and error.after:
            await hold(engine, code, datetime.now(UTC) + error.after)
        raise
    finally:
        if outcome:
            await note_call(engine, code, outcome, monotonic() - began, datetime.now(UTC))


def failure(error: PortalError) -> ApplicationError:
    """What the engine is to know of it: its kind, and when to try again. The portal's words stay
    in the record."""
    lasting = isinstance(error, Refused | Unreadable)
    return ApplicationError(
        type(error).__name__,
        type=type(error).__name__,
        non_retryable=lasting,
        next_retry_delay=None if lasting else error.after,
    )
