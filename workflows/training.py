"""Learning anew from what was decided, every night."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.messages import Learnt, Name

PATIENCE = timedelta(seconds=60)
LONGEST = timedelta(minutes=30)
FEW = RetryPolicy(initial_interval=timedelta(minutes=1), maximum_attempts=3)
"""There is another night."""


@workflow.defn(name="Learn")
class LearnWorkflow:
    """Has the house learn from its decisions; a schedule runs it every night."""

    @workflow.run
    async def run(self) -> int | None:
        """The version of the model that stands now; None where there is too little to learn."""
        learnt: Learnt = await workflow.execute_activity(
            Name.LEARN,
            result_type=Learnt,
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=PATIENCE,
            retry_policy=FEW,
        )
        return learnt.version
