"""A case as it would stand if an action were taken, for a look at it before it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain import events as e
from domain.actors import Actor
from domain.chain import seal
from domain.decide import decide
from domain.evolve import fold
from domain.permissions import Refused
from record.entries import Typed
from record.ids import uuid7
from web.acting import meant
from web.house import House
from web.problems import STATUS_OF_REFUSAL, Problem
from web.viewing import Viewed


@dataclass(frozen=True)
class Ahead:
    """`reviewed` where an answer has to be approved first; it is shown as it will be read then."""

    viewed: Viewed
    reviewed: bool


async def imagined(
    house: House, actor: Actor, viewed: Viewed, sent: Mapping[str, Any], now: datetime
) -> Ahead:
    """As the domain decides it; nothing is recorded. Raises Problem 403, 409, 422 where it would be
    refused."""
    action, texts = await meant(house, actor, sent)
    entry = e.Entry(id=uuid7(), digest="0" * 64) if texts else None
    action = action.model_copy(update={"entry": entry})
    outcome = decide(viewed.case, action, actor, now, viewed.rules)
    if isinstance(outcome, Refused):
        raise Problem(STATUS_OF_REFUSAL[outcome.kind], outcome.why)
    events = [_approved(event) for event in outcome]
    case = viewed.case
    recorded = (*viewed.recorded, *seal(case.id, case.seq, case.head, events))
    typed = dict(viewed.typed)
    if entry:
        typed[entry.id] = Typed(entry.id, actor.id, texts, now)
    return Ahead(
        replace(viewed, case=fold(case.id, recorded), recorded=recorded, typed=typed),
        any(isinstance(event, e.AnswerSubmitted) for event in outcome),
    )


def _approved(event: e.Event) -> e.Event:
    if not isinstance(event, e.AnswerSubmitted):
        return event
    stamped = event.model_dump(include={"at", "actor", "request"})
    return e.Answered(**stamped, entry=event.entry)
