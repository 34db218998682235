"""The state of a complaint, folded from its events."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.base import Value
from domain.clocks import Clock
from domain.events import Entry
from domain.terms import ENDED, Channel, Classification, ClockName, Stage
from domain.units import UnitPath

REMEMBERED_REQUESTS = 50


class DeskKind(StrEnum):
    COORDINATOR = "coordinator"
    UNIT = "unit"
    HEAD = "head"
    LEAD = "lead"
    NONE = "none"


class Desk(Value):
    """Who is accountable. `unit` for UNIT and HEAD; a LEAD's desk is that of the lead case."""

    kind: DeskKind
    unit: UnitPath | None = None

    def __str__(self) -> str:
        return self.kind if self.unit is None else f"{self.kind}:{self.unit}"


COORDINATOR_DESK = Desk(kind=DeskKind.COORDINATOR)
NO_DESK = Desk(kind=DeskKind.NONE)


class Extension(Value):
    """An extension asked for and not yet decided."""

    days: int
    by: str


class Draft(Value):
    """An answer under four eyes."""

    by: str
    entry: Entry | None


class Case(Value):
    id: UUID
    seq: int
    head: str
    """The hash of the last event."""
    channel: Channel
    received_at: datetime
    own_stage: Stage
    """The stage apart from any link to a lead, under which the clocks stand still."""
    anonymous: bool
    secret: bool
    identified: bool
    unit: UnitPath | None = None
    delegate: UnitPath | None = None
    classification: Classification | None = None
    category: str | None = None
    reported_unit: UnitPath | None = None
    clocks: dict[ClockName, Clock] = {}
    """The latest clock of each name, stopped ones too."""
    asked_by: Desk | None = None
    asked_from: Stage | None = None
    returned: bool = False
    """Back at the coordinator's desk, misrouted, and not routed again yet."""
    returns: int = 0
    extension: Extension | None = None
    extension_used: bool = False
    draft: Draft | None = None
    approver: Desk | None = None
    answers: int = 0
    answered_at: datetime | None = None
    reopened: bool = False
    """Back at the unit after it ended: the answer clock is the short one of a reopening."""
    rating: int | None = None
    lead: UUID | None = None
    duplicates: tuple[UUID, ...] = ()
    origins: tuple[UUID, ...] = ()
    """The reports of other portals that joined this complaint, as the record names them."""
    instructions: int = 0
    """Instructions that the accountable desk has not acted upon yet."""
    ended_at: datetime | None = None
    updated_at: datetime
    requests: dict[str, int] = {}
    """The last requests done, each with the number of its last event."""

    @property
    def stage(self) -> Stage:
        return self.own_stage if self.lead is None else Stage.DUPLICATE

    @property
    def open(self) -> bool:
        return self.stage not in ENDED

    @property
    def desk(self) -> Desk:
        """The one desk accountable now."""
        return Desk(kind=DeskKind.LEAD) if self.lead else self.own_desk

    @property
    def own_desk(self) -> Desk:
        match self.own_stage:
            case Stage.RECEIVED:
                return COORDINATOR_DESK
            case Stage.WAITING_REPORTER:
                return self.asked_by or COORDINATOR_DESK
            case Stage.IN_REVIEW:
                return self.approver or COORDINATOR_DESK
            case Stage.DISPOSED | Stage.ANSWERED:
                return Desk(kind=DeskKind.UNIT, unit=self.unit)
            case Stage.IN_PROGRESS:
                return Desk(kind=DeskKind.UNIT, unit=self.delegate or self.unit)
            case _:
                return NO_DESK

    def clock(self, name: ClockName) -> Clock | None:
        """The clock of that name if it has not been stopped (it may be paused)."""
        clock = self.clocks.get(name)
        return clock if clock is not None and clock.stopped_at is None else None

    @property
    def ticking(self) -> tuple[Clock, ...]:
        """The clocks whose alarms ring; none while a lead case stands for this one."""
        return () if self.lead else tuple(c for c in self.clocks.values() if c.running)

    @property
    def next_deadline(self) -> Clock | None:
        """The clock that ends first; every open case but a duplicate has one."""
        watched = [c for c in self.ticking if c.name is not ClockName.REOPEN_WINDOW]
        return min(watched, key=lambda c: (c.due_at, c.name), default=None)

    @property
    def level(self) -> int:
        """How high the case has climbed; a delegation's ladder stays within the unit."""
        climbing = (c for c in self.ticking if c.name is not ClockName.DELEGATION)
        return max((c.level for c in climbing), default=0)

    def is_final(self, now: datetime) -> bool:
        """Ended, and its window for reopening has passed."""
        window = self.clock(ClockName.REOPEN_WINDOW)
        return not self.open and (window is None or window.due_at <= now)
