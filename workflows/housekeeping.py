"""What keeps the house in order beside the cases: the sweeper, and the news of changed rules."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import Announcement, Name, Page
    from domain.policy import Rules

PATIENCE = timedelta(seconds=30)


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
    """Tells every open case, page by page, of a new version of policy or calendar."""

    @workflow.run
    async def run(self, rules: Rules) -> None:
        page = Page(last=None)
        while True:
            page = await workflow.execute_activity(
                Name.ANNOUNCE_RULES,
                Announcement(rules=rules, after=page.last),
                result_type=Page,
                start_to_close_timeout=timedelta(minutes=5),
                heartbeat_timeout=PATIENCE,
            )
            if page.last is None:
                return
