"""The sweeper: what a crash left unstarted, and what an engine that lost everything left asleep."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment

from activities.cases import FILED_BEFORE, CaseActivities
from activities.messages import Announcement, AskCase
from cli.parts import TemporalServer, free_port, running
from domain import actions as a
from domain.policy import Limit, Measure, Rules
from domain.terms import ClockName, Stage
from record.events import mark_started
from tests.workflows.world import COORDINATOR, UNIT, World
from worker import make_worker
from workflows.client import SystemClient, announce_rules, start_case
from workflows.messages import rules_id


def activities(world: World) -> CaseActivities:
    return CaseActivities(world.engine, SystemClient(world.client))


async def sweep(world: World) -> int:
    return await ActivityEnvironment().run(activities(world).start_stranded)


async def unstarted(world: World) -> set[UUID]:
    async with world.engine.connect() as connection:
        return set((await connection.execute(text("SELECT complaint_id FROM unstarted"))).scalars())


async def runs(world: World, complaint: UUID) -> bool:
    try:
        return (await world.handle(complaint).describe()).close_time is None
    except RPCError:
        return False


async def until(world: World, complaint: UUID, *awaited: str) -> list[str]:
    """The types of the case's events once those awaited are among them, in whichever order."""
    async with asyncio.timeout(10):
        while True:
            types = [one.type for one in await world.events(complaint)]
            if not Counter(awaited) - Counter(types):
                return types
            await asyncio.sleep(0.05)


def later_rules(rules: Rules) -> Rules:
    """Under which a first response may take six hours more."""
    limits = {**rules.policy.limits, ClockName.FIRST_RESPONSE: Limit(n=30, measure=Measure.HOURS)}
    policy = rules.policy.model_copy(update={"version": 2, "limits": limits})
    return rules.model_copy(update={"policy": policy})


async def test_what_a_crash_left_between_storing_and_starting(world: World) -> None:
    now = datetime.now(UTC)
    left = (await world.file(now - FILED_BEFORE * 2, start=False)).complaint_id
    just_filed = (await world.file(now, start=False)).complaint_id
    assert await unstarted(world) == {left, just_filed}
    assert await sweep(world) == 1
    assert (await runs(world, left), await runs(world, just_filed)) == (True, False)
    assert await unstarted(world) == {just_filed}
    assert await sweep(world) == 0


async def test_a_case_that_runs_is_not_disturbed(world: World) -> None:
    filed = await world.file(datetime.now(UTC) - FILED_BEFORE * 2)
    first = await world.handle(filed.complaint_id).describe()
    assert await sweep(world) == 1
    assert (await world.handle(filed.complaint_id).describe()).run_id == first.run_id


async def test_a_filed_case_sleeps_unless_its_deadlines_are_outdated(world: World) -> None:
    asleep = (await world.file()).complaint_id
    outdated = (await world.file(start=False)).complaint_id
    start = await world.start_of(outdated)
    async with make_worker(world.client, world.engine):
        await start_case(world.client, start.model_copy(update={"rules": later_rules(world.rules)}))
        await until(world, outdated, "replanned")
        history = await world.handle(asleep).fetch_history()
        assert [event.event_type for event in history.events] == [
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
        ]
        await world.dispose(asleep)
    assert await until(world, asleep, "disposed") == ["received", "disposed"]


async def test_an_overdue_case_that_sleeps_is_woken_and_rings(world: World) -> None:
    filed = await world.file(datetime.now(UTC) - timedelta(days=10), start=False)
    complaint = filed.complaint_id
    await mark_started(world.engine, complaint)
    assert await sweep(world) == 1
    async with make_worker(world.client, world.engine):
        # Filed on a weekend, the first response climbs before verification is late.
        await until(world, complaint, "breached", "breached", "escalated")
    again = [one.type for one in await world.events(complaint)]
    assert again.count("breached") == 2


async def test_an_engine_that_lost_everything_is_rebuilt_from_the_record(
    world: World, tmp_path: Path
) -> None:
    async with make_worker(world.client, world.engine):
        asked, asleep, ended = [(await world.file()).complaint_id for _ in range(3)]
        for complaint in (asked, asleep, ended):
            await world.dispose(complaint)
        await world.act(asked, UNIT, a.Accept(), "kept")
        await world.act(ended, COORDINATOR, a.HandBack())
    server = TemporalServer(tmp_path / "temporal", free_port(), in_memory=True)
    async with running(server):
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        empty = replace(world, client=client)
        assert not await runs(empty, asked)
        async with make_worker(client, world.engine):
            again = await empty.act(asked, UNIT, a.Accept(), "kept")
            assert (again.seq, again.stage) == (3, Stage.IN_PROGRESS)
            done = await empty.act(asked, UNIT, a.Answer())
            assert (done.seq, done.stage) == (4, Stage.ANSWERED)
            reopened = await empty.act(ended, COORDINATOR, a.Reopen())
            assert reopened.stage is Stage.RECEIVED

            assert not await runs(empty, asleep)
            async with world.engine.begin() as connection:
                await connection.execute(
                    text("UPDATE cases SET alarm_at = :at WHERE complaint_id = :id"),
                    {"at": datetime.now(UTC) - timedelta(hours=1), "id": asleep},
                )
            assert await sweep(empty) == 1
            assert await runs(empty, asleep)
            assert (await empty.act(asleep, UNIT, a.Accept())).seq == 3
        for complaint in (asked, asleep, ended):
            events = await world.events(complaint)
            assert [event.seq for event in events] == list(range(1, len(events) + 1))


async def test_a_duplicate_left_behind_by_a_lost_workflow_follows_its_lead(world: World) -> None:
    async with make_worker(world.client, world.engine):
        lead, duplicate = [(await world.file()).complaint_id for _ in range(2)]
        await world.act(duplicate, COORDINATOR, a.LinkDuplicate(lead=lead))
        await world.handle(duplicate).terminate()
        await world.act(lead, COORDINATOR, a.HandBack())
        assert await sweep(world) == 0, "it may still follow by itself"
        async with world.engine.begin() as connection:
            await connection.execute(
                text("UPDATE cases SET ended_at = :at WHERE complaint_id = :id"),
                {"at": datetime.now(UTC) - timedelta(hours=1), "id": lead},
            )
        assert await sweep(world) == 1
        assert await until(world, duplicate, "closed") == ["received", "linked", "closed"]
        assert await sweep(world) == 0


async def test_one_case_asks_another_once(world: World) -> None:
    lead, duplicate = [(await world.file()).complaint_id for _ in range(2)]
    join = AskCase(
        complaint=lead, action=a.JoinDuplicate(duplicate=duplicate), request="one-request"
    )
    environment = ActivityEnvironment()
    async with make_worker(world.client, world.engine):
        replies = [await environment.run(activities(world).ask_case, join) for _ in range(2)]
        assert [reply.refused for reply in replies] == [None, None]
        assert [one.type for one in await world.events(lead)] == ["received", "duplicate_joined"]
        await world.act(lead, COORDINATOR, a.HandBack())
        late = join.model_copy(update={"request": "another"})
        refused = (await environment.run(activities(world).ask_case, late)).refused
        assert refused is not None
        assert "dikembalikan, bukan wewenang" in refused


async def test_news_go_to_every_open_case_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.cases.TOLD", 2)
    filed = sorted([(await world.file()).complaint_id for _ in range(3)])
    rules, told = later_rules(world.rules), []
    after: UUID | None = None
    async with make_worker(world.client, world.engine):
        while True:
            news = Announcement(rules=rules, after=after)
            page = await ActivityEnvironment().run(activities(world).announce_rules, news)
            if (after := page.last) is None:
                break
            told.append(after)
        for complaint in filed:
            assert await until(world, complaint, "replanned") == ["received", "replanned"]
    assert told == [filed[1], filed[2]]


async def test_a_silent_case_keeps_the_news_from_nobody_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("workflows.client.TASK_QUEUE", "nobody-works-on-it")
        silent = (await world.file()).complaint_id
    heard = (await world.file()).complaint_id
    monkeypatch.setattr("workflows.client.ACT_WITHIN", timedelta(seconds=1))
    monkeypatch.setattr("workflows.housekeeping.AGAIN_AFTER", timedelta(seconds=1))
    async with make_worker(world.client, world.engine):
        await announce_rules(world.client, rules := later_rules(world.rules))
        await until(world, heard, "replanned")
        assert [one.type for one in await world.events(silent)] == ["received"]
        async with make_worker(world.client, world.engine, "nobody-works-on-it"):
            told = world.client.get_workflow_handle(f"announce-rules-{rules_id(rules)}")
            async with asyncio.timeout(30):
                await told.result()
            await until(world, silent, "replanned")
