"""Lives of made-up complaints: what the domain says happens, decided once for each kind of life.

A complaint takes such a life with its own unit, category, channel and times. The dates inside a
deadline stay those of the pattern: a page explains them all the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain import actions as a
from domain.actors import REPORTER, Actor, Grant
from domain.calendar import WIB
from domain.chain import GENESIS, Recorded, seal
from domain.decide import decide
from domain.decisions.intake import receive
from domain.events import Entry, Event
from domain.evolve import evolve, fold
from domain.permissions import Refused
from domain.policy import Policy, Rules
from domain.terms import ArchiveReason, Channel, Classification, Role
from record.seed import first_calendar

RULES = Rules(policy=Policy(version=1), calendar=first_calendar())
BEGAN = datetime(2026, 3, 2, 9, tzinfo=WIB)
LATER = timedelta(hours=2)
UNIT, CATEGORY = "kab/dpupr", "infrastruktur"
COMPLAINT = UUID(int=5)
REQUEST = "0123456789abcdef0123456789abcdef"
TYPED = Entry(id=UUID(int=7), digest="ab" * 32)


def _staff(number: int, role: Role, unit: str) -> Actor:
    return Actor(id=f"account:{UUID(int=number)}", grants=(Grant(role=role, unit=unit),))


COORDINATOR = _staff(1, Role.COORDINATOR, "kab/dinkominfo")
ADMIN = _staff(2, Role.UNIT_ADMIN, UNIT)

Deed = tuple[Actor, a.Action]


ROUTED: Deed = (
    COORDINATOR,
    a.Dispose(
        classification=Classification.TIDAK_BERKADAR, category=CATEGORY, unit=UNIT, entry=TYPED
    ),
)
WORKED: tuple[Deed, ...] = (
    ROUTED,
    (ADMIN, a.Accept()),
    (ADMIN, a.Note(entry=TYPED)),
    (ADMIN, a.ReportProgress(entry=TYPED)),
)
ANSWERED: tuple[Deed, ...] = (*WORKED, (ADMIN, a.Answer(entry=TYPED)))
ASKED: Deed = (COORDINATOR, a.AskReporter(entry=TYPED))

DEEDS: dict[str, Sequence[Deed]] = {
    "received": (),
    "waiting_reporter": (ASKED,),
    "disposed": (ROUTED,),
    "in_progress": WORKED,
    "in_review": ANSWERED,
    "answered": ANSWERED,
    "closed": (*ANSWERED, (REPORTER, a.Rate(score=4, entry=TYPED))),
    "archived": (
        ASKED,
        (COORDINATOR, a.Archive(reason=ArchiveReason.UNINTELLIGIBLE, entry=TYPED)),
    ),
    "handed_back": ((COORDINATOR, a.HandBack(entry=TYPED)),),
}


@dataclass(frozen=True)
class Life:
    """The events of a kind of life, without times, chain and texts of their own."""

    kinds: Sequence[tuple[str, str, dict[str, Any]]]
    """Type, actor and data."""

    def with_own(
        self, unit: str | None, category: str, channel: str
    ) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The same with this unit, category and channel."""
        own = {"unit": unit, "category": category, "channel": channel}
        for kind, actor, data in self.kinds:
            mine = {name: value for name, value in own.items() if name in data}
            yield kind, actor, data | mine


def lives() -> dict[str, Life]:
    """By the stage in which each ends."""
    found = {}
    for stage, deeds in DEEDS.items():
        reviewed = RULES.policy.model_copy(update={"reviewed_units": (UNIT,)})
        rules = RULES.model_copy(update={"policy": reviewed}) if stage == "in_review" else RULES
        recorded = _lived(deeds, rules)
        assert fold(COMPLAINT, recorded).stage == stage, stage
        found[stage] = Life([(one.type, one.actor, one.data) for one in recorded])
    return found


def _lived(deeds: Sequence[Deed], rules: Rules) -> list[Recorded]:
    now = BEGAN
    first: Event = receive(
        Channel.MATUR,
        anonymous=False,
        secret=False,
        identified=True,
        entry=TYPED,
        now=now,
        rules=rules,
    )
    recorded = list(seal(COMPLAINT, 0, GENESIS, [first]))
    case = fold(COMPLAINT, recorded)
    for actor, action in deeds:
        now += LATER
        outcome = decide(case, action, actor, now, rules, REQUEST)
        assert not isinstance(outcome, Refused), (action.name(), outcome)
        for one in seal(case.id, case.seq, case.head, outcome):
            case = evolve(case, one)
            recorded.append(one)
    return recorded
