"""The nightly run on a real engine: scheduled once, learning, and with no word in its history."""

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio.client import ScheduleOverlapPolicy

from record.models import Decided, Imported, import_decisions, newest_version
from tests.suggest.offices import complaints
from tests.workflows.world import World
from workflows.client import keep_learning
from workflows.messages import TASK_QUEUE
from workflows.training import LearnWorkflow

WORD = "puskesmas"


async def test_it_is_scheduled_every_night_once(world: World) -> None:
    await keep_learning(world.client)
    await keep_learning(world.client)
    schedule = (await world.client.get_schedule_handle("learn").describe()).schedule
    assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    described = await world.client.get_schedule_handle("learn").describe()
    following = described.info.next_action_times[0]
    # Two in the morning in Purbalingga, seven hours ahead of UTC.
    assert (following.astimezone(UTC).hour, following.minute) == (19, 0)
    assert following - datetime.now(UTC) <= timedelta(days=1)


async def test_a_run_learns_and_its_history_holds_no_word(world: World) -> None:
    texts, categories = complaints(80)
    assert any(WORD in text for text in texts)
    rows = [
        Imported(str(number), Decided(text, category, None, None))
        for number, (text, category) in enumerate(zip(texts, categories, strict=True))
    ]
    await import_decisions(world.engine, "lama", rows, datetime.now(UTC))
    handle = await world.client.start_workflow(
        LearnWorkflow.run, id="learn-now", task_queue=TASK_QUEUE
    )
    answered = 0
    running = asyncio.create_task(handle.result())
    while not (await asyncio.wait([running], timeout=0.05))[0]:
        answered += 1  # the worker's loop goes on meanwhile
    assert await running == await newest_version(world.engine) == 1
    assert answered > 1
    history = (await handle.fetch_history()).to_json()
    assert WORD not in history
    assert "infrastruktur" not in history
