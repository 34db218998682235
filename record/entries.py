"""What people typed: kept apart from the events, which hold only its salted digest.

The salt lies beside the text and goes with it: afterwards nobody can test a guess against the
digest, and the chain still verifies.
"""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, delete, exists, func, literal, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.chain import text_digest
from domain.events import Entry
from record.engine import fetch, quick, storable, transaction
from record.errors import refusal
from record.files.rows import FileRow, erase_files
from record.ids import uuid7
from record.portals.attachments import forget_named
from record.tables import complaints, entries, idempotency, staff_drafts, words

SALT_BYTES = 16

UNHURRIED = "set_config('synchronous_commit', 'off', true)"
"""Spares a text its own wait for the disk: the append of the event that stands for it comes later
in the same log and waits for all of it, and a text without an event may be lost."""

_STORE = f"""
INSERT INTO entries (id, complaint_id, author, texts, salt, digest, created_at)
VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s) ON CONFLICT DO NOTHING
RETURNING {UNHURRIED}
"""  # noqa: S608  (a constant)

_STORE_WITH_FILES = f"WITH stored AS ({_STORE}) SELECT bind_files(%s, %s, %s)"


@dataclass(frozen=True)
class Kept:
    """Texts as they are kept, before it is said of which complaint and by whom."""

    entry: Entry
    texts: str
    """JSON."""
    salt: bytes

    @property
    def values(self) -> list[Any]:
        """For the columns texts, salt, digest."""
        return [self.texts, self.salt, bytes.fromhex(self.entry.digest)]


def to_keep(texts: Mapping[str, str], files: Collection[FileRow] = ()) -> Kept:
    salt = secrets.token_bytes(SALT_BYTES)
    kept = {name: storable(text) for name, text in texts.items()}
    digest = text_digest(salt, kept, [file.sha256 for file in files])
    return Kept(Entry(id=uuid7(), digest=digest), json.dumps(kept), salt)


@dataclass(frozen=True)
class Typed:
    """`texts` is None once erased."""

    id: UUID
    author: str
    texts: dict[str, str] | None
    created_at: datetime


async def store_entry(
    engine: AsyncEngine,
    complaint: UUID,
    author: str,
    texts: Mapping[str, str],
    now: datetime,
    files: Collection[FileRow] = (),
) -> Entry:
    """Keep what `author` (an event's actor) typed, with `files`; what the event is to carry.

    Raises FileGoneError where a file was removed meanwhile, or is another complaint's.
    """
    kept = to_keep(texts, files)
    entry = kept.entry
    values = [entry.id, complaint, author, *kept.values, now]
    if not files:
        await quick(engine, _STORE, values)
        return entry
    bound = [complaint, entry.id, [file.id for file in files]]
    try:
        await quick(engine, _STORE_WITH_FILES, [*values, *bound])
    except DBAPIError as error:
        raise refusal(error) or error from error
    return entry


async def entries_of(engine: AsyncEngine, complaint: UUID) -> dict[UUID, Typed]:
    """All that was typed about a complaint, by entry id, oldest first; drafts refused too."""
    rows = await fetch(
        engine,
        select(entries.c.id, entries.c.author, entries.c.texts, entries.c.created_at)
        .where(entries.c.complaint_id == complaint)
        .order_by(entries.c.id),
    )
    return {row["id"]: Typed(**row) for row in rows}


async def erase_entry(engine: AsyncEngine, entry: UUID) -> None:
    """Take one text away, its salt, and the files that came with it. Safe to repeat."""
    async with transaction(engine) as connection:
        await connection.execute(
            update(entries).where(entries.c.id == entry).values(texts=None, salt=None)
        )
        await erase_files(connection, entry=entry)


async def erase_texts(engine: AsyncEngine, complaint: UUID) -> None:
    """Take away all that was typed about a complaint, here and in portals, its files, its place,
    and the words that only it had.

    Events, classification and village stay. Safe to repeat.
    """
    async with transaction(engine) as connection:
        typed = func.concat_ws(" ", complaints.c.title, complaints.c.body)
        found = await connection.execute(
            select(func.tsvector_to_array(func.to_tsvector("simple", typed))).where(
                complaints.c.id == complaint
            )
        )
        own_words = found.scalar_one_or_none() or []
        await connection.execute(
            update(complaints)
            .where(complaints.c.id == complaint)
            .values(title=None, body=None, address=None, lat=None, lng=None, salt=None)
        )
        await connection.execute(
            update(entries).where(entries.c.complaint_id == complaint).values(texts=None, salt=None)
        )
        await erase_files(connection, complaint=complaint)
        await forget_named(connection, complaint)
        await connection.execute(delete(idempotency).where(idempotency.c.complaint_id == complaint))
        await connection.execute(
            delete(staff_drafts).where(staff_drafts.c.complaint_id == complaint)
        )
        elsewhere = exists().where(
            complaints.c.tsv.op("@@")(func.to_tsquery("indonesian", words.c.word))
        )
        await connection.execute(
            delete(words)
            .where(words.c.word == any_(literal(own_words, ARRAY(Text))))
            .where(~elsewhere)
        )
