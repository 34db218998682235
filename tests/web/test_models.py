"""The newest model is in memory; what cannot be read leaves the one before."""

from datetime import UTC, datetime
from unittest.mock import patch

from record.engine import create_engine
from record.models import add_model
from suggest.learning import Decision, learn
from suggest.model import dumps
from tests.conftest import Database
from tests.suggest.offices import complaints
from web import models
from web.models import Models


async def test_a_new_version_is_read_and_a_broken_one_left_alone(database: Database) -> None:
    engine = create_engine(database.application_url, size=1)
    learnt = learn([Decision(*pair) for pair in zip(*complaints(80), strict=True)])
    assert learnt is not None
    now = datetime.now(UTC)
    kept = Models(engine)
    assert await kept.current() is None
    await add_model(engine, 80, b"1", learnt.figures, dumps(learnt.model), now)
    assert await kept.current() is None  # it does not look each time
    with patch.object(models, "LOOK_EVERY", 0.0):
        kept = Models(engine)
        first = await kept.current()
        assert first is not None
        assert first.version == 1
        assert await kept.current() is first
        await add_model(engine, 80, b"2", {}, b"no model at all", now)
        assert await kept.current() is first
        await add_model(engine, 80, b"3", learnt.figures, dumps(learnt.model), now)
        newest = await kept.current()
        assert newest is not None
        assert newest.version == 3
    await engine.dispose()


async def test_a_record_that_is_away_is_no_reason_to_fail(database: Database) -> None:
    engine = create_engine("postgresql://nobody@127.0.0.1:1/none", size=1)
    assert await Models(engine).current() is None
    await engine.dispose()
