"""What happened in a portal that a complaint came by. It is recorded, and moves nothing: what a
case is and until when is decided here.

What is to be told to a portal, and what became of it, is no part of the case (docs/record.md).
"""

from domain import actions as a
from domain import events as e
from domain.decisions.base import Context, Outcome, decide_on


@decide_on.register
def _(action: a.JoinOrigin, ctx: Context) -> Outcome:
    if action.origin in ctx.case.origins:
        return []
    return [e.OriginJoined(**ctx.stamp, portal=action.portal, origin=action.origin)]


@decide_on.register
def _(action: a.ChangeOrigin, ctx: Context) -> Outcome:
    return [e.OriginChanged(**ctx.typed, portal=action.portal, origin=action.origin)]


@decide_on.register
def _(action: a.CloseOrigin, ctx: Context) -> Outcome:
    return [e.OriginClosed(**ctx.stamp, portal=action.portal, origin=action.origin)]


@decide_on.register
def _(action: a.AddFiles, ctx: Context) -> Outcome:
    return [e.FilesAdded(**ctx.typed, portal=action.portal, origin=action.origin)]
