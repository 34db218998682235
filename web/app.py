"""The web application: pages, API, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import health
from record import engine as database
from settings import Settings, get_settings
from web import api
from web.house import House
from web.problems import Problem, api_error
from workflows import client as temporal
from workflows.client import ActionRefused, EngineAway

LARGEST_BODY = 1_000_000
"""Bytes of a request."""
POOL = 10


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or get_settings()
    health.configure_logs(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = database.create_engine(settings.database, size=POOL, application_name="matur web")
        house = House(settings, engine, await temporal.connect(lazy=True))
        app.state.house = house
        app.router.routes.extend(
            health.routes(
                {
                    "database": partial(database.ping, engine),
                    "engine": partial(temporal.ping, house.client),
                }
            )
        )
        yield
        await engine.dispose()

    app = FastAPI(
        title="Matur Bupati",
        lifespan=lifespan,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        max_body_size=LARGEST_BODY,
    )
    for kind in (Problem, ActionRefused, EngineAway, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, api_error)
    app.add_exception_handler(Exception, api_error)
    app.include_router(api.router)
    return app
