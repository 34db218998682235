"""LaporGub: an API key, pages that shift, minute-grained `sejak`, HTML, no idempotency key.
Assumed: see `laporgub.toml`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from portals.addresses import Fetcher
from portals.http import ALL_S, UNKEYED_S, Api, Missing, words_at
from portals.laporgub_mapping import LaporgubMapping
from portals.laporgub_reading import read_report, told_before
from portals.protocol import (
    Attachment,
    Away,
    BadSignature,
    Hint,
    Message,
    Misread,
    Pulled,
    Push,
    Receipt,
    Report,
    Turn,
    Unreadable,
)
from portals.reading import Puzzling, kept, listed, marked, number, perhaps
from portals.waiting import within


class Walk(BaseModel):
    """A cursor: through the pages of what is new or changed since `since`, newest first.

    What comes meanwhile moves the rest to later pages, so that nothing is missed going on; what
    changes meanwhile comes with the next walk, which begins before this one `began`.
    """

    since: AwareDatetime
    began: AwareDatetime | None = None
    page: int = Field(1, ge=1)


class Laporgub:
    def __init__(self, mapping: LaporgubMapping, turn: Turn) -> None:
        self._mapping = mapping
        self._turn = turn
        self._key: dict[str, str] = {}
        if mapping.credentials:
            self._key = {
                mapping.headers.api_key: mapping.credentials.api_key.get_secret_value(),
            }
        self._api = Api(mapping, turn, words_at(mapping.error.message), self._key)
        self._files = Fetcher(
            allow_private=mapping.allow_private, own=self._api.at, credentials=self._shown
        )

    async def pull(self, cursor: str | None) -> Pulled:
        walk, names = self._walk(cursor), self._mapping.parameters
        since = walk.since.astimezone(self._mapping.time_zone)
        asked = {
            names.city: self._mapping.city,
            names.since: since.strftime(self._mapping.times.since),
            names.page: str(walk.page),
        }
        async with within(ALL_S):
            answer = await self._api.call("GET", self._mapping.paths.reports, params=asked)
        page = answer.json()
        items = listed(page, self._mapping.page.items)
        at, last = self._counted(page)
        if items and at != walk.page:
            raise Away("halaman lain dari yang diminta")
        walk.began = walk.began or answer.at
        more = bool(items) and walk.page < last
        if more:
            walk.page += 1
        else:
            overlap = timedelta(minutes=self._mapping.overlap_minutes)
            walk = Walk(since=walk.began - overlap)
        reports = [read_report(self._mapping, item) for item in reversed(items)]
        return Pulled(reports=reports, cursor=walk.model_dump_json(), more=more)

    async def report(self, report: str) -> Report | Misread | None:
        async with within(ALL_S):
            found = await self._one(report)
        return None if found is None else read_report(self._mapping, found)

    async def messages(self, report: str, after: str | None) -> Sequence[Message]:
        """None: they come with the report, in its timeline."""
        return ()

    def read(self, raw: bytes) -> Report | Misread:
        return read_report(self._mapping, kept(raw))

    async def push(self, report: str, push: Push, *, again: bool) -> Receipt | None:
        """Where it may have been told before, the timeline says whether it was."""
        word, names = self._mapping.word(push.told), self._mapping.entry_body
        if not word:
            return None
        body = {
            names.title: self._mapping.titles.get(push.told, word),
            names.text: marked(push.text, push.reference),
            names.status: word,
        }
        files = [(names.files, (one.name, one.data, one.media_type)) for one in push.files]
        async with within(ALL_S):
            if again and (receipt := await self._told_before(report, push.reference)):
                return receipt
            answer = await self._api.call(
                "POST", self._mapping.paths.entries, report, form=body, files=files,
                seconds=UNKEYED_S,
            )  # fmt: skip
        found = perhaps(answer.json(), self._mapping.receipt.id)
        return Receipt(id=found or push.reference, at=answer.at)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        async with within(ALL_S):
            return await self._files.fetch(attachment.url, most)

    def hint(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """LaporGub has no webhook: nobody who sends one is LaporGub."""
        raise BadSignature

    async def close(self) -> None:
        await self._api.close()
        await self._files.close()

    def _walk(self, cursor: str | None) -> Walk:
        """Where to go on. A cursor of another make begins anew: what is known is known again."""
        try:
            if cursor:
                return Walk.model_validate_json(cursor)
        except ValidationError:
            pass
        return Walk(since=datetime.now(UTC) - timedelta(days=self._mapping.start_days))

    def _counted(self, page: object) -> tuple[int, int]:
        """Which page it is, and the last one's number."""
        names = self._mapping.page
        try:
            at, last = number(page, names.page, 0, 1e9), number(page, names.pages, 0, 1e9)
        except Puzzling as puzzle:
            raise Unreadable(puzzle.reason) from None
        if at is None or last is None:
            raise Unreadable(f"{names.page}, {names.pages}: tidak ada")
        return int(at), int(last)

    async def _one(self, report: str) -> object:
        try:
            return (await self._api.call("GET", self._mapping.paths.report, report)).json()
        except Missing:
            return None

    async def _told_before(self, report: str, reference: str) -> Receipt | None:
        """The entry of ours that has the reference."""
        try:
            return told_before(self._mapping, await self._one(report), reference)
        except Puzzling as puzzle:
            raise Unreadable(puzzle.reason) from None

    async def _shown(self) -> Mapping[str, str]:
        await self._turn()
        return self._key
