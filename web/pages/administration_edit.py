"""Pengaturan: the name of an account, and the roles it holds. What changes is read back first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actors import Grant
from domain.terms import Role
from record.accounts import Account
from record.staff import Member, change_member
from web.house import Home, House
from web.pages.account import roles_of
from web.pages.administering import (
    Administrator,
    grant_of,
    member_of,
    name_fault,
    note_change,
    role_faults,
    role_fields,
    text_field,
    values_of,
)
from web.pages.done import remember
from web.pages.forms import Typed
from web.pages.language import _
from web.pages.rendering import page

router = APIRouter(prefix="/pengaturan/akun/{id}/ubah")

EDITED = "ubah"
"""What the account's page is told was done."""
KEEP = "tetap"
"""Field of a role that stays: `tetap:<role>:<unit>`."""


@dataclass(frozen=True)
class Edit:
    """What an account is to become."""

    name: str
    kept: tuple[Grant, ...]
    new: tuple[Grant, ...]

    @property
    def held(self) -> tuple[Grant, ...]:
        return self.kept + self.new


@router.get("")
async def ask_edit(request: Request, house: Home, account: Administrator, id: UUID) -> Response:
    one = await member_of(house, id)
    return await _form(request, house, one, {"name": one.name} | _keeping(one.grants))


@router.post("")
async def check_edit(
    request: Request, house: Home, account: Administrator, id: UUID, typed: Typed
) -> Response:
    """What will change, to be confirmed."""
    one = await member_of(house, id)
    if faults := await _faults(house, one, account, typed):
        return await _form(request, house, one, typed, faults)
    edit = await _edit(house, one, typed)
    context = {
        "one": one,
        "name": edit.name,
        "roles": await roles_of(house, edit.held),
        "lost": await roles_of(house, [held for held in one.grants if held not in edit.kept]),
        "gained": await roles_of(house, edit.new),
        "carried": _values(typed) | _keeping(edit.kept),
    }
    return page(request, "administration_edit_check.html", context)


@router.post("/simpan")
async def save_edit(
    request: Request, house: Home, account: Administrator, id: UUID, typed: Typed
) -> Response:
    one = await member_of(house, id)
    if faults := await _faults(house, one, account, typed):
        return await _form(request, house, one, typed, faults)
    edit = await _edit(house, one, typed)
    await change_member(house.engine, id, edit.name, edit.held, house.now)
    note_change("edited", id, account)
    response = RedirectResponse(f"/pengaturan/akun/{id}", 303)
    remember(response, EDITED)
    return response


def _values(typed: Mapping[str, str]) -> dict[str, str]:
    return values_of(typed, ("name", "role", "unit"))


def _keep(held: Grant) -> str:
    return f"{KEEP}:{held.role}:{held.unit or ''}"


def _keeping(grants: Sequence[Grant]) -> dict[str, str]:
    return {_keep(held): "1" for held in grants}


async def _edit(house: House, one: Member, typed: Mapping[str, str]) -> Edit:
    values = _values(typed)
    kept = tuple(held for held in one.grants if _keep(held) in typed)
    new = {await grant_of(house, values)} if values["role"] else set()
    return Edit(values["name"], kept, tuple(new - set(kept)))


async def _faults(
    house: House, one: Member, by: Account, typed: Mapping[str, str]
) -> dict[str, str]:
    values = _values(typed)
    faults = {"name": name_fault(values["name"])}
    if values["role"]:
        faults |= await role_faults(house, values)
    if not any(faults.values()):
        held = (await _edit(house, one, typed)).held
        # Nobody locks themselves out, and so there is always an administrator.
        if one.id == by.id and not any(grant.role is Role.ADMINISTRATOR for grant in held):
            faults[KEEP] = _(
                "Peran administrator Anda sendiri hanya dapat dicabut administrator lain."
            )
    return {name: fault for name, fault in faults.items() if fault}


async def _form(
    request: Request,
    house: House,
    one: Member,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> Response:
    values, faults = _values(typed), faults or {}
    name = text_field("name", _("Nama lengkap"), values, faults)
    none = [("", _("Tidak menambah peran"))]
    new = await role_fields(house, values, faults, _("Tambah peran"), none)
    labels = await roles_of(house, one.grants)
    kept = [
        (_keep(held), label, _keep(held) in typed)
        for held, label in zip(one.grants, labels, strict=True)
    ]
    order = (name.name, KEEP, *(field.name for field in new))
    context = {
        "one": one,
        "name": name,
        "kept": kept,
        "kept_error": faults.get(KEEP, ""),
        "new": new,
        "errors": [(name, faults[name]) for name in order if name in faults],
    }
    status = 422 if faults else 200
    return page(request, "administration_edit.html", context, status=status)
