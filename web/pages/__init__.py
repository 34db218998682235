"""The pages: Indonesian first, whole without JavaScript, livelier with htmx."""

from fastapi import APIRouter

from web.pages import (
    answer_templates,
    case,
    case_answer,
    case_parts,
    entrance,
    escalations,
    files,
    filing,
    gaya,
    lists,
    public,
    second_step,
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
    second_step,
    tasks,
    lists,
    views,
    case,
    case_parts,
    case_answer,
    answer_templates,
    gaya,
    escalations,
):
    router.include_router(part.router)
