"""A practice portal as an application: its interface, its pages, and what rehearsals need."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from practice import rehearsal
from practice.portal import Portal


def application(portal: Portal, api: Sequence[BaseRoute]) -> Starlette:
    """`app.state.portal` is the portal itself, for tests that run it in their own process."""

    async def ready(request: Request) -> Response:
        return JSONResponse({"portal": portal.kind.code})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        portal.store.close()

    routes = [Route("/readyz", ready), *api, *rehearsal.routes(portal)]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.portal = portal
    return app
