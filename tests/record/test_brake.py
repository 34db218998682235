"""The brake on guessing: bounded pauses, counted across processes, kept as hashes for a day."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from record.brake import KEPT, QUIET, Guess, Limit, attempt, forget_guesses, held, take_back
from record.files.store import Store
from worker import _keep_forgetting

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECRET = b"s" * 32
LIMIT = Limit(free=3)
NAME = Guess("name", "siti", LIMIT)
SECOND = timedelta(seconds=1)


async def guess(engine: AsyncEngine, *guesses: Guess, at: datetime = NOW) -> datetime | None:
    return await attempt(engine, guesses, at, secret=SECRET)


async def test_pauses_double_up_to_a_bound(engine: AsyncEngine) -> None:
    now, pauses = NOW, []
    for _ in range(12):
        assert await guess(engine, NAME, at=now) is None
        until = await held(engine, [NAME], now, secret=SECRET) or now
        if until > now:
            refused = await guess(engine, NAME, at=until - SECOND)
            assert refused == until, "and what is refused is not counted"
        pauses.append((until - now).total_seconds())
        now = until
    assert pauses == [0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900]


async def test_a_thousand_years_of_guessing_pause_no_longer(engine: AsyncEngine) -> None:
    assert LIMIT.pause(10**9) == LIMIT.longest


async def test_guesses_sent_at_once_are_all_counted(engine: AsyncEngine) -> None:
    answers = await asyncio.gather(*(guess(engine, NAME, Guess("x", "y", LIMIT)) for _ in range(9)))
    assert answers.count(None) == LIMIT.free + 1


async def test_it_begins_anew_after_a_quiet_hour(engine: AsyncEngine) -> None:
    for _ in range(4):
        await guess(engine, NAME)
    assert await held(engine, [NAME], NOW, secret=SECRET)
    later = NOW + QUIET
    for _ in range(3):
        assert await guess(engine, NAME, at=later) is None
    assert await held(engine, [NAME], later, secret=SECRET) is None


async def test_a_right_guess_is_taken_back(
    engine: AsyncEngine, superuser: psycopg.AsyncConnection
) -> None:
    for _ in range(20):
        assert await guess(engine, NAME) is None
        await take_back(engine, [NAME], NOW, secret=SECRET)
    found = await superuser.execute("SELECT count(*) FROM brakes")
    assert await found.fetchone() == (0,), "and leaves no trace"


async def test_strangers_hold_up_nobody_who_made_no_wrong_guess(engine: AsyncEngine) -> None:
    def by(address: str) -> Guess:
        return Guess("ticket", "MB-2026-000001", LIMIT, by=address)

    for n in range(4):
        assert await guess(engine, by(f"10.0.0.{n}")) is None
    for n in range(4):
        assert await held(engine, [by(f"10.0.0.{n}")], NOW, secret=SECRET)
    honest = by("192.0.2.1")
    assert await held(engine, [honest], NOW, secret=SECRET) is None
    assert await guess(engine, honest) is None
    assert await held(engine, [honest], NOW, secret=SECRET), "once wrong, it waits as the others"


async def test_kinds_and_things_are_apart(engine: AsyncEngine) -> None:
    for _ in range(4):
        await guess(engine, NAME)
    for other in (replace(NAME, of="budi"), replace(NAME, kind="address")):
        assert await held(engine, [other], NOW, secret=SECRET) is None
    assert await held(engine, [replace(NAME, of=" SITI ")], NOW, secret=SECRET)


async def test_only_keyed_hashes_are_kept_and_for_a_day(
    engine: AsyncEngine, superuser: psycopg.AsyncConnection
) -> None:
    address = Guess("ticket", "MB-2026-000001", LIMIT, by="192.0.2.7")
    await guess(engine, NAME, address)
    rows = await (await superuser.execute("SELECT b::text FROM brakes b")).fetchall()
    kept = " ".join(row for (row,) in rows).lower()
    assert len(rows) == 3
    for told in ("siti", "192.0.2.7", "MB-2026-000001"):
        assert told.lower() not in kept
        assert told.encode().hex() not in kept
    assert await forget_guesses(engine, NOW + KEPT) == 0
    assert await forget_guesses(engine, NOW + KEPT + SECOND) == 3


async def test_the_worker_forgets_by_itself(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("worker.FORGET_EVERY", 0.05)
    old, new = replace(NAME, of="lama"), replace(NAME, of="baru")
    await guess(engine, new, at=datetime.now(UTC))
    for _ in range(LIMIT.free + 1):
        await guess(engine, old)
    forgetting = asyncio.create_task(_keep_forgetting(engine, Store(tmp_path)))
    async with asyncio.timeout(10):
        while await held(engine, [old], NOW, secret=SECRET):
            await asyncio.sleep(0.02)
    forgetting.cancel()
    assert await forget_guesses(engine, datetime.now(UTC) + KEPT + SECOND) == 1
