"""Aduan publik: what anybody may read of complaints and their answers, without saying whose.

Nothing here depends on who asks but the language, so that anything between may keep it a minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.forms import category_label
from domain.masking import masked
from domain.terms import Stage
from domain.visibility import PUBLIC_READS, PUBLIC_SEES
from record.cases import CaseFile, case_of_reporter
from record.public import (
    PublicFile,
    PublicFilters,
    PublicRow,
    public_case,
    public_lead,
    public_list,
)
from web.house import Directory, Home, House
from web.pages.forms import Group
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.saying import TITLES, title, unit_name
from web.pages.tags import Tag, Tone
from web.problems import Problem
from web.viewing import Viewed, view

router = APIRouter(prefix="/publik")

CACHED = {"Cache-Control": "public, max-age=60"}
LEAST_TOLD = 5
"""A smaller number might point at somebody."""
LONGEST_QUERY = 200


class Status(StrEnum):
    """A case's state as the public needs it; what goes on between desks is not theirs."""

    OPEN = "ditangani"
    ANSWERED = "dijawab"
    CLOSED = "selesai"
    JOINED = "digabung"
    ELSEWHERE = "bukan-wewenang"


STAGES = {
    Status.OPEN: (
        Stage.RECEIVED,
        Stage.WAITING_REPORTER,
        Stage.DISPOSED,
        Stage.IN_PROGRESS,
        Stage.IN_REVIEW,
    ),
    Status.ANSWERED: (Stage.ANSWERED,),
    Status.CLOSED: (Stage.CLOSED,),
    Status.JOINED: (Stage.DUPLICATE,),
    Status.ELSEWHERE: (Stage.HANDED_BACK,),
}
STATUS_OF = {stage: status for status, stages in STAGES.items() for stage in stages}
WORDS = {
    Status.OPEN: N_("Sedang ditangani"),
    Status.ANSWERED: N_("Sudah dijawab"),
    Status.CLOSED: N_("Selesai"),
    Status.JOINED: N_("Ditangani bersama laporan lain"),
    Status.ELSEWHERE: N_("Bukan wewenang kabupaten"),
}
TONES = {
    Status.OPEN: Tone.WORK,
    Status.ANSWERED: Tone.DONE,
    Status.CLOSED: Tone.DONE,
    Status.JOINED: Tone.OFF,
    Status.ELSEWHERE: Tone.OFF,
}

SEEN = {kind.model_fields["type"].default for kind in PUBLIC_SEES}
READ = {kind.model_fields["type"].default for kind in PUBLIC_READS}


@dataclass(frozen=True)
class Listed:
    """A row as people read it."""

    url: str
    ticket: str
    title: str
    place: str
    category: str
    unit: str
    tag: Tag
    received_at: datetime


@dataclass(frozen=True)
class Figure:
    """One value of a chart; None where it is too small to be told."""

    label: str
    value: int | None
    shown: str
    url: str


@dataclass(frozen=True)
class Told:
    """One thing that happened; of its moment only the day is shown."""

    title: str
    who: str
    at: datetime
    text: str


@router.get("")
async def complaints(
    request: Request,
    house: Home,
    q: str = "",
    kecamatan: str = "",
    category: str = "",
    status: str = "",
    after: str = "",
) -> Response:
    units, rules = await house.directory(), await house.rules()
    district = units.by_code.get(kecamatan)
    chosen = Status(status) if status in list(Status) else None
    asked = {
        "q": q[:LONGEST_QUERY].strip(),
        "kecamatan": kecamatan if district and district.kind == "kecamatan" else "",
        "category": category if category in rules.policy.categories else "",
        "status": chosen or "",
    }
    filters = PublicFilters(
        stages=STAGES[chosen] if chosen else (),
        kecamatan=asked["kecamatan"] or None,
        category=asked["category"] or None,
    )
    found = await public_list(house.engine, house.now, filters, q=asked["q"], after=_uuid(after))
    shares = await house.public_shares()
    districts = [unit for unit in units.by_path.values() if unit.kind == "kecamatan"]
    context = {
        "rows": [_listed(row, units) for row in found.rows],
        "asked": asked,
        "chips_chosen": _chips(asked, units),
        "corrected": found.corrected,
        "statuses": [Group(None, [(one, _(words)) for one, words in WORDS.items()])],
        "districts": [Group(None, sorted((one.code, _bare(one.name)) for one in districts))],
        "categories": [Group(None, [(c, _(category_label(c))) for c in rules.policy.categories])],
        "by_district": {
            unit.code: _figure(unit.name, shares.kecamatan.get(unit.code, 0), kecamatan=unit.code)
            for unit in districts
        },
        "by_category": _by_category(shares.category),
        "least": LEAST_TOLD,
        "further": found.after and _url(asked | {"after": str(found.after)}),
        "first": _url(asked) if after else "",
        "canonical": _canonical(house, "/publik"),
    }
    return page(request, "public.html", context, headers=CACHED)


@router.get("/{ticket}")
async def complaint(request: Request, house: Home, ticket: str) -> Response:
    """Raises Problem 404, the same for what is not public and for what is not there."""
    file = await public_case(house.engine, ticket)
    whole = await case_of_reporter(house.engine, file.complaint_id, house.now) if file else None
    if file is None or whole is None:
        raise Problem(404, N_("Laporan ini tidak ada atau tidak dibuka untuk umum."))
    units = await house.directory()
    viewed = await view(house, whole)
    lead = viewed.lead and await public_lead(house.engine, viewed.lead)
    happened = _happened(viewed, units)
    answers = [one for one in happened if one.text]
    if lead:
        answers += await _relayed(house, lead, units)
    context = {
        "one": _listed(file, units),
        "body": _shown(file.body) if file.body else "",
        "masked": file.body is not None and _shown(file.body) != file.body,
        "rating": file.rating,
        "lead": lead and f"/publik/{lead.ticket}",
        "lead_ticket": lead.ticket if lead else "",
        "answers": sorted(answers, key=lambda one: one.at, reverse=True),
        "happened": happened[::-1],
        "canonical": _canonical(house, f"/publik/{file.ticket}"),
    }
    return page(request, "public_case.html", context, headers=CACHED)


def _listed(row: PublicRow, units: Directory) -> Listed:
    district = units.by_code.get(row.kecamatan or "")
    status = STATUS_OF[Stage(row.stage)]
    return Listed(
        url=f"/publik/{row.ticket}",
        ticket=row.ticket,
        title=_shown(row.title) if row.title else _("Teks laporan ini sudah dihapus"),
        place=district.name if district else "",
        category=_(category_label(row.category)) if row.category else "",
        unit=units.name(row.unit) or "",
        tag=Tag(_(WORDS[status]), TONES[status]),
        received_at=row.received_at,
    )


def _shown(text: str) -> str:
    return masked(text, _("[disembunyikan]"))


def _happened(viewed: Viewed, units: Directory) -> list[Told]:
    """What of the course is public, oldest first; people are not named, units are."""
    told = []
    unit = None
    for recorded in viewed.recorded:
        unit = recorded.data.get("unit") if recorded.type in ("disposed", "redisposed") else unit
        if recorded.type not in SEEN:
            continue
        event = recorded.event()
        typed = event.entry and viewed.typed.get(event.entry.id)
        text = typed.texts.get("text", "") if typed and typed.texts else ""
        told.append(
            Told(
                title=title(TITLES, recorded.type, recorded.data, units),
                who=_who(recorded.type, recorded.actor, unit, units),
                at=event.at,
                text=_shown(text) if recorded.type in READ else "",
            )
        )
    return told


def _who(kind: str, actor: str, unit: str | None, units: Directory) -> str:
    match actor:
        case "reporter":
            return _("Pelapor")
        case "system":
            return _("Sistem")
        case _ if kind in READ and unit:
            return unit_name(units, unit)
        case _:
            return _("Koordinator pengaduan")


async def _relayed(house: House, lead: PublicFile, units: Directory) -> list[Told]:
    """The answers of the public case that this one follows."""
    whole: CaseFile | None = await case_of_reporter(house.engine, lead.complaint_id, house.now)
    if whole is None:
        return []
    return [one for one in _happened(await view(house, whole), units) if one.text]


def _by_category(counted: Mapping[str, int]) -> Sequence[Figure]:
    """The largest first; those too small to be told come last."""
    known = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [_figure(_(category_label(code)), n, category=code) for code, n in known]


def _figure(label: str, n: int, **asks: str) -> Figure:
    told = n == 0 or n >= LEAST_TOLD
    return Figure(label, n if told else None, str(n) if told else f"<{LEAST_TOLD}", _url(asks))


def _chips(asked: Mapping[str, str], units: Directory) -> Sequence[tuple[str, str]]:
    """Each filter chosen, and the list without it."""
    district = units.by_code.get(asked["kecamatan"])
    words = {
        "q": f"“{asked['q']}”",
        "kecamatan": district.name if district else "",
        "category": _(category_label(asked["category"])) if asked["category"] else "",
        "status": _(WORDS[Status(asked["status"])]) if asked["status"] else "",
    }
    return [(words[name], _url({**asked, name: ""})) for name, value in asked.items() if value]


def _url(asked: Mapping[str, str]) -> str:
    chosen = {name: value for name, value in asked.items() if value}
    return f"/publik?{urlencode(chosen)}" if chosen else "/publik"


def _bare(district: str) -> str:
    return district.removeprefix("Kecamatan ")


def _canonical(house: House, path: str) -> str:
    """Never from the request's Host, which anybody can make up and a cache would keep."""
    return f"{(house.settings.public_origin or '').rstrip('/')}{path}"


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
