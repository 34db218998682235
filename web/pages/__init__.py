"""The pages: Indonesian first, whole without JavaScript, livelier with htmx."""

from fastapi import APIRouter

from web.pages import (
    account,
    administration,
    answer_templates,
    audit,
    audit_case,
    bulk,
    case,
    case_answer,
    case_parts,
    case_verify,
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
    suggestions,
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
    administration,
    tasks,
    lists,
    views,
    bulk,
    counter,
    suggestions,
    case,
    case_parts,
    case_answer,
    case_verify,
    answer_templates,
    gaya,
    escalations,
    audit,
    audit_case,
):
    router.include_router(part.router)
