"""Semua aduan: everything one may see, searched and filtered, the newest first."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.terms import Role
from record.accounts import Account
from record.phones import MOST, cases_by_phone
from record.search import list_cases
from web.filing import dialled
from web.house import Home, House
from web.pages.filtering import CASES, Asked, asked, chips, choices, filters_of, url
from web.pages.forms import Typed
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.rows import rows_of
from web.pages.saved import Saving, shelf
from web.problems import Problem
from web.sessions import Staff

router = APIRouter()

ONLY_COORDINATOR = N_("Hanya koordinator yang dapat mencari dengan nomor telepon pelapor.")
NO_NUMBER = N_("Tulis nomor telepon pelapor.")


@router.get("/aduan")
async def show(request: Request, house: Home, account: Staff) -> Response:
    chosen = asked(CASES, request.query_params, await house.directory(), await house.rules())
    return await list_all(request, house, account, chosen)


async def list_all(
    request: Request, house: House, account: Account, chosen: Asked, saving: Saving | None = None
) -> Response:
    """Two statements; with words to search for at most six."""
    now, rules, units = house.now, await house.rules(), await house.directory()
    after = _uuid(request.query_params.get("after", ""))
    found = await list_cases(
        house.engine,
        account.actor,
        filters_of(chosen, units),
        now,
        q=chosen.get("q"),
        after=after,
        limit=25,
    )
    context = {
        "rows": rows_of(found.rows, units, rules, now),
        "chosen": chosen,
        "chips": chips(CASES, chosen, units),
        "choices": choices(CASES, units, rules),
        "corrected": found.corrected,
        "shelf": await shelf(house, account, CASES, chosen, saving),
        "may_look_up": account.actor.holds(Role.COORDINATOR),
        "first": "" if after is None else url(CASES, chosen),
        "further": found.after and url(CASES, chosen, after=str(found.after)),
        "now": now,
    }
    return page(request, "cases.html", context, status=422 if saving else 200)


@router.get("/aduan/telepon")
async def ask_number(request: Request, account: Staff) -> Response:
    _may_look_up(account)
    return page(request, "lookup.html", {"phone": "", "error": "", "rows": None})


@router.post("/aduan/telepon")
async def by_number(request: Request, house: Home, account: Staff, typed: Typed) -> Response:
    """By POST, so that the number is in no address, and in no log of addresses."""
    _may_look_up(account)
    phone, number = typed.get("phone", "").strip(), None
    try:
        number = dialled(phone)
        error = "" if number else _(NO_NUMBER)
    except ValueError as wrong:
        error = _(str(wrong))
    if number is None:
        wrong_number = {"phone": phone[:30], "error": error, "rows": None}
        return page(request, "lookup.html", wrong_number, status=422)
    now, rules, units = house.now, await house.rules(), await house.directory()
    found = await cases_by_phone(
        house.engine, account.actor, account.id, number, now, secret=house.secret
    )
    context: dict[str, Any] = {
        "phone": phone,
        "error": "",
        "rows": rows_of(found.rows, units, rules, now),
        "most": MOST if found.after else None,
        "now": now,
    }
    return page(request, "lookup.html", context)


def _may_look_up(account: Account) -> None:
    if not account.actor.holds(Role.COORDINATOR):
        raise Problem(403, ONLY_COORDINATOR)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
