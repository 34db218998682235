"""The decider: what happens when somebody asks something of a case."""

from datetime import datetime

from domain.actions import Action
from domain.actors import Actor
from domain.case import Case
from domain.decisions import Context, Outcome, decide_on
from domain.permissions import permit
from domain.policy import Rules


def decide(
    case: Case,
    action: Action,
    actor: Actor,
    now: datetime,
    rules: Rules,
    request: str | None = None,
) -> Outcome:
    """The events that follow, not yet chained, or why nothing does.

    `request` identifies the asking (a form's nonce); the caller recognises a repeated one by
    `case.requests` before it asks here.
    """
    if refused := permit(case, type(action), actor, now, rules):
        return refused
    return decide_on(action, Context(case, actor, now, rules, request, action.entry))
