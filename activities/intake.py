"""Taking in what portals hold: a page at a time, and the cursor moved only after it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from time import monotonic

import structlog
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.calls import NotYet, called, failure
from activities.messages import Name, Progress, TakeAgain, TakeAllAgain, Waiting
from activities.taking import Ground, Taking, Waking
from activities.talk import message_of
from portals.protocol import Connector, Misread, PortalError, Pulled, Report
from record.engine import storable
from record.errors import RecordError, is_away
from record.identity import Keyring
from record.portals import state
from record.portals.origins import Dealt, Origin, note_dealt, origins_known
from record.portals.quarantine import (
    Kind,
    Quarantined,
    keep,
    mark_taken,
    quarantined,
    raw_of,
    still_wrong,
    understood,
    waiting,
)

log = structlog.get_logger("intake")

AT_ONCE = 4
"""Reports dealt with at the same time."""
REST = 0.25
"""How long a backlog rests after each few, as a share of what they took: the busier the desk keeps
the machine, the longer."""
FEW = 20
"""With more new reports than this on a page their portal is told, and their files are fetched, by
and by: the sweeper wakes those that wait."""
BEAT = 10.0
"""Seconds between signs of life."""
MOST_WORDS = 300
NOT_STORED = "tidak dapat disimpan"


@dataclass(frozen=True)
class IntakeActivities:
    engine: AsyncEngine
    workflows: Waking
    connectors: Mapping[str, Connector]
    """By portal; their turn comes before that of others (`activities.calls.turn`)."""
    secret: bytes
    keyring: Keyring

    @activity.defn(name=Name.PULL_PAGE)
    async def pull_page(self, portal: str) -> Progress:
        """Take in the next page of a portal that is called, and move its cursor.

        Idempotent: reports that were taken in are known again. Raises ApplicationError, with the
        portal's own time for the next attempt where it named one.
        """
        standing = await state.portal(self.engine, portal)
        connector = self.connectors.get(portal)
        if connector is None or standing is None or not standing.called:
            return Progress(more=False)
        try:
            async with _beating():
                pulled = await called(self.engine, portal, connector.pull(standing.cursor))
                await self._take_page(portal, pulled)
        except PortalError as error:
            await self._note_failure(portal, error)
            raise failure(error) from error
        moved = await state.move_cursor(
            self.engine, portal, standing.cursor, pulled.cursor, _now(), _newest(pulled)
        )
        return Progress(more=moved and pulled.more and pulled.cursor != standing.cursor)

    @activity.defn(name=Name.TAKE_IN_AGAIN)
    async def take_in_again(self, message: TakeAgain) -> bool:
        """Take in what was kept in the quarantine; whether that went. If not, the record says why.

        Idempotent.
        """
        kept = await quarantined(self.engine, message.quarantined)
        if kept is None or kept.state != "waiting":
            return kept is not None and kept.state == "taken"
        raw = await raw_of(self.engine, self.keyring, kept.id)
        assert raw is not None
        try:
            async with _beating():
                again = self._say_again if kept.kind is Kind.MESSAGE else self._read_again
                wrong = await again(kept, raw)
        except PortalError as error:
            raise failure(error) from error
        if wrong:
            await still_wrong(self.engine, kept.id, wrong)
            return False
        await mark_taken(self.engine, kept.id, message.actor, _now())
        return True

    @activity.defn(name=Name.LIST_QUARANTINED)
    async def list_quarantined(self, message: TakeAllAgain) -> Waiting:
        """The next few that wait. Idempotent: it reads."""
        found = await waiting(self.engine, message.portal, message.after)
        return Waiting(ids=tuple(kept.id for kept in found))

    async def _take_page(self, portal: str, pulled: Pulled) -> None:
        reports = _each_once(pulled.reports)
        known = await origins_known(self.engine, portal, [storable(r.id) for r in reports])
        ground = await Ground.read(self.engine)
        wake = len(reports) - len(known) <= FEW
        wrong: set[str] = set()
        for few in range(0, len(reports), AT_ONCE):
            began = monotonic()
            some = reports[few : few + AT_ONCE]
            dealing = [
                self._deal(report, portal, known.get(storable(report.id)), ground, wake)
                for report in some
            ]
            outcomes = await asyncio.gather(*dealing, return_exceptions=True)
            await note_dealt(self.engine, [one for one in outcomes if isinstance(one, Dealt)])
            for report, outcome in zip(some, outcomes, strict=True):
                if isinstance(outcome, BaseException):
                    raise outcome
                if outcome is NOT_STORED:
                    wrong.add(report.id)
            if not wake:
                await asyncio.sleep((monotonic() - began) * REST)
        for misread in pulled.reports:
            if isinstance(misread, Misread):
                await self._keep(portal, misread)
        right = [storable(report.id) for report in reports if report.id not in wrong]
        await understood(self.engine, portal, right, _now())

    async def _deal(
        self, report: Report, portal: str, known: Origin | None, ground: Ground, wake: bool
    ) -> Dealt | str | None:
        """What to note. One that cannot be stored is kept like one that cannot be read, and the
        others go on: why."""
        try:
            return await self._taking.deal(
                report, portal, self.connectors[portal], known, ground, wake=wake
            )
        except (RecordError, DBAPIError) as error:
            _raise_if_away(error)
            # Without its message, which may repeat what somebody typed.
            log.error("a report could not be stored", portal=portal, why=type(error).__name__)
            raw = to_json(asdict(report), inf_nan_mode="strings")
            await self._keep(portal, Misread(id=report.id, raw=raw, reason=NOT_STORED))
            return NOT_STORED

    async def _keep(self, portal: str, misread: Misread) -> None:
        await keep(
            self.engine,
            portal,
            Kind.REPORT,
            misread.id,
            misread.raw,
            misread.reason,
            _now(),
            same=misread.id,
            secret=self.secret,
            keyring=self.keyring,
        )

    async def _read_again(self, kept: Quarantined, raw: bytes) -> str | None:
        """What is still wrong with the report; as it was kept or, if that says nothing, as the
        portal has it now."""
        connector = self.connectors[kept.portal]
        report: Report | Misread | None = connector.read(raw)
        if isinstance(report, Misread) and kept.external_id:
            wrong = report
            asked = connector.report(kept.external_id)
            report = await called(self.engine, kept.portal, asked) or wrong
        if not isinstance(report, Report):
            return report.reason if report else kept.reason
        known = await origins_known(self.engine, kept.portal, [storable(report.id)])
        ground = await Ground.read(self.engine)
        origin = known.get(storable(report.id))
        try:
            dealt = await self._taking.deal(report, kept.portal, connector, origin, ground)
        except (RecordError, DBAPIError) as error:
            _raise_if_away(error)
            return NOT_STORED
        await note_dealt(self.engine, [dealt] if dealt else [])
        return None

    async def _say_again(self, kept: Quarantined, raw: bytes) -> str | None:
        """Why the case still cannot take the reporter's message."""
        assert kept.external_id is not None
        known = await origins_known(self.engine, kept.portal, [kept.external_id])
        return await self._taking.talk.tell(known[kept.external_id], message_of(raw))

    async def _note_failure(self, portal: str, error: PortalError) -> None:
        if not isinstance(error, NotYet):
            words = f"{error.outcome}: {error.words[:MOST_WORDS]}".removesuffix(": ")
            await state.pull_failed(self.engine, portal, words, _now())

    @property
    def _taking(self) -> Taking:
        return Taking(self.engine, self.workflows, self.secret, self.keyring)


def _each_once(reports: Sequence[Report | Misread]) -> list[Report]:
    """In their order; of those that come several times on a page the latest state."""
    latest: dict[str, Report] = {}
    for report in reports:
        if isinstance(report, Report):
            before = latest.get(report.id)
            if before is None or report.changed_at >= before.changed_at:
                latest[report.id] = report
    return list(latest.values())


def _newest(pulled: Pulled) -> datetime | None:
    filed = [report.filed_at for report in pulled.reports if isinstance(report, Report)]
    return max(filed, default=None)


def _raise_if_away(error: Exception) -> None:
    if isinstance(error, DBAPIError) and is_away(error):
        raise error


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Says meanwhile that the activity is alive."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(BEAT)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
