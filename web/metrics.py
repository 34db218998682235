"""What the web counts, for its /metrics."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Problem
from workflows.client import ActionRefused, EngineAway

REQUESTS = Counter("matur_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "matur_http_request_seconds",
    "From the request to the end of the answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
FILINGS = Counter("matur_filings", "Complaints sent: stored, repeated or refused", ["outcome"])
ACTIONS = Counter("matur_actions", "Actions asked for, by how it went", ["action", "outcome"])
ENGINE_AWAY = Counter("matur_engine_away", "Calls that did not reach the engine or a worker")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Whatever a caller makes up: no label may grow with what is sent."""


class MetricsMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in METHODS else OTHER
            route = template(scope)
            REQUESTS.labels(method, route, status).inc()
            SECONDS.labels(method, route).observe(perf_counter() - began)


def template(scope: Scope) -> str:
    """The path as the route has it, `/api/v1/complaints/{ticket}`; `other` where none matched."""
    route = scope.get("route")
    if route is None:
        return OTHER
    own: str = route.path
    # A router's own path lacks the prefixes of those that include it, which are literal.
    before = scope["path"].split("/")[: -own.count("/")]
    return "/".join(before) + own


@contextmanager
def counted(action: str) -> Iterator[None]:
    """Counts an action by how the block ends."""
    outcome = "failed"
    try:
        yield
        outcome = "done"
    except Problem:
        outcome = "invalid"
        raise
    except ActionRefused:
        outcome = "refused"
        raise
    except EngineAway:
        outcome = "away"
        ENGINE_AWAY.inc()
        raise
    finally:
        ACTIONS.labels(action, outcome).inc()
