"""The citizen's start page, and the choice of language."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from web.house import Home
from web.pages.entrance import own_path
from web.pages.language import COOKIE, LANGUAGES
from web.pages.rendering import page
from web.sessions import account_of_request, is_secure

router = APIRouter()

REMEMBERED = timedelta(days=365)


@router.get("/")
async def start(request: Request, house: Home) -> Response:
    request.state.account = await account_of_request(house, request)
    return page(request, "start.html")


@router.post("/bahasa")
async def choose_language(
    house: Home, bahasa: Annotated[str, Form()], lanjut: Annotated[str, Form()] = "/"
) -> Response:
    response = RedirectResponse(own_path(lanjut) or "/", 303)
    if bahasa in LANGUAGES:
        response.set_cookie(
            COOKIE,
            bahasa,
            max_age=int(REMEMBERED.total_seconds()),
            secure=is_secure(house.settings),
            httponly=True,
            samesite="lax",
        )
    return response
