"""A form that was sent when its session had ended: what it said goes through the login and is shown
again, to be sent on with one press. It keeps its key, so that it acts once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain.actions import BY_NAME
from domain.forms import FieldKind, FormField, form_fields
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
        form = await request.form()
    except HTTPException:
        return None
    texts = [
        (name, value.replace("\r\n", "\n"))
        for name, value in form.multi_items()
        if isinstance(value, str)
    ]
    files = any(not isinstance(value, str) and value.size for value in form.values())
    return Carried(path=request.url.path, fields=texts, files=files) if texts or files else None


def carried(typed: Mapping[str, str]) -> Carried | None:
    """What a page of the login carries, if it does."""
    try:
        found = Carried.model_validate_json(typed.get(CARRIED) or "null")
    except ValidationError:
        return None
    return found if own_path(found.path) else None


async def again(house: House, what: Carried) -> Again:
    kind = BY_NAME.get(what.path.rpartition("/tindakan/")[2])
    ticket = re.search(r"/(MB-\d{4}-\d+)", what.path)
    rows = [(_("Nomor aduan"), ticket[1])] if ticket else []
    if kind:
        units = await house.directory()
        asked = {one.name: one for one in form_fields(kind, (await house.rules()).policy)}
        fields = [(asked[name], value) for name, value in what.fields if name in asked and value]
        rows += [(_(one.label), _words(one, value, units)) for one, value in fields]
    else:
        fields_known = [(name, value) for name, value in what.fields if name in LABELS and value]
        rows += [(_(LABELS[name]), value) for name, value in fields_known]
    return Again(
        what.path, staff_label(kind) if kind else _("Kirim"), rows, what.fields, what.files
    )


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
