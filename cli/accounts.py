"""Accounts, tokens and keys, as the command line handles them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Grant
from domain.terms import Role
from record import access, accounts
from record.engine import create_engine
from record.identity import Keyring, rotate_identities
from record.units import unit_by_code
from settings import get_settings

SHORTEST = 12
"""Characters of a password."""


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
    if len(password) < SHORTEST:
        raise SystemExit(f"Kata sandi paling sedikit {SHORTEST} karakter")
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


async def rotate() -> int:
    """How many identities were sealed with an older key than the current one, and no longer are."""
    async with record() as engine:
        return await rotate_identities(engine, Keyring(get_settings().keyring))


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
