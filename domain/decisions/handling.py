"""The unit at work: acceptance, delegation, progress, extension, answer and its approval."""

from domain import actions as a
from domain import deadlines
from domain import events as e
from domain.decisions.base import Context, Outcome, decide_on
from domain.permissions import Refused
from domain.policy import Approver
from domain.sentences import Said
from domain.terms import Classification, ClockName, Stage
from domain.units import covers, is_below


@decide_on.register
def _(action: a.Accept, ctx: Context) -> Outcome:
    return [_accepted(ctx)]


def _accepted(ctx: Context) -> e.Accepted:
    return e.Accepted(**ctx.stamp, clocks=ctx.stop(ClockName.FOLLOW_UP))


@decide_on.register
def _(action: a.Return, ctx: Context) -> Outcome:
    delegated = ctx.case.delegate is not None
    ended = ClockName.DELEGATION if delegated else ClockName.FOLLOW_UP
    return [
        e.Returned(
            **ctx.typed,
            delegated=delegated,
            suggested_unit=action.suggested_unit,
            clocks=ctx.stop(ended),
        )
    ]


@decide_on.register
def _(action: a.Delegate, ctx: Context) -> Outcome:
    if ctx.case.unit is None or not is_below(action.unit, ctx.case.unit):
        return Refused("field", "Delegasi hanya dapat diberikan kepada unit di bawah unit Anda.")
    if fault := ctx.routing_fault(action.unit, ctx.case.reported_unit):
        return fault
    started = deadlines.start_delegation(ctx.case.clocks[ClockName.ANSWER], ctx.now, ctx.rules)
    return [e.Delegated(**ctx.typed, unit=action.unit, clocks=(started,))]


@decide_on.register
def _(action: a.TakeBack, ctx: Context) -> Outcome:
    return [e.TakenBack(**ctx.typed, clocks=ctx.stop(ClockName.DELEGATION))]


@decide_on.register
def _(action: a.ReportProgress, ctx: Context) -> Outcome:
    return [e.ProgressReported(**ctx.typed, clocks=ctx.staff_was_seen())]


@decide_on.register
def _(action: a.RequestExtension, ctx: Context) -> Outcome:
    limit = ctx.case.clocks[ClockName.ANSWER].deadline.limit.n
    if action.days > limit:
        return Refused("field", Said("Perpanjangan paling lama %(n)s hari kerja.", n=limit))
    return [e.ExtensionRequested(**ctx.typed, days=action.days)]


@decide_on.register
def _(action: a.GrantExtension, ctx: Context) -> Outcome:
    assert ctx.case.extension is not None
    days = ctx.case.extension.days
    clocks = (*ctx.staff_was_seen(), *deadlines.extend_answer(ctx.case, days, ctx.rules))
    return [e.ExtensionGranted(**ctx.typed, days=days, clocks=clocks)]


@decide_on.register
def _(action: a.RefuseExtension, ctx: Context) -> Outcome:
    return [e.ExtensionRefused(**ctx.typed)]


@decide_on.register
def _(action: a.Answer, ctx: Context) -> Outcome:
    accepted = [_accepted(ctx)] if ctx.case.stage is Stage.DISPOSED else []
    return [*accepted, _submitted(ctx) if _needs_review(ctx) else _answered(ctx)]


def _needs_review(ctx: Context) -> bool:
    policy, case = ctx.rules.policy, ctx.case
    reviewed = (Classification.BERKADAR, *policy.reviewed_classifications)
    return case.classification in reviewed or any(
        case.unit and covers(unit, case.unit) for unit in policy.reviewed_units
    )


def _submitted(ctx: Context) -> e.AnswerSubmitted:
    by_head = ctx.rules.policy.approver is Approver.UNIT_HEAD
    clocks = (
        *ctx.stop(ClockName.DELEGATION),
        deadlines.start(ClockName.REVIEW, ctx.now, ctx.rules),
    )
    return e.AnswerSubmitted(
        **ctx.typed, approver_unit=ctx.case.unit if by_head else None, clocks=clocks
    )


def _answered(ctx: Context, approved: str | None = None) -> e.Answered:
    ended = (ClockName.ANSWER, ClockName.DELEGATION, ClockName.REVIEW)
    clocks = (
        *ctx.staff_was_seen(),
        *ctx.stop(*ended),
        deadlines.start(ClockName.REPORTER_SAY, ctx.now, ctx.rules),
    )
    return e.Answered(**ctx.typed, approved=approved, clocks=clocks)


@decide_on.register
def _(action: a.ApproveAnswer, ctx: Context) -> Outcome:
    draft = ctx.case.draft
    assert draft is not None
    answered = _answered(ctx, approved=draft.by)
    return [answered.model_copy(update={"entry": draft.entry})]


@decide_on.register
def _(action: a.SendBackAnswer, ctx: Context) -> Outcome:
    clocks = ctx.stop(ClockName.REVIEW)
    if ctx.case.delegate:
        answer = ctx.case.clocks[ClockName.ANSWER]
        clocks += (deadlines.start_delegation(answer, ctx.now, ctx.rules),)
    return [e.AnswerSentBack(**ctx.typed, clocks=clocks)]


@decide_on.register
def _(action: a.Rate, ctx: Context) -> Outcome:
    rated = e.Rated(**ctx.typed, score=action.score)
    if ctx.case.stage is Stage.CLOSED:
        return [rated]
    return [rated, e.Closed(**ctx.stamp, clocks=ctx.ended())]
