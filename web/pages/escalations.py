"""Eskalasi: what is late, for those who have to see to it that it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import RedirectResponse, Response

from domain.actions import Instruct
from domain.policy import Policy, Rules
from domain.terms import Role
from domain.units import ROOT
from record.accounts import Account
from record.events import load_events_of
from record.oversight import LateCount, LateFilters, Place, count_late, late_cases
from web.acting import act
from web.house import Directory, Home
from web.pages.case import allow
from web.pages.casefile import seen
from web.pages.done import forget, remember, remembered
from web.pages.forms import KEY, Form, Group, Typed, action_form, staff_label, unit_groups
from web.pages.language import N_, _
from web.pages.late_rows import LateLine, line_of
from web.pages.rendering import page, wants_block
from web.problems import Problem, as_problem
from web.security import own_path
from web.sessions import OpenPage, Staff
from web.viewing import view
from workflows.client import ActionRefused, EngineAway

router = APIRouter()

PATH = "/eskalasi"
MAY = (Role.SUPERVISOR, Role.COORDINATOR, Role.UNIT_HEAD)
MOST_BARS = 12
BACK = "lanjut"
"""The hidden field that says which list a form was sent from."""

Asked = Mapping[str, str]


@dataclass(frozen=True)
class Section:
    """A group of cases; `count` is of all pages together."""

    heading: str
    count: int
    lines: Sequence[LateLine]


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    shown: str


@router.get(PATH)
async def show(request: Request, house: Home, account: Staff) -> Response:
    """Three statements, whatever is shown."""
    _let_in(account)
    now, rules, units = house.now, await house.rules(), await house.directory()
    asked = _asked(request.query_params, units, rules.policy)
    filters = _filters(asked, units)
    after = _place(request.query_params.get("setelah", ""))
    found = await late_cases(house.engine, account.actor, filters, now, rules, after=after)
    counts = await count_late(house.engine, account.actor, filters, now, rules)
    events = await load_events_of(house.engine, [row.case.complaint_id for row in found.rows])
    lines = [
        line_of(row, events.get(row.case.complaint_id, []), account, rules, units, now)
        for row in found.rows
    ]
    done = remembered(request)
    context = {
        "sections": _sections(lines, counts, rules.policy, units),
        "late": sum(one.cases for one in counts if one.late),
        "bars": _bars(counts, units),
        "chips": [(words, _url({**asked, name: ""})) for name, words in _said(asked, rules, units)],
        "asked": asked,
        "levels": [
            Group(
                None, [(str(n), level_words(n, rules.policy, units)) for n in _levels(rules.policy)]
            )
        ],
        "units": unit_groups(units.by_path.values()),
        "districts": [Group(None, _districts(units))],
        "here": _url(asked),
        "further": _url({**asked, "setelah": _written(found.after)}) if found.after else "",
        "first": "" if after is None else _url(asked),
        "poll": _url({**asked, "versi": _version(counts)}, f"{PATH}/kabar"),
        "changed": False,
        "now": now,
        "done": done,
    }
    response = page(request, "escalations.html", context)
    return forget(response) if done else response


@router.get(f"{PATH}/kabar")
async def news(request: Request, house: Home, account: OpenPage) -> Response:
    """Whether the list has changed since it was drawn; it stays as it is until somebody asks."""
    _let_in(account)
    if not wants_block(request):
        return RedirectResponse(PATH, 303)
    now, rules, units = house.now, await house.rules(), await house.directory()
    asked = _asked(request.query_params, units, rules.policy)
    try:
        counts = await count_late(house.engine, account.actor, _filters(asked, units), now, rules)
    except SQLAlchemyError:
        return Response(status_code=204)  # nobody pressed anything; the next time will tell
    context = {
        "changed": _version(counts) != request.query_params.get("versi"),
        "here": _url(asked),
        "now": now,
    }
    return page(request, "escalations.html", context, block="kabar")


@router.get(f"{PATH}/{{ticket}}/perintah")
async def ask(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    _let_in(account)
    viewed = await view(house, await seen(house, account, ticket))
    allow(house, account, viewed, Instruct)
    form = action_form(
        Instruct, viewed.case, viewed.rules, await house.directory(), _instruct_url(ticket)
    )
    return _form_page(request, form, viewed.file.ticket, PATH)


@router.post(f"{PATH}/{{ticket}}/perintah")
async def instruct(
    request: Request, house: Home, account: Staff, ticket: str, typed: Typed
) -> Response:
    """An order from a row of the list, and back to the list."""
    _let_in(account)
    file = await seen(house, account, ticket)
    back = own_path(typed.get(BACK, "")) or PATH
    sent = {"action": Instruct.name(), "text": typed.get("text", "")}
    try:
        await act(house, file.complaint_id, account.actor, sent, typed.get(KEY))
    except (Problem, ActionRefused, EngineAway) as error:
        problem = as_problem(error)
        if wants_block(request) and problem.status == 503:
            raise  # what was typed stays in the form, which htmx leaves as it is
        viewed = await view(house, await seen(house, account, ticket))
        form = action_form(
            Instruct,
            viewed.case,
            viewed.rules,
            await house.directory(),
            _instruct_url(file.ticket),
            values=typed,
            problem=problem,
        )
        return _form_page(request, form, file.ticket, back, status=problem.status)
    if wants_block(request):
        context = {"form": None, "ticket": file.ticket, "back": back, "done": staff_label(Instruct)}
        return page(request, "escalations_order.html", context, block="perintah")
    response = RedirectResponse(back, 303)
    remember(response, Instruct.name())
    return response


def _form_page(request: Request, form: Form, ticket: str, back: str, status: int = 200) -> Response:
    context = {"form": form, "ticket": ticket, "back": back, "done": ""}
    return page(request, "escalations_order.html", context, block="perintah", status=status)


def _instruct_url(ticket: str) -> str:
    return f"{PATH}/{ticket}/perintah"


def _may(account: Account) -> bool:
    return any(account.actor.holds(role) for role in MAY)


def _let_in(account: Account) -> None:
    """Raises Problem 403."""
    if not _may(account):
        raise Problem(403, N_("Halaman ini untuk pengawas, koordinator, dan kepala unit."))


def _levels(policy: Policy) -> list[int]:
    return sorted({0, *(rung.level for rung in policy.ladder.rungs)}, reverse=True)


def level_words(level: int, policy: Policy, units: Directory) -> str:
    """How high a case has climbed, and whom that tells."""
    if level == 0:
        return _("Terlambat, belum naik tingkat")
    if level == 1:
        return _("Tingkat 1: kepala unit dan koordinator")
    _role, _sep, unit = getattr(policy, f"level_{min(level, 3)}").partition(":")
    who = _("Bupati") if unit == ROOT else _("pimpinan %(unit)s") % {"unit": units.name(unit)}
    return _("Tingkat %(level)s: %(who)s") % {"level": level, "who": who}


def _sections(
    lines: Sequence[LateLine], counts: Sequence[LateCount], policy: Policy, units: Directory
) -> list[Section]:
    found = []
    for (climbs, level), rows in groupby(lines, key=lambda line: line.group):
        of_group = [
            one.cases for one in counts if one.climbs == climbs and (climbs or one.level == level)
        ]
        heading = _("Akan eskalasi hari ini") if climbs else level_words(level, policy, units)
        found.append(Section(heading, sum(of_group), list(rows)))
    return found


def _bars(counts: Sequence[LateCount], units: Directory) -> list[Bar]:
    """How many are late at each unit, most first; the rest in one bar."""
    late: dict[str, int] = {}
    for one in counts:
        if one.late:
            name = units.name(one.unit) or _("Koordinator pengaduan")
            late[name] = late.get(name, 0) + one.cases
    ranked = sorted(late.items(), key=lambda item: (-item[1], item[0]))
    bars = [Bar(name, n, str(n)) for name, n in ranked[:MOST_BARS]]
    if rest := sum(n for _name, n in ranked[MOST_BARS:]):
        bars.append(Bar(_("Unit lain"), rest, str(rest)))
    return bars


def _version(counts: Sequence[LateCount]) -> str:
    """Changes with anything that happens to the cases of a list, or with a step of the ladder."""
    said = sorted(
        f"{one.unit} {one.level} {one.climbs} {one.late} {one.cases} {one.changed_at.timestamp()}"
        for one in counts
    )
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def _asked(sent: Mapping[str, str], units: Directory, policy: Policy) -> dict[str, str]:
    """The filters of the URL, each with a value that there is: a stale link still shows a list."""
    valid = {
        "level": {str(level) for level in _levels(policy)},
        "unit": units.by_code.keys(),
        "kecamatan": {code for code, _name in _districts(units)},
    }
    return {name: sent[name] for name, values in valid.items() if sent.get(name) in values}


def _filters(asked: Asked, units: Directory) -> LateFilters:
    return LateFilters(
        level=int(asked["level"]) if "level" in asked else None,
        unit=units.by_code[asked["unit"]].path if "unit" in asked else None,
        kecamatan=asked.get("kecamatan"),
    )


def _said(asked: Asked, rules: Rules, units: Directory) -> list[tuple[str, str]]:
    """Each filter chosen, in words."""
    return [
        (
            name,
            level_words(int(value), rules.policy, units)
            if name == "level"
            else units.by_code[value].name,
        )
        for name, value in asked.items()
    ]


def _districts(units: Directory) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in units.by_path.values() if one.kind == "kecamatan"]


def _url(asked: Asked, path: str = PATH) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def _written(place: Place) -> str:
    return f"{place.group}~{place.due_at.isoformat()}~{place.complaint_id}"


def _place(value: str) -> Place | None:
    try:
        group, due, id_ = value.split("~")
        place = Place(int(group), datetime.fromisoformat(due), UUID(id_))
    except ValueError:
        return None
    return place if place.due_at.tzinfo and 0 <= place.group <= 10_000 else None
