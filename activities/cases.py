"""Asking and starting cases from within the house: one case of another, and the sweeper."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.client import Client

from activities.messages import Announcement, AskCase, Name, Page, Reply
from domain.actors import SYSTEM
from record.events import load_events, mark_started, unstarted_cases
from record.rules import current_rules
from record.running import open_cases, stranded_cases
from workflows.client import ActionRefused, ask_case, start_case, tell_rules
from workflows.messages import Ask, CaseStart

FILED_BEFORE = timedelta(seconds=30)
"""A complaint stored so long ago should have its workflow."""
ALARM_BEFORE = timedelta(minutes=5)
"""An alarm due so long ago should have rung."""
BATCH = 500


@dataclass(frozen=True)
class CaseActivities:
    engine: AsyncEngine
    client: Client

    @activity.defn(name=Name.ASK_CASE)
    async def ask_case(self, message: AskCase) -> Reply:
        """Ask another case as the system. Idempotent on the request's id."""
        ask = Ask(action=message.action, actor=SYSTEM, request=message.request)
        try:
            await ask_case(self.client, message.complaint, ask, self.load)
        except ActionRefused as refused:
            return Reply(refused=refused.why)
        return Reply()

    @activity.defn(name=Name.START_STRANDED)
    async def start_stranded(self) -> int:
        """Start what a crash left between storing and starting, or a lost engine left asleep.

        Idempotent: a case whose workflow runs is not disturbed. Returns how many were looked at.
        """
        now = datetime.now(UTC)
        filed = await unstarted_cases(self.engine, now - FILED_BEFORE, BATCH)
        for complaint in filed:
            await start_case(self.client, await self.load(complaint))
            await mark_started(self.engine, complaint)
            activity.heartbeat()
        asleep = await stranded_cases(self.engine, now - ALARM_BEFORE, BATCH)
        for complaint in asleep:
            await start_case(self.client, await self.load(complaint))
            activity.heartbeat()
        return len(filed) + len(asleep)

    @activity.defn(name=Name.ANNOUNCE_RULES)
    async def announce_rules(self, message: Announcement) -> Page:
        """Tell a page of open cases of new rules. Idempotent: nothing moves the second time."""
        page = await open_cases(self.engine, message.after, BATCH)
        for complaint in page:
            await tell_rules(self.client, complaint, message.rules)
            activity.heartbeat()
        return Page(last=page[-1] if page else None)

    async def load(self, complaint: UUID) -> CaseStart:
        """What the workflow of a case starts from."""
        return CaseStart(
            complaint=complaint,
            rules=await current_rules(self.engine),
            events=tuple(await load_events(self.engine, complaint)),
        )
