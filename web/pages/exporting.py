"""What has to go back to a portal that is served by files: a sheet of it, and the portal's own
references taken from the sheet when it comes back filled in."""

import asyncio
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from portals.sheets import NotASheet
from record.accounts import Account
from record.engine import storable
from record.portals.content import content_of
from record.portals.deliveries import Delivery, delivery, next_of, settle, undone
from record.portals.state import Mode, portals
from web.house import Home, House
from web.pages.case_portals import KINDS
from web.pages.dates import moment
from web.pages.importing import Imports, download, sheet_in, start_page
from web.pages.importing_words import UNREADABLE, written
from web.pages.language import N_, _
from web.pages.relay import LONGEST_REFERENCE
from web.problems import not_found
from web.uploading import uuid_of

router = APIRouter(prefix="/impor")
log = structlog.get_logger("web")

AT_ONCE = 200
"""Deliveries in a sheet, the oldest; the next ones are in the next."""
SHOWN = 10

CODE, REFERENCE = N_("Kode kiriman"), N_("Nomor dari portal")
HEADINGS = (
    CODE,
    N_("Nomor laporan di portal"),
    N_("Nomor aduan"),
    N_("Yang disampaikan"),
    N_("Sejak"),
    N_("Unit"),
    N_("Teks untuk portal"),
    N_("Berkas"),
    REFERENCE,
)
FILE_REQUIRED = N_("Pilih berkas ekspor yang sudah diisi nomornya.")
NOT_OURS = N_("Dalam berkas ini tidak ada kolom Kode kiriman dan Nomor dari portal.")
UNHEARD_OF = N_("Kode kirimannya tidak dikenal.")
EARLIER_FIRST = N_("Ada kiriman yang lebih dulu untuk laporan yang sama; isi yang itu dulu.")
TOO_LONG = N_("Nomor dari portal terlalu panjang.")
BUSY = N_("Kiriman ini sedang dikirim. Coba lagi sebentar lagi.")


@dataclass(frozen=True)
class Returned:
    """What became of the rows with a reference. `faults`: the row's number, and why."""

    settled: int
    before: int
    faulty: int
    faults: list[tuple[int, str]]


@router.get("/keluar/{code}.xlsx")
async def leaving(house: Home, account: Imports, code: str) -> Response:
    """All that waits for one portal, the oldest first. Raises Problem 404."""
    if code not in await _by_file(house):
        raise not_found()
    waiting = await undone(house.engine, "waiting", portal=code, limit=AT_ONCE)
    rows = [await _row(house, one) for one in waiting]
    data = await asyncio.to_thread(written, [_(heading) for heading in HEADINGS], rows)
    log.info("sheet exported", portal=code, rows=len(rows), by=str(account.id))
    return download(data, f"keluar-{code}.xlsx")


@router.post("/acuan")
async def references(request: Request, house: Home, account: Imports) -> Response:
    """The portal has these: its references are the proof. Sent again, nothing happens again."""
    try:
        sheet = await sheet_in(request, "acuan")
    except NotASheet as error:
        return await _wrong(request, house, account, _(UNREADABLE[error.why]))
    if sheet is None:
        return await _wrong(request, house, account, _(FILE_REQUIRED))
    code, reference = (_place(sheet.headings, heading) for heading in (CODE, REFERENCE))
    if code is None or reference is None:
        return await _wrong(request, house, account, _(NOT_OURS))
    allowed = await _by_file(house)
    filled = [(n, uuid_of(row[code]), row[reference]) for n, row in sheet.rows if row[reference]]
    known: list[tuple[int, Delivery, str]] = []
    faults: list[tuple[int, str]] = []
    for n, id, typed in filled:
        found = await delivery(house.engine, id) if id else None
        if found is None or found.portal not in allowed:
            faults.append((n, _(UNHEARD_OF)))
        else:
            known.append((n, found, typed))
    settled = before = 0
    for n, found, typed in sorted(known, key=lambda one: one[1].number):
        if found.state not in ("waiting", "refused"):
            before += 1
        elif why := await _settle(house, account, found, typed):
            faults.append((n, why))
        else:
            settled += 1
    log.info("references taken in", settled=settled, by=str(account.id))
    returned = Returned(settled, before, len(faults), sorted(faults)[:SHOWN])
    return await start_page(request, house, account, returned=returned)


async def _settle(house: House, account: Account, found: Delivery, typed: str) -> str:
    """Why not, or nothing."""
    reference = storable(typed).strip()
    if len(reference) > LONGEST_REFERENCE:
        return _(TOO_LONG)
    first = await next_of(house.engine, found.origin_id)
    if first and first.id != found.id:
        return _(EARLIER_FIRST)
    done = await settle(house.engine, found.id, account.actor, reference, house.now)
    return "" if done else _(BUSY)


async def _row(house: House, one: Delivery) -> list[str]:
    content = await content_of(house.engine, one)
    return [
        str(one.id),
        one.external_id,
        one.reported_ticket,
        _(KINDS[one.kind]),
        moment(one.created_at),
        content.unit,
        content.text,
        ", ".join(file.name for file in content.files),
        "",
    ]


async def _wrong(request: Request, house: House, account: Account, why: str) -> Response:
    return await start_page(request, house, account, errors={"acuan": why})


async def _by_file(house: House) -> list[str]:
    return [
        one.code
        for one in await portals(house.engine)
        if one.mode is Mode.FILE and one.paused_at is None
    ]


def _place(headings: tuple[str, ...], heading: str) -> int | None:
    """Of a heading, in the language of whoever exported it or in Indonesian."""
    return next((headings.index(h) for h in (_(heading), heading) if h in headings), None)
