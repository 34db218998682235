"""A form that was sent when its session had ended: what it said goes through the login and is shown
again, to be sent on with one press. It keeps its key, so that it acts once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain.actions import BY_NAME, ActionBase, Dispose
from domain.forms import FieldKind, FormField, form_fields
from domain.policy import Policy
from web.house import Directory, House
from web.pages.forms import staff_label
from web.pages.language import N_, _
from web.pages.tags import upper
from web.security import own_path

CARRIED = "carried"
"""The hidden field in which it travels from page to page, and never elsewhere."""

LABELS = {
    "title": N_("Judul"),
    "body": N_("Cerita lengkapnya"),
    "text": N_("Tulisan Anda"),
    "reason": N_("Alasan"),
    "name": N_("Nama"),
    "phone": N_("Nomor telepon"),
    "email": N_("Alamat email"),
    "address": N_("Alamat atau patokan"),
    "occurred_on": N_("Tanggal kejadian"),
}
"""Of fields outside of a case's actions; what else was chosen there is sent on unshown."""


class Carried(BaseModel):
    path: str
    fields: list[tuple[str, str]]
    files: bool = False
    """Whether there were files, which a browser does not let us carry."""


@dataclass(frozen=True)
class Again:
    """What is shown of it, and the form that sends it on."""

    url: str
    button: str
    rows: Sequence[tuple[str, str]]
    hidden: Sequence[tuple[str, str]]
    files: bool


NOT_CARRIED = ("/masuk", "/akun", "/pengaturan")
"""Passwords and codes are typed there: they are never sent back."""


async def carry(request: Request) -> Carried | None:
    """What a form sent; None where it is not a form that can be read, or not one to be carried."""
    if request.url.path.startswith(NOT_CARRIED):
        return None
    try:
        async with request.form() as form:
            sent = form.multi_items()
    except HTTPException:
        return None
    texts = [(name, value.replace("\r\n", "\n")) for name, value in sent if isinstance(value, str)]
    files = any(not isinstance(value, str) and value.size for _name, value in sent)
    return Carried(path=request.url.path, fields=texts, files=files) if texts or files else None


def carried(typed: Mapping[str, str]) -> Carried | None:
    """What a page of the login carries, if it does."""
    try:
        found = Carried.model_validate_json(typed.get(CARRIED) or "null")
    except ValidationError:
        return None
    return found if own_path(found.path) else None


async def again(house: House, what: Carried) -> Again:
    action, _sep, further = what.path.partition("/tindakan/")[2].partition("/")
    kind = BY_NAME.get(action)
    tickets = re.findall(r"/(MB-\d{4}-\d+)", what.path)
    tickets += [value for name, value in what.fields if name == "ticket"]
    rows = [(_("Nomor aduan"), ", ".join(tickets))] if tickets else []
    asked = _asked(kind or Dispose, (await house.rules()).policy)
    units = await house.directory()
    for name, value in what.fields:
        if name in asked and value:
            rows.append((_(asked[name].label), _words(asked[name], value, units)))
        elif name in LABELS and value:
            rows.append((_(LABELS[name]), value))
    button = staff_label(kind) if kind and not further else _("Lanjutkan")
    return Again(what.path, button, rows, what.fields, what.files)


def _asked(kind: type[ActionBase], policy: Policy) -> dict[str, FormField]:
    """The fields of an action; disposing asks most of what other forms do."""
    return {one.name: one for one in form_fields(kind, policy)}


def _words(asked: FormField, value: str, units: Directory) -> str:
    """A value as its form showed it."""
    for choice in asked.choices:
        if choice.value == value:
            return upper(_(choice.label))
    if asked.kind is FieldKind.FLAG:
        return _("Ya") if value == "true" else _("Tidak")
    if asked.kind is FieldKind.UNIT and value in units.by_code:
        return units.by_code[value].name
    return value
