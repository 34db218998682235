"""What the system does when a clock's time has come; an alarm is an action like any other."""

from domain import actions as a
from domain import events as e
from domain.alarms import reminder_at, rung_at
from domain.decisions.base import NOT_DUE, Context, Outcome, decide_on
from domain.terms import ClockName


@decide_on.register
def _(action: a.Remind, ctx: Context) -> Outcome:
    due_at = reminder_at(ctx.case, action.clock, ctx.rules)
    if due_at is None or ctx.now < due_at:
        return NOT_DUE
    return [e.Reminded(**ctx.stamp, clock=action.clock, due_at=due_at)]


@decide_on.register
def _(action: a.Breach, ctx: Context) -> Outcome:
    due = rung_at(ctx.case, action.clock, ctx.rules)
    if due is None or ctx.now < due.at or ctx.case.clocks[action.clock].rungs:
        return NOT_DUE
    return [e.Breached(**ctx.stamp, clock=action.clock, level=due.level, due_at=due.at)]


@decide_on.register
def _(action: a.Escalate, ctx: Context) -> Outcome:
    due = rung_at(ctx.case, action.clock, ctx.rules)
    if due is None or ctx.now < due.at or not ctx.case.clocks[action.clock].rungs:
        return NOT_DUE
    return [e.Escalated(**ctx.stamp, clock=action.clock, level=due.level, due_at=due.at)]


@decide_on.register
def _(action: a.Close, ctx: Context) -> Outcome:
    if ctx.case.lead:
        return [e.Closed(**ctx.stamp, with_lead=True, clocks=ctx.ended())]
    if not ctx.is_due(ClockName.REPORTER_SAY):
        return NOT_DUE
    return [e.Closed(**ctx.stamp, clocks=ctx.ended())]
