"""How large a request may be: refused by its header, or as soon as more than that has come."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Problem

Answer = Callable[[Request, Exception], Awaitable[Response]]


class LimitMiddleware:
    """`most`: bytes of a body. `answer` makes a problem of 413 a page, or what the API answers;
    FastAPI's own limit would say so in plain text."""

    def __init__(self, app: ASGIApp, most: int, answer: Answer) -> None:
        self.app = app
        self.most = most
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = Problem(413, f"Kiriman ini lebih besar dari {self.most // 1000} kB.")
        request = Request(scope)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self.most:
            response = await self.answer(request, problem)
            await response(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self.most:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
