"""The pages: Indonesian first, whole without JavaScript, livelier with htmx."""

from fastapi import APIRouter

from web.pages import case, entrance, filing, lists, start, tracking

router = APIRouter(include_in_schema=False)
for part in (start, filing, tracking, entrance, lists, case):
    router.include_router(part.router)
