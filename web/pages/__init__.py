"""The pages: Indonesian first, whole without JavaScript, livelier with htmx."""

from fastapi import APIRouter

from web.pages import case, entrance, filing, gaya, lists, public, start, tracking

router = APIRouter(include_in_schema=False)
for part in (start, public, filing, tracking, entrance, lists, case, gaya):
    router.include_router(part.router)
