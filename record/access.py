"""API tokens and sessions: shown once, kept as keyed hashes only, revocable at once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Update, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.accounts import Account, account_of, active_account
from record.engine import execute, fetch, fetch_one, quick
from record.keyed import keyed
from record.tables import accounts, sessions, tokens

SEEN_EVERY = timedelta(minutes=1)
"""How old `last_seen_at` may grow before a request writes it again."""
KEPT = timedelta(days=90)
"""How long a session is still known after its end, should somebody ask who used an account."""


async def create_token(
    engine: AsyncEngine, username: str, now: datetime, *, secret: bytes
) -> str | None:
    """A new API token of that account, to be shown once; None where there is no active one."""
    token = f"mb_{secrets.token_urlsafe(32)}"
    owner = select(accounts.c.id).where(accounts.c.username == username, accounts.c.active)
    row = await fetch_one(engine, owner)
    if row is None:
        return None
    await execute(
        engine,
        insert(tokens)
        .values(hash=keyed(secret, "token", token), account_id=row["id"], created_at=now)
        .on_conflict_do_nothing(),
    )
    return token


ACCOUNT_BY_HASH = """
SELECT a.id, a.username, a.name, a.shortcuts,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'unit', g.unit)), '[]')
        FROM grants g WHERE g.account_id = a.id) AS grants
FROM tokens t JOIN accounts a ON a.id = t.account_id
WHERE t.hash = %s AND t.revoked_at IS NULL AND a.active
"""


async def account_of_token(engine: AsyncEngine, token: str, *, secret: bytes) -> Account | None:
    """Whose API token it is, with their grants: one query."""
    row = await quick(engine, ACCOUNT_BY_HASH, [keyed(secret, "token", token)])
    return account_of(row) if row else None


async def revoke_token(engine: AsyncEngine, token: str, now: datetime, *, secret: bytes) -> None:
    """From now on it opens nothing. Safe to repeat."""
    await execute(
        engine,
        update(tokens)
        .where(tokens.c.hash == keyed(secret, "token", token), tokens.c.revoked_at.is_(None))
        .values(revoked_at=now),
    )


async def create_session(
    engine: AsyncEngine,
    account: UUID,
    now: datetime,
    lifetime: timedelta,
    *,
    secret: bytes,
    half: bool = False,
    browser: str = "",
) -> str:
    """A new session of `lifetime` at most; its id, for the cookie.

    `half`: the second factor is still to come. `browser`: a word for its owner.
    """
    session = secrets.token_urlsafe(32)
    await execute(
        engine,
        insert(sessions)
        .values(
            hash=keyed(secret, "session", session),
            account_id=account,
            created_at=now,
            last_seen_at=now,
            expires_at=now + lifetime,
            half=half,
            browser=browser,
        )
        .on_conflict_do_nothing(),
    )
    return session


async def account_of_session(
    engine: AsyncEngine,
    session: str,
    now: datetime,
    idle: timedelta,
    *,
    secret: bytes,
    half: bool = False,
    used: bool = True,
) -> Account | None:
    """Whose session it is, unless it ended, or nobody used it for `idle`.

    A half session is none, and a whole one is not half. One query, and once a minute a second
    that notes its use, if it is one: `used` is False for what a page asks by itself.
    """
    hashed = keyed(secret, "session", session)
    row = await fetch_one(
        engine,
        active_account(
            sessions.c.hash == hashed,
            sessions.c.half.is_(half),
            *alive(now, idle),
        )
        .join(sessions, sessions.c.account_id == accounts.c.id)
        .add_columns(sessions.c.last_seen_at),
    )
    if row is None:
        return None
    if used and row["last_seen_at"] < now - SEEN_EVERY:
        await execute(
            engine, update(sessions).where(sessions.c.hash == hashed).values(last_seen_at=now)
        )
    return account_of(row)


async def revoke_session(
    engine: AsyncEngine, session: str, now: datetime, *, secret: bytes
) -> None:
    """Log out. Safe to repeat."""
    await execute(engine, ending(sessions.c.hash == keyed(secret, "session", session), now))


@dataclass(frozen=True)
class Session:
    """As its owner sees it; `ref` names it in a form and opens nothing."""

    ref: str
    created_at: datetime
    last_seen_at: datetime
    browser: str
    current: bool


async def sessions_of(
    engine: AsyncEngine,
    account: UUID,
    session: str,
    now: datetime,
    idle: timedelta,
    *,
    secret: bytes,
) -> Sequence[Session]:
    """Those that are alive, the last used first; `session` is the one that asks."""
    own = keyed(secret, "session", session)
    rows = await fetch(
        engine,
        select(sessions)
        .where(sessions.c.account_id == account, ~sessions.c.half, *alive(now, idle))
        .order_by(sessions.c.last_seen_at.desc(), sessions.c.hash),
    )
    return [
        Session(
            row["hash"].hex(),
            row["created_at"],
            row["last_seen_at"],
            row["browser"],
            row["hash"] == own,
        )
        for row in rows
    ]


async def revoke_session_named(engine: AsyncEngine, account: UUID, ref: str, now: datetime) -> None:
    """End one of that account's sessions; a `ref` that is none of theirs ends nothing."""
    try:
        named = bytes.fromhex(ref)
    except ValueError:
        return
    await execute(
        engine, ending((sessions.c.account_id == account) & (sessions.c.hash == named), now)
    )


async def revoke_other_sessions(
    engine: AsyncEngine, account: UUID, session: str, now: datetime, *, secret: bytes
) -> None:
    """Log out everywhere but here. Safe to repeat."""
    others = sessions.c.hash != keyed(secret, "session", session)
    await execute(engine, ending((sessions.c.account_id == account) & others, now))


async def revoke_sessions(engine: AsyncEngine, account: UUID, now: datetime) -> None:
    """Log out everywhere. Safe to repeat."""
    await execute(engine, ending(sessions.c.account_id == account, now))


def ending(which: ColumnElement[bool], now: datetime) -> Update:
    """Ends those sessions that have not been."""
    return update(sessions).where(which, sessions.c.revoked_at.is_(None)).values(revoked_at=now)


async def forget_sessions(engine: AsyncEngine, now: datetime) -> int:
    """Removes sessions whose time was over long ago; how many. Safe to repeat."""
    return await execute(engine, delete(sessions).where(sessions.c.expires_at < now - KEPT))


def alive(now: datetime, idle: timedelta) -> Sequence[ColumnElement[bool]]:
    """Sessions that did not end, and were used within `idle`."""
    return (
        sessions.c.revoked_at.is_(None),
        sessions.c.expires_at > now,
        sessions.c.last_seen_at > now - idle,
    )
