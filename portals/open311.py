"""Open311 GeoReport v2, as the client of a city, in JSON or XML. What it lacks, updates, by the
extension of FixMyStreet: see `open311.toml`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from portals.addresses import Fetcher
from portals.http import ALL_S, UNKEYED_S, Api, Missing
from portals.open311_mapping import Open311Mapping
from portals.open311_reading import items_of, read_report, reports_talk, words_in
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
)
from portals.reading import bears, kept, marked, perhaps, same, when
from portals.waiting import within

WIDEST = timedelta(days=90)
"""What a search may span by the standard."""
A_LITTLE = timedelta(hours=1)
"""So much less than that is spanned, since clocks differ."""
AT_ONCE = 50
"""Requests asked for by their ids in one call."""


class Walk(BaseModel):
    """A cursor: through the requests filed since a time, page by page, then through what was
    written since. What comes meanwhile repeats some of them; the next walk begins before this one
    `began`, by the city's own clock."""

    since: AwareDatetime
    until: AwareDatetime | None = None
    """Where there is more than one search may span."""
    began: AwareDatetime | None = None
    what: Literal["requests", "updates"] = "requests"
    page: int = Field(1, ge=1)
    seen: str = ""
    """A digest of the last page's ids: a city that does not page answers the same again."""
    longest: int = 0
    """The longest page that the city gave, which may be shorter than what is asked for: one at
    most half as long is the last."""


class Open311:
    def __init__(self, mapping: Open311Mapping, turn: Turn) -> None:
        self._mapping = mapping
        self._turn = turn
        self._api = Api(mapping, turn, words_in(mapping), keyless=frozenset({401, 403}))
        self._files = Fetcher(
            allow_private=mapping.allow_private, own=self._api.at, credentials=self._shown
        )

    async def pull(self, cursor: str | None) -> Pulled:
        walk = self._walk(cursor)
        async with within(ALL_S):
            return await (self._requests if walk.what == "requests" else self._updates)(walk)

    async def report(self, report: str) -> Report | Misread | None:
        async with within(ALL_S):
            try:
                found = await self._get(self._mapping.paths.request, {}, report)
            except Missing:
                return None
        return read_report(self._mapping, found[0]) if found else None

    async def messages(self, report: str, after: str | None) -> Sequence[Message]:
        """None: `pull` brings them with the reports that they are about."""
        return ()

    def read(self, raw: bytes) -> Report | Misread:
        return read_report(self._mapping, kept(raw))

    async def push(self, report: str, push: Push, *, again: bool) -> Receipt | None:
        """Where it may have been told before, the updates since say whether it was."""
        word = self._mapping.word(push.told)
        if not word:
            return None
        async with within(ALL_S):
            if again and (receipt := await self._told_before(report, push)):
                return receipt
            return await self._tell(report, push, word)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        async with within(ALL_S):
            return await self._files.fetch(attachment.url, most)

    def hint(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """Open311 has no webhook: nobody who sends one is the city."""
        raise BadSignature

    async def close(self) -> None:
        await self._api.close()
        await self._files.close()

    async def _requests(self, walk: Walk) -> Pulled:
        names = self._mapping.parameters
        asked = self._window(walk)
        if names.page:
            asked |= {names.page: str(walk.page), names.page_size: str(self._mapping.page_size)}
        found, now = await self._asked(self._mapping.paths.requests, asked)
        reports = [read_report(self._mapping, item) for item in found]
        seen = sha256("\n".join(report.id or "?" for report in reports).encode()).hexdigest()
        longest = min(max(walk.longest, len(found)), self._mapping.page_size)
        following = walk.model_copy(update={"began": walk.began or now, "longest": longest})
        if names.page and 2 * len(found) > walk.longest and seen != walk.seen:
            following = following.model_copy(update={"page": walk.page + 1, "seen": seen})
        else:
            following = following.model_copy(update={"page": 1, "seen": "", "what": "updates"})
        return Pulled(reports=reports[::-1], cursor=following.model_dump_json(), more=True)

    async def _updates(self, walk: Walk) -> Pulled:
        """The reports under which their reporters wrote something, with that."""
        found, now = await self._asked(self._mapping.paths.updates, self._window(walk))
        talk = reports_talk(self._mapping, found, now)
        ids = sorted(talk)[(walk.page - 1) * AT_ONCE :]
        reports: list[Report | Misread] = []
        if ids:
            asked = {self._mapping.parameters.ids: ",".join(ids[:AT_ONCE])}
            items = await self._get(self._mapping.paths.requests, asked)
            reports = [read_report(self._mapping, item, talk) for item in items]
        if len(ids) > AT_ONCE:
            following = walk.model_copy(update={"page": walk.page + 1})
            return Pulled(reports=reports, cursor=following.model_dump_json(), more=True)
        overlap = timedelta(minutes=self._mapping.overlap_minutes)
        since = (walk.until or walk.began or now) - overlap
        following = Walk(since=since, longest=walk.longest)
        behind = walk.until is not None
        return Pulled(reports=reports, cursor=following.model_dump_json(), more=behind)

    def _window(self, walk: Walk) -> dict[str, str]:
        """From when to when to search: to now, where nothing else is said."""
        names = self._mapping.parameters
        if walk.began is None and walk.since + WIDEST < datetime.now(UTC):
            walk.until = walk.since + WIDEST
        asked = {names.since: _w3c(walk.since)}
        return asked | ({names.until: _w3c(walk.until)} if walk.until else {})

    async def _told_before(self, report: str, push: Push) -> Receipt | None:
        """The update of ours that has the reference. Times are the city's: asked from a day before
        on."""
        mapping, names = self._mapping, self._mapping.update
        asked = {
            mapping.parameters.since: _w3c(push.at - timedelta(days=1)),
            mapping.parameters.ids: report,  # for those that narrow by it
        }
        for item in await self._get(mapping.paths.updates, asked):
            ours = not same(perhaps(item, names.author), mapping.words.reporter)
            about = perhaps(item, names.report) == report
            if ours and about and bears(perhaps(item, names.text) or "", push.reference):
                at = when(item, names.at, mapping.time_zone) or push.at
                return Receipt(id=perhaps(item, names.id) or push.reference, at=at)
        return None

    async def _tell(self, report: str, push: Push, word: str) -> Receipt:
        names, given = self._mapping.update_body, self._mapping.credentials
        if given is None:
            raise Away("belum ada alamat")
        body = {
            names.api_key: given.api_key.get_secret_value(),
            names.id: str(push.key),
            names.report: report,
            names.status: word,
            names.text: marked(push.text, push.reference),
            names.at: _w3c(push.at),
        }
        if names.unit:
            body[names.unit] = push.unit
        files = [(names.files, (one.name, one.data, one.media_type)) for one in push.files]
        answer = await self._api.call(
            "POST", self._path(self._mapping.paths.updates), report,
            params=self._jurisdiction(), form=body,
            files=files if files and names.files else None, seconds=UNKEYED_S,
        )  # fmt: skip
        said = items_of(self._mapping, answer)
        found = perhaps(said[0], self._mapping.update.id) if said else None
        return Receipt(id=found or push.reference, at=answer.at)

    async def _get(self, path: str, asked: Mapping[str, str], report: str = "") -> Sequence[object]:
        return (await self._asked(path, asked, report))[0]

    async def _asked(
        self, path: str, asked: Mapping[str, str], report: str = ""
    ) -> tuple[Sequence[object], datetime]:
        """A list, and the city's time."""
        params = {**self._jurisdiction(), **asked}
        answer = await self._api.call("GET", self._path(path), report, params=params)
        return items_of(self._mapping, answer), answer.at

    def _path(self, path: str) -> str:
        return path.replace("{format}", self._mapping.format)

    def _jurisdiction(self) -> dict[str, str]:
        named = self._mapping.jurisdiction
        return {self._mapping.parameters.jurisdiction: named} if named else {}

    def _walk(self, cursor: str | None) -> Walk:
        """Where to go on. A cursor of another make begins anew: what is known is known again."""
        try:
            if cursor:
                return Walk.model_validate_json(cursor)
        except ValidationError:
            pass
        return Walk(since=datetime.now(UTC) - timedelta(days=self._mapping.start_days) + A_LITTLE)

    async def _shown(self) -> Mapping[str, str]:
        """Nothing, media are public; they count as calls."""
        await self._turn()
        return {}


def _w3c(at: datetime) -> str:
    """Whole seconds in UTC, `2026-11-24T03:02:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
