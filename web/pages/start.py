"""The citizen's start page, and the choice of language."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from domain.policy import Limit, Measure, Policy
from domain.terms import ClockName
from record.public import FIGURES_OF
from web.house import Home
from web.pages.language import COOKIE, LANGUAGES, _, ngettext
from web.pages.rendering import page
from web.security import own_path
from web.sessions import account_of_request, is_secure

router = APIRouter()

REMEMBERED = timedelta(days=365)


@router.get("/")
async def start(request: Request, house: Home) -> Response:
    request.state.account = await account_of_request(house, request)
    policy = (await house.rules()).policy
    context = {
        "first_response": _limit(policy.limits[ClockName.FIRST_RESPONSE]),
        "verification": _limit(policy.limits[ClockName.VERIFICATION]),
        "answer": _answer_days(policy),
        "say": _limit(policy.limits[ClockName.REPORTER_SAY]),
        "figures": await house.figures(),
        "days": FIGURES_OF.days,
    }
    return page(request, "start.html", context)


def _limit(limit: Limit) -> str:
    if limit.measure is Measure.HOURS:
        return ngettext("%(n)s jam", "%(n)s jam", limit.n) % {"n": limit.n}
    return ngettext("%(n)s hari kerja", "%(n)s hari kerja", limit.n) % {"n": limit.n}


def _answer_days(policy: Policy) -> str:
    """How long an answer may take, from the quickest classification to the slowest."""
    days = policy.answer_days.values()
    least, most = min(days), max(days)
    if least == most:
        return _limit(Limit(n=most))
    return _("%(least)s sampai %(most)s hari kerja") % {"least": least, "most": most}


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
