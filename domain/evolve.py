"""Folding: what a case is after what happened. Total, and without judgement."""

from collections.abc import Iterable
from functools import reduce
from typing import Any
from uuid import UUID

from domain import events as e
from domain.case import (
    COORDINATOR_DESK,
    REMEMBERED_REQUESTS,
    Case,
    Desk,
    DeskKind,
    Draft,
    Extension,
)
from domain.chain import Recorded
from domain.clocks import Clock, Pause
from domain.terms import ClockName, Stage

Updates = dict[str, Any]

_TAKES_NOTE = (
    e.Disposed,
    e.Redisposed,
    e.Asked,
    e.Accepted,
    e.Returned,
    e.Delegated,
    e.ProgressReported,
    e.ExtensionRequested,
    e.AnswerSubmitted,
    e.AnswerSentBack,
    e.Answered,
)
"""Work by which the accountable desk shows that it took note of an instruction."""


def fold(complaint: UUID, recorded: Iterable[Recorded]) -> Case:
    """The case of its recorded events, first to last; ValueError where there are none."""
    first, *rest = recorded
    return reduce(evolve, rest, _begin(complaint, first))


def _begin(complaint: UUID, recorded: Recorded) -> Case:
    event = recorded.event()
    if not isinstance(event, e.Received):
        raise ValueError(f"a case begins with `received`, not `{event.type}`")
    case = Case(
        id=complaint,
        seq=recorded.seq,
        head=recorded.hash,
        channel=event.channel,
        received_at=event.at,
        own_stage=Stage.RECEIVED,
        anonymous=event.anonymous,
        secret=event.secret,
        identified=event.identified,
        updated_at=event.at,
    )
    return case.model_copy(update={"clocks": _clocks(case, event), **_request(case, event, 1)})


def evolve(case: Case, recorded: Recorded) -> Case:
    """The case after one more event."""
    event = recorded.event()
    updates: Updates = {
        "seq": recorded.seq,
        "head": recorded.hash,
        "updated_at": event.at,
        **_request(case, event, recorded.seq),
        **_meaning(case, event),
    }
    if isinstance(event, _TAKES_NOTE):
        updates["instructions"] = 0
    if event.clocks:
        updates["clocks"] = _clocks(case, event)
    if isinstance(event, e.Reminded | e.Breached | e.Escalated):
        updates["clocks"] = case.clocks | {event.clock: _rung(case.clocks[event.clock], event)}
    return case.model_copy(update=updates)


def _meaning(case: Case, event: e.Event) -> Updates:
    """What the event changes beside clocks and counters."""
    match event:
        case e.Disposed():
            return _routed(event.unit) | {
                "classification": event.classification,
                "category": event.category,
                "anonymous": event.anonymous,
                "secret": event.secret,
                "reported_unit": event.reported_unit,
                "reopened": False,
                "extension_used": False,
            }
        case e.Redisposed():
            return _routed(event.unit)
        case e.Asked():
            desk = (
                Desk(kind=DeskKind.UNIT, unit=event.desk_unit)
                if event.desk_unit
                else COORDINATOR_DESK
            )
            return {
                "own_stage": Stage.WAITING_REPORTER,
                "asked_by": desk,
                "asked_from": case.own_stage,
            }
        case e.Replied() if case.own_stage is Stage.WAITING_REPORTER:
            return {"own_stage": case.asked_from, "asked_by": None, "asked_from": None}
        case e.Replied() if case.own_stage is Stage.ARCHIVED:
            return {
                "own_stage": Stage.RECEIVED,
                "unit": None,
                "returned": False,
                "ended_at": None,
            }
        case e.Archived():
            return _ended(event, Stage.ARCHIVED)
        case e.HandedBack():
            return _ended(event, Stage.HANDED_BACK)
        case e.Closed():
            return _ended(event, Stage.CLOSED) | {"lead": None}
        case e.Linked():
            return {"lead": event.lead}
        case e.Unlinked():
            return {"lead": None}
        case e.DuplicateJoined():
            return {"duplicates": (*case.duplicates, event.duplicate)}
        case e.DuplicateLeft():
            return {"duplicates": tuple(d for d in case.duplicates if d != event.duplicate)}
        case e.OriginJoined():
            return {"origins": (*case.origins, event.origin)}
        case e.Accepted():
            return {"own_stage": Stage.IN_PROGRESS}
        case e.Returned(delegated=True) | e.TakenBack():
            return {"delegate": None}
        case e.Returned():
            return {
                "own_stage": Stage.RECEIVED,
                "unit": None,
                "returned": True,
                "returns": case.returns + 1,
                "extension": None,
            }
        case e.Delegated():
            return {"delegate": event.unit}
        case e.ExtensionRequested():
            return {"extension": Extension(days=event.days, by=event.actor)}
        case e.ExtensionGranted() | e.ExtensionRefused():
            return {"extension": None, "extension_used": True}
        case e.AnswerSubmitted():
            approver = (
                Desk(kind=DeskKind.HEAD, unit=event.approver_unit)
                if event.approver_unit
                else COORDINATOR_DESK
            )
            return {
                "own_stage": Stage.IN_REVIEW,
                "draft": Draft(by=event.actor, entry=event.entry),
                "approver": approver,
                "extension": None,
            }
        case e.AnswerSentBack():
            return {"own_stage": Stage.IN_PROGRESS, "draft": None, "approver": None}
        case e.Answered():
            return {
                "own_stage": Stage.ANSWERED,
                "draft": None,
                "approver": None,
                "delegate": None,
                "extension": None,
                "answers": case.answers + 1,
                "answered_at": case.answered_at or event.at,
            }
        case e.Rated():
            return {"rating": event.score}
        case e.Reopened():
            return {
                "own_stage": event.stage,
                "unit": None if event.stage is Stage.RECEIVED else case.unit,
                "returned": False,
                "reopened": event.stage is Stage.IN_PROGRESS,
                "extension_used": False,
                "rating": None,
                "ended_at": None,
            }
        case e.Reclassified():
            return {
                "classification": event.classification,
                "category": event.category,
                "secret": event.secret,
                "reported_unit": event.reported_unit,
                # Asked for under the limit of before, of which it may be no more than once again.
                "extension": None if event.clocks else case.extension,
            }
        case e.VisibilitySet():
            return {"anonymous": event.anonymous, "secret": event.secret}
        case e.Instructed():
            return {"instructions": case.instructions + 1}
        case _:
            return {}


def _routed(unit: str) -> Updates:
    return {
        "own_stage": Stage.DISPOSED,
        "unit": unit,
        "delegate": None,
        "returned": False,
        "extension": None,
    }


def _ended(event: e.Event, stage: Stage) -> Updates:
    return {
        "own_stage": stage,
        "ended_at": event.at,
        "delegate": None,
        "asked_by": None,
        "asked_from": None,
        "extension": None,
        "draft": None,
        "approver": None,
        "instructions": 0,
    }


def _request(case: Case, event: e.Event, seq: int) -> Updates:
    if event.request is None:
        return {}
    done = {**case.requests, event.request: seq}
    return {"requests": dict(list(done.items())[-REMEMBERED_REQUESTS:])}


def _clocks(case: Case, event: e.Event) -> dict[ClockName, Clock]:
    clocks = dict(case.clocks)
    for change in event.clocks:
        clocks[change.clock] = _changed(clocks.get(change.clock), change, event)
    return clocks


def _changed(clock: Clock | None, change: e.ClockChange, event: e.Event) -> Clock:
    if change.change is e.Change.STARTED:
        assert change.deadline is not None
        return Clock(name=change.clock, started_at=event.at, deadline=change.deadline)
    assert clock is not None
    updates: Updates = {}
    match change.change:
        case e.Change.STOPPED:
            updates["stopped_at"] = event.at
        case e.Change.PAUSED:
            pause = Pause(since=event.at, by=event.actor)
            updates["pauses"] = (*clock.pauses, pause)
        case e.Change.RESUMED:
            *earlier, last = clock.pauses
            ended = last.model_copy(update={"until": event.at})
            updates["pauses"] = (*earlier, ended)
    if change.deadline is not None:
        updates["deadline"] = change.deadline
        if change.deadline.due_at > event.at:
            updates |= {"rungs": 0, "level": 0}
    return clock.model_copy(update=updates)


def _rung(clock: Clock, event: e.Reminded | e.Breached | e.Escalated) -> Clock:
    if isinstance(event, e.Reminded):
        return clock.model_copy(update={"reminded_at": event.due_at})
    return clock.model_copy(update={"rungs": clock.rungs + 1, "level": event.level})
