"""Whom an event is told to. Persons are found by the record when the notice goes out: a missing
head, an empty unit or someone on leave is stepped over upwards there.
"""

from datetime import datetime

from domain import events as e
from domain.actors import SYSTEM
from domain.alarms import SILENCE
from domain.base import Value
from domain.case import COORDINATOR_DESK, Case, Desk, DeskKind
from domain.chain import Recorded
from domain.policy import Policy, Rules
from domain.terms import ClockName

REPORTER = "reporter"
COORDINATOR = "coordinator"


class Notice(Value):
    """`audience`: `coordinator`, `unit:<path>`, `head:<path>`, `supervisor:<path>`, `reporter`,
    or `reporter:<uuid>` for the reporter of a duplicate."""

    seq: int
    audience: str
    kind: str
    not_before: datetime


TELLS_REPORTER = (
    e.Disposed,
    e.Asked,
    e.ProgressReported,
    e.ExtensionGranted,
    e.Answered,
    e.Closed,
    e.Archived,
    e.HandedBack,
    e.Linked,
    e.Reopened,
)
RELAYED_TO_DUPLICATES = (e.Answered, e.ProgressReported, e.HandedBack, e.Archived)
TELLS_DESK = (
    e.Disposed,
    e.Redisposed,
    e.Replied,
    e.Returned,
    e.Delegated,
    e.TakenBack,
    e.AnswerSubmitted,
    e.AnswerSentBack,
    e.Reopened,
    e.Reclassified,
    e.Instructed,
    e.Unlinked,
    e.ExtensionGranted,
    e.ExtensionRefused,
    e.OriginChanged,
    e.OriginClosed,
    e.FilesAdded,
)
OF_THE_COORDINATOR = (ClockName.FIRST_RESPONSE, ClockName.VERIFICATION)


def notices(case: Case, recorded: Recorded, rules: Rules) -> tuple[Notice, ...]:
    """Who is told of the event that `case` has just folded.

    What happens by itself waits for working hours; what a person did is told at once.
    """
    event = recorded.event()
    at = rules.calendar.next_opening(event.at) if event.actor == SYSTEM.id else event.at
    return tuple(
        Notice(seq=recorded.seq, audience=audience, kind=event.type, not_before=at)
        for audience in dict.fromkeys(_audiences(case, event, rules.policy))
    )


def _audiences(case: Case, event: e.Event, policy: Policy) -> list[str]:
    told: list[str] = []
    if isinstance(event, TELLS_REPORTER):
        told.append(REPORTER)
    if isinstance(event, RELAYED_TO_DUPLICATES):
        told += [f"{REPORTER}:{duplicate}" for duplicate in case.duplicates]
    if isinstance(event, TELLS_DESK):
        told += _desk(case.desk)
    match event:
        case e.ExtensionRequested():
            told.append(COORDINATOR)
        case e.Returned(delegated=False) if case.returns >= policy.returns_until_supervisor:
            told.append(policy.level_2)
        case e.Reminded():
            told += [REPORTER] if event.clock in SILENCE else _desk(case.desk)
        case e.Breached() | e.Escalated():
            told += _ladder(case, event.clock, event.level, policy)
    return told


def _desk(desk: Desk) -> list[str]:
    return [] if desk.kind in (DeskKind.NONE, DeskKind.LEAD) else [str(desk)]


def _ladder(case: Case, clock: ClockName, level: int, policy: Policy) -> list[str]:
    if clock is ClockName.DELEGATION:
        return [f"unit:{case.unit}"] if level == 1 else [f"head:{case.unit}"]
    if level == 2:
        return [policy.level_2]
    if level >= 3:
        return [policy.level_3]
    by_coordinator = clock is ClockName.REVIEW and case.approver == COORDINATOR_DESK
    if clock in OF_THE_COORDINATOR or by_coordinator or case.unit is None:
        return [f"head:{policy.coordinator_unit}"]
    return [f"head:{case.unit}", COORDINATOR]
