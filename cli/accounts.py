"""Accounts, tokens and keys, as the command line handles them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Grant
from domain.terms import Role
from record import access, accounts, second_factor, staff
from record.engine import create_engine
from record.identity import Keyring
from record.rotation import rotate
from record.units import unit_by_code
from settings import get_settings


@asynccontextmanager
async def record() -> AsyncIterator[AsyncEngine]:
    """The record, for the length of a command."""
    engine = create_engine(get_settings().database, size=1, application_name="matur cli")
    try:
        yield engine
    finally:
        await engine.dispose()


async def add(username: str, name: str, password: str, roles: Sequence[str]) -> None:
    """Raises SystemExit with a sentence for what cannot be."""
    if len(password) < accounts.SHORTEST_PASSWORD:
        raise SystemExit(f"Kata sandi paling sedikit {accounts.SHORTEST_PASSWORD} karakter")
    async with record() as engine:
        held = [await _grant(engine, role) for role in roles]
        try:
            await accounts.add_account(engine, username, name, password, held)
        except accounts.UsernameTakenError:
            raise SystemExit(f"Akun {username} sudah ada") from None


async def create_token(username: str, now: datetime) -> str:
    """Raises SystemExit with a sentence where there is no such account."""
    secret = get_settings().secret_bytes
    async with record() as engine:
        token = await access.create_token(engine, username, now, secret=secret)
    if token is None:
        raise SystemExit(f"Tidak ada akun {username} yang aktif")
    return token


async def rotate_keys() -> dict[str, int]:
    """By kind, how much was sealed with an older key than the current one, and no longer is."""
    async with record() as engine:
        return await rotate(engine, Keyring(get_settings().keyring))


async def reset_second_factor(username: str, now: datetime) -> None:
    """Raises SystemExit with a sentence where there is no such account."""
    async with record() as engine:
        account = await _id_of(engine, username)
        await second_factor.remove(engine, account)
        await access.revoke_sessions(engine, account, now)


async def reset_password(username: str, now: datetime) -> str:
    """The new one. Raises SystemExit with a sentence where there is no such account."""
    async with record() as engine:
        return await staff.reset_password(engine, await _id_of(engine, username), now)


async def _id_of(engine: AsyncEngine, username: str) -> UUID:
    account = await accounts.id_of(engine, username)
    if account is None:
        raise SystemExit(f"Tidak ada akun {username}")
    return account


async def _grant(engine: AsyncEngine, text: str) -> Grant:
    name, _, code = text.partition(":")
    if name not in list(Role):
        raise SystemExit(f"Peran {name} tidak dikenal; yang ada: {', '.join(Role)}")
    if not code:
        return Grant(role=Role(name))
    unit = await unit_by_code(engine, code)
    if unit is None:
        raise SystemExit(f"Unit {code} tidak dikenal")
    return Grant(role=Role(name), unit=unit.path)
