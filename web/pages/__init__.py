"""The pages: Indonesian first, whole without JavaScript, livelier with htmx."""

from fastapi import APIRouter

from web.pages import (
    case,
    case_parts,
    entrance,
    escalations,
    files,
    filing,
    gaya,
    lists,
    public,
    start,
    tasks,
    tracking,
    views,
)

router = APIRouter(include_in_schema=False)
for part in (
    start,
    public,
    filing,
    files,
    tracking,
    entrance,
    tasks,
    lists,
    views,
    case,
    case_parts,
    gaya,
    escalations,
):
    router.include_router(part.router)
