"""The filters of a list: read from its URL, shown as chips and as a form, kept as a saved view."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from domain.forms import category_label
from domain.policy import Rules
from domain.terms import Channel, Stage
from domain.words import STAGE
from record.cases import Filters
from record.inbox import Delegation
from record.search import LONGEST
from web.house import Directory
from web.pages.dates import day
from web.pages.forms import Group, unit_groups
from web.pages.language import N_, _
from web.pages.tags import CHANNELS, upper

TASKS, CASES = "tugas", "aduan"
"""The lists that can be filtered, by their path."""

NAMES = {
    TASKS: ("stage", "kecamatan", "category", "delegated", "late"),
    CASES: (
        "q",
        "stage",
        "unit",
        "channel",
        "kecamatan",
        "category",
        "received_from",
        "received_to",
        "late",
    ),
}
LABELS = {
    "stage": N_("Status"),
    "unit": N_("Unit"),
    "channel": N_("Lewat"),
    "kecamatan": N_("Kecamatan"),
    "category": N_("Kategori"),
    "delegated": N_("Didelegasikan"),
    "received_from": N_("Diterima sejak"),
    "received_to": N_("Diterima sampai"),
}
DELEGATIONS = {
    Delegation.TO_ME: N_("Didelegasikan kepada unit saya"),
    Delegation.BY_ME: N_("Didelegasikan oleh unit saya"),
}
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)

Asked = Mapping[str, str]
"""Filters by their names in the URL, each with a value that there is."""


@dataclass(frozen=True)
class Choice:
    name: str
    label: str
    groups: Sequence[Group]


def asked(page: str, sent: Mapping[str, str], units: Directory, rules: Rules) -> dict[str, str]:
    """What was sent of the filters of `page`, without what is no such thing: a stale link still
    shows a list."""
    valid: dict[str, Callable[[str], bool]] = {
        "q": bool,
        "stage": _one_of(Stage),
        "unit": units.by_code.__contains__,
        "channel": _one_of(Channel),
        "kecamatan": lambda code: code in units.by_code and _is_district(code, units),
        "category": rules.policy.categories.__contains__,
        "delegated": _one_of(Delegation),
        "received_from": lambda value: _day(value) is not None,
        "received_to": lambda value: _day(value) is not None,
        "late": "1".__eq__,
    }
    given = {name: sent.get(name, "")[:LONGEST].strip() for name in NAMES[page]}
    return {name: value for name, value in given.items() if value and valid[name](value)}


def filters_of(chosen: Asked, units: Directory) -> Filters:
    """As the record asks; `q` and `delegated` go beside them."""
    unit = units.by_code.get(chosen.get("unit", ""))
    return Filters(
        stage=Stage(chosen["stage"]) if "stage" in chosen else None,
        unit=unit.path if unit else None,
        channel=Channel(chosen["channel"]) if "channel" in chosen else None,
        late=True if "late" in chosen else None,
        kecamatan=chosen.get("kecamatan"),
        category=chosen.get("category"),
        received_from=_day(chosen.get("received_from", "")),
        received_to=_day(chosen.get("received_to", "")),
    )


def url(page: str, chosen: Asked, **more: str) -> str:
    query = urlencode({name: value for name, value in {**chosen, **more}.items() if value})
    return f"/{page}?{query}" if query else f"/{page}"


def chips(page: str, chosen: Asked, units: Directory) -> list[tuple[str, str]]:
    """Each filter chosen, and the list without it."""
    return [
        (_said(name, value, units), url(page, {**chosen, name: ""}))
        for name, value in chosen.items()
    ]


def choices(page: str, units: Directory, rules: Rules) -> list[Choice]:
    """What the form of a list lets one choose from."""
    districts = [unit for unit in units.by_path.values() if unit.kind == "kecamatan"]
    options: dict[str, Callable[[], Sequence[Group]]] = {
        "stage": lambda: [Group(None, [(one, upper(_(STAGE[one]))) for one in Stage])],
        "unit": lambda: unit_groups(units.by_path.values()),
        "channel": lambda: [Group(None, [(one, _(CHANNELS[one])) for one in Channel])],
        "kecamatan": lambda: [Group(None, [(one.code, one.name) for one in districts])],
        "category": lambda: [
            Group(None, [(one, _(category_label(one))) for one in rules.policy.categories])
        ],
        "delegated": lambda: [Group(None, [(one, _(DELEGATIONS[one])) for one in Delegation])],
    }
    return [
        Choice(name, _(LABELS[name]), options[name]()) for name in NAMES[page] if name in options
    ]


def _said(name: str, value: str, units: Directory) -> str:
    match name:
        case "q":
            return f"“{value}”"
        case "stage":
            return upper(_(STAGE[Stage(value)]))
        case "channel":
            return _(CHANNELS[Channel(value)])
        case "unit" | "kecamatan":
            return units.by_code[value].name
        case "category":
            return _(category_label(value))
        case "delegated":
            return _(DELEGATIONS[Delegation(value)])
        case "late":
            return _("Terlambat")
        case _:
            return f"{_(LABELS[name])} {day(date.fromisoformat(value))}"


def _one_of(kind: Iterable[StrEnum]) -> Callable[[str], bool]:
    return {str(member) for member in kind}.__contains__


def _is_district(code: str, units: Directory) -> bool:
    return units.by_code[code].kind == "kecamatan"


def _day(value: str) -> date | None:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None
