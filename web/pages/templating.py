"""Answer templates: what fills one in, and which ones an answer may begin with."""

import re
from collections.abc import Mapping, Sequence

from domain.terms import Role
from domain.units import ROOT
from record.accounts import Account
from record.answer_templates import AnswerTemplate, templates_for
from web.house import Directory, House
from web.pages.forms import Group
from web.pages.language import N_, _
from web.viewing import Viewed

TEMPLATE = "template"
"""The field of an answer's form that chooses one."""
PLACEHOLDERS = {
    "tiket": N_("nomor aduan"),
    "judul": N_("judul laporan"),
    "unit": N_("nama unit yang menjawab"),
}
"""What stands for it in a template, and what it becomes."""
FOUND = re.compile(r"\{([^{}\n]*)\}")


def unknown_placeholders(body: str) -> list[str]:
    return [name for name in FOUND.findall(body) if name not in PLACEHOLDERS]


def filled(template: AnswerTemplate, viewed: Viewed, units: Directory) -> str:
    """Its text about this case, in one pass: what a reporter wrote is never taken for a
    placeholder."""
    case = viewed.case
    words: Mapping[str, str] = {
        "tiket": viewed.file.ticket,
        "judul": viewed.file.title or "",
        "unit": units.name(case.delegate or case.unit) or "",
    }
    return FOUND.sub(lambda found: words.get(found[1], found[0]), template.body)


async def offered(house: House, viewed: Viewed) -> Sequence[Group]:
    """Those of the unit that answers first, then those of the units above it; one statement."""
    unit = viewed.case.delegate or viewed.case.unit
    if unit is None:
        return ()
    units = await house.directory()
    found = await templates_for(house.engine, unit)
    return [
        Group(place(path, units), [(str(one.id), one.name) for one in found if one.unit == path])
        for path in dict.fromkeys(one.unit for one in found)
    ]


def place(unit: str, units: Directory) -> str:
    """Whose template it is, for people."""
    return _("Semua unit") if unit == ROOT else units.name(unit) or unit


def looked_after(account: Account) -> list[str]:
    """The units whose templates this person keeps: a coordinator all, a unit's admin their own and
    those below."""
    if account.actor.holds(Role.COORDINATOR):
        return [ROOT]
    return list(account.actor.units_as(Role.UNIT_ADMIN))
