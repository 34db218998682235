"""What the record keeps of a case for its lists: ids, enums and dates only."""

from datetime import datetime
from uuid import UUID

from domain.alarms import next_alarm
from domain.base import Value
from domain.case import Case
from domain.policy import Rules
from domain.terms import Classification, ClockName, Stage
from domain.units import UnitPath


class Projection(Value):
    """One row of `cases`; docs/record.md explains its columns."""

    seq: int
    head: str
    stage: Stage
    open: bool
    unit: UnitPath | None
    delegate: UnitPath | None
    desk: str
    desk_unit: UnitPath | None
    classification: Classification | None
    category: str | None
    anonymous: bool
    secret: bool
    reported_unit: UnitPath | None
    lead: UUID | None
    due_clock: ClockName | None
    due_at: datetime | None
    alarm_at: datetime | None
    level: int
    returns: int
    rating: int | None
    updated_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


def project(case: Case, rules: Rules) -> Projection:
    deadline = case.next_deadline
    alarm = next_alarm(case, case.updated_at, rules)
    return Projection(
        seq=case.seq,
        head=case.head,
        stage=case.stage,
        open=case.open,
        unit=case.unit,
        delegate=case.delegate,
        desk=case.desk.kind,
        desk_unit=case.desk.unit,
        classification=case.classification,
        category=case.category,
        anonymous=case.anonymous,
        secret=case.secret,
        reported_unit=case.reported_unit,
        lead=case.lead,
        due_clock=deadline and deadline.name,
        due_at=deadline and deadline.due_at,
        alarm_at=alarm and alarm.at,
        level=case.level,
        returns=case.returns,
        rating=case.rating,
        updated_at=case.updated_at,
        answered_at=case.answered_at,
        ended_at=case.ended_at,
    )
