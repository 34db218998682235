"""Tugas saya, and the list of all that one may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.case import DeskKind
from domain.policy import Rules
from domain.terms import Channel, ClockName, Stage
from domain.words import CLOCK, STAGE
from record.cases import CaseRow, Filters
from record.inbox import Cursor, count_tasks, inbox
from record.search import list_cases
from web.house import Directory, Home
from web.pages.dates import Urgency, standing, urgency
from web.pages.done import forget, remembered
from web.pages.forms import Group, unit_groups
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.saying import desk_words
from web.pages.tags import CHANNELS, Tag, stage_tag, upper
from web.sessions import Staff

router = APIRouter()

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Row:
    """One case of a list. `action` is what it waits for."""

    url: str
    ticket: str
    action: str
    title: str
    tag: Tag
    owner: str
    place: str
    clock: str
    due_at: datetime | None
    standing: str
    late: bool
    urgency: Urgency


STEPS = {
    Stage.RECEIVED: N_("Verifikasi"),
    Stage.WAITING_REPORTER: N_("Tunggu balasan pelapor"),
    Stage.DISPOSED: N_("Terima tugas"),
    Stage.IN_PROGRESS: N_("Jawab"),
    Stage.IN_REVIEW: N_("Putuskan jawaban"),
    Stage.ANSWERED: N_("Tunggu tanggapan pelapor"),
}
"""What the desk of a case does next."""


@router.get("/tugas")
async def tasks(request: Request, house: Home, account: Staff, setelah: str = "") -> Response:
    now, rules, units = house.now, await house.rules(), await house.directory()
    found = await inbox(house.engine, account.actor, now, after=_cursor(setelah))
    rows = [_row(row, units, rules, now) for row in found.rows]
    groups = [(key, list(group)) for key, group in groupby(rows, key=lambda row: row.urgency)]
    context = {
        "count": await count_tasks(house.engine, account.actor),
        "groups": groups,
        "further": found.after and f"/tugas?{urlencode({'setelah': _written(found.after)})}",
        "first_page": not setelah,
        "now": now,
        "done": (done := remembered(request)),
    }
    response = page(request, "tasks.html", context)
    return forget(response) if done else response


@router.get("/aduan")
async def cases(
    request: Request,
    house: Home,
    account: Staff,
    stage: str = "",
    unit: str = "",
    channel: str = "",
    late: str = "",
    q: str = "",
    after: str = "",
) -> Response:
    now, rules, units = house.now, await house.rules(), await house.directory()
    chosen_unit = units.by_code.get(unit)
    filters = Filters(
        stage=_member(Stage, stage),
        unit=chosen_unit.path if chosen_unit else None,
        channel=_member(Channel, channel),
        late=True if late == "1" else None,
    )
    found = await list_cases(
        house.engine, account.actor, filters, now, q=q, after=_uuid(after), limit=25
    )
    asked = {
        "q": q,
        "stage": filters.stage or "",
        "unit": unit if chosen_unit else "",
        "channel": filters.channel or "",
        "late": "1" if filters.late else "",
    }
    context = {
        "rows": [_row(row, units, rules, now) for row in found.rows],
        "asked": asked,
        "chips": _chips(asked, units),
        "corrected": found.corrected,
        "stages": [Group(None, [(one, upper(_(STAGE[one]))) for one in Stage])],
        "units": unit_groups(units.by_path.values()),
        "channels": [Group(None, [(one, _(CHANNELS[one])) for one in Channel])],
        "further": found.after and _url(asked | {"after": str(found.after)}),
        "first_page": not after,
        "now": now,
    }
    return page(request, "cases.html", context)


def _row(row: CaseRow, units: Directory, rules: Rules, now: datetime) -> Row:
    stage = Stage(row.stage)
    district = units.by_code.get(row.kecamatan or "")
    rungs = rules.policy.ladder.rungs
    return Row(
        url=f"/aduan/{row.ticket}",
        ticket=row.ticket,
        action=_(STEPS[stage]) if stage in STEPS else "",
        title=row.title or _("Teks laporan ini sudah dihapus"),
        tag=stage_tag(stage),
        owner="" if row.desk == DeskKind.NONE else desk_words(row.desk, row.desk_unit, units),
        place=district.name if district else "",
        clock=upper(_(CLOCK[ClockName(row.due_clock)])) if row.due_clock and row.open else "",
        due_at=row.due_at if row.open else None,
        standing=standing(row.due_at, now, rules.calendar) if row.due_at and row.open else "",
        late=row.late,
        urgency=urgency(row.due_at, now, rules.calendar, rungs[1].after if rungs[1:] else 1),
    )


def _chips(asked: Mapping[str, str], units: Directory) -> Sequence[tuple[str, str]]:
    """Each filter chosen, and the list without it."""
    chosen = units.by_code.get(asked["unit"])
    words = {
        "q": f"“{asked['q']}”",
        "stage": upper(_(STAGE[Stage(asked["stage"])])) if asked["stage"] else "",
        "unit": chosen.name if chosen else "",
        "channel": _(CHANNELS[Channel(asked["channel"])]) if asked["channel"] else "",
        "late": _("Terlambat"),
    }
    return [(words[name], _url({**asked, name: ""})) for name, value in asked.items() if value]


def _url(asked: Mapping[str, str]) -> str:
    return f"/aduan?{urlencode({name: value for name, value in asked.items() if value})}"


def _member(kind: type[E], value: str) -> E | None:
    """None for what is no such thing: a stale link still shows a list."""
    return kind(value) if value in _values(kind) else None


def _values(kind: Iterable[StrEnum]) -> set[str]:
    return {str(member) for member in kind}


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def _written(cursor: Cursor) -> str:
    return f"{cursor.due_at.isoformat() if cursor.due_at else ''}~{cursor.complaint_id}"


def _cursor(value: str) -> Cursor | None:
    due, _sep, id_ = value.partition("~")
    found = _uuid(id_)
    try:
        due_at = datetime.fromisoformat(due) if due else None
    except ValueError:
        return None
    return Cursor(due_at, found) if found and (due_at is None or due_at.tzinfo) else None
