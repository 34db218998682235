"""Filing a complaint: one transaction, one round trip, and the same answer to the same key."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import REPORTER, Actor
from domain.chain import GENESIS, Recorded, canonical, seal, text_digest
from domain.decisions.intake import receive
from domain.events import Entry
from domain.evolve import fold
from domain.notices import Notice
from domain.policy import Rules
from domain.projection import Projection, project
from domain.terms import Channel
from record.append import columns_of, outbox_rows
from record.engine import quick, storable
from record.errors import refusal
from record.files.rows import FileRow
from record.identity import Keyring, Reporter
from record.keyed import keyed
from record.phones import phone_hash
from record.receipts import receipt_hash, receipt_of


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a reporter filed. `id` is a uuid7, `salt` 16 random bytes.

    `kecamatan` is a unit's code; where there is none it follows from `village_code`.
    """

    id: UUID
    channel: Channel
    received_at: datetime
    title: str
    body: str
    anonymous: bool
    secret: bool
    salt: bytes
    occurred_on: date | None = None
    kecamatan: str | None = None
    village_code: str | None = None
    address: str | None = None
    lat: float | None = None
    lng: float | None = None
    reporter: Reporter | None = None
    idempotency_key: str | None = None
    files: tuple[FileRow, ...] = ()

    def __post_init__(self) -> None:
        """What was typed is kept as PostgreSQL can hold it, and digested as it is kept."""
        for name in ("title", "body", "address"):
            if (typed := getattr(self, name)) is not None:
                object.__setattr__(self, name, storable(typed))

    @property
    def texts(self) -> dict[str, str]:
        """What the reporter typed, as the first event's digest covers it."""
        return complaint_texts(self.title, self.body, self.address)

    @property
    def entry(self) -> Entry:
        """For the event `received`: the complaint's own id, and what its digest covers."""
        digest = text_digest(self.salt, self.texts, self.hashes)
        return Entry(id=self.id, digest=digest)

    @property
    def hashes(self) -> list[str]:
        return sorted(file.sha256 for file in self.files)

    def request_digest(self, secret: bytes) -> bytes:
        """Tells one request from another; keyed, since it covers the reporter's identity too."""
        request = [
            self.channel,
            self.title,
            self.body,
            self.anonymous,
            self.secret,
            self.occurred_on and self.occurred_on.isoformat(),
            self.kecamatan,
            self.village_code,
            self.address,
            self.lat,
            self.lng,
            self.reporter and self.reporter.as_json(),
            *self.hashes,
        ]
        return keyed(secret, "request", canonical(request).decode())


def first_event(
    filing: Filing, rules: Rules, actor: Actor = REPORTER
) -> tuple[Recorded, Projection]:
    """The first event of its case, and the case after it. `actor` is who typed it in for the
    reporter, where it was not they themselves."""
    first = receive(
        filing.channel,
        anonymous=filing.anonymous,
        secret=filing.secret,
        identified=filing.reporter is not None,
        entry=filing.entry,
        now=filing.received_at,
        rules=rules,
        actor=actor,
    )
    (recorded,) = seal(filing.id, 0, GENESIS, [first])
    return recorded, project(fold(filing.id, [recorded]), rules)


def complaint_texts(title: str, body: str, address: str | None) -> dict[str, str]:
    """The texts that the digest of a complaint covers; `address` only where there is one."""
    return {"title": title, "body": body} | ({"address": address} if address else {})


@dataclass(frozen=True)
class Filed:
    """`created` is False where the same key, or the same id, was filed before."""

    ticket: str
    complaint_id: UUID
    receipt: str
    created: bool


FILE = """
WITH filed AS MATERIALIZED (
    SELECT ticket, complaint_id, created FROM file_complaint(%s::jsonb)
), phone AS (
    INSERT INTO reporter_phones (complaint_id, hash)
    SELECT filed.complaint_id, given.hash FROM filed, (SELECT %s::bytea AS hash) given
    WHERE filed.created AND given.hash IS NOT NULL
)
SELECT ticket, complaint_id, created FROM filed
"""
FILE_WITH_FILES = FILE.replace("file_complaint(", "file_complaint_with_files(")


async def file(
    engine: AsyncEngine,
    filing: Filing,
    event: Recorded,
    projection: Projection,
    notices: Sequence[Notice] = (),
    *,
    secret: bytes,
    keyring: Keyring,
) -> Filed:
    """Store the complaint with its first event, its case, the sealed identity and notices.

    Safe to repeat. Raises KeyReusedError where the key came before with another request, and
    FileGoneError where a file was removed meanwhile, or is another complaint's.
    """
    stored = stored_filing(filing, event, projection, notices, secret=secret, keyring=keyring)
    try:
        statement = FILE_WITH_FILES if filing.files else FILE
        row = await quick(engine, statement, [json.dumps(stored), phone_hash_of(filing, secret)])
    except DBAPIError as error:
        raise refusal(error) or error from error
    assert row is not None
    complaint = row["complaint_id"]
    return Filed(row["ticket"], complaint, receipt_of(secret, complaint), row["created"])


def stored_filing(
    filing: Filing,
    event: Recorded,
    projection: Projection,
    notices: Sequence[Notice] = (),
    *,
    secret: bytes,
    keyring: Keyring,
) -> dict[str, Any]:
    """What `file_complaint` in the database takes; the identity is sealed in it."""
    return _columns(filing, secret, keyring) | {
        "event": event.model_dump(),
        "projection": columns_of(projection),
        "outbox": outbox_rows(notices),
    }


def phone_hash_of(filing: Filing, secret: bytes) -> bytes | None:
    phone = filing.reporter and filing.reporter.phone
    return phone_hash(secret, phone) if phone else None


def _columns(filing: Filing, secret: bytes, keyring: Keyring) -> dict[str, Any]:
    receipt = receipt_of(secret, filing.id)
    stored: dict[str, Any] = {
        "id": str(filing.id),
        "channel": filing.channel,
        "received_at": filing.received_at.isoformat(),
        "title": filing.title,
        "body": filing.body,
        "occurred_on": filing.occurred_on and filing.occurred_on.isoformat(),
        "kecamatan": filing.kecamatan,
        "village_code": filing.village_code,
        "address": filing.address,
        "lat": filing.lat,
        "lng": filing.lng,
        "salt": filing.salt.hex(),
        "receipt_hash": receipt_hash(secret, filing.id, receipt).hex(),
    }
    if filing.reporter is not None:
        sealed = keyring.seal(filing.id, filing.reporter)
        stored["identity"] = {
            "key_id": sealed.key_id,
            "nonce": sealed.nonce.hex(),
            "sealed": sealed.sealed.hex(),
        }
    if filing.files:
        stored["files"] = [str(file.id) for file in filing.files]
    if filing.idempotency_key is not None:
        stored["key_hash"] = keyed(secret, "idempotency", filing.idempotency_key).hex()
        stored["request_digest"] = filing.request_digest(secret).hex()
    return stored
