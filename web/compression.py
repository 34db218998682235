"""Pages travel compressed, unless another site may be measuring them.

Whoever can make somebody's browser ask for a page with words of their choice, and sees how long the
answer is, could guess what else stands on it (BREACH). So a page is compressed for a request that
began here or by the user's own hand, or that brings no cookie and so gets nothing personal.
"""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 500
"""Bytes below which it is not worth it."""
LEVEL = 6
OURS = ("same-origin", "none")


def accepts_gzip(headers: Headers) -> bool:
    codings = (one.partition(";") for one in headers.get("accept-encoding", "").split(","))
    return any(
        name.strip() == "gzip" and weight.strip() not in ("q=0", "q=0.0")
        for name, _, weight in codings
    )


class CompressionMiddleware:
    """For whole answers of HTML; streams, files and the API's answers pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        may = accepts_gzip(asked) and ("cookie" not in asked or asked.get("sec-fetch-site") in OURS)
        held: Message | None = None

        async def packed(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_page(message):
                MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
                held = message
                return
            if held is not None:
                start, held = held, None
                if may and not message.get("more_body") and len(message["body"]) >= LEAST:
                    message["body"] = gzip.compress(message["body"], LEVEL, mtime=0)
                    headers = MutableHeaders(scope=start)
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(message["body"]))
                await send(start)
            await send(message)

        await self.app(scope, receive, packed)


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        headers.get("content-type", "").startswith("text/html")
        and "content-encoding" not in headers
    )
