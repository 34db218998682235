"""Reports of a portal that the house does not ask by itself, typed in one after the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from domain.terms import Channel
from record.accounts import Account
from record.portals.state import Mode, portals
from record.portals.taking import Outcome
from web.filing import SentComplaint
from web.house import House
from web.pages.language import N_, _
from web.taking import take_in_typed

TOLD = (Channel.LOKET, Channel.MEDSOS)
"""Ways in that are no portal."""
NUMBER, SP4N_NUMBER = "external_id", "sp4n_id"
LONGEST = 60

NUMBER_REQUIRED = N_("Tulis nomor laporan ini di portal.")
TOO_LONG = N_("Paling banyak %(most)s huruf.")
NUMBER_HINT = N_("Hanya untuk laporan dari portal, seperti 1916449 atau LGWP04350955.")
SP4N_HINT = N_("Kalau laporan di portal itu menyebutnya: keduanya menjadi satu aduan.")


@dataclass(frozen=True)
class Done:
    """What became of the report that was typed in before."""

    words: str
    ticket: str


DONE = {
    Outcome.NEW: N_("Tercatat sebagai aduan baru."),
    Outcome.JOINED: N_("Aduan ini sudah masuk lewat portal lain; keduanya kini satu aduan."),
    Outcome.CHANGED: N_("Nomor portal ini sudah tercatat; tidak ada yang ditambahkan."),
    Outcome.KNOWN: N_("Nomor portal ini sudah tercatat; tidak ada yang ditambahkan."),
}
TICKET = re.compile(r"MB-\d{4}-\d{6,}")


def done_of(outcome: str, ticket: str) -> Done | None:
    if outcome not in DONE or not TICKET.fullmatch(ticket):
        return None
    return Done(_(DONE[Outcome(outcome)]), ticket)


async def channels(house: House) -> Sequence[Channel]:
    """Told to us, or read in a portal that the house does not ask by itself."""
    found = await portals(house.engine)
    return (*TOLD, *(Channel(one.code) for one in found if one.mode is not Mode.API))


def numbers(offered: Sequence[Channel]) -> Sequence[tuple[str, str, str]]:
    """Fields for a portal's report: name, label, hint; none where no portal is offered."""
    if set(offered) <= set(TOLD):
        return ()
    return (
        (NUMBER, _("Nomor laporan di portal"), _(NUMBER_HINT)),
        (SP4N_NUMBER, _("Nomor SP4N-LAPOR!"), _(SP4N_HINT)),
    )


def number_faults(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    if typed.get("channel", "") in ("", *TOLD):
        return []
    faults = [
        (name, _(TOO_LONG) % {"most": LONGEST})
        for name in (NUMBER, SP4N_NUMBER)
        if len(typed.get(name, "").strip()) > LONGEST
    ]
    if not typed.get(NUMBER, "").strip():
        faults.append((NUMBER, _(NUMBER_REQUIRED)))
    return faults


async def take_in(
    house: House,
    account: Account,
    sent: SentComplaint,
    portal: Channel,
    typed: Mapping[str, str],
    files: Sequence[UUID],
) -> Response:
    """And on to the next of that portal: its reporter follows it there, and needs no receipt."""
    number, sp4n = typed[NUMBER].strip(), typed.get(SP4N_NUMBER, "").strip()
    same_as = (str(Channel.SP4N), sp4n) if sp4n and portal is not Channel.SP4N else None
    taken = await take_in_typed(house, sent, portal, number, same_as, files, account.actor)
    there = urlencode({"lewat": portal, "hasil": taken.outcome, "tiket": taken.ticket})
    return RedirectResponse(f"/catat?{there}", 303)
