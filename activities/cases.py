"""Asking and starting cases from within the house: one case of another, and the sweeper."""

from asyncio import Semaphore, gather
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities import metrics
from activities.messages import Announcement, AskCase, Name, Page, Reply
from domain.actions import Action
from domain.actors import SYSTEM, Actor
from domain.chain import Recorded
from domain.policy import Rules
from record.events import load_events, mark_started, unstarted_cases
from record.rules import current_rules
from record.running import left_behind, open_cases, stranded_cases

FILED_BEFORE = timedelta(seconds=30)
"""A complaint stored so long ago should have its workflow."""
ALARM_BEFORE = timedelta(minutes=5)
"""An alarm due so long ago should have rung."""
BATCH = 500
TOLD = 200
"""Cases told of new rules by one activity: within its five minutes even where none answers."""
TOLD_AT_ONCE = 10

Start = tuple[Rules, Sequence[Recorded]]
"""What the workflow of a case starts from."""
Load = Callable[[UUID], Awaitable[Start]]


class Workflows(Protocol):
    """The running cases, as the worker lets activities reach them (`workflows.client`)."""

    async def start(self, complaint: UUID, start: Start) -> None:
        """A running one goes on undisturbed."""

    async def ask(
        self,
        complaint: UUID,
        action: Action,
        request: str,
        load: Load,
        actor: Actor = SYSTEM,
    ) -> str | None:
        """Why it was refused, or None. `load` is for a case that must be revived."""

    async def lead_ended(self, complaint: UUID, lead: UUID, start: Start) -> None:
        """Tell a duplicate, running or not, that its lead ended."""

    async def tell(self, complaint: UUID, rules: Rules) -> bool:
        """News of changed rules; whether the case knows them now."""


@dataclass(frozen=True)
class CaseActivities:
    engine: AsyncEngine
    workflows: Workflows

    @activity.defn(name=Name.ASK_CASE)
    async def ask_case(self, message: AskCase) -> Reply:
        """Ask another case as the system. Idempotent on the request's id."""
        refused = await self.workflows.ask(
            message.complaint, message.action, message.request, self.load
        )
        return Reply(refused=refused)

    @activity.defn(name=Name.START_STRANDED)
    async def start_stranded(self) -> int:
        """Start what a crash left between storing and starting, or a lost engine left asleep.

        Idempotent: a case whose workflow runs is not disturbed. Returns how many were looked at.
        """
        metrics.SWEEPS.inc()
        now = datetime.now(UTC)
        filed = await unstarted_cases(self.engine, now - FILED_BEFORE, BATCH)
        for complaint in filed:
            await self.workflows.start(complaint, await self.load(complaint))
            await mark_started(self.engine, complaint)
            metrics.SWEPT.labels("unstarted").inc()
            activity.heartbeat()
        asleep = await stranded_cases(self.engine, now - ALARM_BEFORE, BATCH)
        for complaint in asleep:
            await self.workflows.start(complaint, await self.load(complaint))
            metrics.SWEPT.labels("asleep").inc()
            activity.heartbeat()
        left = await left_behind(self.engine, now - ALARM_BEFORE, BATCH)
        for complaint, lead in left:
            await self.workflows.lead_ended(complaint, lead, await self.load(complaint))
            metrics.SWEPT.labels("left_behind").inc()
            activity.heartbeat()
        return len(filed) + len(asleep) + len(left)

    @activity.defn(name=Name.ANNOUNCE_RULES)
    async def announce_rules(self, message: Announcement) -> Page:
        """Tell a page of open cases of new rules. Idempotent: nothing moves the second time."""
        page = await open_cases(self.engine, message.after, TOLD)
        gate = Semaphore(TOLD_AT_ONCE)

        async def tell(complaint: UUID) -> bool:
            async with gate:
                heard = await self.workflows.tell(complaint, message.rules)
                activity.heartbeat()
                return heard

        heard = await gather(*map(tell, page))
        return Page(last=page[-1] if page else None, silent=heard.count(False))

    async def load(self, complaint: UUID) -> Start:
        return await current_rules(self.engine), await load_events(self.engine, complaint)
