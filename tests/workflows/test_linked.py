"""Duplicates: two workflows that talk to each other."""

import asyncio
from uuid import UUID

import pytest

from domain import actions as a
from domain.terms import Stage
from tests.workflows.world import COORDINATOR, UNIT, World
from workflows.client import ActionRefused


async def filed(world: World, many: int) -> list[UUID]:
    return [(await world.file()).complaint_id for _ in range(many)]


async def until(world: World, complaint: UUID, stage: Stage) -> None:
    async with asyncio.timeout(10):
        while (await world.case(complaint)).stage is not stage:
            await asyncio.sleep(0.05)


async def test_a_duplicate_follows_its_lead_to_the_end(world: World) -> None:
    lead, duplicate = await filed(world, 2)
    before = await world.case(duplicate)
    await world.act(duplicate, COORDINATOR, a.LinkDuplicate(lead=lead))
    assert (await world.case(duplicate)).stage is Stage.DUPLICATE
    assert (await world.case(lead)).duplicates == (duplicate,)
    assert before.clocks == (await world.case(duplicate)).clocks

    await world.dispose(lead)
    await world.act(lead, UNIT, a.Answer())
    await world.act(lead, COORDINATOR, a.Reopen())
    await world.act(lead, COORDINATOR, a.HandBack())
    await until(world, duplicate, Stage.CLOSED)


async def test_a_lead_that_ended_once_and_was_reopened_can_lead_again(world: World) -> None:
    lead, duplicate = await filed(world, 2)
    await world.act(duplicate, COORDINATOR, a.LinkDuplicate(lead=lead))
    await world.act(lead, COORDINATOR, a.HandBack())
    await until(world, duplicate, Stage.CLOSED)
    await world.act(lead, COORDINATOR, a.Reopen())
    await world.act(duplicate, COORDINATOR, a.Reopen())
    await world.act(duplicate, COORDINATOR, a.LinkDuplicate(lead=lead))
    await asyncio.sleep(0.5)
    assert (await world.case(duplicate)).stage is Stage.DUPLICATE
    await world.act(lead, COORDINATOR, a.HandBack())
    await until(world, duplicate, Stage.CLOSED)


async def test_unlinking_restores_and_the_lead_forgets(world: World) -> None:
    lead, duplicate = await filed(world, 2)
    await world.dispose(duplicate)
    before = await world.case(duplicate)
    await world.act(duplicate, COORDINATOR, a.LinkDuplicate(lead=lead))
    await world.act(duplicate, COORDINATOR, a.UnlinkDuplicate())
    after = await world.case(duplicate)
    assert (after.stage, after.unit, after.clocks) == (before.stage, before.unit, before.clocks)
    async with asyncio.timeout(10):
        while (await world.case(lead)).duplicates:
            await asyncio.sleep(0.05)


async def test_two_cases_cannot_follow_each_other(world: World) -> None:
    one, other = await filed(world, 2)
    outcomes = await asyncio.gather(
        world.act(one, COORDINATOR, a.LinkDuplicate(lead=other)),
        world.act(other, COORDINATOR, a.LinkDuplicate(lead=one)),
        return_exceptions=True,
    )
    assert any(isinstance(outcome, ActionRefused) for outcome in outcomes), outcomes
    stages = [(await world.case(case)).stage for case in (one, other)]
    assert stages.count(Stage.DUPLICATE) <= 1


async def test_an_ended_lead_takes_nobody_in(world: World) -> None:
    lead, duplicate = await filed(world, 2)
    await world.act(lead, COORDINATOR, a.HandBack())
    with pytest.raises(ActionRefused, match="Aduan induk"):
        await world.act(duplicate, COORDINATOR, a.LinkDuplicate(lead=lead))
    assert (await world.case(duplicate)).stage is Stage.RECEIVED
