"""Telling a portal what happened to one of its reports: in order, and once.

A worker may die at any moment, an answer may be lost, two attempts may meet. So each attempt is on
record before the call; the next one knows that the portal may have been told, and the portal tells
a repetition by its key or, where it knows none, the connector finds what it told by its reference.
"""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import metrics
from activities.calls import NotYet, called
from activities.messages import Name, OriginWork, Progress
from portals.http import Unauthorised
from portals.protocol import (
    Away,
    Connector,
    PortalError,
    Push,
    Receipt,
    Refused,
    Sent,
    Throttled,
    Told,
)
from record.files.rows import content as bytes_of
from record.files.store import DamagedError, Store
from record.portals import attempts
from record.portals.attempts import BUSY, Attempt
from record.portals.content import Content, content_of
from record.portals.deliveries import Delivery, next_of
from record.portals.state import portal

log = structlog.get_logger("delivery")

ACKNOWLEDGES = "received"
SPREAD_S = 30.0
"""Seconds over which those spread who wait for the house's own limit."""
SETTLES = timedelta(seconds=30)
"""After a call without an answer the portal may still be at it: by then it has done it or not."""
LATER = timedelta(minutes=5)
"""At the latest, and for what somebody must mend first: credentials, a mapping, the disk."""
DONE = Progress(more=False)


@dataclass(frozen=True)
class DeliveryActivities:
    engine: AsyncEngine
    store: Store
    connectors: Mapping[str, Connector]
    settles: timedelta = SETTLES

    @activity.defn(name=Name.DELIVER_NEXT)
    async def deliver_next(self, work: OriginWork) -> Progress:
        """Tell what is next in the lane, unless one that was refused holds it, or its portal is
        not called.

        Idempotent. Raises ApplicationError where it must be tried again, when the portal wants.
        """
        standing = await portal(self.engine, work.portal)
        connector = self.connectors.get(work.portal)
        if connector is None or standing is None or not standing.called:
            return DONE
        delivery = await next_of(self.engine, work.origin)
        if delivery is None or delivery.state != "waiting":
            return DONE
        content = await content_of(self.engine, delivery)
        if why := await self._needless(delivery, content):
            await attempts.skipped(self.engine, delivery.id, why, _now())
        else:
            push = await self._push(delivery, content)
            attempt = await attempts.begin(self.engine, delivery.id, _now())
            if attempt is None:
                return await self._met(work)
            if not await self._tell(connector, delivery, push, attempt):
                return DONE
        following = await next_of(self.engine, work.origin)
        return Progress(more=following is not None and following.state == "waiting")

    async def _needless(self, delivery: Delivery, content: Content) -> str | None:
        """Why it must not be told any more, even where it is not known whether it was."""
        if content.erased:
            return "erased"
        return "unlinked" if await attempts.unlinked(self.engine, delivery) else None

    async def _met(self, work: OriginWork) -> Progress:
        """Somebody else is at it, or has just done it."""
        delivery = await next_of(self.engine, work.origin)
        if delivery is None or delivery.state != "waiting":
            return DONE
        return Progress(more=True, wait_s=BUSY.total_seconds())

    async def _push(self, delivery: Delivery, content: Content) -> Push:
        files = []
        for file in content.files:
            try:
                data = await bytes_of(self.engine, self.store, file.id)
            except (FileNotFoundError, DamagedError):
                data = None
            if data is None:
                log.error("a file to be sent is not in the store", file=str(file.id))
                raise ApplicationError("a file is missing", next_retry_delay=LATER)
            files.append(Sent(name=file.name, media_type=file.media_type, data=data))
        return Push(
            key=delivery.key,
            told=Told(delivery.kind),
            text=content.text,
            unit=content.unit,
            at=content.at,
            reference=content.reference,
            files=tuple(files),
        )

    async def _tell(
        self, connector: Connector, delivery: Delivery, push: Push, attempt: Attempt
    ) -> bool:
        """Whether the lane may go on. Raises ApplicationError."""
        code = delivery.portal
        try:
            receipt = await called(
                self.engine,
                code,
                connector.push(delivery.external_id, push, again=attempt.again),
            )
        except PortalError as error:
            return await self._failed(delivery, attempt, error)
        except BaseException:
            # Stopped in the middle: the portal may have been told, and nobody is at it any more.
            with suppress(SQLAlchemyError):
                await asyncio.shield(self._put_off(attempt, unsure=True))
            raise
        await self._keep(attempt, receipt)
        metrics.TOLD.labels(code, "delivered" if receipt else "skipped").inc()
        return True

    async def _keep(self, attempt: Attempt, receipt: Receipt | None) -> None:
        if receipt is None:
            await attempts.skipped(self.engine, attempt.delivery, "no_word", _now())
        else:
            await attempts.delivered(self.engine, attempt, receipt.id, receipt.at, _now())

    async def _failed(self, delivery: Delivery, attempt: Attempt, error: PortalError) -> bool:
        """False where the lane ends here for now. Raises ApplicationError."""
        metrics.TOLD.labels(delivery.portal, error.outcome).inc()
        if isinstance(error, Refused) and not isinstance(error, Unauthorised):
            await attempts.refused(self.engine, attempt, error.words, _now())
            return False
        after = error.after
        if isinstance(error, NotYet):
            await self._put_off(attempt, unsure=False, called=False)
            if delivery.kind == ACKNOWLEDGES:
                return False  # the sweeper comes for it: a backlog must not queue up here
            after = (after or timedelta()) + timedelta(seconds=random.uniform(0, SPREAD_S))  # noqa: S311
        elif isinstance(error, Throttled | Unauthorised):
            await self._put_off(attempt, words=error.words, unsure=False)
        else:
            await self._put_off(attempt, words=error.words, unsure=True)
        name = type(error).__name__
        later = after or self._later(error)
        raise ApplicationError(name, type=name, next_retry_delay=later) from None

    def _later(self, error: PortalError) -> timedelta:
        """When to try again where the portal does not say: longer each time."""
        if not isinstance(error, Away | Throttled):
            return LATER
        doubled: timedelta = self.settles * 2 ** min(activity.info().attempt - 1, 8)
        return min(doubled, LATER)

    async def _put_off(
        self, attempt: Attempt, *, words: str = "", unsure: bool, called: bool = True
    ) -> None:
        await attempts.put_off(
            self.engine, attempt, _now(), words=words or None, unsure=unsure, called=called
        )


def _now() -> datetime:
    return datetime.now(UTC)
