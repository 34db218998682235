"""Working days and office hours of the regency.

The calendar is data with a version (an administrator amends it when a decree does); this module
only counts. Office days and the opening hour: Perpres 21/2023. The closing hours are assumed.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone

from domain.base import Value

WIB = timezone(timedelta(hours=7), "WIB")
"""Asia/Jakarta: UTC+7 all year, no daylight saving."""

ONE_DAY = timedelta(days=1)
FRIDAY, SATURDAY = 4, 5


class Period(Value):
    """Days with another opening hour, first and last included (Ramadan)."""

    first: date
    last: date
    opening: time


class Calendar(Value):
    """Days off by name, office hours in WIB."""

    version: int
    days_off: dict[date, str] = {}
    opening: time = time(7, 30)
    closing: time = time(16, 0)
    closing_friday: time = time(14, 30)
    periods: tuple[Period, ...] = ()

    def is_working(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.days_off

    def opens_at(self, day: date) -> datetime:
        """The opening of business of `day`."""
        opening = next((p.opening for p in self.periods if p.first <= day <= p.last), self.opening)
        return datetime.combine(day, opening, WIB)

    def closes_at(self, day: date) -> datetime:
        """The close of business of `day`, when a deadline of that day ends."""
        closing = self.closing_friday if day.weekday() == FRIDAY else self.closing
        return datetime.combine(day, closing, WIB)

    def working_days_after(self, day: date) -> Iterator[date]:
        """Every working day later than `day`, in order, without end."""
        while True:
            day += ONE_DAY
            if self.is_working(day):
                yield day

    def nth_working_day(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which is day 0 whatever its hour; n >= 1."""
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n}")
        for count, working in enumerate(self.working_days_after(day), start=1):
            if count == n:
                return working
        raise AssertionError("working_days_after never ends")

    def working_days_between(self, after: date, until: date) -> int:
        """Working days in (after, until]; negative when `until` lies before `after`."""
        if until < after:
            return -self.working_days_between(until, after)
        off = sum(after < day <= until and day.weekday() < SATURDAY for day in self.days_off)
        return _weekdays_up_to(until) - _weekdays_up_to(after) - off

    def next_opening(self, moment: datetime) -> datetime:
        """`moment` itself in working hours, else the next opening of business."""
        day = local_date(moment)
        if self.is_working(day):
            if moment < self.opens_at(day):
                return self.opens_at(day)
            if moment < self.closes_at(day):
                return moment
        return self.opens_at(next(self.working_days_after(day)))


def _weekdays_up_to(day: date) -> int:
    """Mondays to Fridays from 1 January of year 1, a Monday, to `day`: no walk through the days,
    since a list asks this for each of its rows."""
    weeks, rest = divmod(day.toordinal(), 7)
    return 5 * weeks + min(rest, 5)


def local_date(moment: datetime) -> date:
    """The date in Purbalingga at `moment` (aware)."""
    return moment.astimezone(WIB).date()
