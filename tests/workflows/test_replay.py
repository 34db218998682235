"""Histories of lives already lived replay against today's code, or running cases would be stuck."""

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from tests.workflows.scenarios import HISTORIES, SCENARIOS
from workflows.complaint import ComplaintWorkflow
from workflows.messages import Ask, CaseStart, Done

KEPT = {file.stem: file.read_text() for file in sorted(HISTORIES.glob("*.json"))}


def test_every_scenario_is_kept() -> None:
    assert {name.rpartition("-")[0] for name in KEPT} == set(SCENARIOS)


@pytest.mark.parametrize("name", KEPT)
async def test_replays(name: str) -> None:
    await replay(ComplaintWorkflow, KEPT[name])


@workflow.defn(name="Complaint")
class Forgetful:
    """Answers every update without recording anything."""

    @workflow.run
    async def run(self, start: CaseStart) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def act(self, ask: Ask) -> Done:
        return Done(seq=1, stage="received")


async def test_another_behaviour_is_noticed() -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replay(Forgetful, KEPT["straight-1"])


async def replay(kind: type, told: str) -> None:
    replayer = Replayer(
        workflows=[kind],
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=pydantic_data_converter,
    )
    await replayer.replay_workflow(WorkflowHistory.from_json("kept", told))
