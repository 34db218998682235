"""A case: its summary, and what may be done with it. Each URL answers a whole page; htmx asks for
a block of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import ActionBase, Answer, OpenIdentity
from domain.permissions import permit
from record.accounts import Account
from record.cases import CaseFile
from record.files.rows import FileRow, files_of
from record.identity import Reporter, open_identity
from record.linked import linked_cases
from record.staff_drafts import draft_of, drop_draft
from web.acting import act, action_named
from web.house import Home, House
from web.pages.case_files import NO_FIELDS, attached, take_files, waiting
from web.pages.case_portals import elsewhere, photos_of
from web.pages.casefile import happenings, seen, shown
from web.pages.done import forget, remember, remembered
from web.pages.entrance import home
from web.pages.forms import KEY, SEQ, Form, Group, Typed, action_form, staff_label
from web.pages.rendering import page, wants_block
from web.pages.templating import TEMPLATE, offered
from web.problems import STATUS_OF_REFUSAL, Problem, as_problem
from web.sessions import Staff
from web.viewing import Viewed, view
from workflows.client import ActionRefused, EngineAway

router = APIRouter(prefix="/aduan/{ticket}")

WHOLE_CASE = {"HX-Retarget": "#kasus", "HX-Reswap": "outerHTML"}
"""Where htmx shows an answer, whichever form asked."""
LATEST = 3
"""Happenings on the summary."""


@router.get("")
async def show(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    done = remembered(request)
    viewed = await view(house, await seen(house, account, ticket))
    response = await summary(request, house, account, viewed, done=done)
    return forget(response) if done else response


@router.get("/tindakan/{action}")
async def ask(request: Request, house: Home, account: Staff, ticket: str, action: str) -> Response:
    kind = action_named(action)
    viewed = await view(house, await seen(house, account, ticket))
    allow(house, account, viewed, kind)
    typed = None
    if kind is Answer:  # begun before, and looked at as the reporter will read it
        typed = await draft_of(house.engine, account.id, viewed.file.complaint_id, kind.name())
    form = await form_of(house, account, kind, viewed, typed or None)
    return await form_page(request, house, account, viewed, form)


@router.post("/tindakan/{action}")
async def do(
    request: Request, house: Home, account: Staff, ticket: str, action: str, typed: Typed
) -> Response:
    kind = action_named(action)
    file = await seen(house, account, ticket)
    fault = await take_files(house, request, account, file.complaint_id, kind, typed)
    if fault:
        return await again(request, house, account, file, kind, typed, fault)
    try:
        await act(
            house,
            file.complaint_id,
            account.actor,
            {**_fields(typed), "action": action},
            typed.get(KEY),
            attached(typed),
        )
    except (Problem, ActionRefused, EngineAway) as error:
        problem = as_problem(error)
        if wants_block(request) and problem.status == 503:
            raise  # what was typed stays in the form, which htmx leaves as it is
        return await again(request, house, account, file, kind, typed, problem)
    if kind is Answer:
        await drop_draft(house.engine, account.id, file.complaint_id, kind.name(), typed.get(KEY))
    return await acted(request, house, account, file, kind)


def _fields(typed: Mapping[str, str]) -> dict[str, str]:
    """What the action is about. ATTACHED comes from `take_files` alone, never from a form."""
    return {
        name: value for name, value in typed.items() if name not in NO_FIELDS and name != TEMPLATE
    }


def allow(house: House, account: Account, viewed: Viewed, kind: type[ActionBase]) -> None:
    """Raises Problem where this person may not do it now."""
    if refused := permit(viewed.case, kind, account.actor, house.now, viewed.rules):
        raise Problem(STATUS_OF_REFUSAL[refused.kind], refused.why)


async def summary(
    request: Request,
    house: House,
    account: Account,
    viewed: Viewed,
    *,
    done: str | None = None,
    reporter: Reporter | None = None,
    opened: bool = False,
    headers: dict[str, str] | None = None,
) -> Response:
    file, case = viewed.file, viewed.case
    files = await files_of(house.engine, file.complaint_id)
    ids = {*case.duplicates, *([viewed.lead] if viewed.lead else [])}
    linked = await linked_cases(house.engine, account.actor, ids) if ids else []
    context: dict[str, Any] = {
        "page": await shown(house, account, viewed),
        "form": None,
        "done": done,
        "reporter": reporter,
        "opened": opened,
        "latest": await happenings(house, viewed, after=case.seq - LATEST, files=files),
        "photos": photos_of(viewed, files),
        "elsewhere": await elsewhere(house, account.actor, viewed),
        "lead": next((one for one in linked if one.complaint_id == viewed.lead), None),
        "lead_ticket": file.lead_ticket,
        "duplicates": [one for one in linked if one.complaint_id in case.duplicates],
        "count": len(case.duplicates),
        "draft": _draft(viewed, files),
    }
    return page(request, "case.html", context, block="kasus", headers=headers)


def _draft(viewed: Viewed, files: Sequence[FileRow]) -> dict[str, Any] | None:
    """The answer that waits for approval, for whoever has to decide on it."""
    entry = viewed.case.draft and viewed.case.draft.entry
    typed = entry and viewed.typed.get(entry.id)
    if not (entry and typed and typed.texts):
        return None
    return {
        "text": typed.texts.get("text", ""),
        "files": [one for one in files if one.entry_id == entry.id],
    }


async def form_page(
    request: Request,
    house: House,
    account: Account,
    viewed: Viewed,
    form: Form,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    context = {"page": await shown(house, account, viewed), "form": form}
    return page(request, "case.html", context, block="kasus", status=status, headers=headers)


async def acted(
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
    return await summary(
        request,
        house,
        account,
        await view(house, now_seen),
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


async def again(
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
    form = await form_of(house, account, kind, viewed, typed, problem)
    return await form_page(
        request, house, account, viewed, form, status=problem.status, headers=WHOLE_CASE
    )


async def form_of(
    house: House,
    account: Account,
    kind: type[ActionBase],
    viewed: Viewed,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    note: str = "",
) -> Form:
    since = []
    drawn_at = (typed or {}).get(SEQ, "")
    if problem and drawn_at.isdecimal():
        since = await happenings(house, viewed, after=int(drawn_at))
    templates: Sequence[Group] = await offered(house, viewed) if kind is Answer else ()
    return action_form(
        kind,
        viewed.case,
        viewed.rules,
        await house.directory(),
        f"/aduan/{viewed.file.ticket}/tindakan/{kind.name()}",
        values=typed,
        problem=problem,
        since=since,
        attached=await waiting(house, account, viewed, typed),
        templates=templates,
        note=note,
    )
