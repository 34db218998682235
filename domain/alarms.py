"""When a case wakes by itself, and for what."""

from datetime import datetime

from domain import actions as a
from domain.base import Value
from domain.case import Case
from domain.clocks import Clock, reminder_times, rung_time
from domain.policy import Rules
from domain.terms import ArchiveReason, ClockName


class Alarm(Value):
    """At `at`, the system asks `action` of the case."""

    at: datetime
    action: a.Action


class RungDue(Value):
    at: datetime
    level: int


SILENCE = {
    ClockName.REPORTER_INFO: a.Archive(reason=ArchiveReason.INCOMPLETE),
    ClockName.REPORTER_SAY: a.Close(),
}
"""What the end of a clock on the reporter does instead of climbing a ladder."""


def next_alarm(case: Case, now: datetime, rules: Rules) -> Alarm | None:
    """The next thing to happen by itself; None for an ended case or one that follows a lead.

    It may lie in the past, when the engine was away: it is due at once then.
    """
    alarms = [
        alarm
        for clock in case.ticking
        if clock.name is not ClockName.REOPEN_WINDOW
        for alarm in _alarms(case, clock, now, rules)
    ]
    return min(alarms, key=lambda alarm: alarm.at, default=None)


def _alarms(case: Case, clock: Clock, now: datetime, rules: Rules) -> list[Alarm]:
    """The next reminder and the next end or step of one clock."""
    alarms = []
    remind_at = reminder_at(case, clock.name, rules)
    if remind_at is not None and now < clock.due_at:
        alarms.append(Alarm(at=remind_at, action=a.Remind(clock=clock.name)))
    if clock.name in SILENCE:
        alarms.append(Alarm(at=clock.due_at, action=SILENCE[clock.name]))
    elif rung := rung_at(case, clock.name, rules):
        kind = a.Escalate if clock.rungs else a.Breach
        alarms.append(Alarm(at=rung.at, action=kind(clock=clock.name)))
    return alarms


def reminder_at(case: Case, name: ClockName, rules: Rules) -> datetime | None:
    """When the next reminder of that clock is due; None when there is none to come."""
    clock = case.clock(name)
    if clock is None or clock.paused or clock.rungs:
        return None
    sent = clock.reminded_at
    times = reminder_times(clock, rules.calendar)
    return next((at for at in times if sent is None or at > sent), None)


def rung_at(case: Case, name: ClockName, rules: Rules) -> RungDue | None:
    """The next step of that clock's ladder, the breach first; None when it has no further."""
    clock = case.clock(name)
    if clock is None or clock.paused or name in SILENCE or name is ClockName.REOPEN_WINDOW:
        return None
    rung = rules.policy.ladder_of(name).rung(clock.rungs)
    if rung is None:
        return None
    return RungDue(at=rung_time(clock, rung.after, rules.calendar), level=rung.level)
