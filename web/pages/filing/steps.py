"""The pages that ask, one after the other, and the way back to each."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import RedirectResponse, Response

from record.errors import is_away
from web.braking import address_of
from web.house import Home, House
from web.limits import Often
from web.pages.filing.draft import (
    ADDRESS,
    CHECK,
    CONTACT,
    NAME,
    NUMBER_OF_STEPS,
    NUMBERS,
    WHAT,
    WHERE,
    Draft,
    Drafted,
    draft_of,
    forget,
    go,
    keep,
    new_draft,
)
from web.pages.filing.fields import TRAP, Faults, Faulty, fields, read
from web.pages.forms import AWAY, Typed
from web.pages.language import N_, _
from web.pages.rendering import page
from web.problems import Problem

router = APIRouter(prefix="/lapor")

CHANGING = "ubah"
"""In the address and in the form: afterwards back to the answers, not on to the next page."""

TITLES = {
    WHAT: N_("Apa yang terjadi?"),
    WHERE: N_("Di kecamatan mana?"),
    ADDRESS: N_("Di mana tepatnya?"),
    CONTACT: N_("Bagaimana identitas Anda kami perlakukan?"),
    NAME: N_("Siapa Anda?"),
}

drafts = Often(600, N_("Dari jaringan Anda terlalu banyak laporan dimulai. Coba lagi nanti."))


@router.get("")
async def start(request: Request, house: Home, draft: Drafted) -> Response:
    if draft is None or not (draft.done or draft.filed):
        return await _page(request, house, WHAT, {}, None)
    context = {
        "title": draft.answers.get("title", ""),
        "next": url_of(draft.missing or CHECK),
        "filed": draft.filed,
    }
    return page(request, "lapor/lanjut.html", context)


@router.get("/ulang")
async def may_forget(request: Request, draft: Drafted) -> Response:
    return page(request, "lapor/ulang.html", {"back": back_to(draft)})


@router.post("/ulang")
async def start_over(house: Home, draft: Drafted) -> Response:
    if draft:
        await forget(house, draft)
    return go(house, "/lapor", None)


@router.get("/{step}")
async def ask(request: Request, house: Home, draft: Drafted, step: str) -> Response:
    if step not in TITLES:
        raise Problem(404, N_("Halaman ini tidak ada."))
    if draft is None:
        return (
            await _page(request, house, step, {}, None) if step == WHAT else nothing_begun(request)
        )
    return turned_away(draft, step) or await _page(request, house, step, draft.answers, draft)


@router.post("/{step}")
async def answer(request: Request, house: Home, step: str, typed: Typed) -> Response:
    if step not in TITLES:
        raise Problem(404, N_("Halaman ini tidak ada."))
    try:
        return await _answered(request, house, step, typed)
    except SQLAlchemyError as error:
        if not is_away(error):
            raise
        faults = [("", _(AWAY))]
        return await _page(request, house, step, typed, None, faults, status=503)


async def _answered(
    request: Request, house: House, step: str, typed: Mapping[str, str]
) -> Response:
    draft = await draft_of(house, request)
    if draft is None:
        if step != WHAT:
            return nothing_begun(request)
        drafts.check(house.recent, address_of(request))
        drafts.count(house.recent, address_of(request))
        draft = new_draft()
    if refused := turned_away(draft, step):
        return refused
    try:
        answers = await read(house, step, typed, draft)
    except Faulty as faulty:
        return await _page(request, house, step, typed, draft, faulty.faults, status=422)
    draft = draft.answered(step, answers)
    await keep(house, draft)
    return go(house, following(draft, step, CHANGING in typed), draft)


def nothing_begun(request: Request) -> Response:
    """For whoever comes without a draft, or whose browser brought none back."""
    return page(request, "lapor/tanpa-draf.html", status=404)


def turned_away(draft: Draft, step: str) -> Response | None:
    """Where a page is not to be had now: it was sent, or other pages come first."""
    if draft.filed:
        return RedirectResponse("/lapor/terkirim", 303)
    steps = (*draft.steps, CHECK)
    missing = draft.missing or CHECK
    if step not in steps or steps.index(step) > steps.index(missing):
        return RedirectResponse(url_of(missing), 303)
    return None


def url_of(step: str, changing: bool = False) -> str:
    return f"/lapor/{step}?{CHANGING}=1" if changing else f"/lapor/{step}"


def following(draft: Draft, step: str, changing: bool) -> str:
    """Where an answered page leads."""
    after = (*draft.steps, CHECK)[(*draft.steps, CHECK).index(step) + 1]
    if not changing:
        return url_of(after)
    # The village depends on the kecamatan; a name may be needed now.
    if step == WHERE or (draft.missing and draft.missing == after):
        return url_of(after, changing=True)
    return url_of(draft.missing or CHECK)


def back_to(draft: Draft | None) -> str:
    return url_of((draft.missing if draft else WHAT) or CHECK)


def way_back(draft: Draft | None, step: str, changing: bool) -> str:
    """The page before."""
    if changing:
        return url_of(CHECK)
    steps = (*(draft.steps if draft else (WHAT,)), CHECK)
    at = steps.index(step) if step in steps else 0
    return url_of(steps[at - 1]) if at else "/"


async def _page(
    request: Request,
    house: House,
    step: str,
    values: Mapping[str, str],
    draft: Draft | None,
    faults: Faults = (),
    status: int = 200,
) -> Response:
    context = {
        **frame(request, step, draft, values, faults),
        "title": _(TITLES[step]),
        "url": url_of(step),
        "fields": await fields(house, step, values, draft, faults),
        "values": values,
        "wrong": dict(faults),
        "trap": TRAP,
    }
    headers = {"Permissions-Policy": LOCATING} if step == ADDRESS else None
    return page(request, f"lapor/{_template(step)}.html", context, status=status, headers=headers)


LOCATING = "camera=(), geolocation=(self), microphone=(), payment=()"


def _template(step: str) -> str:
    return step if step in (ADDRESS, CONTACT) else "langkah"


def frame(
    request: Request,
    step: str,
    draft: Draft | None,
    values: Mapping[str, str] | None = None,
    faults: Faults = (),
) -> dict[str, Any]:
    """What is around the questions of every page."""
    changing = CHANGING in request.query_params or CHANGING in (values or {})
    return {
        "at": NUMBERS[step],
        "of": NUMBER_OF_STEPS,
        "changing": changing,
        "back": way_back(draft, step, changing),
        "errors": faults,
        "begun": draft is not None,
    }
