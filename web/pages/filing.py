"""Lapor: one page in sections, and the answer to it, which alone shows the receipt."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from domain.calendar import local_date
from domain.terms import Channel, ClockName
from record.cases import case_of_reporter
from record.filing import Filed
from web.filing import SentComplaint, file_complaint
from web.house import Directory, Home, House
from web.pages.forms import KEY, Field, Group, Typed, new_key, unit_groups
from web.pages.language import N_, _
from web.pages.rendering import page
from web.problems import Problem, not_found, validation_errors
from web.viewing import view

router = APIRouter()

OPEN, HIDDEN, NOBODY = "terbuka", "dirahasiakan", "anonim"
"""How the reporter's identity is treated."""

REQUIRED = {
    "title": N_("Tulis judul laporan."),
    "body": N_("Ceritakan apa yang terjadi."),
    "identity": N_("Pilih bagaimana identitas Anda diperlakukan."),
}
NAME_REQUIRED = N_("Tulis nama Anda, atau pilih anonim.")
SENT_BEFORE = N_(
    "Formulir ini sudah pernah dikirim dengan isi lain. Laporan yang pertama sudah kami terima."
    " Kalau ini laporan baru, tekan Kirim laporan sekali lagi."
)

TITLE_HINT = N_("Satu kalimat, misalnya: Jalan berlubang di depan SD 1 Bancar.")
BODY_HINT = N_(
    "Apa yang terjadi, sejak kapan, dan siapa yang terdampak."
    " Jangan tulis nama Anda di sini kalau ingin anonim."
)
NAME_HINT = N_("Wajib, kecuali Anda memilih anonim.")
ADDRESS_HINT = N_("Nama jalan, RT/RW, atau bangunan di dekatnya.")

Faults = Sequence[tuple[str, str]]
"""A field's name, and what is wrong with it."""


@router.get("/lapor")
async def ask(request: Request, house: Home) -> Response:
    return await _form(request, house, {KEY: new_key()})


@router.get("/lapor/terkirim")
async def look_up() -> Response:
    """The receipt is shown once; whoever comes back needs it to see the complaint."""
    return RedirectResponse("/lacak", 303)


@router.post("/lapor/terkirim")
async def file(request: Request, house: Home, typed: Typed) -> Response:
    if faults := _missing(typed):
        return await _form(request, house, typed, faults)
    try:
        sent = SentComplaint.model_validate(_complaint(typed))
        filed = await file_complaint(house, sent, Channel.MATUR, typed.get(KEY) or new_key())
    except ValidationError as error:
        return await _form(request, house, typed, _faults(validation_errors(error)))
    except Problem as problem:
        if any(error["field"] == "Idempotency-Key" for error in problem.errors):
            return await _form(request, house, {**typed, KEY: new_key()}, [("", _(SENT_BEFORE))])
        return await _form(request, house, typed, _faults(problem.errors))
    return await _confirmation(request, house, filed)


def _missing(typed: Mapping[str, str]) -> Faults:
    faults = [(name, _(why)) for name, why in REQUIRED.items() if not typed.get(name, "").strip()]
    named = typed.get("identity") in (OPEN, HIDDEN)
    if named and not typed.get("name", "").strip():
        faults.append(("name", _(NAME_REQUIRED)))
    return faults


def _complaint(typed: Mapping[str, str]) -> dict[str, Any]:
    """As the API takes it."""
    given = {name: value.strip() for name, value in typed.items() if value.strip()}
    identity = given["identity"]
    reporter = {name: given.get(name) for name in ("name", "phone", "email")}
    return {
        "title": given["title"],
        "body": given["body"],
        "occurred_on": given.get("occurred_on"),
        "location": {name: given.get(name) for name in ("village_code", "address")},
        "reporter": reporter if identity in (OPEN, HIDDEN) else None,
        "anonymous": identity != OPEN,
        "secret": "secret" in given,
    }


def _faults(errors: Sequence[Mapping[str, str]]) -> Faults:
    """Fields of the API by their names in the form."""
    named = [(error["field"].rpartition(".")[2], error["message"]) for error in errors]
    return [(name, _(why)) for name, why in named]


async def _form(
    request: Request, house: House, values: Mapping[str, str], faults: Faults = ()
) -> Response:
    wrong = dict(faults)

    def field(name: str, label: str, widget: str = "text", **more: Any) -> Field:
        value, error = values.get(name, ""), wrong.get(name, "")
        required = more.pop("required", False)
        return Field(name, label, widget, required, value, error, **more)

    context = {
        "values": values,
        "errors": faults,
        "wrong": wrong,
        "what": [
            field("title", _("Judul"), hint=_(TITLE_HINT), required=True),
            field("body", _("Cerita lengkapnya"), "textarea", hint=_(BODY_HINT), required=True),
            field(
                "occurred_on",
                _("Tanggal kejadian"),
                type="date",
                latest=local_date(house.now).isoformat(),
            ),
        ],
        "where": [
            field(
                "village_code",
                _("Desa atau kelurahan, menurut kecamatan"),
                "select",
                groups=_villages(await house.directory()),
                empty=_("Tidak tahu, atau tidak di satu tempat"),
            ),
            field("address", _("Alamat atau patokan"), hint=_(ADDRESS_HINT)),
        ],
        "who": [
            field("name", _("Nama"), hint=_(NAME_HINT), required=True, autocomplete="name"),
            field(
                "phone",
                _("Nomor telepon"),
                hint=_("Seperti 0812 3456 7890."),
                type="tel",
                autocomplete="tel",
            ),
            field("email", _("Surel"), type="email", autocomplete="email"),
        ],
    }
    return page(request, "file.html", context, status=422 if faults else 200)


def _villages(units: Directory) -> list[Group]:
    villages = [unit for unit in units.by_path.values() if unit.kind in ("kelurahan", "desa")]
    districts = {path: unit.name for path, unit in units.by_path.items()}
    return unit_groups(villages, "region_code", districts)


async def _confirmation(request: Request, house: House, filed: Filed) -> Response:
    found = await case_of_reporter(house.engine, filed.complaint_id, house.now)
    if found is None:
        raise not_found()
    clocks = (await view(house, found)).case.clocks
    context = {
        "ticket": filed.ticket,
        "receipt": " ".join(filed.receipt[k : k + 4] for k in range(0, len(filed.receipt), 4)),
        "first_response": clocks[ClockName.FIRST_RESPONSE].due_at,
        "verification": clocks[ClockName.VERIFICATION].due_at,
    }
    return page(request, "filed.html", context)
