"""Likely duplicates side by side, and what became of what was suggested."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Dispose, LinkDuplicate
from domain.permissions import permit
from domain.terms import Channel, Role
from record.accounts import Account
from record.cases import CaseFile
from record.files.rows import files_of
from record.models import list_models
from record.staff_drafts import draft_of, save_draft
from record.suggestions import taken
from web.house import Home, House
from web.pages import verification
from web.pages.accepted import acceptance, learnt_rows
from web.pages.case_verify import FORM
from web.pages.casefile import seen, shown
from web.pages.comparing import map_of, side
from web.pages.forms import KEY, SEQ, Typed, new_key
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.suggesting import as_likely, likely
from web.pages.tags import CHANNELS
from web.problems import STATUS_OF_REFUSAL, Problem, not_found
from web.sessions import Staff
from web.viewing import view

router = APIRouter()

YEAR = timedelta(days=366)
READERS = (Role.COORDINATOR, Role.SUPERVISOR, Role.AUDITOR)


@router.get("/aduan/{ticket}/mirip")
async def compare(
    request: Request, house: Home, account: Staff, ticket: str, dengan: str = ""
) -> Response:
    """The complaint beside one that is like it: the likest, or the one of the ticket `dengan`."""
    file = await _own(house, account, ticket)
    viewed = await view(house, file)
    units = await house.directory()
    found = await likely(house, account.actor, file)
    chosen = dengan or (found[0][0].ticket if found else "")
    context: dict[str, Any] = {
        "page": await shown(house, account, viewed),
        "others": [as_likely(file, *one, units) for one in found],
        "chosen": None,
    }
    if chosen:
        other = await seen(house, account, chosen)
        if other.complaint_id == file.complaint_id:
            raise not_found()
        context |= {
            "chosen": other.ticket,
            "sides": [
                side(one, theirs, units, await files_of(house.engine, one.complaint_id), _way(one))
                for one, theirs in ((file, other), (other, file))
            ],
            "map": map_of(file, other),
            "why": next(
                (as_likely(file, *one, units).why for one in found if one[0].ticket == chosen), ()
            ),
            "may_lead": other.open and other.lead is None,
            "verifies": permit(viewed.case, Dispose, account.actor, house.now, viewed.rules)
            is None,
        }
    return page(request, "alike.html", context)


@router.post("/aduan/{ticket}/mirip")
async def choose(house: Home, account: Staff, ticket: str, typed: Typed) -> Response:
    """Go on in Verifikasi with the lead that was chosen; nothing is linked yet."""
    file = await _own(house, account, ticket)
    viewed = await view(house, file)
    if refused := permit(viewed.case, LinkDuplicate, account.actor, house.now, viewed.rules):
        raise Problem(STATUS_OF_REFUSAL[refused.kind], refused.why)
    other = await seen(house, account, typed.get("lead", ""))
    draft = await draft_of(house.engine, account.id, file.complaint_id, FORM)
    first, lead = verification.FIRST, verification.LEAD
    answers = {
        **draft,
        first.slug: "1",
        verification.OUTCOME: verification.Outcome.DUPLICATE,
        lead.slug: "1",
        lead.key("lead"): other.ticket,
        KEY: new_key(),
    }
    answers.setdefault(SEQ, str(viewed.case.seq))
    await save_draft(house.engine, account.id, file.complaint_id, FORM, answers, house.now)
    next_one = verification.next_after(answers)
    return RedirectResponse(f"/aduan/{file.ticket}/verifikasi/{next_one}", 303)


async def _own(house: House, account: Account, ticket: str) -> CaseFile:
    """Raises Problem 404 for what is not theirs to know, 403 for whoever does not verify."""
    file = await seen(house, account, ticket)
    if not account.actor.holds(Role.COORDINATOR):
        raise Problem(403, N_("Hanya koordinator yang mencari duplikat."))
    return file


def _way(file: CaseFile) -> str:
    return _(CHANNELS[Channel(file.channel)])


@router.get("/saran")
async def figures(request: Request, house: Home, account: Staff) -> Response:
    """How often suggestions were taken, and how good the models are at what they had not seen."""
    if not any(account.actor.holds(role) for role in READERS):
        raise Problem(403, N_("Hanya koordinator, pengawas, dan auditor yang melihat halaman ini."))
    now = house.now
    models = await list_models(house.engine)
    context = {
        "now": now,
        "kinds": acceptance(await taken(house.engine, now - YEAR)),
        "models": learnt_rows(models),
        "newest": models[0] if models else None,
    }
    return page(request, "suggested.html", context)
