"""Accounts of staff, their grants and passwords.

A disabled account is refused everywhere at once, since every look-up asks.
"""

import asyncio
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor, Grant
from record.engine import execute, fetch, fetch_one, storable, transaction
from record.errors import RecordError
from record.ids import uuid7
from record.tables import accounts, grants

_hasher = PasswordHasher()
_hashing = asyncio.Semaphore(2)
_nobody = _hasher.hash(secrets.token_urlsafe())
"""Checked where there is no such account, so that the time taken tells nothing."""


SHORTEST_PASSWORD = 12
"""Characters."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that looks like another."""


class UsernameTakenError(RecordError):
    """Another account has that name."""


@dataclass(frozen=True)
class Account:
    id: UUID
    username: str
    name: str
    grants: tuple[Grant, ...]
    shortcuts: bool = True
    """Whether keys do something at the desk."""

    @property
    def actor(self) -> Actor:
        return Actor(id=f"account:{self.id}", grants=self.grants)


def new_password() -> str:
    """74 random bits, in groups that can be told and typed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(3))


async def hash_password(password: str) -> str:
    async with _hashing:
        return await asyncio.to_thread(_hasher.hash, password)


async def add_account(
    engine: AsyncEngine, username: str, name: str, password: str, held: Iterable[Grant]
) -> Account:
    """Raises UsernameTakenError; IntegrityError where a grant names an unknown unit."""
    account = Account(uuid7(), username.strip().lower(), name, tuple(held))
    hashed = await hash_password(password)
    async with transaction(engine) as connection:
        added = await connection.execute(
            insert(accounts)
            .values(id=account.id, username=account.username, name=name, password_hash=hashed)
            .on_conflict_do_nothing(index_elements=["username"])
            .returning(accounts.c.id)
        )
        if added.first() is None:
            raise UsernameTakenError(account.username)
        if account.grants:
            await connection.execute(
                insert(grants),
                [
                    {"account_id": account.id, "role": grant.role, "unit": grant.unit}
                    for grant in account.grants
                ],
            )
    return account


async def usernames(engine: AsyncEngine) -> set[str]:
    """Of all accounts, disabled ones too."""
    return {row["username"] for row in await fetch(engine, select(accounts.c.username))}


async def id_of(engine: AsyncEngine, username: str) -> UUID | None:
    """Of a disabled account too."""
    row = await fetch_one(
        engine, select(accounts.c.id).where(accounts.c.username == username.strip().lower())
    )
    return row["id"] if row else None


async def names_of(engine: AsyncEngine, ids: Collection[UUID]) -> dict[UUID, str]:
    """What those accounts are called, disabled ones too. One statement."""
    rows = await fetch(engine, select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(ids)))
    return {row["id"]: row["name"] for row in rows}


async def set_away(engine: AsyncEngine, username: str, until: date | None) -> bool:
    """Away until that day, included: what is meant for them goes on upwards. False: no account."""
    change = update(accounts).where(accounts.c.username == username).values(away_until=until)
    return await execute(engine, change) > 0


async def set_shortcuts(engine: AsyncEngine, account: UUID, on: bool) -> None:
    await execute(engine, update(accounts).where(accounts.c.id == account).values(shortcuts=on))


async def set_password(engine: AsyncEngine, account: UUID, password: str) -> None:
    hashed = await hash_password(password)
    change = update(accounts).where(accounts.c.id == account).values(password_hash=hashed)
    await execute(engine, change)


async def is_password(engine: AsyncEngine, account: UUID, password: str) -> bool:
    """Whether it is that account's password. Takes as long either way."""
    row = await fetch_one(engine, select(accounts.c.password_hash).where(accounts.c.id == account))
    return await _matches(row["password_hash"] if row else _nobody, password)


async def log_in(engine: AsyncEngine, username: str, password: str) -> Account | None:
    """The account if it exists, is active, and this is its password. Takes as long either way."""
    row = await fetch_one(
        engine,
        active_account(accounts.c.username == storable(username).strip().lower()),
    )
    stored = row["password_hash"] if row else _nobody
    right = await _matches(stored, password)
    return account_of(row) if row and right else None


async def _matches(stored: str, password: str) -> bool:
    async with _hashing:
        return await asyncio.to_thread(_verify, stored, password)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def active_account(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Active accounts with all their grants, one row each: `account_of` reads it."""
    return select(
        accounts.c.id,
        accounts.c.username,
        accounts.c.name,
        accounts.c.password_hash,
        accounts.c.shortcuts,
        held_grants().label("grants"),
    ).where(accounts.c.active, *conditions)


def held_grants() -> ScalarSelect[Any]:
    """What the account of a row holds, as JSON."""
    return (
        select(
            func.coalesce(
                func.jsonb_agg(
                    func.jsonb_build_object("role", grants.c.role, "unit", grants.c.unit)
                ),
                text("'[]'::jsonb"),
            )
        )
        .where(grants.c.account_id == accounts.c.id)
        .scalar_subquery()
    )


def account_of(row: RowMapping | Mapping[str, Any]) -> Account:
    held = tuple(Grant(**grant) for grant in row["grants"])
    return Account(row["id"], row["username"], row["name"], held, row["shortcuts"])
