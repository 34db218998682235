"""The second factor: one-time codes by time (RFC 6238), and recovery codes for a lost phone.

The key is sealed with the keyring. A code opens once; so does a recovery code, of which keyed
hashes are kept. Decision 0010.
"""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.terms import Role
from record.accounts import LETTERS, Account
from record.engine import execute, fetch_one, transaction
from record.identity import NONCE_BYTES, Keyring, Sealed
from record.keyed import keyed, same
from record.tables import recovery_codes, second_factors

REQUIRED_OF = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
"""Who see every case, or may make somebody who does."""
STEP = 30
"""Seconds for which a code is shown."""
EITHER_SIDE = 1
"""Steps by which a phone's clock may be wrong."""
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10


@dataclass(frozen=True)
class Standing:
    since: datetime
    codes_left: int


def is_required(account: Account) -> bool:
    return any(account.actor.holds(role) for role in REQUIRED_OF)


def new_key() -> str:
    """160 random bits in base32, as authenticators take them."""
    return pyotp.random_base32()


def provisioning_uri(account: Account, key: str) -> str:
    """What the QR code says to an authenticator."""
    return pyotp.TOTP(key).provisioning_uri(name=account.username, issuer_name="Matur Bupati")


def step_of(key: str, code: str, now: datetime) -> int | None:
    """The step whose code this is, among those that count now."""
    digits = re.sub(r"\s", "", code).encode(errors="replace")
    totp, current = pyotp.TOTP(key), int(now.timestamp()) // STEP
    for step in range(current - EITHER_SIDE, current + EITHER_SIDE + 1):
        if same(totp.generate_otp(step).encode(), digits):
            return step
    return None


def seal_new(keyring: Keyring, account: UUID, key: str) -> str:
    """A key on its way through the form that confirms it; nothing is kept before."""
    sealed = keyring.seal_bytes(key.encode(), b"new-second-factor" + account.bytes)
    written = base64.urlsafe_b64encode(sealed.nonce + sealed.sealed).decode()
    return f"{sealed.key_id}.{written}"


def open_new(keyring: Keyring, account: UUID, text: str) -> str | None:
    """None for what was not sealed for this account."""
    key_id, _, written = text.rpartition(".")
    try:
        raw = base64.urlsafe_b64decode(written)
        sealed = Sealed(key_id, raw[:NONCE_BYTES], raw[NONCE_BYTES:])
        return keyring.open_bytes(sealed, b"new-second-factor" + account.bytes).decode()
    except (KeyError, InvalidTag, ValueError, binascii.Error):
        return None


async def standing(engine: AsyncEngine, account: UUID) -> Standing | None:
    """None where that account has no second factor."""
    left = (
        select(func.count())
        .select_from(recovery_codes)
        .where(recovery_codes.c.account_id == account)
        .scalar_subquery()
    )
    row = await fetch_one(
        engine,
        select(second_factors.c.created_at, left.label("codes_left")).where(
            second_factors.c.account_id == account
        ),
    )
    return Standing(row["created_at"], row["codes_left"]) if row else None


async def enrol(
    engine: AsyncEngine,
    keyring: Keyring,
    account: UUID,
    key: str,
    step: int,
    now: datetime,
    *,
    secret: bytes,
) -> list[str]:
    """From now on codes of `key` count, after `step`. The new recovery codes, to be shown once."""
    sealed = keyring.seal_bytes(key.encode(), place_of(account))
    values = {
        "account_id": account,
        "key_id": sealed.key_id,
        "nonce": sealed.nonce,
        "sealed": sealed.sealed,
        "last_step": step,
        "created_at": now,
    }
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    hashes = [{"hash": _recovery_hash(secret, account, c), "account_id": account} for c in codes]
    async with transaction(engine) as connection:
        await connection.execute(
            insert(second_factors)
            .values(values)
            .on_conflict_do_update(index_elements=["account_id"], set_=values)
        )
        await connection.execute(
            delete(recovery_codes).where(recovery_codes.c.account_id == account)
        )
        await connection.execute(insert(recovery_codes), hashes)
    return codes


async def accept_code(
    engine: AsyncEngine, keyring: Keyring, account: UUID, code: str, now: datetime
) -> bool:
    """Whether it is a code of now that was not used before; now it was."""
    row = await fetch_one(
        engine,
        select(second_factors.c.key_id, second_factors.c.nonce, second_factors.c.sealed).where(
            second_factors.c.account_id == account
        ),
    )
    if row is None:
        return False
    step = step_of(keyring.open_bytes(Sealed(**row), place_of(account)).decode(), code, now)
    if step is None:
        return False
    first = second_factors.c.last_step < step
    mine = second_factors.c.account_id == account
    return (
        await execute(engine, update(second_factors).where(mine, first).values(last_step=step)) > 0
    )


async def accept_recovery_code(
    engine: AsyncEngine, account: UUID, code: str, *, secret: bytes
) -> bool:
    """Whether it is one of theirs; it is gone then."""
    hashed = _recovery_hash(secret, account, code)
    return await execute(engine, delete(recovery_codes).where(recovery_codes.c.hash == hashed)) > 0


async def remove(engine: AsyncEngine, account: UUID) -> None:
    """Neither codes nor recovery codes count any more. Safe to repeat."""
    async with transaction(engine) as connection:
        for table in (recovery_codes, second_factors):
            await connection.execute(delete(table).where(table.c.account_id == account))


def place_of(account: UUID) -> bytes:
    """What its key is bound to."""
    return b"second-factor" + account.bytes


def _recovery_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH))


def _recovery_hash(secret: bytes, account: UUID, code: str) -> bytes:
    """Keyed: of 49 random bits none is found without the secret (as a receipt, decision 0002)."""
    typed = re.sub(r"[^a-z0-9]", "", code.lower())
    return keyed(secret, "recovery-code", f"{account}:{typed}")
