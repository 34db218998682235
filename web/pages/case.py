"""The case page, its actions, and its audit trail. Each URL answers a whole page; htmx asks for a
block of it."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import ActionBase, OpenIdentity
from domain.permissions import permit
from record.accounts import Account
from record.cases import CaseFile
from record.identity import Reporter, open_identity
from record.verify import verify_case
from web.acting import act, action_named
from web.house import Home, House
from web.pages.casefile import CasePage, case_page, happenings, namer, seen, shown
from web.pages.done import forget, remember, remembered
from web.pages.entrance import home
from web.pages.forms import KEY, SEQ, Form, Typed, action_form, staff_label
from web.pages.rendering import page, wants_block
from web.pages.trail import Step, step, why_words
from web.problems import STATUS_OF_REFUSAL, Problem, as_problem
from web.sessions import Staff
from web.viewing import Viewed, view
from workflows.client import ActionRefused, EngineAway

router = APIRouter(prefix="/aduan/{ticket}")

WHOLE_CASE = {"HX-Retarget": "#kasus", "HX-Reswap": "outerHTML"}
"""Where htmx shows an answer that is more than the form."""


@router.get("")
async def show(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    file = await seen(house, account, ticket)
    done = remembered(request)
    response = _case(request, await case_page(house, account, file), done=done)
    return forget(response) if done else response


@router.get("/tindakan/{action}")
async def ask(request: Request, house: Home, account: Staff, ticket: str, action: str) -> Response:
    kind = action_named(action)
    viewed = await view(house, await seen(house, account, ticket))
    if refused := permit(viewed.case, kind, account.actor, house.now, viewed.rules):
        raise Problem(STATUS_OF_REFUSAL[refused.kind], refused.why)
    form = await _form(house, kind, viewed)
    return _case(request, await shown(house, account, viewed), form=form, block="tindakan")


@router.post("/tindakan/{action}")
async def do(
    request: Request, house: Home, account: Staff, ticket: str, action: str, typed: Typed
) -> Response:
    kind = action_named(action)
    file = await seen(house, account, ticket)
    sent = {name: value for name, value in typed.items() if name not in (KEY, SEQ)}
    try:
        await act(
            house, file.complaint_id, account.actor, {**sent, "action": action}, typed.get(KEY)
        )
    except (Problem, ActionRefused, EngineAway) as error:
        problem = as_problem(error)
        if wants_block(request) and problem.status == 503:
            raise  # what was typed stays in the form, which htmx leaves as it is
        return await _again(request, house, account, file, kind, typed, problem)
    return await _acted(request, house, account, file, kind)


@router.get("/jejak")
async def trail(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    file = await seen(house, account, ticket)
    viewed = await view(house, file)
    units = await house.directory()
    name = await namer(house, [one.actor for one in viewed.recorded])
    fault = await verify_case(house.engine, file.complaint_id)
    steps: list[Step] = [step(one, viewed, units, name) for one in viewed.recorded]
    context = {
        "page": await shown(house, account, viewed),
        "complaint": file.complaint_id,
        "steps": steps,
        "fault": fault,
        "why": why_words(fault.why) if fault else "",
        "now": house.now,
    }
    return page(request, "trail.html", context)


def _case(
    request: Request,
    shown_page: CasePage,
    *,
    form: Form | None = None,
    done: str | None = None,
    reporter: Reporter | None = None,
    opened: bool = False,
    block: str = "kasus",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    context: dict[str, Any] = {
        "page": shown_page,
        "form": form,
        "done": done,
        "reporter": reporter,
        "opened": opened,
    }
    return page(request, "case.html", context, block=block, status=status, headers=headers)


async def _acted(
    request: Request, house: House, account: Account, file: CaseFile, kind: type[ActionBase]
) -> Response:
    """The new state: a block for htmx, a redirect without it, home where the case left sight."""
    url = f"/aduan/{file.ticket}"
    opened, reporter = kind is OpenIdentity, None
    if opened:
        reporter = await open_identity(house.engine, house.keyring, file.complaint_id)
    try:
        now_seen = await seen(house, account, file.ticket)
    except Problem:
        return _go(request, home(account), kind)
    if not (opened or wants_block(request)):
        return _go(request, url, kind)
    return _case(
        request,
        await case_page(house, account, now_seen),
        done=staff_label(kind),
        reporter=reporter,
        opened=opened,
        headers=WHOLE_CASE | {"HX-Replace-Url": url},
    )


def _go(request: Request, url: str, kind: type[ActionBase]) -> Response:
    if wants_block(request):
        response = Response(headers={"HX-Redirect": url})
    else:
        response = RedirectResponse(url, 303)
    remember(response, kind.name())
    return response


async def _again(
    request: Request,
    house: House,
    account: Account,
    file: CaseFile,
    kind: type[ActionBase],
    typed: dict[str, str],
    problem: Problem,
) -> Response:
    """The form once more, with what was typed, what is wrong, and what others did meanwhile."""
    viewed = await view(house, await seen(house, account, file.ticket))
    form = await _form(house, kind, viewed, typed, problem)
    if problem.status == 422:
        where: dict[str, Any] = {"block": "tindakan"}
    else:  # something happened meanwhile: all of the case is shown anew
        where = {"headers": WHOLE_CASE}
    return _case(
        request, await shown(house, account, viewed), form=form, status=problem.status, **where
    )


async def _form(
    house: House,
    kind: type[ActionBase],
    viewed: Viewed,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Form:
    since = []
    drawn_at = (typed or {}).get(SEQ, "")
    if problem and drawn_at.isdecimal():
        since = await happenings(house, viewed, after=int(drawn_at))
    return action_form(
        kind,
        viewed.case,
        viewed.rules,
        await house.directory(),
        f"/aduan/{viewed.file.ticket}/tindakan/{kind.name()}",
        values=typed,
        problem=problem,
        since=since,
    )
