"""A case that lives in memory as the workflow lets it live: decide, seal, evolve, wake."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain import actions as a
from domain import events as e
from domain.actors import SYSTEM, Actor
from domain.alarms import next_alarm
from domain.calendar import WIB
from domain.case import Case
from domain.chain import GENESIS, Recorded, seal
from domain.clocks import Clock
from domain.decide import decide
from domain.decisions.intake import receive
from domain.events import Entry, Event
from domain.evolve import evolve, fold
from domain.notices import Notice, notices
from domain.permissions import Refused, available
from domain.policy import Rules
from domain.terms import Channel, Classification, ClockName, Stage
from tests.domain.cast import COORDINATOR, DPUPR, DPUPR_ADMIN, INSPECTORATE, RULES

COMPLAINT = UUID("0193f2a0-0000-7000-8000-000000000001")
TYPED = Entry(id=UUID(int=7), digest="ab" * 32)


def at(day: str, hour: str = "10:00") -> datetime:
    """That local date and hour in Purbalingga."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), WIB)


def moments(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Any moment between the starts of those local dates."""
    early, late = (at(day, "00:00").replace(tzinfo=None) for day in (first, last))
    return st.datetimes(early, late, timezones=st.just(WIB))


def shown(moment: datetime) -> str:
    """`2026-03-27 14:30` in Purbalingga."""
    return moment.astimezone(WIB).strftime("%Y-%m-%d %H:%M")


@dataclass
class Life:
    """One case, the moment it has reached, all that was recorded and told."""

    now: datetime
    rules: Rules = RULES
    anonymous: bool = False
    secret: bool = False
    identified: bool = True
    channel: Channel = Channel.MATUR
    recorded: list[Recorded] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        first = receive(
            self.channel,
            anonymous=self.anonymous,
            secret=self.secret,
            identified=self.identified,
            entry=TYPED,
            now=self.now,
            rules=self.rules,
        )
        self.recorded = list(seal(COMPLAINT, 0, GENESIS, [first]))
        self.case = fold(COMPLAINT, self.recorded)

    def do(self, actor: Actor, action: a.Action, moment: datetime | None = None) -> list[Event]:
        """Does it, first waiting until `moment`; AssertionError where it is refused."""
        if moment:
            self.wait_until(moment)
        outcome = decide(self.case, action, actor, self.now, self.rules)
        assert not isinstance(outcome, Refused), f"{action.action}: {outcome}"
        self.append(outcome)
        return list(outcome)

    def append(self, events: Any) -> None:
        for recorded in seal(self.case.id, self.case.seq, self.case.head, events):
            self.case = evolve(self.case, recorded)
            self.recorded.append(recorded)
            self.told += notices(self.case, recorded, self.rules)

    def refusal(self, actor: Actor, action: a.Action, moment: datetime | None = None) -> Refused:
        """Why it is refused; AssertionError where it is not."""
        outcome = decide(self.case, action, actor, moment or self.now, self.rules)
        assert isinstance(outcome, Refused), f"{action.action} was done: {outcome}"
        return outcome

    def wait_until(self, moment: datetime) -> list[Event]:
        """Everything that happens by itself up to that moment, each at its instant."""
        happened: list[Event] = []
        while (alarm := next_alarm(self.case, self.now, self.rules)) and alarm.at <= moment:
            self.now = max(self.now, alarm.at)
            happened += self.do(SYSTEM, alarm.action)
        self.now = max(self.now, moment)
        return happened

    def rings(self, moment: datetime, *names: ClockName) -> list[str]:
        """What rings up to that moment, as `2026-03-27 14:30 breached verification 1`."""
        return [
            " ".join(
                [
                    shown(event.at),
                    event.type,
                    event.clock,
                    *([] if isinstance(event, e.Reminded) else [str(event.level)]),
                ]
            )
            for event in self.wait_until(moment)
            if isinstance(event, e.Reminded | e.Breached | e.Escalated)
            and (not names or event.clock in names)
        ]

    def stage(self) -> Stage:
        return self.case.stage

    def due(self, name: ClockName) -> str:
        return shown(self.clock(name).due_at)

    def clock(self, name: ClockName) -> Clock:
        clock = self.case.clock(name)
        assert clock is not None, f"{name} does not run"
        return clock

    def offered(self, actor: Actor) -> set[str]:
        return {kind.name() for kind in available(self.case, actor, self.now, self.rules)}

    def audiences(self, seq: int | None = None) -> list[str]:
        """Who was told of that event, the last one if none is named."""
        return [n.audience for n in self.told if n.seq == (seq or self.case.seq)]

    def change(self, **calendar: Any) -> list[Event]:
        """A new version of the calendar comes into force."""
        newer = self.rules.calendar.model_copy(
            update={"version": self.rules.calendar.version + 1, **calendar}
        )
        self.rules = self.rules.model_copy(update={"calendar": newer})
        return self.do(SYSTEM, a.Replan())


def dispose(
    unit: str = DPUPR,
    classification: Classification = Classification.TIDAK_BERKADAR,
    **fields: Any,
) -> a.Dispose:
    return a.Dispose(
        classification=classification, category="infrastruktur", unit=unit, entry=TYPED, **fields
    )


def berkadar(reported: str, **fields: Any) -> a.Dispose:
    return dispose(INSPECTORATE, Classification.BERKADAR, reported_unit=reported, **fields)


def received(moment: datetime, **facts: Any) -> Life:
    return Life(now=moment, **facts)


def disposed(moment: datetime, unit: str = DPUPR, **facts: Any) -> Life:
    """Received and disposed at once."""
    life = Life(now=moment, **facts)
    life.do(COORDINATOR, dispose(unit))
    return life


def in_progress(
    moment: datetime, unit: str = DPUPR, admin: Actor = DPUPR_ADMIN, **facts: Any
) -> Life:
    life = disposed(moment, unit, **facts)
    life.do(admin, a.Accept())
    return life


def answered(moment: datetime, **facts: Any) -> Life:
    life = in_progress(moment, **facts)
    life.do(DPUPR_ADMIN, a.Answer(entry=TYPED))
    return life
