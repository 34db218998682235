"""Lacak: what the reporter may see and do, with ticket and receipt, which travel in bodies only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain import actions as a
from domain.actors import REPORTER
from domain.case import Case
from domain.permissions import available
from domain.terms import ClockName, Stage
from domain.visibility import reporter_deadline, reporter_stage
from record.cases import CaseFile
from web.acting import act, action_named
from web.api.track import Opened, opened, relayed
from web.house import Directory, Home, House
from web.pages.dates import moment
from web.pages.forms import KEY, SEQ, Form, Typed, action_form
from web.pages.language import N_, _
from web.pages.rendering import page, wants_block
from web.pages.saying import Happening, told
from web.pages.tags import stage_tag, upper
from web.pages.waiting import why
from web.problems import Problem, as_problem
from web.viewing import Entry, Viewed, reporter_entries, view
from workflows.client import ActionRefused, EngineAway

router = APIRouter(prefix="/lacak")

OPENS = ("ticket", "receipt")
REPORTERS_OWN: tuple[type[a.ActionBase], ...] = (
    a.ReporterReply,
    a.Rate,
    a.Reopen,
    a.SetVisibility,
)


@dataclass(frozen=True)
class Step:
    """A step of the way; `state` is `done`, `current` or `ahead`."""

    words: str
    state: str


NEXT = {
    ClockName.VERIFICATION: N_("Laporan Anda kami periksa dan teruskan paling lambat %(at)s."),
    ClockName.ANSWER: N_("Jawaban untuk Anda kami berikan paling lambat %(at)s."),
    ClockName.REPORTER_INFO: N_(
        "Balas paling lambat %(at)s. Setelah itu laporan diarsipkan; balasan Anda membukanya lagi."
    ),
    ClockName.REPORTER_SAY: N_(
        "Nilai jawaban kami, atau buka lagi laporan, paling lambat %(at)s."
        " Setelah itu laporan ditutup."
    ),
}
"""What comes next, by the clock that promises it."""


@router.get("")
async def ask(request: Request) -> Response:
    return page(request, "track.html", {"values": {}, "error": ""})


@router.post("")
async def track(request: Request, house: Home, typed: Typed) -> Response:
    try:
        file = await _opened(house, request, typed)
    except Problem as problem:
        context = {"values": typed, "error": why(problem)}
        status = problem.status if problem.status == 429 else 422
        return page(request, "track.html", context, status=status, headers=problem.headers)
    return await _tracked(request, house, file, typed)


@router.get("/tindakan/{action}")
async def start_over(request: Request) -> Response:
    """An address that a browser may remember; without the receipt there is nothing to show."""
    return await ask(request)


@router.post("/tindakan/{action}")
async def do(request: Request, house: Home, action: str, typed: Typed) -> Response:
    kind = action_named(action)
    if kind not in REPORTERS_OWN:
        raise Problem(403, N_("Tindakan ini hanya untuk petugas."))
    try:
        file = await _opened(house, request, typed)
    except Problem:
        return await track(request, house, typed)
    sent = {name: value for name, value in typed.items() if name not in (*OPENS, KEY, SEQ)}
    try:
        await act(house, file.complaint_id, REPORTER, {**sent, "action": action}, typed.get(KEY))
    except (Problem, ActionRefused, EngineAway) as error:
        problem = as_problem(error)
        if wants_block(request) and problem.status == 503:
            raise  # what was typed stays in the form, which htmx leaves as it is
        return await _tracked(request, house, file, typed, kind, problem)
    return await _tracked(request, house, await _opened(house, request, typed), typed, done=kind)


async def _opened(house: House, request: Request, typed: Mapping[str, str]) -> CaseFile:
    """Raises Problem 404, the same for an unknown ticket and a wrong receipt, and TooOften."""
    sent = Opened(ticket=typed.get("ticket", "")[:30], receipt=typed.get("receipt", "")[:40])
    return await opened(house, request, sent)


async def _tracked(
    request: Request,
    house: House,
    file: CaseFile,
    typed: Mapping[str, str],
    failed: type[a.ActionBase] | None = None,
    problem: Problem | None = None,
    done: type[a.ActionBase] | None = None,
) -> Response:
    viewed, units = await view(house, file), await house.directory()
    entries = [*reporter_entries(viewed), *await relayed(house, viewed)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    happened = [told(number, entry, units) for number, entry in enumerate(entries, 1)]
    stage = reporter_stage(viewed.case)
    context = {
        "ticket": file.ticket,
        "title": file.title or _("Teks laporan ini sudah dihapus"),
        "body": file.body,
        "status_tag": stage_tag(stage),
        "steps": _steps(viewed.case, stage, units),
        "next": _next(viewed.case),
        "visibility": _visibility(viewed.case),
        "happenings": happened,
        "latest": _latest(stage, entries, happened),
        "forms": _forms(viewed, units, house.now, typed, failed, problem),
        "first": _first(viewed.case) if failed is None else failed.name(),
        "done": _(DONE[done]) if done else "",
    }
    status = problem.status if problem else 200
    return page(request, "tracked.html", context, block="lacakan", status=status)


DONE: dict[type[a.ActionBase], str] = {
    a.ReporterReply: N_("Balasan Anda sudah kami terima."),
    a.Rate: N_("Terima kasih atas penilaian Anda."),
    a.Reopen: N_("Laporan Anda dibuka lagi."),
    a.SetVisibility: N_("Pilihan Anda sudah berlaku."),
}


def _forms(
    viewed: Viewed,
    units: Directory,
    now: datetime,
    typed: Mapping[str, str],
    failed: type[a.ActionBase] | None,
    problem: Problem | None,
) -> list[Form]:
    """What the reporter may do, and what just failed, with what they typed."""
    offered = available(viewed.case, REPORTER, now, viewed.rules)
    kinds = [kind for kind in REPORTERS_OWN if kind in offered or kind is failed]
    kinds.sort(key=lambda kind: kind.name() != _first(viewed.case))
    receipt = {name: typed.get(name, "") for name in OPENS}
    return [
        action_form(
            kind,
            viewed.case,
            viewed.rules,
            units,
            f"/lacak/tindakan/{kind.name()}",
            values=typed if kind is failed else None,
            problem=problem if kind is failed else None,
            receipt=receipt,
        )
        for kind in kinds
    ]


def _first(case: Case) -> str:
    """The form that lies open: what we wait for."""
    match case.stage:
        case Stage.WAITING_REPORTER:
            return a.ReporterReply.name()
        case Stage.ANSWERED:
            return a.Rate.name()
        case _:
            return ""


def _latest(
    stage: Stage, entries: Sequence[Entry], happened: Sequence[Happening]
) -> Happening | None:
    """What the reporter is to read now, where it is their turn."""
    if stage not in (Stage.ANSWERED, Stage.WAITING_REPORTER):
        return None
    both = zip(entries, happened, strict=True)
    return next((one for entry, one in both if entry.by == "staff" and one.texts), None)


def _next(case: Case) -> str:
    deadline = reporter_deadline(case)
    return _(NEXT[deadline.name]) % {"at": moment(deadline.due_at)} if deadline else ""


def _visibility(case: Case) -> str:
    who = (
        _("Nama Anda tidak terlihat oleh unit yang menangani.")
        if case.anonymous
        else _("Unit yang menangani dapat membuka nama Anda bila perlu.")
    )
    what = (
        _("Isi laporan tidak terlihat oleh umum.")
        if case.secret
        else _("Isi laporan dapat dibaca umum setelah diverifikasi.")
    )
    return f"{who} {what}"


def _steps(case: Case, stage: Stage, units: Directory) -> Sequence[Step]:
    """The way of a complaint, and how far this one has come."""
    handled = _("Ditangani")
    if case.unit:
        handled = _("Ditangani %(unit)s") % {"unit": units.name(case.unit)}
    way = [_("Diterima"), _("Diverifikasi"), handled, _("Dijawab"), _("Selesai")]
    match stage:
        case Stage.RECEIVED:
            at = 1
        case Stage.WAITING_REPORTER:
            at = 2 if case.unit else 1
            way[at] = _("Menunggu keterangan Anda")
        case Stage.DISPOSED | Stage.IN_PROGRESS | Stage.IN_REVIEW:
            at = 2
        case Stage.ANSWERED:
            at = 3
        case Stage.CLOSED:
            at = len(way)
        case Stage.DUPLICATE:
            at, way = 2, [*way[:2], upper(_("ditangani bersama laporan lain")), *way[3:]]
        case Stage.ARCHIVED | Stage.HANDED_BACK:
            at, way = 1, [way[0], stage_tag(stage).words]
    states = ["done" if k < at else "current" if k == at else "ahead" for k in range(len(way))]
    return [Step(words, state) for words, state in zip(way, states, strict=True)]
