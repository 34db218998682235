"""Pengaturan: accounts of staff, for administrators. What they do is logged without their words."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actors import Grant
from domain.terms import Role
from domain.units import ROOT
from domain.words import ROLE
from record import second_factor
from record.access import revoke_sessions
from record.accounts import Account, UsernameTakenError, add_account, usernames
from record.engine import storable
from record.second_factor import LETTERS
from record.staff import Member, activate, deactivate, member, members
from web.house import Home, House
from web.pages.account import roles_of
from web.pages.done import forget, remember, remembered_name
from web.pages.forms import Field, Group, Typed, unit_groups
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.tags import upper
from web.problems import Problem
from web.sessions import IDLE, only

router = APIRouter(prefix="/pengaturan")
log = structlog.get_logger("web")

PAGE = 50
NEEDS_UNIT = (Role.COORDINATOR, Role.UNIT_ADMIN, Role.UNIT_HEAD, Role.SUPERVISOR)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


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


Administrator = Annotated[Account, only(N_("Halaman ini untuk administrator."), Role.ADMINISTRATOR)]
"""Raises Problem 401, 403."""


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
    one, done = await _member(house, id), CHANGES.get(remembered_name(request))
    context = {
        "one": one,
        "roles": await roles_of(house, one.grants),
        "changes": [(name, _(CHANGES[name].button)) for name in _possible(one, account)],
        "done": _(done.done) if done else "",
    }
    response = page(request, "administration_account.html", context)
    return forget(response) if done else response


@router.get("/akun/{id}/{change}")
async def ask_change(
    request: Request, house: Home, account: Administrator, id: UUID, change: str
) -> Response:
    one = await _member(house, id)
    what = _change(one, account, change)
    context = {"one": one, "change": change, "button": _(what.button), "means": _(what.means)}
    return page(request, "administration_confirm.html", context)


@router.post("/akun/{id}/{change}")
async def do_change(house: Home, account: Administrator, id: UUID, change: str) -> Response:
    one = await _member(house, id)
    what = _change(one, account, change)
    match change:
        case "nonaktifkan":
            await deactivate(house.engine, id, house.now)
        case "aktifkan":
            await activate(house.engine, id)
        case "keluarkan":
            await revoke_sessions(house.engine, id, house.now)
        case "lepas-faktor-kedua":
            await second_factor.remove(house.engine, id)
            await revoke_sessions(house.engine, id, house.now)
    log.info("account changed", what=what.name, account=str(id), by=str(account.id))
    response = RedirectResponse(f"/pengaturan/akun/{id}", 303)
    remember(response, change)
    return response


@router.get("/akun-baru")
async def ask_new(request: Request, house: Home, account: Administrator) -> Response:
    return await _new(request, house, {})


@router.post("/akun-baru")
async def check_new(
    request: Request, house: Home, account: Administrator, typed: Typed
) -> Response:
    """What will be made, to be confirmed."""
    if faults := await _faults(house, typed):
        return await _new(request, house, typed, faults)
    context = {
        "values": _values(typed),
        "roles": await roles_of(house, [await _grant(house, typed)]),
    }
    return page(request, "administration_check.html", context)


@router.post("/akun-baru/buat")
async def make_new(request: Request, house: Home, account: Administrator, typed: Typed) -> Response:
    if faults := await _faults(house, typed):
        return await _new(request, house, typed, faults)
    values, grant = _values(typed), await _grant(house, typed)
    password = "-".join("".join(secrets.choice(LETTERS) for _n in range(5)) for _m in range(3))
    try:
        made = await add_account(
            house.engine, values["username"], values["name"], password, [grant]
        )
    except UsernameTakenError:
        return await _new(request, house, typed, {"username": _(TAKEN)})
    log.info("account changed", what="added", account=str(made.id), by=str(account.id))
    context = {
        "made": made,
        "roles": await roles_of(house, made.grants),
        "password": password,
    }
    return page(request, "administration_made.html", context)


TAKEN = N_("Nama akun ini sudah dipakai. Pilih yang lain.")


async def _member(house: House, id: UUID) -> Member:
    one = await member(house.engine, id, house.now, IDLE)
    if one is None:
        raise Problem(404, N_("Akun ini tidak ada."))
    return one


def _possible(one: Member, by: Account) -> Sequence[str]:
    """Nobody locks themselves out."""
    possible = {
        "nonaktifkan": one.active and one.id != by.id,
        "aktifkan": not one.active,
        "keluarkan": one.sessions > 0,
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


def _values(typed: Mapping[str, str]) -> dict[str, str]:
    values = {name: storable(typed.get(name, "")).strip() for name in FIELDS}
    return values | {"username": values["username"].lower()}


FIELDS = ("name", "username", "role", "unit")


async def _faults(house: House, typed: Mapping[str, str]) -> dict[str, str]:
    values, units, faults = _values(typed), await house.directory(), {}
    if not 0 < len(values["name"]) <= 100:
        faults["name"] = _("Isi nama lengkap, paling banyak 100 huruf.")
    if not USERNAME.fullmatch(values["username"]):
        faults["username"] = _(
            "Isi nama akun: 3 sampai 40 huruf kecil, angka, titik, atau tanda hubung."
        )
    elif values["username"] in await usernames(house.engine):
        faults["username"] = _(TAKEN)
    if values["role"] not in list(Role):
        faults["role"] = _("Pilih peran.")
    elif values["role"] in NEEDS_UNIT and values["unit"] not in units.by_code:
        faults["unit"] = _("Pilih unit untuk peran ini.")
    return faults


async def _grant(house: House, typed: Mapping[str, str]) -> Grant:
    values, units = _values(typed), await house.directory()
    role, unit = Role(values["role"]), units.by_code.get(values["unit"])
    # An administrator looks after all units, and is of none.
    return Grant(role=role, unit=unit.path if unit and role is not Role.ADMINISTRATOR else None)


async def _new(
    request: Request,
    house: House,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> Response:
    values, faults = _values(typed), faults or {}
    units = await house.directory()
    root = Group(None, [(units.by_path[ROOT].code, units.by_path[ROOT].name)])

    def field(name: str, label: str, widget: str, hint: str = "", **more: object) -> Field:
        return Field(
            name,
            label,
            widget,
            required=name != "unit",
            value=values[name],
            error=faults.get(name, ""),
            hint=hint,
            **more,  # type: ignore[arg-type]
        )

    roles = [(str(role), upper(_(ROLE[role]))) for role in Role]
    fields = [
        field("name", _("Nama lengkap"), "text"),
        field("username", _("Nama akun"), "text", _("Dipakai untuk masuk, seperti kel.bancar.")),
        field("role", _("Peran"), "radios", groups=[Group(None, roles)]),
        field(
            "unit",
            _("Unit"),
            "select",
            _("Tidak perlu untuk auditor dan administrator."),
            groups=[root, *unit_groups(units.by_path.values())],
            empty=_("Pilih"),
        ),
    ]
    context = {"fields": fields, "errors": [(one.name, one.error) for one in fields if one.error]}
    status = 422 if faults else 200
    return page(request, "administration_new.html", context, status=status)
