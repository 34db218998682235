"""What the decisions share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any

from domain import deadlines
from domain.actors import Actor
from domain.case import Case
from domain.events import Entry, Event
from domain.permissions import Refused
from domain.policy import Rules
from domain.terms import ClockName
from domain.units import covers

Outcome = Sequence[Event] | Refused

NOT_DUE = Refused("state", "Belum waktunya, atau jam tenggat ini sudah berhenti.")


@dataclass(frozen=True)
class Context:
    """Everything a decision may look at."""

    case: Case
    actor: Actor
    now: datetime
    rules: Rules
    request: str | None
    entry: Entry | None

    @property
    def stamp(self) -> dict[str, Any]:
        """The fields that every event of this decision carries."""
        return {"at": self.now, "actor": self.actor.id, "request": self.request}

    @property
    def typed(self) -> dict[str, Any]:
        """`stamp` with what was typed, for the one event that it belongs to."""
        return {**self.stamp, "entry": self.entry}

    def stop(self, *names: ClockName) -> deadlines.Changes:
        return deadlines.stop(self.case, *names)

    def staff_was_seen(self) -> deadlines.Changes:
        """The first thing staff do that the reporter sees ends the wait for a first response."""
        return self.stop(ClockName.FIRST_RESPONSE)

    def ended(self) -> deadlines.Changes:
        """Nothing runs any more but the window for reopening."""
        window = deadlines.start(ClockName.REOPEN_WINDOW, self.now, self.rules)
        return (*deadlines.stop_all(self.case), window)

    def is_due(self, name: ClockName) -> bool:
        """Whether that clock runs and its time has come."""
        clock = self.case.clock(name)
        return clock is not None and clock.running and clock.due_at <= self.now

    def routing_fault(self, unit: str, reported: str | None) -> Refused | None:
        """Why a case about the `reported` unit cannot go to that unit."""
        if reported and covers(reported, unit):
            return Refused("field", "Aduan tidak boleh ditangani oleh unit yang dilaporkan.")
        return None


@singledispatch
def decide_on(action: object, ctx: Context) -> Outcome:
    """The events of a permitted action, or why its fields cannot be followed."""
    raise NotImplementedError(f"no decision for {type(action).__name__}")
