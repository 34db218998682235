"""The ways on top of every page, by what somebody may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.terms import Role
from record.accounts import Account
from web.pages.language import N_, _

Way = tuple[str, str]
"""Where to, and its words."""

TASKS: Way = ("/tugas", N_("Tugas saya"))
CASES: Way = ("/aduan", N_("Semua aduan"))
TYPE_IN: Way = ("/catat", N_("Catat aduan"))
ESCALATIONS: Way = ("/eskalasi", N_("Eskalasi"))
AUDIT: Way = ("/audit", N_("Audit"))
PORTALS: Way = ("/portal", N_("Portal"))
SETTINGS: Way = ("/pengaturan", N_("Pengaturan"))
ACCOUNT: Way = ("/akun", N_("Akun"))

OF_ROLE = {
    Role.COORDINATOR: (TASKS, CASES, TYPE_IN, ESCALATIONS, PORTALS),
    Role.UNIT_ADMIN: (TASKS, CASES, TYPE_IN),
    Role.UNIT_HEAD: (TASKS, CASES, ESCALATIONS),
    Role.SUPERVISOR: (ESCALATIONS, CASES, PORTALS),
    Role.AUDITOR: (AUDIT, CASES, PORTALS),
    Role.ADMINISTRATOR: (SETTINGS, PORTALS),
}
"""Whoever holds several roles has all their ways, each once, in this order."""

OF_PUBLIC: tuple[Way, ...] = (
    ("/lapor", N_("Lapor")),
    ("/lacak", N_("Lacak")),
    ("/publik", N_("Aduan publik")),
    ("/masuk", N_("Masuk petugas")),
)


@dataclass(frozen=True)
class Link:
    url: str
    words: str
    current: str = ""
    """For `aria-current`: `page` on that page, `true` on one below it."""


def navigation(account: Account | None, here: str) -> Sequence[Link]:
    """The first link is where this person begins, unless it is a citizen, who begins at `/`."""
    ways = _ways(account) if account else OF_PUBLIC
    return [Link(url, _(words), _current(url, here)) for url, words in ways]


def _ways(account: Account) -> Sequence[Way]:
    held = [way for role, ways in OF_ROLE.items() if account.actor.holds(role) for way in ways]
    return tuple(dict.fromkeys((*held, ACCOUNT)))


def _current(url: str, here: str) -> str:
    if here == url:
        return "page"
    return "true" if here.startswith(f"{url}/") else ""
