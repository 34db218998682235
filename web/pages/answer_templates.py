"""Templat: the texts that a unit answers with again and again, kept by its admins, or for every
unit by the coordinator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.units import ROOT
from record.accounts import Account
from record.answer_templates import (
    AnswerTemplate,
    NameTakenError,
    drop_template,
    get_template,
    may_manage,
    save_template,
    templates_within,
)
from web.house import Directory, Home, House
from web.pages.forms import Field, Group, Typed, unit_groups
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.templating import PLACEHOLDERS, looked_after, place, unknown_placeholders
from web.problems import Problem
from web.sessions import Staff

router = APIRouter(prefix="/templat")

LONGEST_NAME, LONGEST_BODY = 80, 5_000
DONE = "selesai"
"""In the address after a change: it says nothing but that."""


@dataclass(frozen=True)
class Shelf:
    """The templates of one unit."""

    title: str
    templates: list[AnswerTemplate]


@router.get("")
async def show(request: Request, house: Home, account: Staff) -> Response:
    held, units = _held(account), await house.directory()
    found = await templates_within(house.engine, held)
    shelves = [
        Shelf(place(unit, units), [one for one in found if one.unit == unit])
        for unit in dict.fromkeys(one.unit for one in found)
    ]
    done = request.query_params.get(DONE) == "1"
    return page(request, "answer_templates.html", {"shelves": shelves, "done": done})


@router.get("/baru")
async def new(request: Request, house: Home, account: Staff) -> Response:
    return await _form(request, house, account, None, {})


@router.post("/baru")
async def add(request: Request, house: Home, account: Staff, typed: Typed) -> Response:
    return await _saved(request, house, account, None, typed)


@router.get("/{template}")
async def edit(request: Request, house: Home, account: Staff, template: UUID) -> Response:
    found = await _found(house, account, template)
    unit = (await house.directory()).by_path.get(found.unit)
    values = {"unit": unit.code if unit else "", "name": found.name, "body": found.body}
    return await _form(request, house, account, found, values)


@router.post("/{template}")
async def change(
    request: Request, house: Home, account: Staff, template: UUID, typed: Typed
) -> Response:
    return await _saved(request, house, account, await _found(house, account, template), typed)


@router.get("/{template}/hapus")
async def ask_to_drop(request: Request, house: Home, account: Staff, template: UUID) -> Response:
    found = await _found(house, account, template)
    return page(request, "answer_template_drop.html", {"template": found})


@router.post("/{template}/hapus")
async def drop(house: Home, account: Staff, template: UUID) -> Response:
    found = await _found(house, account, template)
    await drop_template(house.engine, found.id)
    return RedirectResponse(f"/templat?{DONE}=1", 303)


def _held(account: Account) -> list[str]:
    """The units whose templates are theirs to keep. Raises Problem 403 where there are none."""
    held = looked_after(account)
    if not held:
        raise Problem(403, N_("Hanya koordinator dan admin unit yang mengelola templat jawaban."))
    return held


async def _found(house: House, account: Account, template: UUID) -> AnswerTemplate:
    """Raises Problem 404, also for one that is not theirs."""
    held = _held(account)
    found = await get_template(house.engine, template)
    if found is None or not may_manage(found.unit, held):
        raise Problem(404, N_("Templat ini tidak ada atau bukan kewenangan Anda."))
    return found


async def _saved(
    request: Request,
    house: House,
    account: Account,
    template: AnswerTemplate | None,
    typed: Mapping[str, str],
) -> Response:
    values = {name: typed.get(name, "").strip() for name in ("unit", "name", "body")}
    unit = (await house.directory()).by_code.get(values["unit"])
    faults = _faults(values)
    if unit is None or not may_manage(unit.path, _held(account)):
        faults = {"unit": _("Pilih unit dari daftar."), **faults}
    if faults or unit is None:
        return await _form(request, house, account, template, values, faults)
    try:
        await save_template(
            house.engine,
            template.id if template else None,
            unit=unit.path,
            name=values["name"],
            body=values["body"],
            by=account.id,
            now=house.now,
        )
    except NameTakenError:
        taken = {"name": _("Unit ini sudah punya templat dengan nama itu; pakai nama lain.")}
        return await _form(request, house, account, template, values, taken)
    return RedirectResponse(f"/templat?{DONE}=1", 303)


def _faults(values: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    if not values["name"]:
        faults["name"] = _("Tulis nama templat.")
    elif len(values["name"]) > LONGEST_NAME:
        faults["name"] = _("Nama paling banyak %(n)s huruf.") % {"n": LONGEST_NAME}
    if not values["body"]:
        faults["body"] = _("Tulis isi templat.")
    elif len(values["body"]) > LONGEST_BODY:
        faults["body"] = _("Isi paling banyak %(n)s huruf.") % {"n": LONGEST_BODY}
    elif unknown := unknown_placeholders(values["body"]):
        words = ", ".join(f"{{{name}}}" for name in unknown)
        faults["body"] = _("Tidak dikenal: %(words)s.") % {"words": words}
    return faults


async def _form(
    request: Request,
    house: House,
    account: Account,
    template: AnswerTemplate | None,
    values: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> Response:
    held, units, wrong = _held(account), await house.directory(), faults or {}
    means = ", ".join(f"{{{name}}} ({_(words)})" for name, words in PLACEHOLDERS.items())

    def field(name: str, label: str, widget: str, **more: Any) -> Field:
        return Field(name, label, widget, True, values.get(name, ""), wrong.get(name, ""), **more)

    fields = [
        field("unit", _("Untuk unit"), "select", groups=_units(units, held), empty=_("Pilih")),
        field("name", _("Nama"), "text", hint=_("Supaya mudah dipilih, misalnya: Jalan rusak.")),
        field(
            "body",
            _("Isi"),
            "textarea",
            hint=_("Terisi sendiri: %(means)s.") % {"means": means},
        ),
    ]
    context = {"template": template, "fields": fields, "errors": list(wrong.items())}
    status = 422 if wrong else 200
    return page(request, "answer_template.html", context, status=status)


def _units(units: Directory, held: list[str]) -> list[Group]:
    theirs = [one for one in units.by_path.values() if may_manage(one.path, held)]
    groups = unit_groups(theirs)
    if ROOT in held:
        groups = [Group(None, [(units.by_path[ROOT].code, _("Semua unit"))]), *groups]
    return groups
