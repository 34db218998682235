"""Pengaturan: a new account. What is typed is read back before it is made."""

import re
from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from record.accounts import UsernameTakenError, add_account, new_password, usernames
from web.house import Home, House
from web.pages.account import roles_of
from web.pages.administering import (
    Administrator,
    grant_of,
    name_fault,
    note_change,
    role_faults,
    role_fields,
    text_field,
    values_of,
)
from web.pages.forms import Typed
from web.pages.language import N_, _
from web.pages.rendering import page

router = APIRouter(prefix="/pengaturan/akun-baru")

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
TAKEN = N_("Nama akun ini sudah dipakai. Pilih yang lain.")


@router.get("")
async def ask_new(request: Request, house: Home, account: Administrator) -> Response:
    return await _new(request, house, {})


@router.post("")
async def check_new(
    request: Request, house: Home, account: Administrator, typed: Typed
) -> Response:
    """What will be made, to be confirmed."""
    if faults := await _faults(house, typed):
        return await _new(request, house, typed, faults)
    values = _values(typed)
    context = {"values": values, "roles": await roles_of(house, [await grant_of(house, values)])}
    return page(request, "administration_check.html", context)


@router.post("/buat")
async def make_new(request: Request, house: Home, account: Administrator, typed: Typed) -> Response:
    if faults := await _faults(house, typed):
        return await _new(request, house, typed, faults)
    values, password = _values(typed), new_password()
    held = [await grant_of(house, values)]
    try:
        made = await add_account(house.engine, values["username"], values["name"], password, held)
    except UsernameTakenError:
        return await _new(request, house, typed, {"username": _(TAKEN)})
    note_change("added", made.id, account)
    context = {"made": made, "roles": await roles_of(house, made.grants), "password": password}
    return page(request, "administration_made.html", context)


def _values(typed: Mapping[str, str]) -> dict[str, str]:
    values = values_of(typed, ("name", "username", "role", "unit"))
    return values | {"username": values["username"].lower()}


async def _faults(house: House, typed: Mapping[str, str]) -> dict[str, str]:
    values = _values(typed)
    faults = {"name": name_fault(values["name"])}
    if not USERNAME.fullmatch(values["username"]):
        faults["username"] = _(
            "Isi nama akun: 3 sampai 40 huruf kecil, angka, titik, atau tanda hubung."
        )
    elif values["username"] in await usernames(house.engine):
        faults["username"] = _(TAKEN)
    faults |= await role_faults(house, values)
    return {name: fault for name, fault in faults.items() if fault}


async def _new(
    request: Request,
    house: House,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> Response:
    values, faults = _values(typed), faults or {}
    hint = _("Dipakai untuk masuk, seperti kel.bancar.")
    fields = [
        text_field("name", _("Nama lengkap"), values, faults),
        text_field("username", _("Nama akun"), values, faults, hint),
        *await role_fields(house, values, faults, _("Peran")),
    ]
    context = {"fields": fields, "errors": [(one.name, one.error) for one in fields if one.error]}
    status = 422 if faults else 200
    return page(request, "administration_new.html", context, status=status)
