"""A practice portal as an application: its interface, its pages, and what rehearsals need."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from practice import pages, rehearsal
from practice.arriving import arrive
from practice.hints import Hints
from practice.portal import Portal


def application(portal: Portal, api: Sequence[BaseRoute]) -> Starlette:
    """`app.state.portal` is the portal itself, for tests that run it in their own process."""

    async def ready(request: Request) -> Response:
        return JSONResponse({"portal": portal.kind.code})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        config = portal.config
        hints = Hints(portal, config.webhook) if config.webhook else None
        arriving = None
        if config.arriving_s is not None:
            arriving = asyncio.create_task(arrive(portal, config.quiet_s, config.arriving_s))
        yield
        if arriving:
            arriving.cancel()
            with suppress(asyncio.CancelledError):
                await arriving
        if hints:
            await hints.close()
        portal.store.close()

    routes = [Route("/readyz", ready), *api, *rehearsal.routes(portal), *pages.routes(portal)]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.portal = portal
    return app
