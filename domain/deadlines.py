"""Starting, stopping, pausing and moving the clocks of a case, as changes for an event to carry."""

from datetime import datetime

from domain.calendar import local_date
from domain.case import Case
from domain.clocks import Clock, count_deadline, counted_days
from domain.events import Change, ClockChange
from domain.policy import Limit, Rules
from domain.terms import Classification, ClockName

Changes = tuple[ClockChange, ...]


def start(name: ClockName, now: datetime, rules: Rules, limit: Limit | None = None) -> ClockChange:
    """The clock of that name from now on, by the policy's limit unless one is given."""
    deadline = count_deadline(
        now, limit or rules.policy.limits[name], rules.calendar, rules.policy.version
    )
    return ClockChange(clock=name, change=Change.STARTED, deadline=deadline)


def start_answer(
    classification: Classification, now: datetime, rules: Rules, *, reopened: bool = False
) -> ClockChange:
    days = (
        rules.policy.reopened_answer_days if reopened else rules.policy.answer_days[classification]
    )
    return start(ClockName.ANSWER, now, rules, Limit(n=days))


def start_delegation(answer: Clock, now: datetime, rules: Rules) -> ClockChange:
    return start(ClockName.DELEGATION, now, rules, _delegation_limit(answer, now, rules))


def stop(case: Case, *names: ClockName) -> Changes:
    """Stops those of the named clocks that have not been stopped yet."""
    return tuple(
        ClockChange(clock=name, change=Change.STOPPED) for name in names if case.clock(name)
    )


def stop_all(case: Case) -> Changes:
    return stop(case, *case.clocks)


def pause_all(case: Case) -> Changes:
    """Pauses what runs: while the reporter is asked, nobody else's time goes by."""
    return tuple(
        ClockChange(clock=clock.name, change=Change.PAUSED)
        for clock in case.clocks.values()
        if clock.running and clock.name is not ClockName.FIRST_RESPONSE
    )


def resume_all(case: Case, now: datetime, rules: Rules) -> Changes:
    """Resumes what was paused; the due times move by the working days in (asked, now]."""
    return tuple(
        _recounted(_resumed(clock, now), rules, Change.RESUMED)
        for clock in case.clocks.values()
        if clock.stopped_at is None and clock.paused
    )


def extend_answer(case: Case, days: int, rules: Rules) -> Changes:
    """The answer clock with `days` working days added, and the delegation that follows it."""
    answer = case.clocks[ClockName.ANSWER]
    return _move_answer(case, answer, answer.deadline.limit, answer.deadline.added + days, rules)


def reclassify_answer(case: Case, classification: Classification, rules: Rules) -> Changes:
    """The answer clock re-counted from its own start; after a reopening its limit stays."""
    answer = case.clock(ClockName.ANSWER)
    limit = Limit(n=rules.policy.answer_days[classification])
    if answer is None or case.reopened or answer.deadline.limit == limit:
        return ()
    return _move_answer(case, answer, limit, answer.deadline.added, rules)


def is_outdated(case: Case, rules: Rules) -> bool:
    """Whether a clock still runs to a deadline that other rules set."""
    in_force = (rules.policy.version, rules.calendar.version)
    return any(
        (clock.deadline.policy, clock.deadline.calendar) != in_force
        for clock in case.clocks.values()
        if clock.stopped_at is None
    )


def replan(case: Case, rules: Rules) -> Changes:
    """What moves when policy or calendar change: re-counted from the same start."""
    return tuple(
        change
        for clock in case.clocks.values()
        if clock.stopped_at is None
        for change in _replanned(case, clock, rules)
        if change.deadline and change.deadline.due_at != case.clocks[change.clock].due_at
    )


def _replanned(case: Case, clock: Clock, rules: Rules) -> Changes:
    if clock.name is ClockName.DELEGATION:
        return ()  # it follows the answer clock
    if clock.name is not ClockName.ANSWER:
        return (_recounted(clock, rules, Change.MOVED, rules.policy.limits[clock.name]),)
    assert case.classification is not None
    days = rules.policy.answer_days[case.classification]
    limit = Limit(n=rules.policy.reopened_answer_days if case.reopened else days)
    return _move_answer(case, clock, limit, clock.deadline.added, rules)


def _move_answer(case: Case, answer: Clock, limit: Limit, added: int, rules: Rules) -> Changes:
    """The answer clock moved, and the delegation that ends before it."""
    moved = _recounted(answer, rules, Change.MOVED, limit, added)
    assert moved.deadline is not None
    delegation = case.clock(ClockName.DELEGATION)
    if delegation is None:
        return (moved,)
    later = answer.model_copy(update={"deadline": moved.deadline})
    follows = _delegation_limit(later, delegation.started_at, rules)
    return (moved, _recounted(delegation, rules, Change.MOVED, follows))


def _delegation_limit(answer: Clock, now: datetime, rules: Rules) -> Limit:
    """The days that still count until the margin before the answer is due, at least one."""
    left = sum(day > local_date(now) for day in counted_days(answer, rules.calendar))
    return Limit(n=max(1, left - rules.policy.delegation_margin_days))


def _resumed(clock: Clock, now: datetime) -> Clock:
    *earlier, last = clock.pauses
    ended = last.model_copy(update={"until": now})
    return clock.model_copy(update={"pauses": (*earlier, ended)})


def _recounted(
    clock: Clock,
    rules: Rules,
    change: Change,
    limit: Limit | None = None,
    added: int | None = None,
) -> ClockChange:
    deadline = count_deadline(
        clock.started_at,
        limit or clock.deadline.limit,
        rules.calendar,
        rules.policy.version,
        added=clock.deadline.added if added is None else added,
        pauses=clock.pauses,
    )
    return ClockChange(clock=clock.name, change=change, deadline=deadline)
