"""Saving a view and forgetting it."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from record.views import MOST, TooManyViewsError, delete_view, save_view
from web.house import Home
from web.pages.filtering import CASES, TASKS, asked, url
from web.pages.forms import Typed
from web.pages.language import N_, _
from web.pages.lists import list_all
from web.pages.saved import LONGEST_NAME, Saving
from web.pages.tasks import list_tasks
from web.problems import Problem
from web.sessions import Staff

router = APIRouter(prefix="/tampilan")

LISTS = {TASKS: list_tasks, CASES: list_all}

NAME = N_("Beri nama tampilan ini.")
TOO_LONG = N_("Nama tampilan paling banyak %(most)s huruf.")
NOTHING = N_("Pilih saringan dulu, baru simpan sebagai tampilan.")
TOO_MANY = N_("Anda sudah menyimpan %(most)s tampilan. Hapus satu dulu.")


@router.post("")
async def save(request: Request, house: Home, account: Staff, typed: Typed) -> Response:
    """The list again with what is wrong, or as the new view shows it."""
    listed = _listed(typed)
    chosen = asked(listed, typed, await house.directory(), await house.rules())
    name = " ".join(typed.get("name", "").split())
    error = _wrong(name, bool(chosen))
    if not error:
        try:
            await save_view(house.engine, account.id, listed, name, chosen, house.now)
        except TooManyViewsError:
            error = _(TOO_MANY) % {"most": MOST}
    if error:
        saving = Saving(name[:LONGEST_NAME], error)
        return await LISTS[listed](request, house, account, chosen, saving)
    return RedirectResponse(url(listed, chosen), 303)


@router.post("/{view}/hapus")
async def forget(house: Home, account: Staff, view: UUID, typed: Typed) -> Response:
    await delete_view(house.engine, account.id, view)
    return RedirectResponse(f"/{_listed(typed)}", 303)


def _listed(typed: dict[str, str]) -> str:
    """Raises Problem 422."""
    if typed.get("page") not in LISTS:
        raise Problem(422, _(NOTHING))
    return typed["page"]


def _wrong(name: str, filtered: bool) -> str:
    if not filtered:
        return _(NOTHING)
    if not name:
        return _(NAME)
    return _(TOO_LONG) % {"most": LONGEST_NAME} if len(name) > LONGEST_NAME else ""
