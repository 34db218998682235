"""What keeps pages safe whatever they show: response headers, and no foreign form is taken."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Problem

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # `no-referrer` would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
"""Set where a response does not say otherwise."""
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
API = "/api/"
KEYED = (API, "/open311/")
"""Asked with a token or key of the caller's, never with cookies: no foreign page can borrow
somebody's rights."""
API_DOCS = "/api/docs"
"""Swagger's own page loads its scripts from elsewhere."""

Refuse = Callable[[Request, Problem], Awaitable[Response]]


def own_path(path: str) -> str | None:
    """`path` if it leads to a page of ours; None for anything that might lead elsewhere."""
    ours = path.startswith("/") and not path.startswith("//")
    return path if ours and path.isprintable() and "\\" not in path else None


class SecurityMiddleware:
    """`origin` is `https://host` as the public sees it, None on a machine of one's own."""

    def __init__(self, app: ASGIApp, origin: str | None, refuse: Refuse) -> None:
        self.app = app
        self.origin = origin.rstrip("/") if origin else None
        self.refuse = refuse
        secure = self.origin is not None and self.origin.startswith("https://")
        self.headers = HEADERS | (HTTPS_ONLY if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._protect(scope["path"], MutableHeaders(scope=message))
            await send(message)

        request = Request(scope, receive)
        if self._is_foreign(request):
            problem = Problem(403, "Formulir ini dikirim dari situs lain, jadi tidak kami terima.")
            response = await self.refuse(request, problem)
            await response(scope, receive, guarded)
        else:
            await self.app(scope, receive, guarded)

    def _protect(self, path: str, headers: MutableHeaders) -> None:
        for name, value in self.headers.items():
            if not (name == "Content-Security-Policy" and path == API_DOCS):
                headers.setdefault(name, value)

    def _is_foreign(self, request: Request) -> bool:
        """Whether another site may have sent this, by what the browser says of itself.

        `Sec-Fetch-Site` decides; an older browser sends `Origin`. One that sends neither is
        refused where it brings a cookie, since nothing else would tell whose idea it was.
        """
        if request.method in SAFE_METHODS or request.url.path.startswith(KEYED):
            return False
        origin = request.headers.get("origin")
        if origin is not None and origin == self.origin:
            return False
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        if origin is not None:
            return self.origin is not None or urlsplit(origin).netloc != request.headers.get("host")
        return bool(request.cookies)
