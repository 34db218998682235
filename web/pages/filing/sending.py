"""Checking the answers, sending them, and what one must keep of it."""

from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from domain.actors import REPORTER
from domain.terms import Channel, ClockName
from record.cases import case_of_reporter
from record.files.rows import uploaded_files
from record.receipts import receipt_of
from web.braking import address_of
from web.filing import SentComplaint, file_complaint
from web.house import Home, House
from web.limits import Often
from web.pages.dates import day
from web.pages.filing.draft import (
    ADDRESS,
    CHECK,
    CONTACT,
    HIDDEN,
    NAME,
    NOBODY,
    OPEN,
    PHOTOS,
    WHAT,
    WHERE,
    Draft,
    Drafted,
    draft_of,
    forget,
    go,
    keep,
)
from web.pages.filing.fields import Faults, faults_of
from web.pages.filing.steps import frame, nothing_begun, turned_away, url_of
from web.pages.forms import new_key
from web.pages.language import N_, _
from web.pages.rendering import page
from web.problems import Problem, not_found, validation_errors
from web.uploading import FIELD
from web.viewing import view

router = APIRouter(prefix="/lapor")

SENT_BEFORE = N_(
    "Laporan ini sudah pernah dikirim dengan isi lain, dan yang pertama sudah kami terima."
    " Kalau ini laporan baru, tekan Kirim laporan sekali lagi."
)
IDENTITIES = {
    OPEN: N_("Terbuka bagi petugas"),
    HIDDEN: N_("Dirahasiakan"),
    NOBODY: N_("Anonim"),
}

filings = Often(
    300,
    N_(
        "Dari jaringan Anda sudah terlalu banyak laporan dikirim dalam satu jam ini. Laporan Anda"
        " masih tersimpan sebagai draf di peramban ini; coba kirim lagi satu jam lagi."
    ),
)


@router.get("/periksa")
async def check(request: Request, house: Home, draft: Drafted) -> Response:
    if draft is None:
        return nothing_begun(request)
    if refused := turned_away(draft, CHECK):
        return refused
    return await _check(request, house, draft)


@router.post("/kirim")
async def send(request: Request, house: Home, draft: Drafted) -> Response:
    """However often it is sent, one complaint comes of a draft."""
    if draft is None:
        return nothing_begun(request)
    if refused := turned_away(draft, CHECK):
        return refused
    try:
        filings.check(house.recent, address_of(request))
        sent = SentComplaint.model_validate(_complaint(draft))
        filed = await file_complaint(house, sent, Channel.MATUR, draft.key, draft.photos)
    except ValidationError as error:
        return await _check(request, house, draft, faults_of(validation_errors(error)))
    except Problem as problem:
        if problem.status == 429:
            return await _check(request, house, draft, [("", _(problem.detail))], problem)
        wrong = {error["field"] for error in problem.errors}
        if FIELD in wrong:  # the rest can be sent without what is gone
            left = await uploaded_files(house.engine, draft.photos, REPORTER.id)
            draft = draft.with_photos(photo.id for photo in left)
            await keep(house, draft)
        if "Idempotency-Key" not in wrong:
            return await _check(request, house, draft, faults_of(problem.errors))
        # Changed while, or after, it was sent: what was sent first counts.
        now_kept = await draft_of(house, request)
        if now_kept and now_kept.filed:
            return RedirectResponse("/lapor/terkirim", 303)
        await keep(house, replace(draft, key=new_key()))
        return await _check(request, house, draft, [("", _(SENT_BEFORE))])
    if filed.created:
        filings.count(house.recent, address_of(request))
    # What was said is with the complaint now; only which it became is kept here.
    sent_draft = Draft(draft.cookie, draft.key, filed=filed.complaint_id)
    await keep(house, sent_draft)
    return go(house, "/lapor/terkirim", sent_draft)


@router.get("/terkirim")
async def confirmation(request: Request, house: Home, draft: Drafted) -> Response:
    """Ticket and receipt, to the browser that sent it; for others the way to track."""
    if draft is None or not draft.filed:
        return RedirectResponse("/lacak", 303)
    found = await case_of_reporter(house.engine, draft.filed, house.now)
    if found is None:
        raise not_found()
    receipt = receipt_of(house.secret, draft.filed)
    clocks = (await view(house, found)).case.clocks
    context = {
        "ticket": found.ticket,
        "receipt": " ".join(receipt[k : k + 4] for k in range(0, len(receipt), 4)),
        "received": found.received_at,
        "first_response": clocks[ClockName.FIRST_RESPONSE].due_at,
        "verification": clocks[ClockName.VERIFICATION].due_at,
        "track": f"{house.settings.public_origin or request.base_url}".rstrip("/") + "/lacak",
    }
    return page(request, "filed.html", context)


@router.post("/selesai")
async def noted(house: Home, draft: Drafted) -> Response:
    """Whoever comes to this browser next sees nothing of it."""
    if draft and draft.filed:
        await forget(house, draft)
    return go(house, "/", None)


def _complaint(draft: Draft) -> dict[str, Any]:
    """As the API takes it."""
    given = draft.answers
    reporter = {name: given.get(name) for name in ("name", "phone", "email")}
    location = ("kecamatan_code", "village_code", "address", "lat", "lng")
    return {
        "title": given.get("title"),
        "body": given.get("body"),
        "occurred_on": given.get("occurred_on"),
        "location": {name: given.get(name) for name in location},
        "reporter": reporter if draft.is_named else None,
        "anonymous": given.get("identity") != OPEN,
        "secret": "secret" in given,
    }


async def _check(
    request: Request,
    house: House,
    draft: Draft,
    faults: Faults = (),
    problem: Problem | None = None,
) -> Response:
    context = {
        **frame(request, CHECK, draft, faults=[("", why) for _name, why in faults]),
        "parts": await _parts(house, draft),
        "photos": await uploaded_files(house.engine, draft.photos, REPORTER.id),
        "photos_url": url_of(PHOTOS, changing=True),
    }
    status = problem.status if problem else 422 if faults else 200
    headers = problem.headers if problem else None
    return page(request, "lapor/periksa.html", context, status=status, headers=headers)


async def _parts(house: House, draft: Draft) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Each part of the answers with its heading: question, answer, and where to change it."""
    given, units = draft.answers, (await house.directory()).by_region

    def row(step: str, label: str, value: str) -> tuple[str, str, str]:
        return label, value, url_of(step, changing=True)

    def place(name: str) -> str:
        unit = units.get(given.get(name, ""))
        return unit.name if unit else _("Tidak tahu, atau umum")

    happened = given.get("occurred_on")
    what = [
        row(WHAT, _("Judul"), given.get("title", "")),
        row(WHAT, _("Cerita lengkapnya"), given.get("body", "")),
        row(WHAT, _("Tanggal kejadian"), day(date.fromisoformat(happened)) if happened else ""),
    ]
    where = [row(WHERE, _("Kecamatan"), place("kecamatan_code"))]
    if "kecamatan_code" in given:
        village = place("village_code") if "village_code" in given else ""
        where.append(row(ADDRESS, _("Desa atau kelurahan"), village))
    where.append(row(ADDRESS, _("Alamat atau patokan"), given.get("address", "")))
    if "lat" in given:
        where.append(row(ADDRESS, _("Titik lokasi"), f"{given['lat']}, {given['lng']}"))
    secret = _("Ya, dari umum") if "secret" in given else _("Tidak")
    who = [
        row(CONTACT, _("Identitas Anda"), _(IDENTITIES[given["identity"]])),
        row(CONTACT, _("Isi laporan dirahasiakan"), secret),
    ]
    if draft.is_named:
        who += [
            row(NAME, _("Nama"), given.get("name", "")),
            row(NAME, _("Nomor telepon"), given.get("phone", "")),
            row(NAME, _("Surel"), given.get("email", "")),
        ]
    return [(_("Kejadian"), what), (_("Lokasi"), where), (_("Identitas"), who)]
