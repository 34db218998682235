"""What runs beside the cases for the portals: taking in on a schedule, and what an origin needs.

An origin's workflow ends when nothing is left to do; the record knows what is left, so that one
that was lost is started again by the sweeper.
"""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.messages import Name, OriginWork, Progress, TakeAgain, TakeAllAgain, Waiting
    from workflows.messages import INTAKE_QUEUE, portal_queue

A_CALL = timedelta(seconds=90)
"""Longer than any call of a connector: none is still under way when the next attempt begins."""
A_FETCH = timedelta(minutes=3)
"""Also long enough for a file to be made anew."""
PATIENT = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5))
AGAIN = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=3)
"""For a pull: soon the schedule comes again."""
ALIVE = timedelta(seconds=30)
"""How long a worker may be silent before another pulls instead of it."""
MANY = 500
"""Pieces of work after which the history is begun anew."""


class _OfOrigin:
    """Does one thing after the other for a report of a portal, in order, until none is left."""

    activity: Name
    limit: timedelta

    def __init__(self) -> None:
        self._more = False

    async def _work(self, work: OriginWork) -> None:
        for _ in range(MANY):
            self._more = False
            done: Progress = await workflow.execute_activity(
                self.activity,
                work,
                result_type=Progress,
                task_queue=portal_queue(work.portal),
                start_to_close_timeout=self.limit,
                retry_policy=PATIENT,
            )
            if done.wait_s:
                await workflow.wait_condition(
                    lambda: self._more, timeout=timedelta(seconds=done.wait_s)
                )
            elif not done.more and not self._more:
                return
        workflow.continue_as_new(work)

    @workflow.signal
    def more(self) -> None:
        """Something was added, or may go on."""
        self._more = True


@workflow.defn(name="Deliver")
class DeliverWorkflow(_OfOrigin):
    """Tells a portal what it has not been told of a report."""

    activity = Name.DELIVER_NEXT
    limit = A_CALL

    @workflow.run
    async def run(self, work: OriginWork) -> None:
        await self._work(work)


@workflow.defn(name="Fetch")
class FetchWorkflow(_OfOrigin):
    """Fetches the attachments of a report."""

    activity = Name.FETCH_NEXT
    limit = A_FETCH

    @workflow.run
    async def run(self, work: OriginWork) -> None:
        await self._work(work)


@workflow.defn(name="Poll")
class PollWorkflow:
    """Takes in, page by page, what a portal holds that we do not; a schedule runs it."""

    @workflow.run
    async def run(self, portal: str) -> None:
        for _ in range(MANY):
            try:
                done: Progress = await workflow.execute_activity(
                    Name.PULL_PAGE,
                    portal,
                    result_type=Progress,
                    task_queue=INTAKE_QUEUE,
                    start_to_close_timeout=timedelta(minutes=5),
                    heartbeat_timeout=ALIVE,
                    retry_policy=AGAIN,
                )
            except ActivityError:
                return  # why is in the record, and the schedule comes again
            if not done.more:
                return
        workflow.continue_as_new(portal)


@workflow.defn(name="TakeInAgain")
class TakeInAgainWorkflow:
    """Takes in what was kept in the quarantine, as somebody asked; whether that went."""

    @workflow.run
    async def run(self, message: TakeAgain) -> bool:
        return await _taken_in(message, attempts=5)


@workflow.defn(name="TakeAllInAgain")
class TakeAllInAgainWorkflow:
    """Takes in all that a portal has in the quarantine, one after the other, as somebody asked.
    What still cannot be taken in stays there, and keeps no other back."""

    @workflow.run
    async def run(self, message: TakeAllAgain) -> None:
        some: Waiting = await workflow.execute_activity(
            Name.LIST_QUARANTINED,
            message,
            result_type=Waiting,
            task_queue=INTAKE_QUEUE,
            start_to_close_timeout=ALIVE,
        )
        for id in some.ids:
            with suppress(ActivityError):
                one = TakeAgain(quarantined=id, portal=message.portal, actor=message.actor)
                await _taken_in(one, attempts=2)
        if some.ids:
            workflow.continue_as_new(message.model_copy(update={"after": some.ids[-1]}))


async def _taken_in(message: TakeAgain, *, attempts: int) -> bool:
    taken: bool = await workflow.execute_activity(
        Name.TAKE_IN_AGAIN,
        message,
        result_type=bool,
        task_queue=INTAKE_QUEUE,
        start_to_close_timeout=A_CALL * 2,
        heartbeat_timeout=ALIVE,
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=attempts),
    )
    return taken
