"""Taking in a portal's spreadsheet, some rows at a time."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.messages import ImportWork, Name, Progress
from activities.reports import came, texts_of
from activities.taking import Ground, Taking, Waking
from domain.actions import ChangeOrigin
from domain.actors import REPORTER
from domain.terms import Channel
from portals.sheet_rows import Row, rows_of
from portals.sheets import Sheet
from record.engine import storable
from record.entries import store_entry
from record.errors import RecordError, is_away
from record.identity import Keyring
from record.portals.imports import (
    Batch,
    Import,
    Standing,
    finish,
    import_of,
    note_batch,
    sheet_digest,
    sheet_of,
    standings,
)
from record.portals.origins import origins_known
from record.portals.taking import Outcome

log = structlog.get_logger("imports")

ROWS = 200
AT_ONCE = 4
REST = 0.5
"""How long it rests after each few, as a share of what they took: as much is left for the desk."""


@dataclass(frozen=True)
class ImportActivities:
    engine: AsyncEngine
    workflows: Waking
    secret: bytes
    keyring: Keyring

    @activity.defn(name=Name.APPLY_IMPORT)
    async def apply_import(self, work: ImportWork) -> Progress:
        """Take in the next rows of a sheet. Idempotent: a row that was taken in is known again."""
        one = await import_of(self.engine, work.id)
        if one is None or one.state != "running":
            return Progress(more=False)
        packed = await sheet_of(self.engine, self.keyring, one.id)
        if packed is None or one.columns is None:
            await finish(self.engine, one.id, _now())
            return Progress(more=False)
        rows = await asyncio.to_thread(_rows, packed, one)
        some = rows[one.position : one.position + ROWS]
        if some:
            await note_batch(self.engine, one.id, await self._take(one, some))
        if one.position + len(some) < len(rows):
            return Progress(more=True)
        await finish(self.engine, one.id, _now())
        return Progress(more=False)

    async def _take(self, one: Import, rows: Sequence[Row]) -> Batch:
        digests = {storable(row.report.id): sheet_digest(self.secret, row.said) for row in rows}
        standing = await standings(self.engine, one.portal, digests)
        ground = await Ground.read(self.engine)
        counts: Counter[str] = Counter()
        noted: dict[UUID, bytes] = {}
        for few in range(0, len(rows), AT_ONCE):
            began = monotonic()
            some = rows[few : few + AT_ONCE]
            dealing = [self._deal(one, row, standing, ground) for row in some]
            outcomes = await asyncio.gather(*dealing, return_exceptions=True)
            for row, outcome in zip(some, outcomes, strict=True):
                if isinstance(outcome, BaseException):
                    raise outcome
                counted, origin = outcome
                counts[counted] += 1
                if origin:
                    noted[origin] = digests[storable(row.report.id)]
            activity.heartbeat()
            if set(counts) - {"known"}:
                await asyncio.sleep((monotonic() - began) * REST)
        end = one.position + len(rows)
        return Batch(start=one.position, end=end, counts=counts, digests=noted)

    async def _deal(
        self, one: Import, row: Row, standing: dict[str, Standing], ground: Ground
    ) -> tuple[str, UUID | None]:
        """What it counts as, and its origin. One that cannot be stored keeps no others."""
        try:
            if standing[storable(row.report.id)] is Standing.CHANGED:
                return "changed", await self._change(one.portal, row, ground.now)
            return await self._take_in(one.portal, row, ground)
        except (RecordError, DBAPIError) as error:
            if isinstance(error, DBAPIError) and is_away(error):
                raise
            # Without its message, which may repeat what somebody typed.
            log.error("a row could not be stored", portal=one.portal, why=type(error).__name__)
            return "failed", None

    async def _take_in(self, portal: str, row: Row, ground: Ground) -> tuple[str, UUID]:
        """Also of one that is known: the case of one that joined may not have been told."""
        coming = replace(came(row.report, portal, secret=self.secret), filed_at=row.filed_at)
        taken = await self._cases.take_in(row.report, coming, ground)
        became = {Outcome.NEW: "added", Outcome.JOINED: "joined"}
        return became.get(taken.outcome, "known"), taken.origin

    async def _change(self, portal: str, row: Row, now: datetime) -> UUID:
        """Tell the case what the report says now."""
        id = storable(row.report.id)
        origin = (await origins_known(self.engine, portal, [id]))[id]
        said = sheet_digest(self.secret, row.said).hex()
        hidden = f"origin-{origin.id}-hidden-{said}"
        await self._cases.hide(origin.complaint_id, row.report, hidden)
        entry = await store_entry(
            self.engine, origin.complaint_id, REPORTER.id, texts_of(row.report), now
        )
        change = ChangeOrigin(portal=Channel(portal), origin=origin.id, entry=entry)
        request = f"origin-{origin.id}-changed-{said}"
        await self.workflows.ask(origin.complaint_id, change, request, self._cases.load)
        return origin.id

    @property
    def _cases(self) -> Taking:
        return Taking(self.engine, self.workflows, self.secret, self.keyring)


def _rows(packed: bytes, one: Import) -> list[Row]:
    """By the time it came, so that the same rows are right each time."""
    return rows_of(Sheet.unpacked(packed), one.columns or {}, one.portal, one.created_at)[0]


def _now() -> datetime:
    return datetime.now(UTC)
