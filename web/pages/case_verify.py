"""Verifikasi: one question a page, the answers to check, then one action. What is answered waits
in the record, so that going back and forth or being overtaken loses nothing."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Dispose
from domain.permissions import permit
from record.accounts import Account
from record.cases import CaseFile
from record.staff_drafts import draft_of, drop_draft, save_draft
from web.acting import act
from web.house import Home, House
from web.pages import verification
from web.pages.case import acted
from web.pages.casefile import happenings, seen, shown
from web.pages.forms import KEY, SEQ, Typed, new_key
from web.pages.imagined import imagined
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.tracked import content
from web.pages.verification import CHECK, Question
from web.pages.verification_fields import answered_rows, asked, taken, written
from web.problems import STATUS_OF_REFUSAL, Problem, as_problem
from web.sessions import Staff
from web.viewing import Viewed, view
from workflows.client import ActionRefused, EngineAway

router = APIRouter(prefix="/aduan/{ticket}/verifikasi")

FORM = "verifikasi"
BACK = "kembali"
"""The button that keeps what was written and goes to the question before."""


@router.get("")
async def begin(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    return await question(request, house, account, ticket, verification.FIRST.slug)


@router.get("/periksa")
async def check(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    viewed = await _at_hand(house, account, ticket)
    draft = await _draft(house, account, viewed.file)
    if over := await _over(request, house, account, viewed, draft):
        return over
    return await _check(request, house, account, viewed, draft)


@router.post("/kirim")
async def send(
    request: Request, house: Home, account: Staff, ticket: str, typed: Typed
) -> Response:
    viewed = await _at_hand(house, account, ticket)
    file = viewed.file
    draft = await _draft(house, account, file)
    kind = verification.kind_of(draft)
    if kind is None or verification.next_after(draft) != CHECK:
        # Sent already, by this button pressed twice, or never finished.
        return RedirectResponse(_url(file) if draft else f"/aduan/{file.ticket}", 303)
    if typed.get(KEY) != draft[KEY]:
        changed = Problem(409, N_("Jawaban ini baru saja diubah di jendela lain. Periksa lagi."))
        return await _check(request, house, account, viewed, draft, changed)
    try:
        await act(house, file.complaint_id, account.actor, verification.sent(draft), draft[KEY])
    except (Problem, ActionRefused, EngineAway) as error:
        viewed = await view(house, await seen(house, account, ticket))
        return await _check(request, house, account, viewed, draft, as_problem(error))
    await drop_draft(house.engine, account.id, file.complaint_id, FORM, draft[KEY])
    return await acted(request, house, account, file, kind)


@router.get("/{slug}")
async def question(
    request: Request, house: Home, account: Staff, ticket: str, slug: str
) -> Response:
    viewed = await _at_hand(house, account, ticket)
    draft = await _draft(house, account, viewed.file)
    if over := await _over(request, house, account, viewed, draft):
        return over
    one = verification.BY_SLUG.get(slug)
    if one not in verification.way(draft):
        return RedirectResponse(_url(viewed.file), 303)
    return await _question(request, house, account, viewed, one, draft)


@router.post("/{slug}")
async def answer(
    request: Request, house: Home, account: Staff, ticket: str, slug: str, typed: Typed
) -> Response:
    viewed = await _at_hand(house, account, ticket)
    file = viewed.file
    draft = await _draft(house, account, file)
    one = verification.BY_SLUG.get(slug)
    if one is None:
        return RedirectResponse(_url(file), 303)
    fields, faults = await taken(house, account.actor, viewed, one, typed, draft)
    answers = {**draft, one.slug: "1", **fields, KEY: new_key()}
    answers.setdefault(SEQ, str(viewed.case.seq))
    await save_draft(house.engine, account.id, file.complaint_id, FORM, answers, house.now)
    if over := await _over(request, house, account, viewed, answers):
        return over
    if BACK in typed:
        return RedirectResponse(f"{_url(file)}/{_before(one, answers)}", 303)
    faults = {**{name: _(why) for name, why in one.missing(answers).items()}, **faults}
    if faults:
        return await _question(request, house, account, viewed, one, answers, faults)
    return RedirectResponse(f"{_url(file)}/{verification.next_after(answers)}", 303)


async def _at_hand(house: House, account: Account, ticket: str) -> Viewed:
    """Raises Problem 403 for whoever never verifies, and 404."""
    viewed = await view(house, await seen(house, account, ticket))
    refused = permit(viewed.case, Dispose, account.actor, house.now, viewed.rules)
    if refused and refused.kind == "who":
        raise Problem(STATUS_OF_REFUSAL[refused.kind], refused.why)
    return viewed


def _url(file: CaseFile) -> str:
    return f"/aduan/{file.ticket}/verifikasi"


async def _draft(house: House, account: Account, file: CaseFile) -> dict[str, str]:
    return await draft_of(house.engine, account.id, file.complaint_id, FORM)


def _before(one: Question, answers: Mapping[str, str]) -> str:
    slugs = [other.slug for other in verification.way(answers)]
    at = slugs.index(one.slug) if one.slug in slugs else 0
    return slugs[max(at - 1, 0)]


async def _over(
    request: Request, house: House, account: Account, viewed: Viewed, draft: Mapping[str, str]
) -> Response | None:
    """Where the case does not wait for verification any more: who did what, and what was written
    here. Raises Problem where there is nothing of theirs to keep."""
    refused = permit(viewed.case, Dispose, account.actor, house.now, viewed.rules)
    if refused is None:
        return None
    problem = Problem(STATUS_OF_REFUSAL[refused.kind], refused.why)
    if not draft:
        raise problem
    context = {
        "page": await shown(house, account, viewed),
        "why": _(problem.detail),
        "since": await happenings(house, viewed, after=int(draft.get(SEQ, "0"))),
        "written": written(draft),
    }
    return page(request, "verify_over.html", context, status=problem.status)


async def _question(
    request: Request,
    house: House,
    account: Account,
    viewed: Viewed,
    one: Question,
    draft: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> Response:
    way = verification.way(draft)
    at = way.index(one)
    context: dict[str, Any] = {
        "page": await shown(house, account, viewed),
        "url": f"{_url(viewed.file)}/{one.slug}",
        "question": one,
        "title": _(one.title),
        "hint": _(one.hint) if one.hint else "",
        "at": at + 1,
        "first": at == 0,
        **await asked(house, account, viewed, one, draft, faults or {}),
    }
    return page(request, "verify.html", context, status=422 if faults else 200)


async def _check(
    request: Request,
    house: House,
    account: Account,
    viewed: Viewed,
    draft: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    """All answers, each with the way to change it, and what the reporter will read."""
    if (open_yet := verification.next_after(draft)) != CHECK:
        return RedirectResponse(f"{_url(viewed.file)}/{open_yet}", 303)
    sent, told = verification.sent(draft), []
    try:
        ahead = await imagined(house, account.actor, viewed, sent, house.now)
        before = {one.seq for one in viewed.recorded}
        fresh = [one.at for one in ahead.viewed.recorded if one.seq not in before]
        happened = (await content(house, ahead.viewed, {}))["happenings"]
        told = [one for one in happened if one.at in fresh]
    except Problem as refused:
        problem = problem or refused
    units = await house.directory()
    context = {
        "page": await shown(house, account, viewed),
        "url": _url(viewed.file),
        "rows": answered_rows(draft, units, _url(viewed.file)),
        "told": told,
        "key": draft[KEY],
        "problem": _(problem.detail) if problem else "",
        "faults": [_(error["message"]) for error in problem.errors] if problem else [],
        "since": await happenings(house, viewed, after=int(draft[SEQ])) if problem else [],
    }
    return page(request, "verify_check.html", context, status=problem.status if problem else 200)
