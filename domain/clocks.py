"""A clock: a limit that runs from a start, may pause, may be extended, and ends at a due time.

Counting (docs/domain.md): day 0 is the local date of the start, the n-th working day after it is
the due date, due at the close of business. A pause from date P to date R moves the due date by the
working days in (P, R], also where P is the due date itself; an extension adds working days. Nothing
here reads a clock: every moment is passed in.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil

from domain.base import Value
from domain.calendar import ONE_DAY, SATURDAY, Calendar, local_date
from domain.policy import Limit, Measure
from domain.terms import ClockName


class DayOff(Value):
    day: date
    name: str


class Deadline(Value):
    """A due time with the arithmetic that explains it and the versions it was counted under."""

    due_at: datetime
    limit: Limit
    added: int = 0
    """Working days of extension."""
    paused: int = 0
    """Working days lost to pauses."""
    skipped: tuple[DayOff, ...] = ()
    """The named days off passed over; weekends go without saying."""
    policy: int
    calendar: int


class Pause(Value):
    """The dates in (since, until] do not count; an open pause has no `until` yet."""

    since: datetime
    until: datetime | None = None
    by: str
    """The actor who asked the reporter."""

    def holds(self, day: date) -> bool:
        """Whether the pause is over and `day` was lost to it."""
        return self.until is not None and local_date(self.since) < day <= local_date(self.until)


class Clock(Value):
    name: ClockName
    started_at: datetime
    deadline: Deadline
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    reminded_at: datetime | None = None
    """When the last reminder was due."""
    rungs: int = 0
    """Steps of the ladder already taken; the first is the breach."""
    level: int = 0

    @property
    def running(self) -> bool:
        """Neither stopped nor paused: its alarms ring."""
        return self.stopped_at is None and not self.paused

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def due_at(self) -> datetime:
        return self.deadline.due_at


class Day(StrEnum):
    """How a day between start and due date was counted."""

    COUNTED = "counted"
    ADDED = "added"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"


class Segment(Value):
    """Consecutive days counted alike; `first` and `last` included."""

    first: date
    last: date
    kind: Day
    name: str | None = None
    """The holiday's name, or who paused."""
    days: int


def count_deadline(
    started_at: datetime,
    limit: Limit,
    calendar: Calendar,
    policy: int,
    *,
    added: int = 0,
    pauses: tuple[Pause, ...] = (),
) -> Deadline:
    """The due time of a clock; a pause moves it once it is over."""
    if limit.measure is Measure.HOURS:
        due_at = started_at + timedelta(hours=limit.n)
        return Deadline(due_at=due_at, limit=limit, policy=policy, calendar=calendar.version)
    paused, skipped, due = 0, [], local_date(started_at)
    for day, kind, name in walk(started_at, limit.n + added, added, pauses, calendar):
        due = day
        paused += kind is Day.PAUSED
        if kind is Day.HOLIDAY:
            skipped.append(DayOff(day=day, name=name or ""))
    return Deadline(
        due_at=calendar.closes_at(due),
        limit=limit,
        added=added,
        paused=paused,
        skipped=tuple(skipped),
        policy=policy,
        calendar=calendar.version,
    )


def walk(
    started_at: datetime,
    total: int,
    added: int,
    pauses: tuple[Pause, ...],
    calendar: Calendar,
) -> Iterator[tuple[date, Day, str | None]]:
    """Each day after the start as it was counted, to the due date.

    That is the day on which `total` days have counted, the last `added` of them the extension; a
    pause that began on it before its close moves it on.
    """
    day, counted = local_date(started_at), 0
    while counted < total:
        day += ONE_DAY
        if passed := _passed_over(day, pauses, calendar):
            yield day, *passed
        else:
            counted += 1
            yield day, Day.ADDED if counted > total - added else Day.COUNTED, None
    due = _paused_on(day, pauses, calendar)
    while day < due:
        day += ONE_DAY
        if passed := _passed_over(day, pauses, calendar):
            yield day, *passed


def _passed_over(
    day: date, pauses: tuple[Pause, ...], calendar: Calendar
) -> tuple[Day, str | None] | None:
    """Why the day does not count; None where it does."""
    if day.weekday() >= SATURDAY:
        return Day.WEEKEND, None
    if day in calendar.days_off:
        return Day.HOLIDAY, calendar.days_off[day]
    for pause in pauses:
        if pause.holds(day):
            return Day.PAUSED, pause.by
    return None


def _paused_on(due: date, pauses: tuple[Pause, ...], calendar: Calendar) -> date:
    """Where the due date moves by the pauses that began on it, before its close."""
    for pause in pauses:
        on_it = local_date(pause.since) == due and pause.since < calendar.closes_at(due)
        if on_it and pause.until is not None:
            lost = calendar.working_days_between(due, local_date(pause.until))
            due = calendar.nth_working_day(due, lost) if lost else due
    return due


def ledger(clock: Clock, calendar: Calendar) -> tuple[Segment, ...]:
    """Every day from start to due date, in runs counted alike; working-day clocks only.

    `calendar` must be the version that the deadline names.
    """
    segments: list[Segment] = []
    for day, kind, name in _days(clock, calendar):
        last = segments[-1] if segments else None
        if last and (last.kind, last.name) == (kind, name):
            segments[-1] = last.model_copy(update={"last": day, "days": last.days + 1})
        else:
            segments.append(Segment(first=day, last=day, kind=kind, name=name, days=1))
    return tuple(segments)


def reminder_times(clock: Clock, calendar: Calendar) -> tuple[datetime, ...]:
    """The opening of business of working days ceil(n/2) and ceil(4n/5), before the due date."""
    days = counted_days(clock, calendar)
    total = len(days)
    marks = sorted({ceil(total / 2), ceil(4 * total / 5)} - {total})
    return tuple(calendar.opens_at(days[mark - 1]) for mark in marks)


def counted_days(clock: Clock, calendar: Calendar) -> tuple[date, ...]:
    """The days that count from start to due date; none for a clock of hours."""
    counts = (Day.COUNTED, Day.ADDED)
    return tuple(day for day, kind, _ in _days(clock, calendar) if kind in counts)


def _days(clock: Clock, calendar: Calendar) -> Iterator[tuple[date, Day, str | None]]:
    limit, added = clock.deadline.limit, clock.deadline.added
    if limit.measure is Measure.HOURS:
        return iter(())
    return walk(clock.started_at, limit.n + added, added, clock.pauses, calendar)


def rung_time(clock: Clock, after: int, calendar: Calendar) -> datetime:
    """When the step `after` working days past the breach is due, days paused since not counting."""
    if after == 0:
        return clock.due_at
    *_, (day, _, _) = walk(clock.due_at, after, 0, clock.pauses, calendar)
    return calendar.closes_at(day)
