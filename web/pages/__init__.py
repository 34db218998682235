"""The pages: Indonesian first, whole without JavaScript, livelier with htmx."""

from fastapi import APIRouter

from web.pages import (
    account,
    answer_templates,
    bulk,
    case,
    case_answer,
    case_parts,
    counter,
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
    account,
    tasks,
    lists,
    views,
    bulk,
    counter,
    case,
    case_parts,
    case_answer,
    answer_templates,
    gaya,
    escalations,
):
    router.include_router(part.router)
