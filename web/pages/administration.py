"""Pengaturan: accounts of staff, for administrators. What they do is logged without their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from record import second_factor
from record.access import revoke_sessions
from record.accounts import Account
from record.engine import storable
from record.staff import Member, activate, deactivate, members, reset_password
from web.house import Home
from web.pages.account import roles_of
from web.pages.administering import Administrator, member_of, note_change
from web.pages.administration_edit import EDITED
from web.pages.done import forget, remember, remembered_name
from web.pages.language import N_, _
from web.pages.rendering import page
from web.problems import Problem
from web.sessions import IDLE

router = APIRouter(prefix="/pengaturan")

PAGE = 50


@dataclass(frozen=True)
class Change:
    """What an administrator may do to an account: asked first, done by POST."""

    name: str
    button: str
    means: str
    done: str


CHANGES = {
    "nonaktifkan": Change(
        "deactivated",
        N_("Nonaktifkan"),
        N_("Akun ini langsung keluar dari semua tempat dan tidak dapat masuk sampai diaktifkan."),
        N_("Akun sudah dinonaktifkan."),
    ),
    "aktifkan": Change(
        "activated",
        N_("Aktifkan"),
        N_("Akun ini dapat masuk lagi dengan kata sandi yang lama."),
        N_("Akun sudah diaktifkan."),
    ),
    "keluarkan": Change(
        "logged out",
        N_("Keluarkan dari semua sesi"),
        N_("Akun ini harus masuk lagi di semua tempat. Tulisan yang belum dikirim tidak hilang."),
        N_("Semua sesi akun ini sudah diakhiri."),
    ),
    "sandi-baru": Change(
        "password reset",
        N_("Buat kata sandi baru"),
        N_(
            "Untuk petugas yang lupa kata sandinya. Pastikan dulu bahwa yang meminta memang"
            " orangnya. Kata sandi lama tidak berlaku lagi dan semua sesinya berakhir."
        ),
        "",
    ),
    "lepas-faktor-kedua": Change(
        "second factor removed",
        N_("Lepas faktor kedua"),
        N_(
            "Untuk petugas yang ponselnya hilang. Pastikan dulu bahwa yang meminta memang orangnya."
            " Semua sesinya berakhir, dan kata sandi saja cukup sampai faktor kedua dipasang lagi."
        ),
        N_("Faktor kedua sudah dilepas, dan semua sesi akun ini sudah diakhiri."),
    ),
}

DONE = {name: change.done for name, change in CHANGES.items()} | {
    EDITED: N_("Perubahan akun sudah disimpan.")
}


@router.get("")
async def show(
    request: Request, house: Home, account: Administrator, setelah: str = ""
) -> Response:
    found = await members(house.engine, house.now, IDLE, after=storable(setelah), limit=PAGE + 1)
    rows = [(one, await roles_of(house, one.grants)) for one in found[:PAGE]]
    context = {
        "rows": rows,
        "first": not setelah,
        "more": found[PAGE - 1].username if len(found) > PAGE else None,
    }
    return page(request, "administration.html", context)


@router.get("/akun/{id}")
async def show_member(request: Request, house: Home, account: Administrator, id: UUID) -> Response:
    one, done = await member_of(house, id), remembered_name(request)
    context = {
        "one": one,
        "roles": await roles_of(house, one.grants),
        "changes": [(name, _(CHANGES[name].button)) for name in _possible(one, account)],
        "done": _(DONE[done]) if done in DONE else "",
    }
    response = page(request, "administration_account.html", context)
    return forget(response) if done in DONE else response


@router.get("/akun/{id}/{change}")
async def ask_change(
    request: Request, house: Home, account: Administrator, id: UUID, change: str
) -> Response:
    one = await member_of(house, id)
    what = _change(one, account, change)
    context = {"one": one, "change": change, "button": _(what.button), "means": _(what.means)}
    return page(request, "administration_confirm.html", context)


@router.post("/akun/{id}/{change}")
async def do_change(
    request: Request, house: Home, account: Administrator, id: UUID, change: str
) -> Response:
    one, password = await member_of(house, id), ""
    what = _change(one, account, change)
    match change:
        case "nonaktifkan":
            await deactivate(house.engine, id, house.now)
        case "aktifkan":
            await activate(house.engine, id)
        case "keluarkan":
            await revoke_sessions(house.engine, id, house.now)
        case "sandi-baru":
            password = await reset_password(house.engine, id, house.now)
        case "lepas-faktor-kedua":
            await second_factor.remove(house.engine, id)
            await revoke_sessions(house.engine, id, house.now)
    note_change(what.name, id, account)
    if password:
        return page(request, "administration_password.html", {"one": one, "password": password})
    response = RedirectResponse(f"/pengaturan/akun/{id}", 303)
    remember(response, change)
    return response


def _possible(one: Member, by: Account) -> Sequence[str]:
    """Nobody locks themselves out."""
    possible = {
        "nonaktifkan": one.active and one.id != by.id,
        "aktifkan": not one.active,
        "keluarkan": one.sessions > 0,
        "sandi-baru": one.id != by.id,
        "lepas-faktor-kedua": one.has_second_factor,
    }
    return [name for name, is_possible in possible.items() if is_possible]


def _change(one: Member, by: Account, name: str) -> Change:
    """Raises Problem 404, 409."""
    if name not in CHANGES:
        raise Problem(404, N_("Tindakan ini tidak ada."))
    if name not in _possible(one, by):
        raise Problem(409, N_("Tindakan ini tidak berlaku untuk akun ini sekarang."))
    return CHANGES[name]
