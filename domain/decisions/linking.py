"""Duplicates: a case follows a lead, whose answers reach every linked reporter.

The clocks of a linked case stay as they are and ring no more; unlinking restores them as if it
had never been linked. A lead never is a duplicate itself, so that no circle can arise: the lead
is asked to take the duplicate in (`join_duplicate`) before the case is linked.
"""

from domain import actions as a
from domain import events as e
from domain.decisions.base import Context, Outcome, decide_on
from domain.permissions import Refused

LEAD_REFUSES = "Aduan induk menolak: “%(why)s”."


@decide_on.register
def _(action: a.LinkDuplicate, ctx: Context) -> Outcome:
    if action.lead == ctx.case.id:
        return Refused("field", "Aduan tidak dapat menjadi duplikat dari dirinya sendiri.")
    return [e.Linked(**ctx.typed, lead=action.lead)]


@decide_on.register
def _(action: a.UnlinkDuplicate, ctx: Context) -> Outcome:
    return [e.Unlinked(**ctx.typed)]


@decide_on.register
def _(action: a.JoinDuplicate, ctx: Context) -> Outcome:
    if action.duplicate in ctx.case.duplicates:
        return []
    return [e.DuplicateJoined(**ctx.stamp, duplicate=action.duplicate)]


@decide_on.register
def _(action: a.LeaveDuplicate, ctx: Context) -> Outcome:
    if action.duplicate not in ctx.case.duplicates:
        return []
    return [e.DuplicateLeft(**ctx.stamp, duplicate=action.duplicate)]
