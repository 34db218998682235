"""What a portal sent and nobody could take in: why, what it says, and what becomes of it."""

from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.terms import Role
from record.accounts import Account
from record.portals.opening import open_raw
from record.portals.quarantine import Kind, Quarantined, drop, quarantined, raw_of, waiting
from web.house import Home, House
from web.pages.case_portals import portal_name
from web.pages.done import forget, remember, remembered_name
from web.pages.language import N_, _
from web.pages.portal_noted import noted
from web.pages.portal_raw import masked_fields
from web.pages.portal_shown import may_switch, portal_shown, sees_cases
from web.pages.portals import Reader
from web.pages.rendering import page
from web.problems import Problem
from workflows.client import take_all_in_again, take_in_again

router = APIRouter(prefix="/portal")
log = structlog.get_logger("web")

PAGE = 25
KINDS = {
    Kind.REPORT: N_("Laporan yang tidak dapat dipahami"),
    Kind.MESSAGE: N_("Balasan pelapor yang tidak dapat diterima aduannya"),
}
STATES = {
    "waiting": N_("Menunggu"),
    "taken": N_("Sudah diambil"),
    "dropped": N_("Sudah disingkirkan"),
}
DONE = {
    "diambil": N_("Berhasil: ini sudah diterima, dan sudah keluar dari karantina."),
    "belum": N_("Sudah dicoba lagi, tetapi belum berhasil. Alasannya di bawah ini."),
    "ambil-semua": N_(
        "Semuanya sedang dicoba lagi, satu per satu. Muat ulang halaman ini untuk melihat sisanya."
    ),
    "singkirkan": N_("Sudah disingkirkan dari karantina."),
}


@router.get("/{code}/karantina")
async def show(
    request: Request, house: Home, account: Reader, code: str, setelah: UUID | None = None
) -> Response:
    """Six statements."""
    one = await portal_shown(house, account, code, "karantina")
    found = await waiting(house.engine, code, setelah, PAGE + 1)
    done = DONE.get(remembered_name(request))
    context = {
        "one": one,
        "rows": [(kept, _(KINDS[kept.kind]), noted(kept.reason)) for kept in found[:PAGE]],
        "first": f"{one.url}/karantina" if setelah else "",
        "further": f"{one.url}/karantina?setelah={found[PAGE - 1].id}" if len(found) > PAGE else "",
        "may_take": may_switch(account) and one.connectable,
        "done": _(done) if done else "",
        "now": house.now,
    }
    response = page(request, "portal_quarantine.html", context)
    return forget(response) if done else response


@router.post("/{code}/karantina/ambil-semua")
async def take_all_again(house: Home, account: Reader, code: str) -> Response:
    _only_switchers(account)
    await portal_shown(house, account, code)
    await take_all_in_again(house.client, code, account.actor.id)
    return _back(code, "ambil-semua")


@router.get("/karantina/{id}")
async def show_one(request: Request, house: Home, account: Reader, id: UUID) -> Response:
    """An administrator, who mends the mapping, sees the names of the fields alone."""
    return await _one(request, house, account, await _found(house, id))


@router.post("/karantina/{id}/utuh")
async def show_whole(request: Request, house: Home, account: Reader, id: UUID) -> Response:
    """As it came, with who reported; who looked is on record."""
    kept = await _found(house, id)
    _only_coordinator(account)
    _still_waiting(kept)
    raw = await open_raw(house.engine, house.keyring, kept, account.actor, house.now)
    log.info("quarantine opened", portal=kept.portal, id=str(kept.id), by=str(account.id))
    return await _one(request, house, account, kept, (raw or b"").decode(errors="replace"))


@router.post("/karantina/{id}/ambil")
async def take_again(house: Home, account: Reader, id: UUID) -> Response:
    kept = await _found(house, id)
    _only_switchers(account)
    _still_waiting(kept)
    went = await take_in_again(house.client, kept.portal, kept.id, account.actor.id)
    if went:
        return _back(kept.portal, "diambil")
    response = RedirectResponse(f"/portal/karantina/{kept.id}", 303)
    remember(response, "belum")
    return response


@router.get("/karantina/{id}/singkirkan")
async def ask_to_drop(request: Request, house: Home, account: Reader, id: UUID) -> Response:
    kept = await _found(house, id)
    _only_coordinator(account)
    _still_waiting(kept)
    context = {"kept": kept, "portal": portal_name(kept.portal), "reason": noted(kept.reason)}
    return page(request, "portal_quarantine_drop.html", context)


@router.post("/karantina/{id}/singkirkan")
async def drop_it(house: Home, account: Reader, id: UUID) -> Response:
    kept = await _found(house, id)
    _only_coordinator(account)
    if not await drop(house.engine, kept.id, account.actor.id, house.now):
        raise Problem(409, SETTLED)
    return _back(kept.portal, "singkirkan")


SETTLED = N_("Ini sudah diselesaikan, jadi tidak ada lagi yang harus dilakukan.")


async def _found(house: House, id: UUID) -> Quarantined:
    """Raises Problem 404."""
    kept = await quarantined(house.engine, id)
    if kept is None or kept.portal not in house.portals:
        raise Problem(404, N_("Tidak ada yang seperti itu di karantina."))
    return kept


def _only_coordinator(account: Account) -> None:
    """Raises Problem 403."""
    if not account.actor.holds(Role.COORDINATOR):
        raise Problem(403, N_("Hanya koordinator yang memutuskan tentang isi karantina."))


def _only_switchers(account: Account) -> None:
    """Raises Problem 403."""
    if not may_switch(account):
        raise Problem(403, N_("Hanya koordinator dan administrator yang mencobanya lagi."))


def _still_waiting(kept: Quarantined) -> None:
    """Raises Problem 409."""
    if kept.state != "waiting":
        raise Problem(409, SETTLED)


def _back(portal: str, done: str) -> Response:
    response = RedirectResponse(f"/portal/{portal}/karantina", 303)
    remember(response, done)
    return response


async def _one(
    request: Request, house: House, account: Account, kept: Quarantined, whole: str | None = None
) -> Response:
    """What was settled is a case by now, or nobody's concern: its content is not shown."""
    coordinates, is_open = account.actor.holds(Role.COORDINATOR), kept.state == "waiting"
    mapping, sees = house.portals[kept.portal], sees_cases(account)
    raw = await raw_of(house.engine, house.keyring, kept.id) if is_open else None
    done = DONE.get(remembered_name(request))
    context = {
        "kept": kept,
        "done": _(done) if done else "",
        "portal": portal_name(kept.portal),
        "kind": _(KINDS[kept.kind]),
        "reason": noted(kept.reason),
        "state": _(STATES[kept.state]),
        "open": is_open,
        "fields": masked_fields(raw, kept.kind, mapping, values=sees) if raw else None,
        "sees": sees,
        "whole": whole,
        "may_open": coordinates and is_open and whole is None,
        "may_take": may_switch(account) and is_open and mapping.address is not None,
        "may_drop": coordinates and is_open,
    }
    response = page(request, "portal_quarantined.html", context)
    return forget(response) if done else response
