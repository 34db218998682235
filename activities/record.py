"""Writing the record and reading it for the workflows."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import metrics
from activities.messages import DIVERGED, Append, History, Name
from activities.waking import Waker, wake
from record.append import append
from record.errors import RecordError
from record.events import load_events

log = structlog.get_logger("record")

WAKE_WITHIN_S = 2.0


@dataclass(frozen=True)
class RecordActivities:
    engine: AsyncEngine
    waker: Waker

    @activity.defn(name=Name.APPEND_EVENTS)
    async def append_events(self, message: Append) -> None:
        """Events, projection and outbox in one transaction; then the portals' deliveries are woken.

        Idempotent on (complaint, seq): what is recorded already is skipped. Raises
        ApplicationError of type `Diverged`, not to be retried, where the record differs.
        """
        try:
            with metrics.APPEND_SECONDS.time():
                appended = await append(
                    self.engine,
                    message.complaint,
                    message.events,
                    message.projection,
                    message.notices,
                )
        except RecordError as error:
            metrics.DIVERGED.inc()
            raise ApplicationError(str(error), type=DIVERGED, non_retryable=True) from error
        metrics.EVENTS.inc(len(message.events))
        if appended.origins:
            await self._wake(appended.origins)

    async def _wake(self, origins: Collection[UUID]) -> None:
        """What fails here the sweeper does: what is recorded stays recorded."""
        try:
            async with asyncio.timeout(WAKE_WITHIN_S):
                await wake(self.engine, self.waker, origins)
        except Exception as error:
            log.warning("portals are told later", why=type(error).__name__)

    @activity.defn(name=Name.LOAD_EVENTS)
    async def load_events(self, complaint: UUID) -> History:
        """All events of the case. Idempotent: it only reads."""
        events = await load_events(self.engine, complaint)
        if not events:
            raise ApplicationError("the record knows no such case")
        return History(events=tuple(events))
