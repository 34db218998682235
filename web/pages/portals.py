"""Portal: where reports come from by themselves, how each portal is, and its switches."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from record.accounts import Account
from record.portals import state
from record.portals.state import Mode, PortalStep
from web.house import Home
from web.pages.cast import cast_of
from web.pages.done import forget, remember, remembered_name
from web.pages.language import N_, _
from web.pages.portal_health import MODES
from web.pages.portal_shown import (
    READERS,
    Shown,
    may_switch,
    portal_shown,
    portals_shown,
    sees_cases,
)
from web.pages.rendering import page
from web.problems import Problem
from web.sessions import only
from workflows.client import EngineAway, poll_now

router = APIRouter(prefix="/portal")
log = structlog.get_logger("web")

STEPS = 50

STEP_WORDS = {
    "paused": N_("Dijeda"),
    "resumed": N_("Dilanjutkan"),
    "opened": N_("Isi asli sebuah laporan di karantina dibuka"),
}


@dataclass(frozen=True)
class Change:
    """What may be done to a portal: asked first, done by POST."""

    button: str
    means: str
    done: str
    mode: Mode | None = None


CHANGES = {
    "jeda": Change(
        N_("Jeda portal"),
        N_(
            "Laporan baru tidak diambil dan jawaban tidak dikirim sampai portal dilanjutkan."
            " Tidak ada yang hilang: semuanya menunggu di kedua sisi. Tenggat aduan tetap berjalan."
        ),
        N_("Portal sudah dijeda."),
    ),
    "lanjut": Change(
        N_("Lanjutkan portal"),
        N_(
            "Laporan yang masuk selama jeda diambil, dan yang menunggu dikirim menurut urutannya."
            " Setelah jeda yang lama ini perlu waktu."
        ),
        N_("Portal sudah dilanjutkan."),
    ),
    "langsung": Change(
        N_("Sambungkan langsung"),
        N_(
            "Sistem mengambil laporan dan mengirim jawaban sendiri. Yang masih menunggu di meja"
            " relai atau dalam berkas ikut dikirim: pastikan dulu bahwa yang sudah disalin ke"
            " portal sudah ditandai, supaya tidak terkirim dua kali."
        ),
        N_("Portal sekarang tersambung langsung."),
        Mode.API,
    ),
    "relai": Change(
        N_("Pindah ke meja relai"),
        N_(
            "Sistem tidak lagi menghubungi portal. Petugas menyalin laporan baru ke sini, dan"
            " menyalin jawaban ke portal, satu per satu."
        ),
        N_("Portal sekarang dilayani lewat meja relai."),
        Mode.RELAY,
    ),
    "berkas": Change(
        N_("Pindah ke berkas"),
        N_(
            "Sistem tidak lagi menghubungi portal. Laporan masuk dengan mengimpor berkas dari"
            " portal, dan jawaban keluar sebagai berkas untuk diunggah di portal."
        ),
        N_("Portal sekarang dilayani lewat berkas."),
        Mode.FILE,
    ),
}

AT_ONCE = ("lanjut", "langsung")
"""After these the portal is asked at once."""


ONLY_READERS = N_("Halaman ini untuk koordinator, administrator, pengawas, dan auditor.")
Reader = Annotated[Account, only(ONLY_READERS, *READERS)]
"""Raises Problem 401, 403."""


@router.get("")
async def show(request: Request, house: Home, account: Reader) -> Response:
    context = {
        "portals": await portals_shown(house, account),
        "sees_cases": sees_cases(account),
        "now": house.now,
    }
    return page(request, "portals.html", context)


@router.get("/{code}")
async def show_one(request: Request, house: Home, account: Reader, code: str) -> Response:
    """Seven statements."""
    one = await portal_shown(house, account, code)
    taken = await state.steps(house.engine, code, STEPS)
    cast = await cast_of(house, [(step.actor, {}) for step in taken])
    done = CHANGES.get(remembered_name(request))
    context = {
        "one": one,
        "steps": [(_step_words(step), cast.name(step.actor), step.at) for step in taken],
        "changes": [(name, _(CHANGES[name].button)) for name in _possible(one, account)],
        "done": _(done.done) if done else "",
        "now": house.now,
    }
    response = page(request, "portal.html", context)
    return forget(response) if done else response


@router.get("/{code}/ubah/{change}")
async def ask_change(
    request: Request, house: Home, account: Reader, code: str, change: str
) -> Response:
    one = await portal_shown(house, account, code)
    what = _change(one, account, change)
    context = {"one": one, "change": change, "button": _(what.button), "means": _(what.means)}
    return page(request, "portal_change.html", context)


@router.post("/{code}/ubah/{change}")
async def do_change(house: Home, account: Reader, code: str, change: str) -> Response:
    what = _change(await portal_shown(house, account, code), account, change)
    if what.mode:
        await state.set_mode(house.engine, code, what.mode, account.actor, house.now)
    elif change == "jeda":
        await state.pause(house.engine, code, account.actor, house.now)
    else:
        await state.resume(house.engine, code, account.actor, house.now)
    if change in AT_ONCE:
        with suppress(EngineAway):  # then the schedule asks, within the minute
            await poll_now(house.client, code)
    log.info("portal changed", what=change, portal=code, by=str(account.id))
    response = RedirectResponse(f"/portal/{code}", 303)
    remember(response, change)
    return response


def _possible(one: Shown, account: Account) -> Sequence[str]:
    if not may_switch(account):
        return ()
    paused, mode = one.state.paused_at is not None, one.state.mode
    possible = {
        "jeda": not paused,
        "lanjut": paused,
        "langsung": mode is not Mode.API and one.connectable,
        "relai": mode is not Mode.RELAY,
        "berkas": mode is not Mode.FILE,
    }
    return [name for name, is_possible in possible.items() if is_possible]


def _change(one: Shown, account: Account, name: str) -> Change:
    """Raises Problem 403, 404, 409."""
    if not may_switch(account):
        raise Problem(403, N_("Hanya koordinator dan administrator yang mengatur portal."))
    if name not in CHANGES:
        raise Problem(404, N_("Tindakan ini tidak ada."))
    if name not in _possible(one, account):
        raise Problem(409, N_("Tindakan ini tidak berlaku untuk portal ini sekarang."))
    return CHANGES[name]


def _step_words(step: PortalStep) -> str:
    if step.what == "mode":
        return _("Cara kerja diganti: %(mode)s") % {"mode": _(MODES[Mode(step.detail or "")])}
    return _(STEP_WORDS[step.what])
