"""What the reporter reads of their own complaint, and what they may do: the page after Lacak."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain import actions as a
from domain.actors import REPORTER
from domain.case import Case
from domain.permissions import available
from domain.terms import ClockName, Stage
from domain.visibility import public_sees, reporter_deadline, reporter_stage
from record.files.rows import FileRow, files_of
from web.api.track import relayed
from web.house import Directory, House
from web.pages.dates import moment
from web.pages.forms import Form, action_form
from web.pages.language import N_, _
from web.pages.saying import Happening, told, unit_name
from web.pages.tags import Tag, stage_tag, upper
from web.problems import Problem
from web.viewing import Entry, Viewed, reporter_entries

REPORTERS_OWN: tuple[type[a.ActionBase], ...] = (
    a.ReporterReply,
    a.Rate,
    a.Reopen,
    a.SetVisibility,
)
BY_UNIT = ("answered", "progress_reported")


@dataclass(frozen=True)
class Step:
    """A step of the way; `state` is `done`, `current` or `ahead`, `at` when it was reached."""

    words: str
    state: str
    at: str | datetime | None = None


@dataclass(frozen=True)
class Filled:
    """A form that comes back: what was typed into it, what is wrong, which files came with it."""

    kind: type[a.ActionBase]
    typed: Mapping[str, str]
    problem: Problem | None = None
    attached: Sequence[FileRow] = ()


STATUS = {
    Stage.DISPOSED: N_("Diteruskan kepada unit"),
    Stage.WAITING_REPORTER: N_("Menunggu keterangan Anda"),
}
"""Where the office's own word says too little to the reporter."""

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


async def content(
    house: House, viewed: Viewed, opens: Mapping[str, str], filled: Filled | None = None
) -> dict[str, Any]:
    """What the page shows. `opens`: the hidden fields that open the complaint."""
    file, case, units = viewed.file, viewed.case, await house.directory()
    files = await files_of(house.engine, file.complaint_id)
    entries = [*reporter_entries(viewed), *await relayed(house, viewed)]
    entries.sort(key=lambda entry: entry.at)
    asking = {one.at: one.data.get("desk_unit") for one in viewed.recorded if one.type == "asked"}
    happened = list(_told(entries, asking, units, files))
    stage = reporter_stage(case)
    return {
        "ticket": file.ticket,
        "title": file.title or _("Teks laporan ini sudah dihapus"),
        "body": file.body,
        "opens": opens,
        "photos": [one for one in files if one.entry_id == file.complaint_id],
        "status_tag": _status(stage),
        "steps": _steps(viewed, stage, units),
        "next": _next(case),
        "visibility": _visibility(case),
        "public_url": f"/publik/{file.ticket}" if public_sees(case) else "",
        "happenings": happened[::-1],
        "latest": _latest(stage, entries, happened),
        "forms": _forms(viewed, units, house.now, opens, filled),
        "first": filled.kind.name() if filled else _first(case),
        "now": house.now,
    }


def _told(
    entries: Iterable[Entry],
    asking: Mapping[str, str | None],
    units: Directory,
    files: Sequence[FileRow],
) -> Iterable[Happening]:
    """Oldest first; of staff only the unit is named."""
    unit = ""
    for number, entry in enumerate(entries, 1):
        unit = entry.data.get("unit", unit)
        one = told(number, entry, units, files)
        if entry.by == "staff":
            desk = unit if entry.type in BY_UNIT else asking.get(entry.at)
            one = replace(one, who=unit_name(units, desk) if desk else _("Koordinator pengaduan"))
        yield one


def _forms(
    viewed: Viewed,
    units: Directory,
    now: datetime,
    opens: Mapping[str, str],
    filled: Filled | None,
) -> list[Form]:
    """What the reporter may do, and what comes back to them, with what they typed."""
    offered = available(viewed.case, REPORTER, now, viewed.rules)
    back = filled.kind if filled else None
    kinds = [kind for kind in REPORTERS_OWN if kind in offered or kind is back]
    kinds.sort(key=lambda kind: kind.name() != _first(viewed.case))
    forms = []
    for kind in kinds:
        mine = filled if kind is back else None
        form = action_form(
            kind,
            viewed.case,
            viewed.rules,
            units,
            f"/lacak/tindakan/{kind.name()}",
            values=mine.typed if mine else None,
            problem=mine.problem if mine else None,
            receipt=opens,
            attached=mine.attached if mine else (),
        )
        forms.append(form)
    return forms


def _status(stage: Stage) -> Tag:
    tag = stage_tag(stage)
    return replace(tag, words=_(STATUS[stage])) if stage in STATUS else tag


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
    """What the reporter is to read first: what they are asked, or what was said at the end."""
    if stage in (Stage.RECEIVED, Stage.DISPOSED, Stage.IN_PROGRESS):
        return None
    both = zip(reversed(entries), reversed(happened), strict=True)
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


def _steps(viewed: Viewed, stage: Stage, units: Directory) -> Sequence[Step]:
    """The way of a complaint, how far this one has come, and since when."""
    case = viewed.case
    handled = _("Ditangani")
    if case.unit:
        handled = _("Ditangani %(unit)s") % {"unit": units.name(case.unit)}
    way = [_("Diterima"), _("Diverifikasi"), handled, _("Dijawab"), _("Selesai")]
    at: list[str | datetime | None] = [
        case.received_at,
        _first_of(viewed, "disposed"),
        _last_of(viewed, "disposed", "redisposed"),
        _last_of(viewed, "answered"),
        case.ended_at,
    ]
    match stage:
        case Stage.RECEIVED:
            reached = 1
        case Stage.WAITING_REPORTER:
            reached = 2 if case.unit else 1
            way[reached], at[reached] = _("Menunggu keterangan Anda"), _last_of(viewed, "asked")
        case Stage.DISPOSED | Stage.IN_PROGRESS | Stage.IN_REVIEW:
            reached = 2
        case Stage.ANSWERED:
            reached = 3
        case Stage.CLOSED:
            reached = len(way)
        case Stage.DUPLICATE:
            reached = 2
            way[2], at[2] = upper(_("ditangani bersama laporan lain")), _last_of(viewed, "linked")
        case Stage.ARCHIVED | Stage.HANDED_BACK:
            reached, way, at = 1, [way[0], stage_tag(stage).words], [at[0], case.ended_at]
    return [
        Step(
            words,
            "done" if k < reached else "current" if k == reached else "ahead",
            at[k] if k <= reached else None,
        )
        for k, words in enumerate(way)
    ]


def _first_of(viewed: Viewed, *types: str) -> str | None:
    return next((one.at for one in viewed.recorded if one.type in types), None)


def _last_of(viewed: Viewed, *types: str) -> str | None:
    return next((one.at for one in reversed(viewed.recorded) if one.type in types), None)
