"""What is done from beside a case: visibility, identity, instructions, notes, new rules."""

from domain import actions as a
from domain import deadlines
from domain import events as e
from domain.actors import REPORTER
from domain.decisions.base import Context, Outcome, decide_on
from domain.permissions import Refused


@decide_on.register
def _(action: a.SetVisibility, ctx: Context) -> Outcome:
    case = ctx.case
    if (action.anonymous, action.secret) == (case.anonymous, case.secret):
        return Refused("field", "Tidak ada yang diubah.")
    shows_more = (case.anonymous and not action.anonymous) or (case.secret and not action.secret)
    if ctx.actor == REPORTER and shows_more:
        return Refused("field", "Pelapor hanya dapat menyembunyikan lebih banyak.")
    return [e.VisibilitySet(**ctx.typed, anonymous=action.anonymous, secret=action.secret)]


@decide_on.register
def _(action: a.OpenIdentity, ctx: Context) -> Outcome:
    return [e.IdentityOpened(**ctx.typed)]


@decide_on.register
def _(action: a.Instruct, ctx: Context) -> Outcome:
    return [e.Instructed(**ctx.typed)]


@decide_on.register
def _(action: a.Note, ctx: Context) -> Outcome:
    return [e.Noted(**ctx.typed)]


@decide_on.register
def _(action: a.Replan, ctx: Context) -> Outcome:
    changes = deadlines.replan(ctx.case, ctx.rules)
    if not changes:
        return []
    return [
        e.Replanned(
            **ctx.stamp,
            policy=ctx.rules.policy.version,
            calendar=ctx.rules.calendar.version,
            clocks=changes,
        )
    ]
