"""An answer on its way: begun from a template, looked at as the reporter will read it, sent or
changed. What was written waits in the record meanwhile."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Answer
from record.answer_templates import templates_for
from record.files.rows import let_wait
from record.staff_drafts import KEPT, draft_of, save_draft
from web.house import Home, House
from web.pages.case import WHOLE_CASE, again, allow, form_of, form_page
from web.pages.case_files import ATTACHED, attached, take_files, waiting
from web.pages.casefile import seen, shown
from web.pages.forms import KEY, SEQ, Typed
from web.pages.imagined import imagined
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.templating import TEMPLATE, filled
from web.pages.tracked import content
from web.problems import Problem, field_problem
from web.sessions import Staff
from web.viewing import Viewed, view

router = APIRouter(prefix="/aduan/{ticket}/tindakan/answer")


@router.post("/templat")
async def begin(
    request: Request, house: Home, account: Staff, ticket: str, typed: Typed
) -> Response:
    """The form with the template's text in it, below what was written already."""
    file = await seen(house, account, ticket)
    viewed = await view(house, file)
    allow(house, account, viewed, Answer)
    fault = await take_files(house, request, account, file.complaint_id, Answer, typed)
    text = await _text_of(house, viewed, typed.get(TEMPLATE, ""))
    if text is None:
        fault = fault or field_problem(**{TEMPLATE: N_("Pilih templat dari daftar.")})
    if fault:
        return await again(request, house, account, file, Answer, typed, fault)
    written, note = typed.get("text", "").strip(), _(FILLED)
    if written:
        text, note = f"{written}\n\n{text}", _(ADDED)
    form = await form_of(house, account, Answer, viewed, {**typed, "text": text or ""}, note=note)
    return await form_page(request, house, account, viewed, form, headers=WHOLE_CASE)


FILLED = N_("Templat sudah dimasukkan. Periksa dan lengkapi sebelum dikirim.")
ADDED = N_("Templat ditambahkan di bawah tulisan Anda; tulisan Anda tidak diubah.")


async def _text_of(house: House, viewed: Viewed, template: str) -> str | None:
    """None for one that is not offered for this case."""
    unit = viewed.case.delegate or viewed.case.unit
    found = await templates_for(house.engine, unit) if unit else []
    chosen = next((one for one in found if str(one.id) == template), None)
    return filled(chosen, viewed, await house.directory()) if chosen else None


@router.post("/periksa")
async def keep(
    request: Request, house: Home, account: Staff, ticket: str, typed: Typed
) -> Response:
    file = await seen(house, account, ticket)
    fault = await take_files(house, request, account, file.complaint_id, Answer, typed)
    if fault is None:
        try:
            await imagined(house, account.actor, await view(house, file), _sent(typed), house.now)
        except Problem as problem:
            fault = problem
    if fault:
        return await again(request, house, account, file, Answer, typed, fault)
    await save_draft(
        house.engine, account.id, file.complaint_id, Answer.name(), _kept(typed), house.now
    )
    await let_wait(house.engine, attached(typed), house.now + KEPT)
    return RedirectResponse(f"/aduan/{file.ticket}/tindakan/answer/periksa", 303)


@router.get("/periksa")
async def look(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    file = await seen(house, account, ticket)
    url = f"/aduan/{file.ticket}/tindakan/answer"
    typed = await draft_of(house.engine, account.id, file.complaint_id, Answer.name())
    viewed = await view(house, file)
    if not typed:
        allow(house, account, viewed, Answer)
        return RedirectResponse(url, 303)
    try:
        ahead = await imagined(house, account.actor, viewed, _sent(typed), house.now)
    except Problem as problem:
        return await again(request, house, account, file, Answer, typed, problem)
    files = await waiting(house, account, viewed, typed)
    latest, *before = (await content(house, ahead.viewed, {}))["happenings"]
    context = {
        "page": await shown(house, account, viewed),
        "url": url,
        "text": typed["text"],
        "hidden": {name: typed[name] for name in (KEY, SEQ) if name in typed},
        "attached": files,
        "latest": replace(latest, files=files),
        "before": before,
        "reviewed": ahead.reviewed,
    }
    return page(request, "case_preview.html", context, block="kasus")


def _sent(typed: Mapping[str, str]) -> dict[str, str]:
    return {"action": Answer.name(), "text": typed.get("text", "")}


def _kept(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: typed[name] for name in ("text", KEY, SEQ, ATTACHED) if name in typed}
