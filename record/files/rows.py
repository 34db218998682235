"""What is known of each file: whose it is, which entry covers it, and until when it waits for one.

A file belongs to nobody until an entry is stored with it. The bytes go where the sweeper finds
that no row names them any more (`record.files.sweeping`).
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    Uuid,
    cast,
    delete,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.actors import Actor
from record.engine import execute, fetch, fetch_one, transaction
from record.files.cleaning import Cleaned
from record.files.store import Store
from record.ids import uuid7
from record.tables import cases, entry_files, events, files
from record.visibility import visible_to

WAITS = timedelta(days=1)
"""How long a file waits for an entry."""

BYTES = "SELECT pg_advisory_xact_lock{}(1179208773)"
"""Writing bytes (`_shared`) and removing them exclude each other."""


@dataclass(frozen=True)
class FileRow:
    """`size` and `sha256` are of the cleaned file. `entry_id` is None until it is bound."""

    id: UUID
    complaint_id: UUID | None
    entry_id: UUID | None
    name: str
    media_type: str
    size: int
    sha256: str
    has_preview: bool
    author: str
    created_at: datetime


async def keep(
    engine: AsyncEngine,
    store: Store,
    cleaned: Cleaned,
    author: str,
    now: datetime,
    waits: timedelta = WAITS,
) -> UUID:
    """Store a cleaned file that no entry has yet; its id. Raises OSError where there is no room."""
    file = uuid7()
    async with transaction(engine) as connection:
        await connection.exec_driver_sql(BYTES.format("_shared"))
        sha256 = await asyncio.to_thread(store.put, cleaned.data)
        preview = cleaned.preview and await asyncio.to_thread(store.put, cleaned.preview)
        await connection.execute(
            insert(files).values(
                id=file,
                name=cleaned.name,
                media_type=cleaned.media_type,
                size=len(cleaned.data),
                sha256=sha256,
                preview_sha256=preview,
                author=author,
                created_at=now,
                kept_until=now + waits,
            )
        )
    return file


async def files_of(engine: AsyncEngine, complaint: UUID) -> list[FileRow]:
    """What came with what is recorded of a complaint, oldest first; those of its first event have
    its own id as entry. One statement."""
    query = (
        _rows(entry_files.c.entry_id)
        .select_from(files.join(entry_files, entry_files.c.file_id == files.c.id))
        .where(files.c.complaint_id == complaint, _recorded(entry_files.c.entry_id))
        .order_by(files.c.id)
    )
    return [_row(row) for row in await fetch(engine, query)]


async def file_of(engine: AsyncEngine, file: UUID, actor: Actor | None = None) -> FileRow | None:
    """A file that came with something recorded, of a case that `actor` may see; without one the
    caller decides who sees it. One statement."""
    query = (
        _rows(entry_files.c.entry_id)
        .select_from(
            files.join(entry_files, entry_files.c.file_id == files.c.id).join(
                cases, cases.c.complaint_id == files.c.complaint_id
            )
        )
        .where(files.c.id == file, _recorded(entry_files.c.entry_id))
        .order_by(entry_files.c.entry_id)
    )
    row = await fetch_one(engine, query if actor is None else query.where(visible_to(actor)))
    return _row(row) if row else None


async def waiting_files(
    engine: AsyncEngine, ids: Collection[UUID], author: str, complaint: UUID | None = None
) -> list[FileRow]:
    """Those of `ids` that are the author's and may still go with an entry, of `complaint` where
    it is named: the others are gone, or somebody else's."""
    free: ColumnElement[bool] = files.c.complaint_id.is_(None)
    if complaint is not None:  # sent before with something that was refused
        free = or_(free, files.c.complaint_id == complaint)
    return await _of_author(engine, ids, author, free)


async def uploaded_files(engine: AsyncEngine, ids: Collection[UUID], author: str) -> list[FileRow]:
    """Those of `ids` that are the author's, bound or not."""
    return await _of_author(engine, ids, author)


async def _of_author(
    engine: AsyncEngine, ids: Collection[UUID], author: str, *conditions: ColumnElement[bool]
) -> list[FileRow]:
    if not ids:
        return []
    query = _rows(cast(null(), Uuid)).where(
        files.c.id.in_(ids), files.c.author == author, *conditions
    )
    return [_row(row) for row in await fetch(engine, query.order_by(files.c.id))]


async def let_wait(engine: AsyncEngine, ids: Collection[UUID], until: datetime) -> None:
    """Have files wait longer for their entry."""
    if ids:
        await execute(engine, update(files).where(files.c.id.in_(ids)).values(kept_until=until))


async def drop_waiting(engine: AsyncEngine, ids: Collection[UUID]) -> None:
    """Remove files that no entry has. Safe to repeat."""
    if ids:
        await execute(
            engine, delete(files).where(files.c.id.in_(ids), files.c.complaint_id.is_(None))
        )


async def content(
    engine: AsyncEngine, store: Store, file: UUID, *, preview: bool = False
) -> bytes | None:
    """The bytes of a file, or of its small picture; None where there is none.

    Raises FileNotFoundError, DamagedError: the store lost them.
    """
    column = files.c.preview_sha256 if preview else files.c.sha256
    row = await fetch_one(engine, select(column.label("name")).where(files.c.id == file))
    if row is None or row["name"] is None:
        return None
    return await asyncio.to_thread(store.get, row["name"])


async def erase_files(
    connection: AsyncConnection, *, entry: UUID | None = None, complaint: UUID | None = None
) -> None:
    """Take files away with the text they came with; one that another recorded entry has stays."""
    if complaint is not None:
        await connection.execute(delete(files).where(files.c.complaint_id == complaint))
    if entry is not None:
        other = entry_files.alias("other")
        elsewhere = exists().where(
            other.c.file_id == files.c.id, other.c.entry_id != entry, _recorded(other.c.entry_id)
        )
        its_own = select(entry_files.c.file_id).where(entry_files.c.entry_id == entry)
        await connection.execute(delete(files).where(files.c.id.in_(its_own), ~elsewhere))
        await connection.execute(delete(entry_files).where(entry_files.c.entry_id == entry))


def _recorded(entry: Any) -> Any:
    """Whether an event of the file's complaint stands for that entry."""
    return exists().where(
        events.c.complaint_id == files.c.complaint_id,
        events.c.data[("entry", "id")].astext == cast(entry, Text),
    )


def _rows(entry: Any) -> Select[Any]:
    return select(
        files.c.id,
        files.c.complaint_id,
        entry.label("entry_id"),
        files.c.name,
        files.c.media_type,
        files.c.size,
        func.encode(files.c.sha256, "hex").label("sha256"),
        files.c.preview_sha256.is_not(None).label("has_preview"),
        files.c.author,
        files.c.created_at,
    )


def _row(row: RowMapping) -> FileRow:
    return FileRow(**row)
