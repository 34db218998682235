"""How large a request may be, and how slow: refused by its header, or as soon as it is too much."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from math import ceil
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Problem

Answer = Callable[[Request, Exception], Awaitable[Response]]

TAKES_FILES = ("/lapor/foto", "/aduan/", "/lacak/tindakan/", "/catat", "/impor")
"""Where a form may bring files."""
PATIENCE = 30.0
"""Seconds that any body may take."""
SLOWEST = 1000
"""Bytes a second that more than that must come with."""
FORM = "matur.form"
"""Where a request's form is found, to be closed."""
HOUR = 3600.0
READ_ANYWAY = 100_000_000
"""Bytes of a form too large that are read and dropped: a browser that is answered while it still
sends shows its user a broken connection instead."""


class LimitMiddleware:
    """`most`: bytes of a body; `most_with_files`, of a form that may bring files. `answer` makes a
    problem of 413 a page, or what the API answers; FastAPI's own limit would say so in plain text.
    A form that may bring files learns it itself (HTTPException 413), and keeps what was typed."""

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        most_with_files: int,
        answer: Answer,
        patience: float = PATIENCE,
    ) -> None:
        self.app = app
        self.most = most
        self.most_with_files = most_with_files
        self.answer = answer
        self.patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        with_files = takes_files(request)
        body = _Body(receive, self.most_with_files if with_files else self.most, self.patience)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > body.most:
            body.is_too_large = True
            if not with_files:
                problem = Problem(413, f"Kiriman ini lebih besar dari {self.most // 1000} kB.")
                response = await self.answer(request, problem)
                await response(scope, receive, send)
                return
        try:
            await self.app(scope, body.receive, send)
        finally:
            if form := scope.get(FORM):
                await form.close()


def takes_files(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.startswith("multipart/form-data") and request.url.path.startswith(TAKES_FILES)


class _Body:
    """A request's body as it comes in."""

    def __init__(self, receive: Receive, most: int, patience: float) -> None:
        self._receive = receive
        self.most = most
        self._patience = patience
        self._came = 0
        self._began = monotonic()
        self._ended = False
        self.is_too_large = False

    async def receive(self) -> Message:
        """Raises HTTPException 408, 413."""
        if self.is_too_large:
            await self._drop_the_rest()
            raise HTTPException(413)
        message = await self._next()
        if self._came > self.most:
            raise HTTPException(413)
        return message

    async def _next(self) -> Message:
        if self._ended:  # whoever asks now waits for the end of the connection
            return await self._receive()
        until = self._began + self._patience + self._came / SLOWEST
        try:
            async with asyncio.timeout(until - monotonic()):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408) from error
        self._came += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message

    async def _drop_the_rest(self) -> None:
        while not self._ended and self._came < READ_ANYWAY:
            await self._next()


class Recent:
    """When what was done from which address within the last hour: known to this process alone,
    never written down."""

    def __init__(self) -> None:
        self._done: dict[Hashable, dict[str, deque[float]]] = {}

    def of(self, what: Hashable) -> dict[str, deque[float]]:
        """Those of the last hour, by address."""
        addresses = self._done.setdefault(what, {})
        ago = monotonic() - HOUR
        for address, done in list(addresses.items()):
            while done and done[0] <= ago:
                done.popleft()
            if not done:
                del addresses[address]
        return addresses


class Often:
    """How often something may be done from an address within an hour. Generous: a mobile network
    or a school is one address."""

    def __init__(self, most: int, why: str) -> None:
        self.most = most
        self.why = why

    def check(self, recent: Recent, address: str) -> None:
        """Raises Problem 429, with when it may be done again."""
        done = recent.of(self).get(address, ())
        if len(done) >= self.most:
            wait = ceil(min(done) + HOUR - monotonic())
            raise Problem(429, self.why, headers={"Retry-After": str(wait)})

    def count(self, recent: Recent, address: str) -> None:
        recent.of(self).setdefault(address, deque()).append(monotonic())
