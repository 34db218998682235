"""A portal as its pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.terms import Role
from record.accounts import Account
from record.portals import health as known
from record.portals.habit import Silence
from record.portals.quarantine import counts as quarantined
from record.portals.state import Mode, PortalState, portal, portals
from web.house import House
from web.pages.case_portals import portal_name
from web.pages.language import N_, _
from web.pages.portal_health import MODES, MODES_MEAN, Facts, Health, calls_said, health
from web.problems import Problem

READERS = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)
SWITCHERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
SEE_CASES = (Role.COORDINATOR, Role.SUPERVISOR, Role.AUDITOR)

NO_PORTAL = N_("Portal ini tidak ada.")


@dataclass(frozen=True)
class Shown:
    """`assumed`: nobody has compared the mapping with the portal's real contract yet."""

    name: str
    url: str
    facts: Facts
    assumed: bool
    connectable: bool
    """Whether the mapping says where the portal is."""
    health: Health
    mode: str
    mode_means: str
    calls: str
    silence: Silence | None
    ways: Sequence[tuple[str, str, bool, int]]
    """Its pages: words, address, whether it is this one, and how many are there."""

    by_hand: tuple[str, str] | None
    """Where a person does what the house does not: address and words."""

    @property
    def state(self) -> PortalState:
        return self.facts.state


def may_switch(account: Account) -> bool:
    return any(account.actor.holds(role) for role in SWITCHERS)


def sees_cases(account: Account) -> bool:
    """What waits to be delivered tells of cases, which an administrator does not see."""
    return any(account.actor.holds(role) for role in SEE_CASES)


async def portals_shown(house: House, account: Account) -> list[Shown]:
    """Five statements, however many there are."""
    states = await portals(house.engine)
    return await _shown(house, account, states, "")


async def portal_shown(house: House, account: Account, code: str, here: str = "") -> Shown:
    """`here`: which of its pages. Five statements. Raises Problem 404."""
    one = await portal(house.engine, code) if code in house.portals else None
    if one is None:
        raise Problem(404, NO_PORTAL)
    return (await _shown(house, account, [one], here))[0]


async def _shown(
    house: House, account: Account, states: Sequence[PortalState], here: str
) -> list[Shown]:
    now, engine = house.now, house.engine
    calls = await known.calls(engine, [one.code for one in states], now)
    undelivered = await known.undelivered(engine)
    kept = await quarantined(engine)
    arrivals = await known.arrivals(engine, now)
    found = [
        Facts(
            one,
            calls.get(one.code, known.NO_CALLS),
            undelivered.get(one.code, known.NOTHING_UNDELIVERED),
            kept.get(one.code, 0),
            arrivals.get(one.code),
        )
        for one in states
        if one.code in house.portals
    ]
    return [_one(house, account, facts, now, here) for facts in found]


def _one(house: House, account: Account, facts: Facts, now: datetime, here: str) -> Shown:
    state, mapping = facts.state, house.portals[facts.state.code]
    url = f"/portal/{state.code}"
    undone = facts.undelivered.waiting + facts.undelivered.refused
    ways = [(_("Ringkasan"), url, here == "", 0)]
    if sees_cases(account):
        ways.append((_("Kiriman"), f"{url}/kiriman", here == "kiriman", undone))
    ways.append((_("Karantina"), f"{url}/karantina", here == "karantina", facts.quarantined))
    return Shown(
        name=portal_name(state.code),
        url=url,
        facts=facts,
        assumed=mapping.assumed,
        connectable=mapping.address is not None,
        health=health(facts, now),
        mode=_(MODES[state.mode]),
        mode_means=_(MODES_MEAN[state.mode]),
        calls=calls_said(facts.calls),
        silence=facts.silence(now),
        ways=ways,
        by_hand=_by_hand(state.mode, account),
    )


def _by_hand(mode: Mode, account: Account) -> tuple[str, str] | None:
    if not account.actor.holds(Role.COORDINATOR):
        return None
    ways = {
        Mode.RELAY: ("/relai", _("Buka meja relai")),
        Mode.FILE: ("/impor", _("Buka impor dan ekspor")),
    }
    return ways.get(mode)
