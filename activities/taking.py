"""One report of a portal, dealt with: its complaint, its case, its files, its reporter's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from activities import metrics
from activities.calls import called
from activities.cases import Start, Workflows
from activities.reports import Places, came, filing_of, named, texts_of
from activities.talk import Talk
from domain.actions import Action, ChangeOrigin, CloseOrigin, JoinOrigin, SetVisibility
from domain.actors import REPORTER
from domain.evolve import fold
from domain.policy import Rules
from domain.terms import Channel
from portals.protocol import Connector, Message, Refused, Report
from record.entries import store_entry
from record.events import load_events, mark_started
from record.filing import first_event
from record.identity import Keyring
from record.portals.origins import (
    Dealt,
    Origin,
    add_attachments,
    mark_closed,
    told_the_end,
)
from record.portals.origins import origin as origin_of
from record.portals.taking import Came, Outcome, Taken, new_origin, take_in
from record.rules import current_rules


class Waking(Workflows, Protocol):
    """The cases, and what runs beside them for each origin (`workflows.client`)."""

    async def deliver(self, origin: UUID, portal: str) -> None:
        """There is something to tell its portal."""

    async def fetch(self, origin: UUID, portal: str) -> None:
        """There are attachments to fetch."""


@dataclass(frozen=True)
class Ground:
    """What all reports of a page are taken in by."""

    now: datetime
    rules: Rules
    places: Places

    @classmethod
    async def read(cls, engine: AsyncEngine) -> "Ground":
        now = datetime.now(UTC)
        return cls(now, await current_rules(engine), await Places.on(engine, now))


@dataclass(frozen=True)
class Taking:
    engine: AsyncEngine
    workflows: Waking
    secret: bytes
    keyring: Keyring

    @property
    def talk(self) -> Talk:
        return Talk(self.engine, self.workflows, self.load, self.secret, self.keyring)

    async def deal(
        self,
        report: Report,
        portal: str,
        connector: Connector,
        known: Origin | None,
        ground: Ground,
        *,
        wake: bool = True,
    ) -> Dealt | None:
        """All that follows from the report as it is now; what the caller is then to note, so that
        it costs nothing again. Safe to repeat. `wake`: tell its portal and fetch its files at once,
        not by the sweeper.

        Raises PortalError, EngineAway.
        """
        coming = came(report, portal, secret=self.secret)
        if known and _is_dealt_with(report, coming, known):
            return None
        taken = await self.take_in(report, coming, ground)
        metrics.TAKEN.labels(portal, taken.outcome).inc()
        if taken.outcome is Outcome.CHANGED:
            await self._change(taken, portal, report, ground.now)
        origin = known or await self._origin(taken, coming)
        if report.closed and origin.closed_at is None:
            await self._close(taken, origin, ground.now)
        messages = await self._messages(report, origin, connector)
        files = await self.talk.bring(origin, messages)
        if wake and taken.outcome in (Outcome.NEW, Outcome.JOINED):
            await self.workflows.deliver(origin.id, portal)
        if wake and (files or (report.attachments and taken.outcome is not Outcome.KNOWN)):
            await self.workflows.fetch(origin.id, portal)
        return Dealt(
            origin=origin.id,
            digest=coming.digest,
            status=coming.status,
            changed_at=report.changed_at,
        )

    async def load(self, complaint: UUID) -> Start:
        return await current_rules(self.engine), await load_events(self.engine, complaint)

    async def take_in(self, report: Report, coming: Came, ground: Ground) -> Taken:
        """Its case starts where it is new, and is told where it joined one. Raises EngineAway."""
        filing = filing_of(report, Channel(coming.portal), ground.now, ground.places)
        event, projection = first_event(filing, ground.rules)
        taken = await take_in(
            self.engine,
            filing,
            coming,
            event,
            projection,
            secret=self.secret,
            keyring=self.keyring,
        )
        if taken.outcome is Outcome.NEW:
            await self.workflows.start(taken.complaint, (ground.rules, [event]))
            await mark_started(self.engine, taken.complaint)
        elif taken.outcome is Outcome.JOINED:
            await self.hide(taken.complaint, report, f"origin-{taken.origin}-joined-hidden")
            join = JoinOrigin(portal=Channel(coming.portal), origin=taken.origin)
            await self._ask(taken, join, f"origin-{taken.origin}-joined")
        return taken

    async def hide(self, complaint: UUID, report: Report, request: str) -> None:
        """What its reporter hides in a portal is hidden here. What is shown there again is not
        shown again here: whoever has the case decides on that. Raises EngineAway."""
        if not report.anonymous and not report.secret:
            return
        case = fold(complaint, await load_events(self.engine, complaint))
        hidden = SetVisibility(
            anonymous=case.anonymous or report.anonymous, secret=case.secret or report.secret
        )
        if (hidden.anonymous, hidden.secret) != (case.anonymous, case.secret):
            await self.workflows.ask(complaint, hidden, request, self.load, REPORTER)

    async def _origin(self, taken: Taken, coming: Came) -> Origin:
        """As it stands in the record; of a new one that is known without looking."""
        if taken.outcome is Outcome.NEW:
            return new_origin(taken, coming)
        origin = await origin_of(self.engine, taken.origin)
        assert origin is not None
        return origin

    async def _change(self, taken: Taken, portal: str, report: Report, now: datetime) -> None:
        """Tell the case what the report says now, and have its new files fetched."""
        stamp = report.changed_at.timestamp()
        await self.hide(taken.complaint, report, f"origin-{taken.origin}-hidden-{stamp}")
        entry = await store_entry(self.engine, taken.complaint, REPORTER.id, texts_of(report), now)
        change = ChangeOrigin(portal=Channel(portal), origin=taken.origin, entry=entry)
        await self._ask(taken, change, f"origin-{taken.origin}-changed-{stamp}")
        await add_attachments(self.engine, taken.origin, named(report.attachments), now)

    async def _close(self, taken: Taken, origin: Origin, now: datetime) -> None:
        """The portal has done with it: news for the case, unless the house told the portal so."""
        if await told_the_end(self.engine, origin.id):
            return
        close = CloseOrigin(portal=Channel(origin.portal), origin=origin.id)
        await self._ask(taken, close, f"origin-{origin.id}-closed")
        await mark_closed(self.engine, origin.id, now)

    async def _ask(self, taken: Taken, action: Action, request: str) -> None:
        """A refusal means that the case is past it."""
        await self.workflows.ask(taken.complaint, action, request, self.load)

    async def _messages(
        self, report: Report, origin: Origin, connector: Connector
    ) -> Sequence[Message]:
        """As they came with the report; asked for where it has changed since, since it may be by
        one. A portal that refuses to tell them keeps nobody from the report."""
        if report.messages or report.changed_at <= (origin.changed_at or report.filed_at):
            return report.messages
        asked = connector.messages(report.id, origin.last_message)
        try:
            return await called(self.engine, origin.portal, asked)
        except Refused:
            return ()


def _is_dealt_with(report: Report, coming: Came, known: Origin) -> bool:
    """As it is, or in a later state: portals repeat themselves, and not in order."""
    if known.changed_at is None or report.changed_at > known.changed_at:
        return False
    if report.changed_at < known.changed_at:
        return True
    last = report.messages[-1].id if report.messages else known.last_message
    same = (known.digest, known.status, known.last_message)
    return same == (coming.digest, coming.status, last)
