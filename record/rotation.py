"""Sealing again with the current key what older ones sealed, so that those can be taken away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Table, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import transaction
from record.identity import Keyring, Sealed
from record.portal_tables import imports, quarantine
from record.second_factor import place_of
from record.tables import identities, second_factors


@dataclass(frozen=True)
class Kept:
    """Rows with `key_id`, `nonce` and `sealed`."""

    table: Table
    place: Callable[[RowMapping], bytes]
    """What a row's secret is bound to."""
    batch: int
    """Rows of one transaction."""


KEPT = {
    "identities": Kept(identities, lambda row: bytes(row["complaint_id"].bytes), 500),
    "second_factors": Kept(second_factors, lambda row: place_of(row["account_id"]), 500),
    "quarantine": Kept(quarantine, lambda row: bytes(row["digest"]), 100),
    "sheets": Kept(imports, lambda row: bytes(row["id"].bytes), 5),
}


async def rotate(engine: AsyncEngine, keyring: Keyring) -> dict[str, int]:
    """How many of each kind were sealed with an older key, and no longer are. Safe to interrupt, to
    repeat, and beside the running house."""
    return {name: await _rotate(engine, keyring, kept) for name, kept in KEPT.items()}


async def _rotate(engine: AsyncEngine, keyring: Keyring, kept: Kept) -> int:
    table, rotated = kept.table, 0
    [key] = table.primary_key.columns
    old = select(table).where(table.c.key_id != keyring.current)
    while True:
        async with transaction(engine) as connection:
            some = old.limit(kept.batch).with_for_update(skip_locked=True)
            rows = (await connection.execute(some)).mappings().all()
            for row in rows:
                again = update(table).where(key == row[key.name])
                await connection.execute(again.values(_resealed(keyring, row, kept.place(row))))
        if not rows:
            return rotated
        rotated += len(rows)


def _resealed(keyring: Keyring, row: RowMapping, place: bytes) -> dict[str, Any]:
    before = Sealed(row["key_id"], row["nonce"], row["sealed"])
    sealed = keyring.seal_bytes(keyring.open_bytes(before, place), place)
    return {"key_id": sealed.key_id, "nonce": sealed.nonce, "sealed": sealed.sealed}
