"""What is forgotten by itself: files that no entry came for, drafts that nobody came back to, and
bytes that no file has any more."""

import asyncio
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, transaction
from record.files.rows import BYTES
from record.files.store import Store
from record.tables import drafts, files, loose_blobs

BATCH = 500


async def remove_forgotten(engine: AsyncEngine, now: datetime) -> int:
    """Files and drafts whose time is over; how many. Safe to repeat."""
    gone = await execute(
        engine, delete(files).where(files.c.complaint_id.is_(None), files.c.kept_until < now)
    )
    return gone + await execute(engine, delete(drafts).where(drafts.c.expires_at < now))


async def remove_loose(engine: AsyncEngine, store: Store, batch: int = BATCH) -> int:
    """Bytes that lost their last file, `batch` at most; how many were looked at. Safe to repeat.
    Raises OSError."""
    named = exists().where(
        or_(
            files.c.sha256 == loose_blobs.c.sha256,
            files.c.preview_sha256 == loose_blobs.c.sha256,
        )
    )
    async with transaction(engine) as connection:
        await connection.exec_driver_sql(BYTES.format(""))
        loose = (await connection.execute(select(loose_blobs.c.sha256, named).limit(batch))).all()
        for name, is_named in loose:
            if not is_named:
                await asyncio.to_thread(store.remove, name)
        await connection.execute(
            delete(loose_blobs).where(loose_blobs.c.sha256.in_([name for name, _ in loose]))
        )
    return len(loose)
