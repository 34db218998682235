"""Moments as people read them, in Purbalingga's time."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from babel.dates import format_date, format_time

from domain.calendar import ONE_DAY, WIB, Calendar, local_date
from web.pages.language import N_, _, language, ngettext


def moment(at: datetime | str) -> str:
    """`24 November 2026 pukul 16.05 WIB`; also of the record's own `2026-11-24T09:05:00…Z`."""
    local = _local(at)
    return _("%(date)s pukul %(time)s WIB") % {"date": day(local.date()), "time": hour(local)}


def day(on: date | datetime) -> str:
    """`24 November 2026`."""
    if isinstance(on, datetime):
        on = local_date(on)
    return format_date(on, "d MMMM y", locale=language())


def hour(at: datetime) -> str:
    """`16.05`."""
    return format_time(_local(at).time(), _("HH.mm"), locale=language())


def working_days(n: int) -> str:
    return ngettext("%(n)s hari kerja", "%(n)s hari kerja", n) % {"n": n}


def machine(at: datetime | str) -> str:
    """For `<time datetime>`."""
    return _local(at).isoformat(timespec="seconds")


def _local(at: datetime | str) -> datetime:
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(WIB)


def standing(due_at: datetime, now: datetime, calendar: Calendar) -> str:
    """How a deadline stands: `sisa 2 hari kerja`, `hari ini pukul 16.00`, `terlambat …`."""
    days = _days_left(due_at, now, calendar)
    if now >= due_at and days < 0:
        late = ngettext("terlambat %(n)s hari kerja", "terlambat %(n)s hari kerja", -days)
        return late % {"n": -days}
    if now >= due_at:
        return _("terlambat sejak pukul %(time)s") % {"time": hour(due_at)}
    if local_date(due_at) == local_date(now):
        return _("berakhir hari ini pukul %(time)s") % {"time": hour(due_at)}
    if days == 0:
        return _("kurang dari 1 hari kerja")
    return ngettext("sisa %(n)s hari kerja", "sisa %(n)s hari kerja", days) % {"n": days}


class Urgency(StrEnum):
    """The groups of an inbox, most urgent first."""

    VERY_LATE = N_("Sangat terlambat")
    LATE = N_("Terlambat")
    TODAY = N_("Jatuh tempo hari ini")
    SOON = N_("Paling lama 2 hari kerja lagi")
    LATER = N_("Nanti")


SOON_DAYS = 2


def urgency(
    due_at: datetime | None, now: datetime, calendar: Calendar, very_late_after: int
) -> Urgency:
    """`very_late_after`: working days after which somebody higher up has been told."""
    if due_at is None:
        return Urgency.LATER
    days = _days_left(due_at, now, calendar)
    if now >= due_at:
        return Urgency.VERY_LATE if -days >= very_late_after else Urgency.LATE
    if local_date(due_at) == local_date(now):
        return Urgency.TODAY
    return Urgency.SOON if days <= SOON_DAYS else Urgency.LATER


def urgency_bounds(
    now: datetime, calendar: Calendar, very_late_after: int
) -> tuple[datetime, datetime, datetime, datetime]:
    """Where each group of `Urgency` but the last ends: what is due before that belongs to it or to
    one before it."""
    today = local_date(now)
    very_late = soon = today
    while -calendar.working_days_between(today, very_late) < very_late_after:
        very_late -= ONE_DAY
    while calendar.working_days_between(today, soon + ONE_DAY) <= SOON_DAYS:
        soon += ONE_DAY
    just_past = now + timedelta(microseconds=1)
    return (
        min(_end_of(very_late), just_past),
        just_past,
        max(_end_of(today), just_past),
        max(_end_of(soon), just_past),
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + ONE_DAY, time(), WIB)


def _days_left(due_at: datetime, now: datetime, calendar: Calendar) -> int:
    """Working days from today to the due date; negative past it."""
    return calendar.working_days_between(local_date(now), local_date(due_at))
