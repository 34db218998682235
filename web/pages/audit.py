"""Audit: a search over all that happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.calendar import ONE_DAY, WIB
from domain.terms import Role
from domain.visibility import SEES_ALL
from record.accounts import Account
from record.audit import LOOKUP, Before, EventFilters, EventRow, search_events
from record.search import TICKET
from web.house import Directory, Home, House
from web.pages.cast import cast_of
from web.pages.dates import day
from web.pages.forms import Group, unit_groups
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.saying import TITLES, title
from web.problems import Problem
from web.sessions import Staff

router = APIRouter()

MAY = (Role.AUDITOR, Role.SUPERVISOR, Role.COORDINATOR)
LONGEST = 100
LABELS = {
    "ticket": N_("Nomor aduan"),
    "type": N_("Kejadian"),
    "actor": N_("Pelaku"),
    "unit": N_("Unit yang menangani"),
    "since": N_("Sejak"),
    "until": N_("Sampai"),
}
LOOKUP_TITLE = N_("Pencarian dengan nomor telepon pelapor")
ACTORS = {N_("pelapor"): "reporter", N_("sistem"): "system"}
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)

Asked = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One event of the search. `url` is where it stands in the history of its case."""

    title: str
    at: datetime
    ticket: str
    url: str
    unit: str
    who: str
    role: str
    behalf: str


def may_audit(account: Account) -> bool:
    return any(map(account.actor.holds, MAY))


def let_in(account: Account) -> None:
    """Raises Problem 403."""
    if not may_audit(account):
        raise Problem(403, N_("Halaman ini untuk auditor, pengawas, dan koordinator."))


@router.get("/audit")
async def search(request: Request, house: Home, account: Staff) -> Response:
    let_in(account)
    units = await house.directory()
    asked = _asked(request.query_params, units)
    before = _before(request.query_params.get("setelah", ""))
    found = await search_events(
        house.engine, account.actor, _filters(asked, units), house.now, before=before
    )
    context = {
        "lines": await _lines(house, found.rows, units),
        "asked": asked,
        "chips": [
            (_said(name, value, units), _url({**asked, name: ""})) for name, value in asked.items()
        ],
        "sees_all": any(map(account.actor.holds, SEES_ALL)),
        "types": [Group(None, _types(account))],
        "units": unit_groups(units.by_path.values()),
        "further": found.before and _url({**asked, "setelah": _written(found.before)}),
        "looked_back_to": found.looked_back_to,
        "first": "" if before is None else _url(asked),
        "now": house.now,
    }
    return page(request, "audit.html", context)


async def _lines(house: House, rows: Sequence[EventRow], units: Directory) -> list[Line]:
    """One statement more, for the names."""
    cast = await cast_of(house, ((one.actor, one.data) for one in rows))
    return [
        Line(
            title=_title(one, units),
            at=one.at,
            ticket=one.ticket or "",
            url=f"/audit/{one.ticket}#kejadian-{one.seq}" if one.ticket else "",
            unit=units.name(one.unit) or "",
            who=cast.name(one.actor),
            role=cast.role(one.actor),
            behalf=cast.behalf(one.data),
        )
        for one in rows
    ]


def _title(row: EventRow, units: Directory) -> str:
    if row.type == LOOKUP:
        return _(LOOKUP_TITLE)
    try:
        return title(TITLES, row.type, row.data, units)
    except (KeyError, ValueError):  # somebody tampered with it
        return row.type


class _Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _types(account: Account) -> list[tuple[str, str]]:
    """The kinds of events, with what differs from one to the other left open."""
    found = [(kind, _(words) % _Anything()) for kind, words in TITLES.items()]
    if any(map(account.actor.holds, SEES_ALL)):
        found.append((LOOKUP, _(LOOKUP_TITLE)))
    return found


def _asked(sent: Mapping[str, str], units: Directory) -> dict[str, str]:
    """The filters of the URL that mean something; a stale link still shows a list."""
    valid: dict[str, Callable[[str], bool]] = {
        "ticket": lambda value: TICKET.fullmatch(value) is not None,
        "type": lambda value: value in TITLES or value == LOOKUP,
        "actor": bool,
        "unit": units.by_code.__contains__,
        "since": lambda value: _day(value) is not None,
        "until": lambda value: _day(value) is not None,
    }
    given = {name: sent.get(name, "").strip()[:LONGEST] for name in valid}
    asked = {name: value for name, value in given.items() if value and valid[name](value)}
    if "ticket" in asked:
        asked["ticket"] = _ticket(asked["ticket"])
    return asked


def _ticket(typed: str) -> str:
    """`MB-2026-000123`, however it was typed."""
    match = TICKET.fullmatch(typed)
    assert match, "the filters of a URL are checked before"
    return f"MB-{match[1]}-{match[2]:0>6}"


def _filters(asked: Asked, units: Directory) -> EventFilters:
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    actor = asked.get("actor")
    by = {name: who for words, who in ACTORS.items() for name in (words, _(words))}
    return EventFilters(
        ticket=asked.get("ticket"),
        type=asked.get("type"),
        actor=by.get(actor.lower(), actor) if actor else None,
        unit=units.by_code[asked["unit"]].path if "unit" in asked else None,
        since=_midnight(since) if since else None,
        until=_midnight(until + ONE_DAY) if until else None,
    )


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), WIB)


def _day(value: str) -> date | None:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def _said(name: str, value: str, units: Directory) -> str:
    match name:
        case "type" if value == LOOKUP:
            return _(LOOKUP_TITLE)
        case "type":
            return _(TITLES[value]) % _Anything()
        case "unit":
            return units.by_code[value].name
        case "since" | "until":
            return f"{_(LABELS[name])} {day(date.fromisoformat(value))}"
        case _:
            return value


def _url(asked: Asked, path: str = "/audit") -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def _written(before: Before) -> str:
    return f"{before.at.isoformat()}~{before.complaint_id}~{before.seq}"


def _before(value: str) -> Before | None:
    try:
        at, id_, seq = value.split("~")
        found = Before(datetime.fromisoformat(at), UUID(id_), int(seq))
    except ValueError:
        return None
    return found if found.at.tzinfo and 0 <= found.seq < 1 << 31 else None
