"""What goes into the workflows and comes out: ids, enums, dates and digests only."""

from uuid import UUID

from domain.actions import Action
from domain.actors import Actor
from domain.base import Value
from domain.chain import Recorded
from domain.policy import Rules
from domain.terms import Stage

TASK_QUEUE = "cases"
INTAKE_QUEUE = "intake"
"""Of what takes in: apart from the portals' queues, so that pulling does not stand behind all that
waits to be told."""


def portal_queue(portal: str) -> str:
    """The task queue of a portal's calls, so that a slow portal keeps nobody else waiting."""
    return f"portal-{portal}"


REFUSED = "Refused"
"""Error type: the domain says no. Details: the kind of `domain.permissions.Refused` and, where its
sentence is `Said`, what it was made of."""
RETRY = "Retry"
"""Error type: the case is being rebuilt from the record; the same request may be sent again."""


def poll_id(portal: str) -> str:
    """Of the schedule that pulls from a portal, and of its runs."""
    return f"poll-{portal}"


def rules_id(rules: Rules) -> str:
    """The versions of policy and calendar, for the ids of what is told once a version."""
    return f"{rules.policy.version}-{rules.calendar.version}"


def workflow_id(complaint: UUID) -> str:
    return f"complaint-{complaint}"


class CaseStart(Value):
    """The recorded events of a case and the rules in force: all that a workflow starts from."""

    complaint: UUID
    rules: Rules
    events: tuple[Recorded, ...]
    ended_leads: tuple[UUID, ...] = ()
    rules_changed: bool = False
    """Calls that reached the run before and were not followed yet."""


class Ask(Value):
    """Something asked of a case; `request` is also the id of the Update that carries it."""

    action: Action
    actor: Actor
    request: str


class Done(Value):
    """The number of the last event that followed, and the stage of the case after it."""

    seq: int
    stage: Stage
