"""Due times, pauses, extensions, reminders and the ladder, counted beside numpy's busday_offset."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, local_date
from domain.clocks import (
    Clock,
    Day,
    Pause,
    count_deadline,
    ledger,
    reminder_times,
    rung_time,
)
from domain.policy import Limit, Measure
from domain.terms import ClockName
from tests.domain.cast import CALENDAR, DAYS_OFF
from tests.domain.life import at, moments, shown

starts = moments("2024-01-01", "2026-12-31")
limits = st.integers(1, 60)


def offset(day: date, n: int, days_off: dict[date, str] = DAYS_OFF) -> date:
    """numpy's word for the n-th working day after `day`."""
    off = np.array(sorted(days_off), dtype="datetime64[D]")
    return date.fromisoformat(str(np.busday_offset(day, n, roll="backward", holidays=off)))


def working_days(after: date, until: date) -> int:
    """numpy's word for the working days in (after, until]."""
    off = np.array(sorted(DAYS_OFF), dtype="datetime64[D]")
    return int(np.busday_count(after + timedelta(1), until + timedelta(1), holidays=off))


def clock(
    start: datetime,
    n: int,
    *,
    added: int = 0,
    pauses: tuple[Pause, ...] = (),
    calendar: Calendar = CALENDAR,
) -> Clock:
    deadline = count_deadline(start, Limit(n=n), calendar, 1, added=added, pauses=pauses)
    return Clock(name=ClockName.ANSWER, started_at=start, deadline=deadline, pauses=pauses)


@dataclass(frozen=True)
class Paused:
    """A clock that was paused while it ran, and how far each pause must have moved it."""

    clock: Clock
    moved: int


@st.composite
def paused_clocks(draw: st.DrawFn) -> Paused:
    """Pauses one after another, each begun while the clock still runs, by the rule's own words."""
    start, n, added = draw(starts), draw(limits), draw(st.integers(0, 20))
    due, since, pauses, moved = offset(local_date(start), n + added), start, [], 0
    for _ in range(draw(st.integers(0, 4))):
        left = int((CALENDAR.closes_at(due) - since).total_seconds() // 60)
        if left <= 1:
            break
        since += timedelta(minutes=draw(st.integers(0, left - 1)))
        until = since + timedelta(minutes=draw(st.integers(0, 40 * 24 * 60)))
        pauses.append(Pause(since=since, until=until, by="account:x"))
        lost = working_days(local_date(since), local_date(until))
        moved, due, since = moved + lost, offset(due, lost) if lost else due, until
    return Paused(clock(start, n, added=added, pauses=tuple(pauses)), moved)


@given(start=starts, n=limits, added=st.integers(0, 60))
def test_due_at_the_close_of_the_nth_working_day(start: datetime, n: int, added: int) -> None:
    due = offset(local_date(start), n + added)

    assert clock(start, n, added=added).due_at == CALENDAR.closes_at(due)


@given(paused=paused_clocks())
def test_a_pause_moves_the_due_date_by_its_working_days(paused: Paused) -> None:
    """Also one that begins on the due date itself."""
    limit, added = paused.clock.deadline.limit.n, paused.clock.deadline.added
    unpaused = offset(local_date(paused.clock.started_at), limit + added)

    assert local_date(paused.clock.due_at) == offset(unpaused, paused.moved)
    assert paused.clock.deadline.paused == paused.moved


@given(paused=paused_clocks())
def test_the_ledger_adds_up_to_the_due_date(paused: Paused) -> None:
    """Each day from start to due date exactly once; what counts is the limit and the extension."""
    line = ledger(paused.clock, CALENDAR)
    days = [s.first + timedelta(k) for s in line for k in range(s.days)]
    due, start = local_date(paused.clock.due_at), local_date(paused.clock.started_at)

    assert days == [start + timedelta(k + 1) for k in range((due - start).days)]
    assert all(segment.last == segment.first + timedelta(segment.days - 1) for segment in line)
    of = {kind: sum(s.days for s in line if s.kind is kind) for kind in Day}
    assert of[Day.COUNTED] == paused.clock.deadline.limit.n
    assert of[Day.ADDED] == paused.clock.deadline.added
    assert of[Day.PAUSED] == paused.clock.deadline.paused
    assert of[Day.HOLIDAY] == len(paused.clock.deadline.skipped)
    assert all(DAYS_OFF[off.day] == off.name for off in paused.clock.deadline.skipped)


@given(start=starts, n=limits, dates=st.lists(st.integers(0, 120), max_size=8))
def test_a_calendar_changed_on_the_way_counts_from_the_same_start(
    start: datetime, n: int, dates: list[int]
) -> None:
    """Days off come and go; what runs is counted anew as if it had always been so."""
    changed = dict(DAYS_OFF)
    for day in (local_date(start) + timedelta(k) for k in dates):
        if changed.pop(day, None) is None:
            changed[day] = "Libur Baru"
    calendar = Calendar(version=2, days_off=changed)

    moved = clock(start, n, calendar=calendar)

    assert moved.due_at == calendar.closes_at(offset(local_date(start), n, changed))
    assert moved.deadline.calendar == 2


@given(start=starts, n=limits, added=st.integers(0, 60))
def test_reminders_come_at_the_opening_of_two_working_days(
    start: datetime, n: int, added: int
) -> None:
    total, day = n + added, local_date(start)
    marks = sorted({ceil(total / 2), ceil(total * 4 / 5)})
    expected = [CALENDAR.opens_at(offset(day, mark)) for mark in marks if mark < total]

    assert list(reminder_times(clock(start, n, added=added), CALENDAR)) == expected


@given(paused=paused_clocks(), after=st.integers(1, 20))
def test_the_ladder_climbs_by_working_days_after_the_breach(paused: Paused, after: int) -> None:
    due = local_date(paused.clock.due_at)

    assert rung_time(paused.clock, 0, CALENDAR) == paused.clock.due_at
    assert rung_time(paused.clock, after, CALENDAR) == CALENDAR.closes_at(offset(due, after))


@given(start=starts, n=limits, k=st.integers(1, 10), wait=st.integers(0, 30))
def test_the_ladder_of_a_late_clock_waits_while_the_reporter_is_asked(
    start: datetime, n: int, k: int, wait: int
) -> None:
    late = clock(start, n)
    due = local_date(late.due_at)
    asked = late.due_at + timedelta(minutes=1)
    replied = asked + timedelta(days=wait)
    pauses = (Pause(since=asked, until=replied, by="account:x"),)

    resumed = clock(start, n, pauses=pauses)

    assert resumed.due_at == late.due_at
    lost = working_days(due, local_date(replied))
    assert rung_time(resumed, k, CALENDAR) == CALENDAR.closes_at(offset(due, k + lost))


@given(start=starts, n=st.integers(1, 1000))
def test_hours_are_hours_of_the_clock(start: datetime, n: int) -> None:
    limit = Limit(n=n, measure=Measure.HOURS)
    deadline = count_deadline(start, limit, CALENDAR, 1)
    of_hours = Clock(name=ClockName.FIRST_RESPONSE, started_at=start, deadline=deadline)

    assert deadline.due_at == start + timedelta(hours=n)
    assert ledger(of_hours, CALENDAR) == ()
    assert reminder_times(of_hours, CALENDAR) == ()


def test_the_ledger_of_lebaran() -> None:
    """Five working days from the day before Nyepi, with every day accounted for."""
    line = ledger(clock(at("2026-03-17"), 5), CALENDAR)

    assert [(s.first.isoformat(), s.kind.value, s.name, s.days) for s in line] == [
        ("2026-03-18", "holiday", "Cuti Bersama Hari Suci Nyepi", 1),
        ("2026-03-19", "holiday", "Hari Suci Nyepi", 1),
        ("2026-03-20", "holiday", "Cuti Bersama Hari Raya Idul Fitri", 1),
        ("2026-03-21", "weekend", None, 2),
        ("2026-03-23", "holiday", "Cuti Bersama Hari Raya Idul Fitri", 2),
        ("2026-03-25", "counted", None, 3),
        ("2026-03-28", "weekend", None, 2),
        ("2026-03-30", "counted", None, 2),
    ]


def test_asked_on_the_last_day_and_answered_three_days_later() -> None:
    """What was left of the day is left again on the day of the reply."""
    pause = Pause(since=at("2026-03-27", "10:00"), until=at("2026-04-01", "09:00"), by="account:x")

    moved = clock(at("2026-03-17"), 3, pauses=(pause,))

    assert shown(moved.due_at) == "2026-04-01 16:00"


def test_asked_after_the_close_of_the_last_day_it_is_late_all_the_same() -> None:
    pause = Pause(since=at("2026-03-27", "14:30"), until=at("2026-04-01", "09:00"), by="account:x")

    assert shown(clock(at("2026-03-17"), 3, pauses=(pause,)).due_at) == "2026-03-27 14:30"


def test_an_open_pause_moves_nothing_yet() -> None:
    pause = Pause(since=at("2026-03-25"), by="account:x")

    paused = clock(at("2026-03-17"), 3, pauses=(pause,))

    assert paused.paused
    assert shown(paused.due_at) == "2026-03-27 14:30"
