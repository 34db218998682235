"""The brake on guessing passwords, codes and receipts, the same for all web processes.

Wrong guesses are counted by what they were about: a name, an address, a ticket. After a few, each
further one costs a pause that doubles up to a bound. Kept are keyed hashes, for a day at most.
Decision 0010.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from record.engine import execute, fetch, storable, transaction
from record.keyed import keyed
from record.tables import brakes

QUIET = timedelta(hours=1)
"""After so long without a wrong guess the count begins anew."""
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """`free` wrong guesses cost nothing; each further one twice the pause of the one before."""

    free: int
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)

    def pause(self, failures: int) -> timedelta:
        beyond = failures - self.free
        if beyond <= 0:
            return timedelta()
        # Bounded before it is raised: a count may grow large.
        return min(self.longest, self.first * (1 << min(beyond - 1, 20)))


@dataclass(frozen=True)
class Guess:
    """A guess of some `kind` about `of`.

    `by`: who guesses, where others' wrong guesses must not hold up somebody who made none.
    """

    kind: str
    of: str
    limit: Limit
    by: str | None = None


async def held(
    engine: AsyncEngine, guesses: Collection[Guess], now: datetime, *, secret: bytes
) -> datetime | None:
    """Until when no such guess is taken; None where one is. Counts nothing: one statement."""
    wanted = _hashes(guesses, secret)
    rows = await fetch(engine, select(brakes).where(brakes.c.hash.in_(wanted)))
    return _held(guesses, {row["hash"]: row for row in rows}, now, secret)


async def attempt(
    engine: AsyncEngine, guesses: Sequence[Guess], now: datetime, *, secret: bytes
) -> datetime | None:
    """Counts a guess before it is looked at, so that a thousand at once are a thousand.

    Until when to wait, where none is taken now: that one is not counted. Whoever guessed right
    calls `take_back`.
    """
    async with transaction(engine) as connection:
        rows = await _locked(connection, _hashes(guesses, secret), now)
        if until := _held(guesses, rows, now, secret):
            return until
        for guess in guesses:
            for hashed in _hashes([guess], secret):
                await _count(connection, rows[hashed], guess.limit, now)
    return None


async def take_back(
    engine: AsyncEngine, guesses: Collection[Guess], now: datetime, *, secret: bytes
) -> None:
    """The last guess was right: it was no wrong one."""
    mine = brakes.c.hash.in_(_hashes(guesses, secret))
    async with transaction(engine) as connection:
        await connection.execute(delete(brakes).where(mine, brakes.c.failures <= 1))
        fewer = {"failures": brakes.c.failures - 1, "until": now}
        await connection.execute(update(brakes).where(mine).values(fewer))


async def forget_guesses(engine: AsyncEngine, now: datetime) -> int:
    """Removes what is a day old; how many it was. Safe to repeat."""
    return await execute(engine, delete(brakes).where(brakes.c.failed_at < now - KEPT))


def _hashes(guesses: Iterable[Guess], secret: bytes) -> list[bytes]:
    found = []
    for guess in guesses:
        found.append(_hash(guess, secret))
        if guess.by is not None:
            found.append(_own_hash(guess, secret))
    return found


def _hash(guess: Guess, secret: bytes) -> bytes:
    return keyed(secret, f"brake/{guess.kind}", _about(guess))


def _own_hash(guess: Guess, secret: bytes) -> bytes:
    return keyed(secret, f"brake/{guess.kind}/by", f"{_about(guess)}/{guess.by}")


def _about(guess: Guess) -> str:
    return storable(guess.of).strip().casefold()


def _held(
    guesses: Iterable[Guess], rows: dict[bytes, RowMapping], now: datetime, secret: bytes
) -> datetime | None:
    held_until = [
        row["until"]
        for guess in guesses
        if (row := rows.get(_hash(guess, secret)))
        and row["until"] > now
        and (guess.by is None or _recent(rows.get(_own_hash(guess, secret)), now))
    ]
    return max(held_until, default=None)


def _recent(row: RowMapping | None, now: datetime) -> int:
    """How many wrong guesses still count."""
    return row["failures"] if row and row["failed_at"] > now - QUIET else 0


async def _locked(
    connection: AsyncConnection, hashes: list[bytes], now: datetime
) -> dict[bytes, RowMapping]:
    """The rows, made where there are none, and nobody else's until the transaction ends."""
    new = [{"hash": h, "failures": 0, "failed_at": now, "until": now} for h in sorted(hashes)]
    statement = insert(brakes).values(new)
    found = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["hash"], set_={"failures": brakes.c.failures}
        ).returning(brakes)
    )
    return {row["hash"]: row for row in found.mappings()}


async def _count(connection: AsyncConnection, row: RowMapping, limit: Limit, now: datetime) -> None:
    failures = _recent(row, now) + 1
    values = {"failures": failures, "failed_at": now, "until": now + limit.pause(failures)}
    await connection.execute(update(brakes).where(brakes.c.hash == row["hash"]).values(values))
