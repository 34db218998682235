"""The web application: pages, API, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

import health
from record import engine as database
from settings import Settings, get_settings
from web import api, assets, hooks, pages
from web.compression import CompressionMiddleware
from web.hooks import Listeners
from web.house import House
from web.limits import LimitMiddleware
from web.metrics import MetricsMiddleware
from web.open311 import routes as open311
from web.pages.errors import on_error, show_problem
from web.pages.language import LanguageMiddleware
from web.problems import Problem
from web.security import SecurityMiddleware
from web.uploading import LARGEST_UPLOAD
from workflows import client as temporal
from workflows.client import ActionRefused, EngineAway

LARGEST_BODY = 1_000_000
"""Bytes of a request that brings no files."""
POOL = 10
FAULTS = (
    Problem,
    ActionRefused,
    EngineAway,
    RequestValidationError,
    HTTPException,
    SQLAlchemyError,
    Exception,
)


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
        health.spare_collector()
        yield
        await engine.dispose()

    app = FastAPI(
        title="Matur Bupati",
        lifespan=lifespan,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    for kind in FAULTS:
        app.add_exception_handler(kind, on_error)
    app.add_middleware(
        LimitMiddleware, most=LARGEST_BODY, most_with_files=LARGEST_UPLOAD, answer=on_error
    )
    app.add_middleware(SecurityMiddleware, origin=settings.public_origin, refuse=show_problem)
    app.add_middleware(LanguageMiddleware)
    app.add_middleware(CompressionMiddleware)
    app.add_middleware(MetricsMiddleware)
    api.serve(app)
    app.include_router(open311.router)
    app.state.listeners = Listeners()
    app.include_router(hooks.router)
    app.include_router(pages.router)
    app.router.routes.extend(assets.load().routes)
    return app
