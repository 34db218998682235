"""What portals call to tell: a reason to pull, never the data itself."""

import structlog
from fastapi import APIRouter, Request, Response

from portals import registry
from portals.protocol import BadSignature, Connector
from web.house import Home, House
from web.problems import Problem, respond
from workflows.client import poll_now

log = structlog.get_logger("hooks")

MOST = 64_000
"""Bytes of a call."""

router = APIRouter(include_in_schema=False)


class Listeners:
    """Connectors that read what portals sign; they call nobody."""

    def __init__(self) -> None:
        self._kept: dict[str, Connector] = {}

    def of(self, house: House, portal: str) -> Connector | None:
        """None where the portal is unknown, or is not called from here."""
        if portal not in self._kept:
            mapping = house.portals.get(portal)
            if mapping is None or mapping.address is None:
                return None
            self._kept[portal] = registry.connect(mapping, _no_turn)
        return self._kept[portal]


@router.post("/hooks/{portal}", status_code=204)
async def hear(request: Request, house: Home, portal: str) -> Response:
    """204 for what the portal signed less than five minutes ago; once or twice makes no matter."""
    listeners: Listeners = request.app.state.listeners
    listener = listeners.of(house, portal)
    if listener is None:
        return respond(Problem(404, "Kanal ini tidak dikenal."))
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            return respond(Problem(413, f"Kiriman ini lebih besar dari {MOST // 1000} kB."))
    try:
        hint = listener.hint(request.headers, body, house.now)
    except BadSignature:
        log.warning("a call that its portal did not sign", portal=portal)
        return respond(Problem(403, "Tanda tangan kiriman ini tidak cocok."))
    log.info("heard", portal=portal, hint=hint.event)
    await poll_now(house.client, portal)
    return Response(status_code=204)


async def _no_turn() -> None:
    raise AssertionError("a listener calls nobody")
