"""What goes wrong on demand, and how often a client may call."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from time import monotonic
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

Handler = Callable[[Request], Awaitable[Response]]
Wrong = Callable[[int, str, str], Response]
"""Status, code and message in the portal's own form of error."""

MAINTENANCE = """<!doctype html><html lang="id"><title>Pemeliharaan</title>
<h1>Sedang dalam pemeliharaan</h1><p>Silakan kembali beberapa saat lagi.</p></html>"""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Each a share of calls, 0 to 1, but `slow_s`."""

    error: float = 0
    """500 or 502, nothing done."""
    slow: float = 0
    slow_s: float = 3
    """How long a slow answer takes, in seconds."""
    throttle: float = 0
    """429 with Retry-After of a second."""
    maintenance: float = 0
    """A page in HTML with status 200, nothing done."""
    revoke: float = 0
    """Every token given out so far is void."""
    repeat: float = 0
    """A page repeats reports of the one before."""
    lost: float = 0
    """The work is done, and the connection ends before the answer is whole."""

    def changed(self, values: Mapping[str, Any]) -> "Faults":
        """Raises ValueError with a sentence."""
        known = {one.name for one in fields(self)}
        for name, value in values.items():
            most = 60 if name == "slow_s" else 1
            if name not in known:
                raise ValueError(f"{name}: tidak dikenal; yang ada: {', '.join(sorted(known))}")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{name}: harus angka")
            if not 0 <= value <= most:
                raise ValueError(f"{name}: harus dari 0 sampai {most}")
        return replace(self, **values)

    def shown(self) -> dict[str, float]:
        return asdict(self)


class Gate:
    """What every call of a client passes: the limit, then the faults."""

    def __init__(self, per_minute: int, seed: int | None) -> None:
        self.faults = Faults()
        self.per_minute = per_minute
        self.answered: dict[int, int] = {}
        """How many calls were answered with each status; 0 where the answer was lost."""
        self._dice = random.Random(seed)  # noqa: S311 - not a secret
        self._calls: deque[float] = deque()

    def falls(self, share: float) -> bool:
        return self._dice.random() < share

    def over(self, handler: Handler, wrong: Wrong) -> Handler:
        """`handler` as a client meets it."""

        async def gated(request: Request) -> Response:
            response = await self._pass(request, handler, wrong)
            status = 0 if isinstance(response, Dropped) else response.status_code
            self.answered[status] = self.answered.get(status, 0) + 1
            return response

        return gated

    async def _pass(self, request: Request, handler: Handler, wrong: Wrong) -> Response:
        faults = self.faults
        if (wait := self._wait()) or self.falls(faults.throttle):
            response = wrong(429, "terlalu_sering", "Terlalu banyak permintaan")
            response.headers["Retry-After"] = str(wait or 1)
            return response
        if self.falls(faults.slow):
            await asyncio.sleep(faults.slow_s)
        if self.falls(faults.error):
            status = self._dice.choice((500, 502))
            return wrong(status, "galat", "Terjadi kesalahan pada server")
        if self.falls(faults.maintenance):
            return HTMLResponse(MAINTENANCE)
        response = await handler(request)
        return Dropped() if self.falls(faults.lost) else response

    def _wait(self) -> int:
        """Whole seconds until a client may call again; 0 where this call may pass."""
        now = monotonic()
        while self._calls and self._calls[0] <= now - 60:
            self._calls.popleft()
        if len(self._calls) >= self.per_minute:
            return int(self._calls[0] + 60 - now) + 1
        self._calls.append(now)
        return 0


class Dropped(Response):
    """Promises a body and ends without: the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
