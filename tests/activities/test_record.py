"""Appending is done once however often it is tried, and never over what the record holds."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.messages import DIVERGED, Append
from activities.record import RecordActivities
from domain import actions as a
from domain.case import Case
from domain.chain import seal
from domain.decide import decide
from domain.evolve import evolve
from domain.notices import Notice, notices
from domain.permissions import Refused
from domain.projection import project
from domain.terms import Classification
from tests.workflows.world import COORDINATOR, World
from workflows.client import SystemClient


def disposed(case: Case, world: World, unit: str = "kab/dpupr") -> Append:
    """What the workflow would append for a disposition."""
    action = a.Dispose(
        classification=Classification.TIDAK_BERKADAR, category="infrastruktur", unit=unit
    )
    outcome = decide(case, action, COORDINATOR, case.updated_at, world.rules)
    assert not isinstance(outcome, Refused)
    events = seal(case.id, case.seq, case.head, outcome)
    told: list[Notice] = []
    for event in events:
        case = evolve(case, event)
        told += notices(case, event, world.rules)
    return Append(
        complaint=case.id,
        events=events,
        projection=project(case, world.rules),
        notices=tuple(told),
    )


async def rows(world: World, table: str, complaint: object) -> list[tuple[object, ...]]:
    statement = text(f"SELECT * FROM {table} WHERE complaint_id = :id ORDER BY 1, 2")  # noqa: S608
    async with world.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(statement, {"id": complaint})]


async def test_an_append_is_done_once(world: World) -> None:
    filed = await world.file(start=False)
    message = disposed(await world.case(filed.complaint_id), world)
    record = RecordActivities(world.engine, SystemClient(world.client))
    environment = ActivityEnvironment()
    await environment.run(record.append_events, message)
    tables = ("events", "cases", "outbox")
    before = [await rows(world, table, filed.complaint_id) for table in tables]
    assert len(before[0]) == 2
    assert before[2]
    await environment.run(record.append_events, message)
    assert [await rows(world, table, filed.complaint_id) for table in tables] == before


async def test_the_record_is_right_where_the_two_differ(world: World) -> None:
    filed = await world.file(start=False)
    case = await world.case(filed.complaint_id)
    record = RecordActivities(world.engine, SystemClient(world.client))
    environment = ActivityEnvironment()
    await environment.run(record.append_events, disposed(case, world))
    before = await world.events(filed.complaint_id)
    with pytest.raises(ApplicationError) as refused:
        await environment.run(record.append_events, disposed(case, world, "kab/dinhub"))
    assert (refused.value.type, refused.value.non_retryable) == (DIVERGED, True)
    ahead = case.model_copy(update={"seq": 5})
    with pytest.raises(ApplicationError) as refused:
        await environment.run(record.append_events, disposed(ahead, world))
    assert (refused.value.type, refused.value.non_retryable) == (DIVERGED, True)
    assert await world.events(filed.complaint_id) == before


async def test_a_case_that_is_not_there_is_no_empty_history(world: World) -> None:
    record = RecordActivities(world.engine, SystemClient(world.client))
    environment = ActivityEnvironment()
    with pytest.raises(ApplicationError, match="no such case"):
        await environment.run(record.load_events, uuid4())
    filed = await world.file(start=False)
    history = await environment.run(record.load_events, filed.complaint_id)
    assert list(history.events) == await world.events(filed.complaint_id)
