"""SP4N-LAPOR!: OAuth 2.0, an opaque cursor, idempotency keys, signed webhooks. Assumed: see
`sp4n.toml`."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from portals.addresses import Fetcher
from portals.http import ALL_S, Answer, Api, Missing, Unauthorised, words_at
from portals.protocol import (
    Attachment,
    Away,
    BadSignature,
    Expired,
    Hint,
    Message,
    Misread,
    Pulled,
    Push,
    Receipt,
    Refused,
    Report,
    Turn,
    Unreadable,
)
from portals.reading import Puzzling, dig, kept, listed, perhaps, when
from portals.sp4n_mapping import Sp4nMapping
from portals.sp4n_reading import message_of, read_hint, read_report
from portals.waiting import within


class Sp4n:
    def __init__(self, mapping: Sp4nMapping, turn: Turn) -> None:
        self._mapping = mapping
        self._turn = turn
        self._api = Api(mapping, turn, words_at(mapping.error.message))
        self._files = Fetcher(
            allow_private=mapping.allow_private, own=self._api.at, credentials=self._shown
        )
        self._token: str | None = None
        self._taking = asyncio.Lock()

    async def pull(self, cursor: str | None) -> Pulled:
        names, page = self._mapping.parameters, self._mapping.page
        asked = {names.agency: self._mapping.agency, names.limit: str(self._mapping.page_size)}
        if cursor:
            asked[names.cursor] = cursor
        async with within(ALL_S):
            answer = await self._page(asked)
        items = listed(answer, page.items)
        following, more = dig(answer, page.cursor), dig(answer, page.more)
        if not isinstance(more, bool):
            raise Unreadable(f"{page.more}: bukan ya atau tidak")
        if following is not None and not isinstance(following, str):
            raise Unreadable(f"{page.cursor}: bukan teks")
        if more and (not following or following == cursor):
            raise Unreadable(f"{page.cursor}: tidak maju")
        reports = [read_report(self._mapping, item) for item in items]
        return Pulled(reports=reports, cursor=following or cursor or "", more=more)

    async def report(self, report: str) -> Report | Misread | None:
        """With what was written under it, whose attachments expire like its own."""
        try:
            async with within(ALL_S):
                answer = await self._call("GET", self._mapping.paths.report, report)
                found = read_report(self._mapping, answer.json())
                if isinstance(found, Report):
                    return replace(found, messages=tuple(await self._messages(report)))
        except Missing:
            return None
        return found

    async def messages(self, report: str, after: str | None) -> Sequence[Message]:
        async with within(ALL_S):
            return await self._messages(report, after)

    def read(self, raw: bytes) -> Report | Misread:
        return read_report(self._mapping, kept(raw))

    async def push(self, report: str, push: Push, *, again: bool) -> Receipt | None:
        """`again` changes nothing: the portal knows a repetition by its key."""
        paths, word = self._mapping.paths, self._mapping.word(push.told)
        if push.files or push.told in self._mapping.answers.told:
            path, body = paths.answer, self._answer(push)
        elif word:
            path, body = paths.status, self._status(push, word)
        else:
            return None
        key = {self._mapping.headers.key: str(push.key)}
        async with within(ALL_S):
            return self._receipt(
                await self._call("POST", path, report, json=body, headers=key), push
            )

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        async with within(ALL_S):
            token = self._token
            try:
                return await self._files.fetch(attachment.url, most)
            except Expired as expired:
                if expired.words != "HTTP 401":
                    raise
            self._forget(token)  # it is the token that expired, not the address
            return await self._files.fetch(attachment.url, most)

    def hint(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        if self._mapping.credentials is None:
            raise BadSignature
        secret = self._mapping.credentials.webhook_secret.get_secret_value()
        return read_hint(self._mapping.webhook, secret, headers, body, now)

    async def close(self) -> None:
        await self._api.close()
        await self._files.close()

    async def _page(self, asked: dict[str, str]) -> object:
        """From the start where the portal no longer knows the cursor: nobody could give us another,
        and what is known is known again."""
        path, cursor = self._mapping.paths.reports, self._mapping.parameters.cursor
        try:
            return (await self._call("GET", path, params=asked)).json()
        except Refused:
            if asked.pop(cursor, None) is None:
                raise
        return (await self._call("GET", path, params=asked)).json()

    async def _messages(self, report: str, after: str | None = None) -> Sequence[Message]:
        asked = {self._mapping.parameters.after: after} if after else None
        answer = await self._call("GET", self._mapping.paths.messages, report, params=asked)
        try:
            items = listed(answer.json(), self._mapping.messages.items)
            return [message_of(self._mapping, item, answer.at) for item in items]
        except Puzzling as puzzle:
            raise Unreadable(puzzle.reason) from None

    async def _call(self, method: str, path: str, report: str = "", **sent: Any) -> Answer:
        """A call with the token; with a new one, once, where the portal no longer takes it."""
        headers = {**sent.pop("headers", {}), **await self._bearer()}
        token = self._token
        try:
            return await self._api.call(method, path, report, headers=headers, **sent)
        except Unauthorised:
            self._forget(token)
        headers.update(await self._bearer())
        return await self._api.call(method, path, report, headers=headers, **sent)

    def _forget(self, token: str | None) -> None:
        """Unless another call has taken a new one meanwhile."""
        if self._token == token:
            self._token = None

    async def _bearer(self) -> dict[str, str]:
        async with self._taking:
            if self._token is None:
                self._token = await self._taken()
            return {"Authorization": f"Bearer {self._token}"}

    async def _taken(self) -> str:
        """A new token. When it expires the portal says so with 401, which we obey; nothing is
        reckoned with our clock."""
        given = self._mapping.credentials
        if given is None:
            raise Away("belum ada alamat")
        answer = await self._api.call(
            "POST",
            self._mapping.paths.token,
            form={
                "grant_type": "client_credentials",
                "client_id": given.client_id.get_secret_value(),
                "client_secret": given.client_secret.get_secret_value(),
            },
        )
        token = dig(answer.json(), "access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Unreadable("access_token: bukan teks")
        return token

    async def _shown(self) -> dict[str, str]:
        await self._turn()
        return await self._bearer()

    def _status(self, push: Push, word: str) -> dict[str, object]:
        names = self._mapping.status_body
        return {names.status: word, names.text: push.text, names.at: push.at.isoformat()}

    def _answer(self, push: Push) -> dict[str, object]:
        names, file = self._mapping.answer_body, self._mapping.sent_file
        return {
            names.text: push.text,
            names.unit: push.unit,
            names.at: push.at.isoformat(),
            names.files: [
                {
                    file.name: sent.name,
                    file.media_type: sent.media_type,
                    file.data: base64.b64encode(sent.data).decode("ascii"),
                }
                for sent in push.files
            ],
        }

    def _receipt(self, answer: Answer, push: Push) -> Receipt:
        """The portal's id for it; where it says none our key, by which it knows it too."""
        said, names = answer.json(), self._mapping.receipt
        at = when(said, names.at, self._mapping.time_zone) or answer.at
        return Receipt(id=perhaps(said, names.id) or str(push.key), at=at)
