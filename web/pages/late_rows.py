"""A late case as a row of Eskalasi shows it, with what this person may do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.actions import Instruct, OpenIdentity
from domain.calendar import local_date
from domain.case import Case
from domain.chain import Recorded
from domain.clocks import rung_time
from domain.evolve import fold
from domain.permissions import available
from domain.policy import Rules
from domain.terms import ClockName
from record.accounts import Account
from record.oversight import LateRow
from web.house import Directory
from web.pages.dates import day, hour, working_days
from web.pages.forms import Form, action_form, staff_label
from web.pages.history import TAMPERED
from web.pages.language import _, ngettext
from web.pages.rows import Row, rows_of
from web.pages.tags import upper


@dataclass(frozen=True)
class LateLine:
    """`order` is the form of an instruction, where this person may give one; `actions` are the
    words and addresses of what else they may do."""

    row: Row
    standing: str
    group: tuple[bool, int]
    """Whether it climbs today; else its level."""
    next: str = ""
    remarks: Sequence[str] = ()
    order: Form | None = None
    actions: Sequence[tuple[str, str]] = ()


def line_of(
    late: LateRow,
    recorded: Sequence[Recorded],
    account: Account,
    rules: Rules,
    units: Directory,
    now: datetime,
) -> LateLine:
    [row] = rows_of([late.case], units, rules, now)
    line = LateLine(row, upper(row.standing), (late.climbs, 0 if late.climbs else late.level))
    try:
        case = fold(late.case.complaint_id, recorded)
    except TAMPERED:  # its page and its audit say so; the others must still be seen
        return line
    kinds = available(case, account.actor, now, rules)
    url = f"/eskalasi/{row.ticket}/perintah"
    return replace(
        line,
        next=_next(case, rules, now),
        remarks=_remarks(case),
        order=action_form(Instruct, case, rules, units, url) if Instruct in kinds else None,
        actions=[
            (staff_label(kind), f"{row.url}/tindakan/{kind.name()}")
            for kind in kinds
            if kind not in (Instruct, OpenIdentity)
        ],
    )


def _next(case: Case, rules: Rules, now: datetime) -> str:
    """When the case climbs next, whatever its alarms recorded; nothing where it cannot climb."""
    clock = case.next_deadline
    if clock is None or clock.name is ClockName.DELEGATION:
        return ""
    for rung in rules.policy.ladder.rungs[clock.rungs :]:
        at = rung_time(clock, rung.after, rules.calendar)
        if at > now:
            break
    else:
        return ""
    if local_date(at) == local_date(now):
        when = {"level": rung.level, "time": hour(at)}
        return _("Naik ke tingkat %(level)s hari ini pukul %(time)s") % when
    return _("Naik ke tingkat %(level)s pada %(day)s") % {"level": rung.level, "day": day(at)}


def _remarks(case: Case) -> list[str]:
    """What a supervisor should know before doing anything."""
    found = []
    if case.instructions:
        found.append(_("Ada perintah yang belum ditindaklanjuti"))
    if case.extension:
        asked = {"days": working_days(case.extension.days)}
        found.append(_("Perpanjangan %(days)s diminta") % asked)
    if case.returns:
        returned = ngettext(
            "Dikembalikan unit %(n)s kali", "Dikembalikan unit %(n)s kali", case.returns
        )
        found.append(returned % {"n": case.returns})
    return found
