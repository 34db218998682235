"""Who reported: kept apart from the case, sealed with a key that the database never sees.

AES-256-GCM; the complaint's id is authenticated with it, so that a sealed identity opens only in
the row it was written to. Keys have ids, so that they can be changed while both are in use.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import fetch_one, transaction
from record.tables import idempotency, identities

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, kw_only=True)
class Reporter:
    name: str
    phone: str | None = None
    email: str | None = None
    source: str | None = None
    """Where they wrote, for what was typed in from elsewhere: a link tells who they are too."""

    def as_json(self) -> dict[str, str | None]:
        told = {"name": self.name, "phone": self.phone, "email": self.email}
        return told | ({"source": self.source} if self.source else {})


@dataclass(frozen=True)
class Sealed:
    key_id: str
    nonce: bytes
    sealed: bytes


class Keyring:
    """Keys by id; the first seals, all open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES:
                raise ValueError(f"identity key {key_id} has {len(key)} bytes, not {KEY_BYTES}")
        if not keys:
            raise ValueError("no identity key is given")
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.current = next(iter(keys))

    def seal(self, complaint: UUID, reporter: Reporter) -> Sealed:
        return self.seal_bytes(json.dumps(reporter.as_json()).encode(), complaint.bytes)

    def open(self, complaint: UUID, sealed: Sealed) -> Reporter:
        """KeyError for an unknown key, cryptography's InvalidTag for anything tampered with."""
        return Reporter(**json.loads(self.open_bytes(sealed, complaint.bytes)))

    def seal_bytes(self, plain: bytes, place: bytes) -> Sealed:
        """What opens again with the same `place` only."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(self.current, nonce, self._keys[self.current].encrypt(nonce, plain, place))

    def open_bytes(self, sealed: Sealed, place: bytes) -> bytes:
        """KeyError for an unknown key, cryptography's InvalidTag for anything tampered with."""
        return self._keys[sealed.key_id].decrypt(sealed.nonce, sealed.sealed, place)


async def open_identity(engine: AsyncEngine, keyring: Keyring, complaint: UUID) -> Reporter | None:
    """The reporter, or None where none was given or it was erased.

    The caller records the event `identity_opened` first.
    """
    row = await fetch_one(
        engine,
        select(identities.c.key_id, identities.c.nonce, identities.c.sealed).where(
            identities.c.complaint_id == complaint
        ),
    )
    return keyring.open(complaint, Sealed(**row)) if row else None


async def erase_identity(engine: AsyncEngine, complaint: UUID) -> None:
    """Forget who reported, and the digest of their request; the case stays. Safe to repeat."""
    async with transaction(engine) as connection:
        await connection.execute(delete(identities).where(identities.c.complaint_id == complaint))
        await connection.execute(delete(idempotency).where(idempotency.c.complaint_id == complaint))
