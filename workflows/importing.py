"""Taking in a portal's spreadsheet, as somebody asked."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import ImportWork, Name, Progress
    from workflows.messages import INTAKE_QUEUE
    from workflows.portals import PATIENT


@workflow.defn(name="Import")
class ImportWorkflow:
    """Some rows at a time, until all are done; how far it is stands in the record."""

    @workflow.run
    async def run(self, work: ImportWork) -> None:
        more = True
        while more:
            done: Progress = await workflow.execute_activity(
                Name.APPLY_IMPORT,
                work,
                result_type=Progress,
                task_queue=INTAKE_QUEUE,
                start_to_close_timeout=timedelta(minutes=5),
                heartbeat_timeout=timedelta(seconds=60),
                retry_policy=PATIENT,
            )
            more = done.more
