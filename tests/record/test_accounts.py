"""Accounts, passwords, tokens and sessions."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Grant
from domain.terms import Role
from record.access import (
    KEPT,
    account_of_session,
    account_of_token,
    create_session,
    create_token,
    forget_sessions,
    revoke_session,
    revoke_sessions,
    revoke_token,
)
from record.accounts import Account, UsernameTakenError, add_account, log_in
from record.staff import activate, deactivate
from tests.record.office import statements

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECRET = b"s" * 32
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HELD = (
    Grant(role=Role.UNIT_ADMIN, unit="kab/dpupr"),
    Grant(role=Role.AUDITOR),
)


@pytest.fixture
async def siti(engine: AsyncEngine) -> Account:
    return await add_account(engine, " Siti ", "Siti Aminah", "kata sandi panjang", HELD)


async def test_only_the_right_password_logs_in(engine: AsyncEngine, siti: Account) -> None:
    account = await log_in(engine, "SITI", "kata sandi panjang")
    assert account is not None
    assert (account.id, account.username, account.name) == (siti.id, "siti", "Siti Aminah")
    assert set(account.grants) == set(HELD)
    assert account.actor.id == f"account:{siti.id}"
    for username, password in (("siti", "lain"), ("siti", ""), ("budi", "x"), ("\x00", "\x00")):
        assert await log_in(engine, username, password) is None


async def test_a_name_is_taken_once(engine: AsyncEngine, siti: Account) -> None:
    with pytest.raises(UsernameTakenError):
        await add_account(engine, "SITI", "Lain", "kata sandi panjang", ())


async def test_a_grant_at_no_unit_makes_no_account(engine: AsyncEngine) -> None:
    with pytest.raises(IntegrityError):
        await add_account(
            engine, "budi", "Budi", "x" * 12, [Grant(role=Role.UNIT_HEAD, unit="kab/tak-ada")]
        )
    assert await log_in(engine, "budi", "x" * 12) is None


async def test_a_token_brings_its_account_in_one_query(engine: AsyncEngine, siti: Account) -> None:
    token = await create_token(engine, "siti", NOW, secret=SECRET)
    assert token is not None
    with statements() as sent:
        account = await account_of_token(engine, token, secret=SECRET)
    assert account == await log_in(engine, "siti", "kata sandi panjang")
    assert sent == {"SELECT": 1}
    assert await account_of_token(engine, token + "x", secret=SECRET) is None
    assert await account_of_token(engine, token, secret=b"other") is None
    await revoke_token(engine, token, NOW, secret=SECRET)
    assert await account_of_token(engine, token, secret=SECRET) is None


async def test_a_session_ends_when_revoked_unused_or_old(
    engine: AsyncEngine, siti: Account
) -> None:
    async def whose(session: str, now: datetime) -> Account | None:
        return await account_of_session(engine, session, now, HOUR, secret=SECRET)

    session = await create_session(engine, siti.id, NOW, DAY, secret=SECRET)
    assert await whose(session, NOW)
    assert await whose(session, NOW + 2 * HOUR) is None, "nobody used it for an hour"
    now = NOW
    while now < NOW + DAY - HOUR / 2:
        assert await whose(session, now), "each use keeps it alive"
        now += HOUR / 2
    assert await whose(session, NOW + DAY) is None, "not for longer than a day"
    assert await whose("", NOW) is None

    one, other = [await create_session(engine, siti.id, NOW, DAY, secret=SECRET) for _ in range(2)]
    await revoke_session(engine, one, NOW, secret=SECRET)
    assert await whose(one, NOW) is None
    assert await whose(other, NOW)
    await revoke_sessions(engine, siti.id, NOW)
    assert await whose(other, NOW) is None


async def test_sessions_of_long_ago_are_forgotten(engine: AsyncEngine, siti: Account) -> None:
    for ends in (DAY, 2 * DAY):
        session = await create_session(engine, siti.id, NOW, ends, secret=SECRET)
        await revoke_session(engine, session, NOW, secret=SECRET)
    assert await forget_sessions(engine, NOW + DAY + KEPT) == 0
    assert await forget_sessions(engine, NOW + DAY + KEPT + HOUR) == 1


async def test_a_use_is_noted_once_a_minute(engine: AsyncEngine, siti: Account) -> None:
    session = await create_session(engine, siti.id, NOW, DAY, secret=SECRET)
    later = NOW + timedelta(minutes=2)
    for expected in ({"SELECT": 1, "UPDATE": 1}, {"SELECT": 1}):
        with statements() as sent:
            await account_of_session(engine, session, later, HOUR, secret=SECRET)
        assert sent == expected


async def test_a_disabled_account_is_refused_everywhere(engine: AsyncEngine, siti: Account) -> None:
    token = await create_token(engine, "siti", NOW, secret=SECRET)
    session = await create_session(engine, siti.id, NOW, DAY, secret=SECRET)
    assert token
    await deactivate(engine, siti.id, NOW)
    assert await log_in(engine, "siti", "kata sandi panjang") is None
    assert await account_of_token(engine, token, secret=SECRET) is None
    assert await account_of_session(engine, session, NOW, HOUR, secret=SECRET) is None
    assert await create_token(engine, "siti", NOW, secret=SECRET) is None
    await activate(engine, siti.id)
    assert await account_of_token(engine, token, secret=SECRET)
    assert await account_of_session(engine, session, NOW, HOUR, secret=SECRET) is None


async def test_neither_token_nor_session_nor_password_is_kept(
    engine: AsyncEngine, siti: Account, superuser: psycopg.AsyncConnection
) -> None:
    token = await create_token(engine, "siti", NOW, secret=SECRET)
    session = await create_session(engine, siti.id, NOW, DAY, secret=SECRET)
    found = await superuser.execute(
        "SELECT t::text FROM tokens t UNION ALL SELECT s::text FROM sessions s"
        " UNION ALL SELECT a::text FROM accounts a"
    )
    kept = " ".join(row for (row,) in await found.fetchall())
    assert "argon2id" in kept
    for told_once in (token, session, "kata sandi panjang"):
        assert told_once
        assert told_once not in kept
        assert told_once.encode().hex() not in kept
