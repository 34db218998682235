"""Lacak: what the reporter may see and do, with ticket and receipt, which travel in bodies only."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain import actions as a
from domain.actors import REPORTER
from record.cases import CaseFile, case_of_reporter
from record.files.rows import waiting_files
from record.receipts import DIGITS, digits_of, ticket_of
from web.acting import act, action_named
from web.api.track import Opened, opened
from web.house import Home, House
from web.pages.forms import KEY, SEQ, Typed
from web.pages.language import N_, _, ngettext
from web.pages.rendering import page, wants_block
from web.pages.tracked import REPORTERS_OWN, Filled, content
from web.problems import Problem, as_problem
from web.uploading import KEPT, NotAllTaken, received
from web.viewing import view
from workflows.client import ActionRefused, EngineAway

router = APIRouter(prefix="/lacak")

OPENS = ("ticket", "receipt")
SINCE = "since"
"""Hidden: when the page was drawn, in seconds."""
GOES_ON = "lanjut"
"""Hidden: the action that the reporter was at when the page asked for the receipt again."""
NO_FIELDS = (*OPENS, KEY, SEQ, SINCE, GOES_ON, KEPT)
IDLE = timedelta(minutes=10)
"""Whoever comes to a page that lay longer does not have the receipt by that."""

DONE: dict[type[a.ActionBase], str] = {
    a.ReporterReply: N_("Balasan Anda sudah kami terima."),
    a.Rate: N_("Terima kasih atas penilaian Anda."),
    a.Reopen: N_("Laporan Anda dibuka lagi."),
    a.SetVisibility: N_("Pilihan Anda sudah berlaku."),
}


@router.get("")
async def ask(request: Request) -> Response:
    return _asking(request, {})


@router.post("")
async def track(request: Request, house: Home, typed: Typed) -> Response:
    if faults := _faults(typed):
        return _asking(request, typed, faults=faults, status=422)
    try:
        file = await _opened(house, request, typed)
    except Problem as problem:
        status = problem.status if problem.status == 429 else 422
        faults = {"ticket": _(problem.detail)}
        return _asking(request, typed, faults=faults, status=status, headers=problem.headers)
    kind = _at(typed.get(GOES_ON, ""))
    filled = Filled(kind, typed) if kind else None
    return await _tracked(request, house, file, typed, filled)


@router.post("/cetak")
async def printable(request: Request, house: Home, typed: Typed) -> Response:
    """The complaint without its forms and without the receipt, to be printed or kept."""
    try:
        file = await _opened(house, request, typed)
    except Problem:
        return await track(request, house, typed)
    shown = await content(house, await view(house, file), {})
    return page(request, "tracked_print.html", shown)


@router.post("/jeda")
async def pause(request: Request, typed: Typed) -> Response:
    """The page was left alone: ask for the receipt again, and keep what was begun."""
    begun = [kind for kind in (a.ReporterReply, a.Reopen) if any(_texts(kind, typed))]
    return _again(request, typed, begun[0].name() if begun else "")


@router.get("/cetak")
@router.get("/jeda")
@router.get("/tindakan/{action}")
async def start_over(request: Request) -> Response:
    """An address that a browser may remember; without the receipt there is nothing to show."""
    return await ask(request)


@router.post("/tindakan/{action}")
async def do(request: Request, house: Home, action: str, typed: Typed) -> Response:
    kind = action_named(action)
    if kind not in REPORTERS_OWN:
        raise Problem(403, N_("Tindakan ini hanya untuk petugas."))
    if _lay_idle(house, typed):
        return _again(request, typed, action)
    try:
        file = await _opened(house, request, typed)
    except Problem:
        return await track(request, house, {**typed, GOES_ON: action})
    complaint, files = file.complaint_id, list[UUID]()
    try:
        if kind is a.ReporterReply:
            files = await received(house, request, REPORTER.id, complaint=complaint)
        sent = {name: value for name, value in typed.items() if name not in NO_FIELDS}
        sent["action"] = action
        await act(house, complaint, REPORTER, sent, typed.get(KEY), files)
    except (Problem, ActionRefused, EngineAway) as error:
        problem = as_problem(error)
        if wants_block(request) and problem.status == 503:
            raise  # what was typed stays in the form, which htmx leaves as it is
        if isinstance(error, NotAllTaken):
            files = list(error.kept)
        if problem.errors:  # too large is a fault of a field, too
            problem = Problem(422, problem.detail, problem.errors)
        waiting = await waiting_files(house.engine, files, REPORTER.id, complaint)
        filled = Filled(kind, typed, problem, waiting)
        return await _tracked(request, house, file, typed, filled)
    now_so = await case_of_reporter(house.engine, complaint, house.now)
    return await _tracked(request, house, now_so or file, typed, done=kind)


async def _opened(house: House, request: Request, typed: Mapping[str, str]) -> CaseFile:
    """Raises Problem 404, the same for an unknown ticket and a wrong receipt, and TooOften."""
    sent = Opened(ticket=typed.get("ticket", "")[:30], receipt=typed.get("receipt", "")[:40])
    return await opened(house, request, sent)


def _faults(typed: Mapping[str, str]) -> dict[str, str]:
    """What cannot be a ticket or a receipt, and how to mend it."""
    faults = {}
    ticket, receipt = (typed.get(name, "").strip() for name in OPENS)
    digits = len(digits_of(receipt))
    if not ticket:
        faults["ticket"] = _("Tulis nomor aduan, seperti MB-2026-000123.")
    elif ticket_of(ticket) is None:
        faults["ticket"] = _(
            "Nomor aduan terdiri dari MB, tahun, dan angka, seperti MB-2026-000123."
            " Periksa yang Anda tulis."
        )
    if not receipt:
        faults["receipt"] = _("Tulis kode tanda terima, yaitu 16 angka.")
    elif digits != DIGITS:
        faults["receipt"] = ngettext(
            "Kode tanda terima terdiri dari 16 angka; yang Anda tulis %(n)s angka.",
            "Kode tanda terima terdiri dari 16 angka; yang Anda tulis %(n)s angka.",
            digits,
        ) % {"n": digits}
    return faults


def _asking(
    request: Request,
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The form for ticket and receipt, which carries what the reporter was at."""
    goes_on = _at(typed.get(GOES_ON, ""))
    carried = {GOES_ON: goes_on.name(), **_carried(typed)} if goes_on else {}
    context = {
        "values": {name: typed.get(name, "") for name in OPENS},
        "faults": {name: (faults or {}).get(name, "") for name in OPENS},
        "errors": list((faults or {}).items()),
        "carried": carried,
        "notice": notice,
    }
    return page(request, "track.html", context, block="tanya", status=status, headers=headers)


def _again(request: Request, typed: Mapping[str, str], action: str) -> Response:
    notice = _("Halaman ini lama tidak dipakai. Demi keamanan, tulis lagi kode tanda terima.")
    if action:
        notice += " " + _("Yang Anda tulis tidak hilang.")
    values = {**typed, "receipt": "", GOES_ON: action}
    return _asking(request, values, notice=notice)


def _carried(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a form, and the key under which it acts once."""
    return {name: value for name, value in typed.items() if name == KEY or name not in NO_FIELDS}


def _at(action: str) -> type[a.ActionBase] | None:
    return next((kind for kind in REPORTERS_OWN if kind.name() == action), None)


def _texts(kind: type[a.ActionBase], typed: Mapping[str, str]) -> list[str]:
    return [typed.get(text.name, "").strip() for text in kind.TEXTS]


def _lay_idle(house: House, typed: Mapping[str, str]) -> bool:
    since = typed.get(SINCE, "")
    if not since.isdecimal() or len(since) > 12:
        return False
    return house.now.timestamp() - int(since) > IDLE.total_seconds()


async def _tracked(
    request: Request,
    house: House,
    file: CaseFile,
    typed: Mapping[str, str],
    filled: Filled | None = None,
    *,
    done: type[a.ActionBase] | None = None,
) -> Response:
    opens = {name: typed.get(name, "") for name in OPENS}
    opens[SINCE] = str(int(house.now.timestamp()))
    context = await content(house, await view(house, file), opens, filled)
    context |= {"done": _(DONE[done]) if done else "", "idle": int(IDLE.total_seconds())}
    status = filled.problem.status if filled and filled.problem else 200
    return page(request, "tracked.html", context, block="lacakan", status=status)
