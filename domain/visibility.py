"""Who sees a case, and what the reporter sees of it.

record/ says the same in SQL, for lists; a test compares the two.
"""

from typing import Protocol

from domain import events as e
from domain.actors import REPORTER, SYSTEM, Actor
from domain.case import Case
from domain.clocks import Clock
from domain.terms import ClockName, Role, Stage
from domain.units import covers

SEES_ALL = (Role.SUPERVISOR, Role.AUDITOR)
OF_A_UNIT = (Role.COORDINATOR, Role.UNIT_ADMIN, Role.UNIT_HEAD)


class Placed(Protocol):
    """What decides who may see a case: a `Case`, or a row of the record."""

    @property
    def unit(self) -> str | None: ...
    @property
    def delegate(self) -> str | None: ...
    @property
    def secret(self) -> bool: ...
    @property
    def reported_unit(self) -> str | None: ...


def can_see(case: Placed, actor: Actor) -> bool:
    """Whether this actor may know that the case exists."""
    if actor.id in (REPORTER.id, SYSTEM.id) or any(actor.holds(role) for role in SEES_ALL):
        return True
    if belongs_to_reported(case, actor):
        return False
    return actor.holds(Role.COORDINATOR) or any(
        handles(case, actor, role) for role in (Role.UNIT_ADMIN, Role.UNIT_HEAD)
    )


def belongs_to_reported(case: Placed, actor: Actor) -> bool:
    """Whether the case is about a unit in which this actor holds a role."""
    return case.reported_unit is not None and any(
        covers(case.reported_unit, unit) for role in OF_A_UNIT for unit in actor.units_as(role)
    )


def handles(case: Placed, actor: Actor, role: Role) -> bool:
    """Whether the actor holds `role` over the unit that has the case, or its delegate."""
    return any(stands_for(case, actor, role, unit) for unit in (case.unit, case.delegate) if unit)


def stands_for(case: Placed, actor: Actor, role: Role, unit: str | None) -> bool:
    """Whether the actor holds `role` at `unit` or above it; for a secret case only at it."""
    if unit is None:
        return False
    return any(held == unit if case.secret else covers(held, unit) for held in actor.units_as(role))


def public_sees(case: Case) -> bool:
    """Whether anybody may read it: verified, not secret, and not put aside as no complaint."""
    verified = case.classification is not None
    return verified and not case.secret and case.stage is not Stage.ARCHIVED


REPORTER_SEES = (
    e.Received,
    e.Disposed,
    e.Redisposed,
    e.Asked,
    e.Replied,
    e.Linked,
    e.ProgressReported,
    e.ExtensionGranted,
    e.Answered,
    e.Rated,
    e.Closed,
    e.Archived,
    e.HandedBack,
    e.Reopened,
    e.OriginChanged,
    e.FilesAdded,
)
"""Besides what they did themselves. The rest is internal: returns and their reasons, notes,
escalations, other reporters."""

REPORTER_READS = (
    e.Asked,
    e.Replied,
    e.ProgressReported,
    e.Answered,
    e.Rated,
    e.Archived,
    e.HandedBack,
    e.Reopened,
    e.OriginChanged,
    e.FilesAdded,
)
"""Of those, the events whose typed text is the reporter's to read."""


REPORTER_CLOCKS = (
    ClockName.VERIFICATION,
    ClockName.ANSWER,
    ClockName.REPORTER_INFO,
    ClockName.REPORTER_SAY,
)
"""The deadlines that concern the reporter; the others are between desks."""


def reporter_stage(case: Case) -> Stage:
    """The stage as the reporter knows it: that an answer is being approved is internal."""
    return Stage.IN_PROGRESS if case.stage is Stage.IN_REVIEW else case.stage


def reporter_deadline(case: Case) -> Clock | None:
    """What the reporter may expect next, and until when."""
    promised = [clock for clock in case.ticking if clock.name in REPORTER_CLOCKS]
    return min(promised, key=lambda clock: clock.due_at, default=None)


PUBLIC_SEES = (
    e.Received,
    e.Disposed,
    e.Redisposed,
    e.Answered,
    e.Rated,
    e.Closed,
    e.HandedBack,
    e.Reopened,
)
"""What of a public case's course is public."""

PUBLIC_READS = (e.Answered,)
"""Of those, the events whose typed text is public; the rest is between the government and the
reporter."""


def reporter_sees(event: e.Event) -> bool:
    return isinstance(event, REPORTER_SEES) or event.actor == REPORTER.id


def reporter_reads(event: e.Event) -> bool:
    return isinstance(event, REPORTER_READS)
