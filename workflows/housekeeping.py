"""What keeps the house in order beside the cases: the sweeper, and the news of changed rules."""

from datetime import timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import Announcement, Name, Page
    from domain.policy import Rules

PATIENCE = timedelta(seconds=30)
AGAIN_AFTER = timedelta(minutes=1)
AGAIN_WITHIN = timedelta(hours=1)
"""The longest pause before those that did not answer are told again."""


@workflow.defn(name="Sweep")
class SweepWorkflow:
    """Starts the cases that are stored and not running, and what waits for portals; a schedule
    runs it every minute."""

    @workflow.run
    async def run(self) -> int:
        started: int = await workflow.execute_activity(
            Name.START_STRANDED,
            result_type=int,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=PATIENCE,
        )
        if workflow.patched("wake-idle"):
            started += await workflow.execute_activity(
                Name.WAKE_IDLE,
                result_type=int,
                start_to_close_timeout=timedelta(minutes=5),
                heartbeat_timeout=PATIENCE,
            )
        return started


@workflow.defn(name="AnnounceRules")
class AnnounceRulesWorkflow:
    """Tells every open case, page by page, of a new version of policy or calendar; then the pages
    in which a case did not answer again, until all have."""

    @workflow.run
    async def run(self, rules: Rules) -> None:
        again: list[UUID | None] = []
        page = Page(last=None)
        while True:
            after = page.last
            page = await self._tell(rules, after)
            if page.silent:
                again.append(after)
            if page.last is None:
                break
        pause = AGAIN_AFTER
        while again:
            await workflow.sleep(pause)
            again = [after for after in again if (await self._tell(rules, after)).silent]
            pause = min(2 * pause, AGAIN_WITHIN)

    async def _tell(self, rules: Rules, after: UUID | None) -> Page:
        page: Page = await workflow.execute_activity(
            Name.ANNOUNCE_RULES,
            Announcement(rules=rules, after=after),
            result_type=Page,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=PATIENCE,
        )
        return page
