"""The REST API under /api/v1; docs at /api/docs."""

from fastapi import APIRouter

from web.api import complaints, track

router = APIRouter(prefix="/api/v1")
router.include_router(complaints.router)
router.include_router(track.router)
