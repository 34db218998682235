"""Spreadsheets of portals: uploaded, their columns confirmed, taken in a batch at a time.

A sheet is kept sealed as it came, since it tells who reported, and is forgotten after a week.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.engine import execute, fetch, fetch_one, transaction
from record.identity import Keyring, Sealed
from record.ids import uuid7
from record.keyed import keyed
from record.portal_tables import import_columns, imports, sheet_rows

KEPT = timedelta(days=7)
"""How long a sheet itself is kept after it came; its counts stay."""


class Standing(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    """Known, and the sheet before said something else."""
    KNOWN = "known"


@dataclass(frozen=True)
class Import:
    """`columns`: heading by field. `total`: rows of the sheet, of which `faulty` cannot be taken
    in; `position`: how many of the others were. `state`: uploaded, mapped, running, done."""

    id: UUID
    portal: str
    actor: str
    state: str
    columns: Mapping[str, str] | None
    total: int
    faulty: int
    position: int
    added: int
    joined: int
    changed: int
    known: int
    failed: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What became of the rows from `start` to `end`; `digests` by origin."""

    start: int
    end: int
    counts: Mapping[str, int]
    """By `added`, `joined`, `changed`, `known`, `failed`."""
    digests: Mapping[UUID, bytes]


_IMPORT = select(*(imports.c[field.name] for field in fields(Import)))


async def upload(
    engine: AsyncEngine,
    keyring: Keyring,
    portal: str,
    actor: Actor,
    sheet: bytes,
    total: int,
    now: datetime,
) -> UUID:
    """Keep a sheet; its id."""
    id = uuid7()
    sealed = keyring.seal_bytes(sheet, id.bytes)
    await execute(
        engine,
        insert(imports)
        .values(
            id=id,
            portal=portal,
            actor=actor.id,
            state="uploaded",
            key_id=sealed.key_id,
            nonce=sealed.nonce,
            sealed=sealed.sealed,
            total=total,
            created_at=now,
        )
        .on_conflict_do_nothing(),
    )
    return id


async def import_of(engine: AsyncEngine, id: UUID) -> Import | None:
    row = await fetch_one(engine, _IMPORT.where(imports.c.id == id))
    return Import(**row) if row else None


async def imports_by(engine: AsyncEngine, actor: Actor, limit: int) -> list[Import]:
    """Newest first."""
    query = _IMPORT.where(imports.c.actor == actor.id).order_by(imports.c.id.desc())
    return [Import(**row) for row in await fetch(engine, query.limit(limit))]


async def sheet_of(engine: AsyncEngine, keyring: Keyring, id: UUID) -> bytes | None:
    """As it was kept; None once it is forgotten."""
    columns = (imports.c.key_id, imports.c.nonce, imports.c.sealed)
    row = await fetch_one(engine, select(*columns).where(imports.c.id == id))
    if row is None or row["sealed"] is None:
        return None
    return keyring.open_bytes(Sealed(**row), id.bytes)


async def remembered(engine: AsyncEngine, portal: str) -> Mapping[str, str]:
    """Heading by field, as confirmed for that portal's last sheet."""
    query = select(import_columns.c.columns).where(import_columns.c.portal == portal)
    row = await fetch_one(engine, query)
    return row["columns"] if row else {}


async def confirm(
    engine: AsyncEngine,
    one: Import,
    columns: Mapping[str, str],
    faulty: int,
    actor: Actor,
    now: datetime,
) -> None:
    """These are its columns, and those of the portal's sheets to come. Only until it begins."""
    new = {"columns": dict(columns), "actor": actor.id, "changed_at": now}
    async with transaction(engine) as connection:
        await connection.execute(
            update(imports)
            .where(imports.c.id == one.id, imports.c.state.in_(("uploaded", "mapped")))
            .values(columns=dict(columns), faulty=faulty, state="mapped")
        )
        await connection.execute(
            insert(import_columns)
            .values(portal=one.portal, **new)
            .on_conflict_do_update(index_elements=["portal"], set_=new)
        )


async def begin(engine: AsyncEngine, id: UUID) -> None:
    """Have it taken in. Safe to repeat."""
    mapped = imports.c.state == "mapped"
    await execute(engine, update(imports).where(imports.c.id == id, mapped).values(state="running"))


async def finish(engine: AsyncEngine, id: UUID, now: datetime) -> None:
    running = imports.c.state == "running"
    done = update(imports).where(imports.c.id == id, running)
    await execute(engine, done.values(state="done", finished_at=now))


def sheet_digest(secret: bytes, said: Sequence[object]) -> bytes:
    """Of what a row says; keyed, so that nobody can try guesses on it after an erasure."""
    return keyed(secret, "sheet", json.dumps(said))


_STANDINGS = text("""
    SELECT g.id, s.digest IS NOT NULL AND s.digest <> decode(g.digest, 'hex') AS changed
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(id text, digest text)
    JOIN origins o ON o.portal = :portal AND o.external_id = g.id
    LEFT JOIN sheet_rows s ON s.origin_id = o.id
""")


async def standings(
    engine: AsyncEngine, portal: str, digests: Mapping[str, bytes]
) -> dict[str, Standing]:
    """What reports are, by the portal's ids. One that came otherwise, by typing or by the portal
    itself, is known: no sheet has said anything of it that could have changed. One statement."""
    rows = json.dumps([{"id": id, "digest": digest.hex()} for id, digest in digests.items()])
    found = await fetch(engine, _STANDINGS, {"portal": portal, "rows": rows})
    known = {row["id"]: Standing.CHANGED if row["changed"] else Standing.KNOWN for row in found}
    return {id: known.get(id, Standing.NEW) for id in digests}


async def note_batch(engine: AsyncEngine, id: UUID, batch: Batch) -> None:
    """Remember how far it has come. Nothing is counted twice where somebody else did it too."""
    counted = {name: imports.c[name] + n for name, n in batch.counts.items()}
    async with transaction(engine) as connection:
        moved = await connection.execute(
            update(imports)
            .where(imports.c.id == id, imports.c.position == batch.start)
            .values(position=batch.end, **counted)
        )
        if moved.rowcount and batch.digests:
            new = insert(sheet_rows).values(
                [{"origin_id": one, "digest": batch.digests[one]} for one in sorted(batch.digests)]
            )
            await connection.execute(
                new.on_conflict_do_update(
                    index_elements=["origin_id"], set_={"digest": new.excluded.digest}
                )
            )


async def forget_sheets(engine: AsyncEngine, now: datetime) -> int:
    """Removes the sheets, not their counts, of a week ago; how many it was. Safe to repeat."""
    nothing: dict[str, Any] = {"sealed": None, "nonce": None, "key_id": None}
    old = (imports.c.sealed.is_not(None), imports.c.created_at < now - KEPT)
    return await execute(engine, update(imports).where(*old).values(**nothing))
