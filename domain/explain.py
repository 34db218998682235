"""A deadline in words for people (Indonesian): how it was counted."""

from datetime import date, datetime

from domain.calendar import WIB, local_date
from domain.clocks import Deadline
from domain.policy import Limit, Measure

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
SHORT_MONTHS = tuple("Agu" if month == "Agustus" else month[:3] for month in MONTHS)


def long_date(day: date) -> str:
    """`17 Maret 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """`17 Mar`."""
    return f"{day.day} {SHORT_MONTHS[day.month - 1]}"


def clock_time(moment: datetime) -> str:
    """`16.00`, as the clock shows it in Purbalingga."""
    return moment.astimezone(WIB).strftime("%H.%M")


def explain(deadline: Deadline, started_at: datetime) -> str:
    """The arithmetic of a due time: `5 hari kerja sejak 17 Maret 2026; dilewati: 18 Mar …`."""
    since = long_date(local_date(started_at))
    if deadline.limit.measure is Measure.HOURS:
        since += f" pukul {clock_time(started_at)}"
    parts = [f"{_amount(deadline.limit)} sejak {since}"]
    if deadline.skipped:
        named = (f"{short_date(off.day)} {off.name}".rstrip() for off in deadline.skipped)
        parts.append(f"dilewati: {', '.join(named)}")
    if deadline.added:
        parts.append(f"ditambah {deadline.added} hari kerja perpanjangan")
    if deadline.paused:
        parts.append(f"dijeda {deadline.paused} hari kerja")
    return "; ".join(parts)


def _amount(limit: Limit) -> str:
    if limit.measure is Measure.WORKING_DAYS:
        return f"{limit.n} hari kerja"
    days, hours = divmod(limit.n, 24)
    return f"{days} hari" if days > 1 and not hours else f"{limit.n} jam"
