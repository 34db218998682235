"""What the pages of Pengaturan share: who may, whose account, and the fields of one."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import structlog

from domain.actors import Grant
from domain.terms import Role
from domain.units import ROOT
from domain.words import ROLE
from record.accounts import Account
from record.engine import storable
from record.staff import Member, member
from web.house import House
from web.pages.forms import Field, Group, Option, unit_groups
from web.pages.language import N_, _
from web.pages.tags import upper
from web.problems import Problem
from web.sessions import IDLE, only

NEEDS_UNIT = (Role.COORDINATOR, Role.UNIT_ADMIN, Role.UNIT_HEAD, Role.SUPERVISOR)

Administrator = Annotated[Account, only(N_("Halaman ini untuk administrator."), Role.ADMINISTRATOR)]
"""Raises Problem 401, 403."""

log = structlog.get_logger("web")


def note_change(what: str, account: UUID, by: Account) -> None:
    """In the log, without names."""
    log.info("account changed", what=what, account=str(account), by=str(by.id))


async def member_of(house: House, id: UUID) -> Member:
    one = await member(house.engine, id, house.now, IDLE)
    if one is None:
        raise Problem(404, N_("Akun ini tidak ada."))
    return one


def values_of(typed: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: storable(typed.get(name, "")).strip() for name in names}


def name_fault(name: str) -> str:
    return "" if 0 < len(name) <= 100 else _("Isi nama lengkap, paling banyak 100 huruf.")


async def role_faults(house: House, values: Mapping[str, str]) -> dict[str, str]:
    units = await house.directory()
    if values["role"] not in list(Role):
        return {"role": _("Pilih peran.")}
    if values["role"] in NEEDS_UNIT and values["unit"] not in units.by_code:
        return {"unit": _("Pilih unit untuk peran ini.")}
    return {}


async def grant_of(house: House, values: Mapping[str, str]) -> Grant:
    units = await house.directory()
    role, unit = Role(values["role"]), units.by_code.get(values["unit"])
    # An administrator looks after all units, and is of none.
    return Grant(role=role, unit=unit.path if unit and role is not Role.ADMINISTRATOR else None)


def text_field(
    name: str, label: str, values: Mapping[str, str], faults: Mapping[str, str], hint: str = ""
) -> Field:
    value, error = values[name], faults.get(name, "")
    return Field(name, label, "text", required=True, value=value, error=error, hint=hint)


async def role_fields(
    house: House,
    values: Mapping[str, str],
    faults: Mapping[str, str],
    label: str,
    none: Sequence[Option] = (),
) -> Sequence[Field]:
    """A role, and the unit it is held at. `none`: what to choose for no role, where that may be."""
    units = await house.directory()
    root = Group(None, [(units.by_path[ROOT].code, units.by_path[ROOT].name)])
    roles = [(str(role), upper(_(ROLE[role]))) for role in Role]
    return (
        Field(
            "role",
            label,
            "radios",
            required=True,
            value=values["role"],
            error=faults.get("role", ""),
            groups=[Group(None, [*none, *roles])],
        ),
        Field(
            "unit",
            _("Unit"),
            "select",
            required=False,
            value=values["unit"],
            error=faults.get("unit", ""),
            hint=_("Tidak perlu untuk auditor dan administrator."),
            groups=[root, *unit_groups(units.by_path.values())],
            empty=_("Pilih"),
        ),
    )
