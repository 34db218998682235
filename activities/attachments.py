"""Fetching what portals' reports name: one attachment after the other, then those into the case.

What somebody sent there is made anew like every file that comes in; one that cannot be had is named
with the reason. One event stands for those that were fetched together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import metrics
from activities.calls import NotYet, called, failure
from activities.cases import Load, Workflows
from activities.messages import Name, OriginWork, Progress
from domain.actions import AddFiles
from domain.actors import REPORTER
from domain.terms import Channel
from portals.http import Unauthorised
from portals.protocol import Attachment, Connector, Expired, PortalError, Refused, Report
from record.entries import store_entry
from record.files.apart import cleaned
from record.files.cleaning import Unacceptable
from record.files.rows import FileRow, files_of, keep, waiting_files
from record.files.store import Store
from record.portals import attachments
from record.portals.attachments import AttachmentRow
from record.portals.origins import Origin
from record.portals.origins import origin as origin_of
from record.portals.state import portal

MOST = 10_000_000
"""Bytes of one attachment, as of a file that is uploaded."""
WAITS = timedelta(days=7)
"""How long a fetched file may wait to become the case's."""
STUBBORN = 3
"""Attempts after which the others of a report do not wait for it."""
HOPELESS = 1000
"""Attempts after which one is given up: some days."""
EXPIRED, AWAY = "expired", "away"
"""Reasons, besides those of connectors and sentences of `record.files.cleaning`."""
DONE = Progress(more=False)


@dataclass(frozen=True)
class AttachmentActivities:
    engine: AsyncEngine
    store: Store
    connectors: Mapping[str, Connector]
    workflows: Workflows
    load: Load

    @activity.defn(name=Name.FETCH_NEXT)
    async def fetch_next(self, work: OriginWork) -> Progress:
        """Fetch one of a report's attachments, or give the case those that were fetched, unless
        its portal is not called.

        Idempotent. Raises ApplicationError where it must be tried again, when the portal wants.
        """
        standing = await portal(self.engine, work.portal)
        connector = self.connectors.get(work.portal)
        origin = await origin_of(self.engine, work.origin)
        waiting = await attachments.waiting_of(self.engine, work.origin)
        if connector is None or standing is None or not standing.called or not origin:
            return DONE
        here = [one for one in waiting if one.file_id]
        missing = [one for one in waiting if not one.file_id]
        if here and all(one.attempts >= STUBBORN for one in missing):
            await self._add(origin, here)
            return Progress(more=bool(missing))
        if not missing:
            return DONE
        one = min(missing, key=lambda one: (one.attempts, one.n))
        await attachments.trying(self.engine, one, _now())
        try:
            how = await self._fetch(connector, origin, one)
        except NotYet:
            # The sweeper comes for it: those who wait for files must not queue up here.
            await attachments.untried(self.engine, one, _now())
            return DONE
        except PortalError as error:
            metrics.FETCHED.labels(work.portal, error.outcome).inc()
            if one.attempts < HOPELESS:
                raise failure(error) from None
            await attachments.not_kept(self.engine, one, AWAY, _now())
        else:
            metrics.FETCHED.labels(work.portal, how).inc()
        return Progress(more=True)

    async def _fetch(self, connector: Connector, origin: Origin, one: AttachmentRow) -> str:
        """What became of it. Raises PortalError for what passes."""
        named = Attachment(url=one.url, name=one.name, media_type=one.media_type, size=one.size)
        try:
            data = await called(self.engine, origin.portal, connector.fetch(named, MOST))
        except Expired:
            return await self._ask_anew(connector, origin, one)
        except Refused as refused:
            if isinstance(refused, Unauthorised):
                raise
            return await self._refuse(one, refused.words)

        async def read() -> bytes:
            return data

        try:
            clean = await cleaned(read, one.name)
        except Unacceptable as unacceptable:
            return await self._refuse(one, unacceptable.why)
        file = await keep(self.engine, self.store, clean, REPORTER.id, _now(), WAITS)
        await attachments.fetched(self.engine, one, file, _now())
        return "fetched"

    async def _ask_anew(self, connector: Connector, origin: Origin, one: AttachmentRow) -> str:
        """Its address expired: the report, asked again, has a fresh one, to be fetched next."""
        asked = connector.report(origin.external_id)
        try:
            report = await called(self.engine, origin.portal, asked)
        except Refused as refused:
            if isinstance(refused, Unauthorised):
                raise
            report = None
        fresh = _same(report, one) if isinstance(report, Report) else None
        if fresh is None or fresh.url == one.url:
            return await self._refuse(one, EXPIRED)
        await attachments.moved(self.engine, one, fresh.url, _now())
        return EXPIRED

    async def _refuse(self, one: AttachmentRow, reason: str) -> str:
        await attachments.not_kept(self.engine, one, reason, _now())
        return "refused"

    async def _add(self, origin: Origin, here: Sequence[AttachmentRow]) -> None:
        """Into the case with one event, but for what it has already: the same picture often comes
        by two portals. What an attempt before this one did is found, or done the same again."""
        recorded = {file.sha256: file for file in await files_of(self.engine, origin.complaint_id)}
        ids = [one.file_id for one in here if one.file_id]
        rows = await waiting_files(self.engine, ids, REPORTER.id, origin.complaint_id)
        new = {file.sha256: file for file in reversed(rows) if file.sha256 not in recorded}
        if new:
            await self._tell(origin, sorted(new.values(), key=lambda file: file.id))
        became = {file.id: (recorded | new)[file.sha256].id for file in rows}
        for one in here:
            if one.file_id in became:
                await attachments.became(self.engine, one, became[one.file_id], _now())
            else:  # it waited too long, and is forgotten
                await attachments.lost(self.engine, one, _now())

    async def _tell(self, origin: Origin, files: Sequence[FileRow]) -> None:
        entry = await store_entry(self.engine, origin.complaint_id, REPORTER.id, {}, _now(), files)
        add = AddFiles(portal=Channel(origin.portal), origin=origin.id, entry=entry)
        these = sha256(b"".join(file.id.bytes for file in files)).hexdigest()[:16]
        request = f"origin-{origin.id}-files-{these}"
        why = await self.workflows.ask(origin.complaint_id, add, request, self.load)
        if why:
            raise ApplicationError("the case did not take the files")


def _same(report: Report, one: AttachmentRow) -> Attachment | None:
    """The attachment as the report names it now: by its address without the query, where portals
    put what expires; else the only one of its name."""
    named = list(_named(report))
    path = one.url.partition("?")[0]
    for other in named:
        if other.url.partition("?")[0] == path:
            return other
    called_so = [other for other in named if other.name == one.name]
    return called_so[0] if len(called_so) == 1 else None


def _named(report: Report) -> Iterator[Attachment]:
    yield from report.attachments
    for message in report.messages:
        yield from message.attachments


def _now() -> datetime:
    return datetime.now(UTC)
