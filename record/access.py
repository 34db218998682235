"""API tokens and sessions: shown once, kept as keyed hashes only, revocable at once."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.accounts import Account, account_of, active_account
from record.engine import execute, fetch_one, quick
from record.keyed import keyed
from record.tables import accounts, sessions, tokens

SEEN_EVERY = timedelta(minutes=1)
"""How old `last_seen_at` may grow before a request writes it again."""


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
    engine: AsyncEngine, account: UUID, now: datetime, lifetime: timedelta, *, secret: bytes
) -> str:
    """A new session of `lifetime` at most; its id, for the cookie."""
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
        )
        .on_conflict_do_nothing(),
    )
    return session


async def account_of_session(
    engine: AsyncEngine, session: str, now: datetime, idle: timedelta, *, secret: bytes
) -> Account | None:
    """Whose session it is, unless it ended, or nobody used it for `idle`.

    One query, and once a minute a second that notes its use.
    """
    hashed = keyed(secret, "session", session)
    row = await fetch_one(
        engine,
        active_account(
            sessions.c.hash == hashed,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.last_seen_at > now - idle,
        )
        .join(sessions, sessions.c.account_id == accounts.c.id)
        .add_columns(sessions.c.last_seen_at),
    )
    if row is None:
        return None
    if row["last_seen_at"] < now - SEEN_EVERY:
        await execute(
            engine, update(sessions).where(sessions.c.hash == hashed).values(last_seen_at=now)
        )
    return account_of(row)


async def revoke_session(
    engine: AsyncEngine, session: str, now: datetime, *, secret: bytes
) -> None:
    """Log out. Safe to repeat."""
    await _revoke(engine, sessions.c.hash == keyed(secret, "session", session), now)


async def revoke_sessions(engine: AsyncEngine, account: UUID, now: datetime) -> None:
    """Log out everywhere. Safe to repeat."""
    await _revoke(engine, sessions.c.account_id == account, now)


async def _revoke(engine: AsyncEngine, which: ColumnElement[bool], now: datetime) -> None:
    await execute(
        engine,
        update(sessions).where(which, sessions.c.revoked_at.is_(None)).values(revoked_at=now),
    )
