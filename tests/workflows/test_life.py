"""A complaint's life on the real engine and the real record."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowExecutionStatus

from domain import actions as a
from domain.actors import REPORTER
from domain.chain import GENESIS, link_hash
from domain.sentences import Said
from domain.terms import ArchiveReason, ClockName, Stage
from tests.workflows.world import BODY, COORDINATOR, OTHER_UNIT, REPORTER_NAME, TITLE, UNIT, World
from workflows.client import ActionRefused


async def test_filed_to_closed(world: World) -> None:
    complaint = (await world.file()).complaint_id
    assert (await world.dispose(complaint)).stage is Stage.DISPOSED
    assert (await world.act(complaint, UNIT, a.Accept())).stage is Stage.IN_PROGRESS
    assert (await world.act(complaint, UNIT, a.Answer())).stage is Stage.ANSWERED
    done = await world.act(complaint, REPORTER, a.Rate(score=5))

    events = await world.events(complaint)
    assert [event.type for event in events] == [
        "received",
        "disposed",
        "accepted",
        "answered",
        "rated",
        "closed",
    ]
    assert (done.seq, done.stage) == (6, Stage.CLOSED)
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.prev for event in events] == [GENESIS, *(event.hash for event in events[:-1])]
    assert all(event.hash == link_hash(complaint, event.model_dump()) for event in events)
    async with world.engine.connect() as connection:
        row = (
            await connection.execute(
                text("SELECT seq, stage, open, rating FROM cases WHERE complaint_id = :id"),
                {"id": complaint},
            )
        ).one()
    assert tuple(row) == (6, "closed", False, 5)


async def test_the_workflow_remembers_what_the_record_holds(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    queried = await world.handle(complaint).query("state")
    recorded = await world.case(complaint)
    assert queried == recorded.model_dump(mode="json")


async def test_a_refusal_writes_nothing(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    history = await world.handle(complaint).fetch_history()
    for actor, kind, why in (
        (UNIT, "who", "Hanya koordinator yang dapat mengarsipkan aduan"),
        (COORDINATOR, "state", "Status aduan ini didisposisikan"),
        (OTHER_UNIT, "unseen", "tidak ada atau bukan kewenangan Anda"),
    ):
        with pytest.raises(ActionRefused, match=why) as refused:
            await world.act(complaint, actor, a.Archive(reason=ArchiveReason.INCOMPLETE))
        assert refused.value.kind == kind
        assert isinstance(refused.value.why, Said) is (kind != "unseen"), "with its parts"
    assert len(await world.events(complaint)) == 2
    again = await world.handle(complaint).fetch_history()
    assert len(again.events) == len(history.events)


async def test_two_press_at_once_and_one_wins(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    outcomes = await asyncio.gather(
        *(world.act(complaint, UNIT, a.Accept()) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(outcome, ActionRefused) for outcome in outcomes) == 5
    types = [event.type for event in await world.events(complaint)]
    assert types == ["received", "disposed", "accepted"]


async def test_one_request_sent_often_is_done_once(world: World) -> None:
    complaint = (await world.file()).complaint_id
    outcomes = await asyncio.gather(
        *(world.act(complaint, COORDINATOR, a.Note(), "same") for _ in range(20))
    )
    assert {outcome.seq for outcome in outcomes} == {2}
    assert len(await world.events(complaint)) == 2


async def test_a_request_is_remembered_when_the_engine_is_lost(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.act(complaint, COORDINATOR, a.Note(), "kept")
    await world.handle(complaint).terminate()
    again = await world.act(complaint, COORDINATOR, a.Note(), "kept")
    assert again.seq == 2
    assert len(await world.events(complaint)) == 2
    assert (await world.act(complaint, COORDINATOR, a.Note())).seq == 3


async def test_nothing_typed_and_nobody_in_the_history(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    await world.act(complaint, UNIT, a.Answer())
    history = await world.handle(complaint).fetch_history()
    decoded = history.to_json()
    raw = b"".join(data for event in history.events for data in _payloads(event))
    for word in (TITLE, BODY, REPORTER_NAME, "8123456789", "Penambongan", "Sukirman"):
        assert word not in decoded
        assert word.encode() not in raw
    assert b"disposed" in raw


def _payloads(message: Any) -> Iterator[bytes]:
    """The data of every payload at any depth of a protobuf message."""
    if isinstance(message, Payload):
        yield message.data
        return
    for field, value in message.ListFields():
        parts = value if field.is_repeated else [value]
        if field.message_type and field.message_type.GetOptions().map_entry:
            parts = value.values()
        for part in parts:
            if hasattr(part, "ListFields"):
                yield from _payloads(part)


async def test_a_case_in_its_last_state_ends_and_can_be_woken(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    await world.act(complaint, UNIT, a.Answer())
    await world.act(complaint, REPORTER, a.Rate(score=4))
    case = await world.case(complaint)
    window = case.clocks[ClockName.REOPEN_WINDOW]
    await world.skip_to_end(complaint, window.due_at)
    description = await world.handle(complaint).describe()
    assert description.status is WorkflowExecutionStatus.COMPLETED
    done = await world.act(complaint, COORDINATOR, a.Note())
    assert done.seq == case.seq + 1
