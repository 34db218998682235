"""One call of a portal: in its turn, within its time, and what the answer means.

No retries: the engine repeats. What a portal says stands in the error's `words`, never in its
message, and no address is logged.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx

from portals.mapping import PortalMapping
from portals.protocol import Away, PortalError, Refused, Throttled, Turn, Unreadable
from portals.reading import dig, plain
from portals.waiting import within

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address

A_CALL_S = 15.0
"""Seconds that one call may take."""
UNKEYED_S = 30.0
"""The same for what the portal would do twice: by the time we ask again, it should have done it."""
ALL_S = 60.0
"""Seconds that all calls and turns of one of a connector's methods may take together."""
MOST_BYTES = 16_000_000
"""Bytes of an answer."""
MOST_WORDS = 500
MAINTENANCE = "halaman pemeliharaan"
PASSING = frozenset({408, 425})
"""4xx that pass on a retry."""

Upload = tuple[str, tuple[str | None, str | bytes] | tuple[str, bytes, str]]
"""A part of a multipart form: its field and a file's name, bytes and type."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    html: bool
    at: datetime
    """The portal's clock, as its header says; ours where it says none."""

    def json(self) -> Any:
        """Raises Away where it is a page for people, Unreadable where it is anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise self.puzzling("bukan JSON") from None

    def puzzling(self, what: str) -> PortalError:
        """Why an answer that should be data is none: portals show their maintenance with 200."""
        return Away(MAINTENANCE) if self.html else Unreadable(what)


class Unauthorised(Away):
    """The credentials are no longer good, or never were. What was sent is not to blame, so that it
    goes on by itself once they are put right."""

    outcome = "refused"


class Missing(Refused):
    """404 or 410: the portal has no such report."""


class Api:
    """Calls to a mapping's address."""

    def __init__(
        self,
        mapping: PortalMapping,
        turn: Turn,
        words: Callable[[bytes], object],
        headers: Mapping[str, str] | None = None,
        keyless: frozenset[int] = frozenset({401}),
    ) -> None:
        """`words`: finds the portal's words in an answer that refuses. `keyless`: the statuses that
        mean that our credentials are no good."""
        self._address = mapping.address
        self._turn = turn
        self._words = words
        self._keyless = keyless
        self._client = httpx.AsyncClient(
            headers={"User-Agent": "matur", "Accept-Encoding": "identity", **(headers or {})},
            timeout=A_CALL_S,
            trust_env=False,
        )

    async def call(
        self,
        method: str,
        path: str,
        report: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: object = None,
        files: Sequence[Upload] | None = None,
        seconds: float = A_CALL_S,
    ) -> Answer:
        """A 2xx. `path` has `{id}` where the report's id goes; with `files`, were it none, the form
        is multipart. Raises PortalError."""
        if self._address is None:
            raise Away("belum ada alamat")
        await self._turn()
        url = self._address + path.replace("{id}", quote(report, safe=""))
        if files is not None:
            files = [*((name, (None, text)) for name, text in (form or {}).items()), *files]
            form = None
        async with within(seconds), transport():
            request = self._client.build_request(
                method, url, headers=headers, params=params, data=form, json=json, files=files,
                timeout=seconds,
            )  # fmt: skip
            response = await self._client.send(request, stream=True)
            try:
                answer = await _read(response)
            finally:
                await response.aclose()
        return self._judged(answer, response)

    def at(self, url: httpx.URL) -> bool:
        """Whether an address is the portal's own: it may be shown our credentials."""
        own = httpx.URL(self._address or "")
        return (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)

    async def close(self) -> None:
        await self._client.aclose()

    def _judged(self, answer: Answer, response: httpx.Response) -> Answer:
        status = answer.status
        if status < 300:
            return answer
        after = retry_after(response, answer.at)
        if status == 429:
            raise Throttled(after=after)
        if status >= 500 or status in PASSING:
            raise Away(f"HTTP {status}", after)
        if status < 400:
            raise Unreadable(f"HTTP {status}: alamatnya pindah")
        words = said(self._words(answer.body), status)
        if status in self._keyless:
            raise Unauthorised(words)
        raise (Missing if status in (404, 410) else Refused)(words)


def words_at(path: str) -> Callable[[bytes], object]:
    """Finds the words in JSON, in the first of its items where it is a list."""

    def found(body: bytes) -> object:
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return None
        return dig(data[0] if isinstance(data, list) and data else data, path)

    return found


def said(words: object, status: int) -> str:
    """A refusal as it is shown to a person."""
    text = plain(words)[:MOST_WORDS] if isinstance(words, str) else ""
    return f"{text} (HTTP {status})" if text else f"HTTP {status}"


def retry_after(response: httpx.Response, now: datetime) -> timedelta | None:
    """When to come again, from `Retry-After` in seconds or as a date; at most a day."""
    given = response.headers.get("Retry-After", "").strip()
    if given.isdecimal():
        return timedelta(seconds=min(int(given[:9]), 86_400))
    when = _http_date(given)
    return min(max(when - now, timedelta()), timedelta(days=1)) if when else None


@asynccontextmanager
async def transport() -> AsyncIterator[None]:
    """What goes wrong below HTTP passes; its message may hold an address, so it is left behind."""
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError):
        raise Away from None
    except httpx.InvalidURL:
        raise Unreadable("alamat") from None


async def _read(response: httpx.Response) -> Answer:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise Unreadable("jawaban terlalu besar")
    start = bytes(body[:200]).lstrip().lower()
    return Answer(
        status=response.status_code,
        body=bytes(body),
        html="text/html" in response.headers.get("Content-Type", "").lower()
        or start.startswith((b"<!doctype html", b"<html")),
        at=_http_date(response.headers.get("Date", "")) or datetime.now(UTC),
    )


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
