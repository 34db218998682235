"""The house learns from what was decided, once, in a process apart, and gives signs of life."""

import asyncio
import sys
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from temporalio.testing import ActivityEnvironment

from activities import suggestions
from activities.messages import Learnt
from activities.suggestions import LearningFailedError, SuggestionActivities, learn
from record.models import Decided, Imported, import_decisions, list_models, model_data
from suggest.model import loads
from tests.suggest.offices import complaints
from tests.workflows.world import World


async def teach(world: World, count: int) -> None:
    texts, categories = complaints(count)
    rows = [
        Imported(str(number), Decided(text, category, None, None))
        for number, (text, category) in enumerate(zip(texts, categories, strict=True))
    ]
    await import_decisions(world.engine, "lama", rows, datetime.now(UTC))


async def test_it_learns_once_from_the_same_and_again_from_more(world: World) -> None:
    await teach(world, 100)
    learning = SuggestionActivities(world.engine)
    beats: list[object] = []
    environment = ActivityEnvironment()
    environment.on_heartbeat = lambda *details: beats.append(details)
    with patch.object(suggestions, "BEAT", 0.2):
        assert await environment.run(learning.learn) == Learnt(version=1)
    assert len(beats) >= 2
    assert await environment.run(learning.learn) == Learnt(version=1)
    await teach(world, 120)
    assert await environment.run(learning.learn) == Learnt(version=2)
    assert [row.rows for row in await list_models(world.engine)] == [120, 100]
    data = await model_data(world.engine, 2)
    assert data is not None
    model = loads(data)
    assert model.category is not None
    assert model.category.ask("guru dan murid di sekolah")[0].value == "pendidikan"


async def test_from_too_little_nothing_is_learnt(world: World) -> None:
    assert await learn(world.engine) is None
    await teach(world, 49)
    assert await learn(world.engine) is None
    assert await list_models(world.engine) == []


async def test_a_process_that_fails_is_told_of(world: World) -> None:
    await teach(world, 60)
    with (
        patch.object(sys, "executable", "/bin/false"),
        pytest.raises(LearningFailedError, match="exit code 1"),
    ):
        await learn(world.engine)
    assert await list_models(world.engine) == []


async def test_a_cancelled_run_leaves_no_process_behind(world: World) -> None:
    await teach(world, 60)
    started = []
    create = asyncio.create_subprocess_exec

    async def remembered(*arguments: str, **options: object) -> asyncio.subprocess.Process:
        started.append(await create(*arguments, **options))  # type: ignore[arg-type]
        return started[-1]

    with patch.object(asyncio, "create_subprocess_exec", remembered):
        running = asyncio.create_task(learn(world.engine))
        while not started:
            await asyncio.sleep(0.02)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert started[0].returncode is not None
