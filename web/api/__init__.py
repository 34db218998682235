"""The REST API under /api/v1; docs at /api/docs."""

from fastapi import APIRouter, FastAPI

from web.api import complaints, track
from web.api.problems import describe


def serve(app: FastAPI) -> None:
    router = APIRouter(prefix="/api/v1")
    router.include_router(complaints.router)
    router.include_router(track.router)
    app.include_router(router)
    describe(app)
