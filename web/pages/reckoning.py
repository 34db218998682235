"""How a deadline was counted, in the reader's language; in Indonesian as domain.explain says it."""

from datetime import date

from babel.dates import format_date

from domain.calendar import local_date
from domain.clocks import Clock, Deadline
from domain.explain import short_date
from domain.policy import Limit, Measure
from web.pages.dates import day, hour, working_days
from web.pages.language import SOURCE, _, language, ngettext


def reckoning(clock: Clock) -> str:
    """With the versions of the rules, where days were counted by them."""
    deadline = clock.deadline
    said = counted(clock)
    if deadline.limit.measure is not Measure.WORKING_DAYS:
        return said
    versions = _("aturan versi %(policy)s, kalender versi %(calendar)s") % {
        "policy": deadline.policy,
        "calendar": deadline.calendar,
    }
    return f"{said}; {versions}"


def counted(clock: Clock) -> str:
    """`5 hari kerja sejak 17 Maret 2026; dilewati: 18 Mar …`."""
    deadline = clock.deadline
    since = {"amount": _amount(deadline.limit), "date": day(local_date(clock.started_at))}
    if deadline.limit.measure is Measure.HOURS:
        since["time"] = hour(clock.started_at)
        parts = [_("%(amount)s sejak %(date)s pukul %(time)s") % since]
    else:
        parts = [_("%(amount)s sejak %(date)s") % since]
    if deadline.skipped:
        parts.append(_("dilewati: %(days)s") % {"days": _skipped(deadline)})
    if deadline.added:
        added = {"days": working_days(deadline.added)}
        parts.append(_("ditambah %(days)s perpanjangan") % added)
    if deadline.paused:
        parts.append(_("dijeda %(days)s") % {"days": working_days(deadline.paused)})
    return "; ".join(parts)


def _amount(limit: Limit) -> str:
    if limit.measure is Measure.WORKING_DAYS:
        return working_days(limit.n)
    days, hours = divmod(limit.n, 24)
    if days > 1 and not hours:
        return ngettext("%(n)s hari", "%(n)s hari", days) % {"n": days}
    return ngettext("%(n)s jam", "%(n)s jam", limit.n) % {"n": limit.n}


def _short(on: date) -> str:
    """`17 Mar`; the domain's own months in Indonesian, which the record and the API say too."""
    if language() == SOURCE:
        return short_date(on)
    return format_date(on, "d MMM", locale=language())


def _skipped(deadline: Deadline) -> str:
    """The names of holidays are the calendar's own, in any language."""
    return ", ".join(f"{_short(off.day)} {off.name}".rstrip() for off in deadline.skipped)
