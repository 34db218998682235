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


class NotYet(Throttled):
    """The house's own limit: the portal was not called."""


def turn(engine: AsyncEngine, code: str, per_minute: int, *, first: bool = False) -> Turn:
    """Waits for the portal's next call to be due. `first`: before the others, as pulling is."""

    async def wait() -> None:
        seconds = await take_turn(engine, code, per_minute, datetime.now(UTC), first=first)
        if seconds > PATIENCE.total_seconds():
            raise NotYet(after=timedelta(seconds=seconds))
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
