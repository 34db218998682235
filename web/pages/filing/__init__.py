"""Lapor: one thing a page, kept as a draft from page to page, whole without JavaScript."""

from fastapi import APIRouter

from web.pages.filing.photos import router as photos
from web.pages.filing.sending import router as sending
from web.pages.filing.steps import router as steps

router = APIRouter()
# The steps last: their address has a place for any name.
for part in (photos, sending, steps):
    router.include_router(part)
