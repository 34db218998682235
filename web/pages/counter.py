"""Catat aduan: complaints told at the counter, found in social media, or read in a portal, typed in
by staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from domain.calendar import local_date
from domain.terms import Channel, ClockName, Role
from record.accounts import Account
from record.cases import case_of_reporter
from record.counter import typed_in
from record.files.rows import FileRow, uploaded_files
from record.receipts import receipt_of
from web.filing import SentComplaint, SentReporter, Storable, file_complaint, line
from web.house import Directory, Home, House
from web.pages.forms import KEY, Field, Group, Typed, new_key, unit_groups
from web.pages.language import N_, _
from web.pages.rendering import page, wants_block
from web.pages.rows import Row
from web.pages.similar import similar
from web.pages.tags import CHANNELS
from web.pages.typed_reports import TOLD, Done, channels, done_of, number_faults, numbers, take_in
from web.problems import Problem, not_found, validation_errors
from web.sessions import only
from web.uploading import FIELD, KEPT, MOST_FILES, NotAllTaken, form_of, store, uuid_of
from web.viewing import view

router = APIRouter(prefix="/catat")

OPEN, HIDDEN = "terbuka", "dirahasiakan"
SHOWN_FOR = timedelta(hours=1)
"""How long whoever typed it in may see its receipt again."""

ONLY_DESKS = N_("Hanya koordinator dan admin unit yang dapat mencatat aduan.")
REQUIRED = {
    "channel": N_("Pilih lewat mana aduan ini disampaikan."),
    "title": N_("Tulis judul laporan."),
    "body": N_("Ceritakan apa yang terjadi."),
}
NAME_REQUIRED = N_("Tulis nama pelapor, atau kosongkan juga telepon dan surelnya.")
SENT_BEFORE = N_(
    "Formulir ini sudah pernah dikirim dengan isi lain, dan aduan yang pertama sudah tercatat."
    " Kalau ini aduan baru, tekan Catat aduan sekali lagi."
)
SOURCE_HINT = N_("Tautan kiriman atau nama akunnya. Disimpan tersegel bersama identitas pelapor.")

Faults = Sequence[tuple[str, str]]
"""A field's name, and what is wrong with it."""


class CounterReporter(SentReporter):
    """Who told it: perhaps only by what they are called where they wrote."""

    source: Annotated[str, line(300), Storable] | None = None


class CounterComplaint(SentComplaint):
    reporter: CounterReporter | None


@dataclass(frozen=True)
class Taken:
    """The files that came with a form, or with an earlier try of it; what is wrong with others."""

    rows: Sequence[FileRow] = ()
    faults: Faults = ()

    @property
    def ids(self) -> list[UUID]:
        return [one.id for one in self.rows]


Desk = Annotated[Account, only(ONLY_DESKS, Role.COORDINATOR, Role.UNIT_ADMIN)]


@router.get("")
async def ask(request: Request, house: Home, account: Desk) -> Response:
    asked = request.query_params
    done = done_of(asked.get("hasil", ""), asked.get("tiket", ""))
    blank = {KEY: new_key(), "identity": HIDDEN, "channel": asked.get("lewat", "")}
    return await _form(request, house, blank, done=done)


@router.post("/mirip")
async def look_for_similar(request: Request, house: Home, account: Desk, typed: Typed) -> Response:
    """What is known already and sounds alike; by POST, so that nothing typed is in an address."""
    found = await similar(house, account, typed)
    if wants_block(request):
        context = {"similar": found, "looked": True}
        return page(request, "similar.html", context, block="similar")
    files = await _take_files(house, request, account)
    return await _form(request, house, typed, files=files, alike=found)


@router.post("")
async def file(request: Request, house: Home, account: Desk, typed: Typed) -> Response:
    files = await _take_files(house, request, account)
    if faults := [*_missing(typed, await channels(house)), *files.faults]:
        return await _form(request, house, typed, faults, files)
    channel, key = Channel(typed["channel"]), typed.get(KEY) or new_key()
    try:
        sent = CounterComplaint.model_validate(_complaint(typed))
        if channel not in TOLD:
            return await take_in(house, account, sent, channel, typed, files.ids)
        filed = await file_complaint(house, sent, channel, key, files.ids, account.actor)
    except ValidationError as error:
        return await _form(request, house, typed, _faults(validation_errors(error)), files)
    except Problem as problem:
        if problem.status != 422:
            raise
        if any(error["field"] == "Idempotency-Key" for error in problem.errors):
            typed, faults = {**typed, KEY: new_key()}, [("", _(SENT_BEFORE))]
        else:
            faults = [*_faults(problem.errors)]
        return await _form(request, house, typed, faults, files)
    return RedirectResponse(f"/catat/{filed.ticket}", 303)


@router.get("/{ticket}")
async def receipt(request: Request, house: Home, account: Desk, ticket: str) -> Response:
    """Ticket and receipt, to hand over; only to whoever typed it in, and only for a while."""
    since = house.now - SHOWN_FOR
    complaint = await typed_in(house.engine, ticket, account.actor.id, since)
    found = complaint and await case_of_reporter(house.engine, complaint, house.now)
    if not complaint or not found:
        raise not_found()
    clocks = (await view(house, found)).case.clocks
    digits = receipt_of(house.secret, complaint)
    context = {
        "ticket": found.ticket,
        "title": found.title,
        "receipt": " ".join(digits[k : k + 4] for k in range(0, len(digits), 4)),
        "received_at": found.received_at,
        "first_response": clocks[ClockName.FIRST_RESPONSE].due_at,
        "verification": clocks[ClockName.VERIFICATION].due_at,
        "address": house.settings.public_origin or str(request.base_url).rstrip("/"),
    }
    return page(request, "counter_filed.html", context)


async def _take_files(house: House, request: Request, account: Account) -> Taken:
    """Whoever presses twice brings the same once more: also what the first press has filed."""
    form, author = await form_of(request), account.actor.id
    named = [one for value in form.getlist(KEPT)[:MOST_FILES] if (one := uuid_of(value))]
    kept = [one.id for one in await uploaded_files(house.engine, named, author)]
    faults: Faults = ()
    try:
        kept += await store(house, form, author, room=MOST_FILES - len(kept))
    except Problem as problem:
        kept += problem.kept if isinstance(problem, NotAllTaken) else ()
        faults = [(FIELD, _(error["message"])) for error in problem.errors]
    return Taken(await uploaded_files(house.engine, kept, author), faults)


def _missing(typed: Mapping[str, str], channels: Sequence[Channel]) -> Faults:
    faults = [(name, _(why)) for name, why in REQUIRED.items() if not typed.get(name, "").strip()]
    if typed.get("channel") and typed["channel"] not in channels:
        faults.append(("channel", _(REQUIRED["channel"])))
    faults += number_faults(typed)
    reached = typed.get("phone", "").strip() or typed.get("email", "").strip()
    if reached and not typed.get("name", "").strip():
        faults.append(("name", _(NAME_REQUIRED)))
    return faults


def _complaint(typed: Mapping[str, str]) -> dict[str, Any]:
    """As it is filed; an account or a link names a reporter who told no name."""
    given = {name: value.strip() for name, value in typed.items() if value.strip()}
    source = given.get("source") if given["channel"] == Channel.MEDSOS else None
    reporter = {name: given.get(name) for name in ("name", "phone", "email")} | {"source": source}
    if source:
        reporter["name"] = given.get("name", source[:120])
    return {
        "title": given["title"],
        "body": given["body"],
        "occurred_on": given.get("occurred_on"),
        "location": {name: given.get(name) for name in ("village_code", "address")},
        "reporter": reporter if reporter["name"] else None,
        "anonymous": given.get("identity") != OPEN,
        "secret": "secret" in given,
    }


def _faults(errors: Sequence[Mapping[str, str]]) -> Faults:
    """Fields as they are filed by their names in the form."""
    named = [(error["field"].rpartition(".")[2], error["message"]) for error in errors]
    return [(name, _(why)) for name, why in named]


async def _form(
    request: Request,
    house: House,
    values: Mapping[str, str],
    faults: Faults = (),
    files: Taken | None = None,
    alike: Sequence[Row] | None = None,
    done: Done | None = None,
) -> Response:
    wrong = dict(faults)

    def field(name: str, label: str, widget: str = "text", **more: Any) -> Field:
        required = more.pop("required", False)
        return Field(
            name, label, widget, required, values.get(name, ""), wrong.get(name, ""), **more
        )

    offered = await channels(house)
    ways = [Group(None, [(one, _(CHANNELS[one])) for one in offered])]
    identities = [
        (HIDDEN, _("Dirahasiakan: hanya koordinator yang dapat membukanya")),
        (OPEN, _("Terbuka: unit yang menangani juga dapat membukanya")),
    ]
    today = local_date(house.now).isoformat()
    context = {
        "values": values,
        "key": values.get(KEY) or new_key(),
        "errors": faults,
        "done": done,
        "similar": alike or [],
        "looked": alike is not None,
        "uploaded": {"attached": (files or Taken()).rows, "file_error": wrong.get(FIELD, "")},
        "how": [
            field("channel", _("Disampaikan lewat"), "radios", groups=ways, required=True),
            field("source", _("Kiriman di media sosial"), hint=_(SOURCE_HINT)),
            *(field(name, label, hint=hint) for name, label, hint in numbers(offered)),
        ],
        "what": [
            field("title", _("Judul"), required=True),
            field("body", _("Cerita lengkapnya"), "textarea", required=True),
            field("occurred_on", _("Tanggal kejadian"), type="date", latest=today),
        ],
        "where": [
            field(
                "village_code",
                _("Desa atau kelurahan, menurut kecamatan"),
                "select",
                groups=_villages(await house.directory()),
                empty=_("Tidak tahu, atau tidak di satu tempat"),
            ),
            field("address", _("Alamat atau patokan")),
        ],
        "who": [
            field("name", _("Nama pelapor")),
            field("phone", _("Nomor telepon"), hint=_("Seperti 0812 3456 7890."), type="tel"),
            field("email", _("Surel"), type="email"),
            field(
                "identity",
                _("Identitas pelapor"),
                "radios",
                groups=[Group(None, identities)],
                required=True,
            ),
        ],
    }
    return page(request, "counter.html", context, status=422 if faults else 200)


def _villages(units: Directory) -> list[Group]:
    villages = [unit for unit in units.by_path.values() if unit.kind in ("kelurahan", "desa")]
    districts = {path: unit.name for path, unit in units.by_path.items()}
    return unit_groups(villages, "region_code", districts)
