"""Checking that the record is what was recorded: chains, texts, and the heads that cases hold."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, Select, Uuid, cast, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.chain import GENESIS, link_hash, stamp, text_digest
from record.engine import fetch, fetch_one, transaction
from record.filing import complaint_texts
from record.tables import cases, complaints, entries, entry_files, events, files

BATCH = 1000
AT_A_TIME = 50
"""Events after which whoever else waits for this process has a turn: hashing is work."""


@dataclass(frozen=True)
class Fault:
    """The first event of a case that does not hold, and why (for auditors and logs)."""

    complaint_id: UUID
    ticket: str
    seq: int
    why: str


@dataclass(frozen=True)
class Verified:
    """How much was looked at, and the first fault of each case that has one."""

    cases: int
    events: int
    faults: tuple[Fault, ...]


async def verify_case(engine: AsyncEngine, complaint: UUID) -> Fault | None:
    """The first event of the case that does not hold; None where all do."""
    verified = await _verify(engine, _rows().where(complaints.c.id == complaint))
    return verified.faults[0] if verified.faults else None


async def verify_record(engine: AsyncEngine) -> Verified:
    """Every case as of now, streamed: what is in memory does not grow with the record."""
    return await _verify(engine, _rows())


async def verify_following(
    engine: AsyncEngine, after: UUID | None, limit: int
) -> tuple[Verified, UUID | None]:
    """The `limit` cases that follow that id, and the last id of them; None where none follow."""
    ids = select(complaints.c.id).order_by(complaints.c.id).limit(limit)
    if after is not None:
        ids = ids.where(complaints.c.id > after)
    found = [row["id"] for row in await fetch(engine, ids)]
    if not found:
        return Verified(0, 0, ()), None
    return await _verify(engine, _rows().where(complaints.c.id.in_(found))), found[-1]


async def count_cases(engine: AsyncEngine) -> int:
    """How many cases there are to verify."""
    row = await fetch_one(engine, select(func.count().label("cases")).select_from(complaints))
    return int(row["cases"]) if row else 0


async def _verify(engine: AsyncEngine, query: Select[tuple[Any, ...]]) -> Verified:
    seen, read, faults = 0, 0, []
    chain: _Chain | None = None
    async for row in _streamed(engine, query):
        if chain is None or chain.complaint != row["id"]:
            faults += chain.ended() if chain else []
            chain = _Chain(row)
            seen += 1
        read += row["seq"] is not None
        chain.follow(row)
        if read % AT_A_TIME == 0:
            await asyncio.sleep(0)
    faults += chain.ended() if chain else []
    return Verified(seen, read, tuple(faults))


async def _streamed(
    engine: AsyncEngine, query: Select[tuple[Any, ...]]
) -> AsyncIterator[RowMapping]:
    """The rows of one snapshot, fetched `BATCH` at a time."""
    ordered = query.order_by(complaints.c.id, events.c.seq)
    async with transaction(engine) as connection:
        result = await connection.execution_options(yield_per=BATCH)
        rows = await result.stream(ordered)
        async for row in rows.mappings():
            yield row


def _rows() -> Select[tuple[Any, ...]]:
    """Every event beside its complaint, its case and the text it stands for; a complaint without
    events has one row all the same."""
    entry_id = events.c.data[("entry", "id")].astext
    return select(
        complaints.c.id,
        complaints.c.ticket,
        complaints.c.title,
        complaints.c.body,
        complaints.c.address,
        complaints.c.salt,
        cases.c.seq.label("case_seq"),
        cases.c.head,
        *(column for column in events.c if column is not events.c.complaint_id),
        entries.c.id.label("entry_id"),
        entries.c.texts,
        entries.c.salt.label("entry_salt"),
        _hashes(cast(entry_id, Uuid)).label("files"),
    ).select_from(
        complaints.join(cases, cases.c.complaint_id == complaints.c.id, isouter=True)
        .join(events, events.c.complaint_id == complaints.c.id, isouter=True)
        .join(entries, entries.c.id == cast(entry_id, Uuid), isouter=True)
    )


def _hashes(entry: ColumnElement[UUID]) -> ScalarSelect[Any]:
    """The SHA-256 of the files that came with an entry; None without."""
    return (
        select(func.array_agg(func.encode(files.c.sha256, "hex")))
        .select_from(entry_files.join(files, files.c.id == entry_files.c.file_id))
        .where(entry_files.c.entry_id == entry)
        .scalar_subquery()
    )


class _Chain:
    """One case's events, followed from the first until one does not hold."""

    def __init__(self, row: RowMapping) -> None:
        self.complaint: UUID = row["id"]
        self._ticket: str = row["ticket"]
        self._expected = (row["case_seq"] or 0, (row["head"] or b"").hex())
        self._seq, self._head = 0, GENESIS
        self._fault: Fault | None = None

    def follow(self, row: RowMapping) -> None:
        if self._fault or row["seq"] is None:
            return
        following = self._seq + 1
        if row["seq"] != following:
            self._fail(following, "it is missing")
        elif row["prev"].hex() != self._head:
            self._fail(following, "it is not chained to the event before it")
        elif row["hash"].hex() != self._hash(row):
            self._fail(following, "its content does not give its hash")
        elif why := _text_fault(row):
            self._fail(following, why)
        self._seq, self._head = following, row["hash"].hex()

    def ended(self) -> list[Fault]:
        """What is wrong with the case, once all its rows were followed."""
        seq, head = self._expected
        if not self._fault and self._seq < max(seq, 1):
            self._fail(self._seq + 1, "it is missing")
        if not self._fault and (self._seq, self._head) != (seq, head):
            self._fail(self._seq, "it is not the last event that the case names")
        return [self._fault] if self._fault else []

    def _fail(self, seq: int, why: str) -> None:
        self._fault = Fault(self.complaint, self._ticket, seq, why)

    def _hash(self, row: RowMapping) -> str:
        return link_hash(self.complaint, {**row, "at": stamp(row["at"]), "prev": row["prev"].hex()})


def _text_fault(row: RowMapping) -> str | None:
    """What is wrong with the text an event stands for; an erased one cannot be checked."""
    entry = row["data"].get("entry")
    if entry is None:
        return None
    if UUID(entry["id"]) == row["id"]:
        salt, texts = row["salt"], None
        if salt is not None:
            texts = complaint_texts(row["title"], row["body"], row["address"])
    elif row["entry_id"] is None:
        return "its text is missing"
    else:
        salt, texts = row["entry_salt"], row["texts"]
    if salt is None or texts is None:
        return None
    if text_digest(salt, texts, row["files"] or ()) == entry["digest"]:
        return None
    return "its text is not what its digest stands for"
