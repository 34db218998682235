"""What comes between the engine and the record: a worker's death, a database that lets one wait."""

import asyncio

import pytest
from sqlalchemy import text

from domain import actions as a
from domain.chain import seal
from domain.decide import decide
from domain.evolve import evolve
from domain.permissions import Refused
from domain.projection import project
from domain.terms import Classification, Stage
from record.append import append
from tests.workflows.world import COORDINATOR, UNIT, World
from workflows.client import EngineAway
from workflows.complaint import QUICK

DISPOSE = a.Dispose(
    classification=Classification.TIDAK_BERKADAR, category="infrastruktur", unit="kab/dpupr"
)


async def test_what_was_recorded_and_forgotten_by_the_engine_is_found_again(world: World) -> None:
    complaint = (await world.file()).complaint_id
    case = await world.case(complaint)
    # As the worker that died did: at a moment that the engine does not know.
    outcome = decide(case, DISPOSE, COORDINATOR, case.updated_at, world.rules, "pressed")
    assert not isinstance(outcome, Refused)
    recorded = seal(case.id, case.seq, case.head, outcome)
    for event in recorded:
        case = evolve(case, event)
    await append(world.engine, complaint, recorded, project(case, world.rules), ())

    with pytest.raises(EngineAway):
        await world.act(complaint, COORDINATOR, DISPOSE, "pressed")
    async with asyncio.timeout(20):
        while True:
            try:
                done = await world.act(complaint, COORDINATOR, DISPOSE, "pressed")
            except EngineAway:
                await asyncio.sleep(0.1)
            else:
                break
    assert (done.seq, done.stage) == (2, Stage.DISPOSED)
    assert (await world.act(complaint, UNIT, a.Accept())).seq == 3


async def test_a_record_that_keeps_an_append_waiting_is_waited_for(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    async with world.engine.connect() as connection:
        await connection.execution_options(isolation_level="READ COMMITTED")
        async with connection.begin():
            held = text("SELECT FROM cases WHERE complaint_id = :id FOR UPDATE")
            await connection.execute(held, {"id": complaint})
            accepting = asyncio.create_task(world.act(complaint, UNIT, a.Accept()))
            await asyncio.sleep(QUICK.total_seconds() + 1)
    assert (await accepting).seq == 3
    assert [event.type for event in await world.events(complaint)][1:] == ["disposed", "accepted"]
