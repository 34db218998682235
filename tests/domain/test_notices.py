"""Who is told of what, and when."""

from uuid import UUID

import pytest

from domain import actions as a
from domain.actors import REPORTER, SYSTEM
from domain.policy import Approver
from domain.terms import ArchiveReason, ClockName
from tests.domain.cast import (
    COORDINATOR,
    DPUPR_ADMIN,
    HEALTH,
    HEALTH_ADMIN,
    INSPECTOR,
    KEC,
    KEC_ADMIN,
    KEL,
    KEL_ADMIN,
    RULES,
    SEKDA,
)
from tests.domain.life import (
    TYPED,
    Life,
    answered,
    at,
    berkadar,
    disposed,
    in_progress,
    received,
    shown,
)

START = at("2026-03-17", "09:00")
OTHER = UUID(int=42)


def told(life: Life, kind: str) -> list[tuple[str, str]]:
    """To whom and when, for every event of that kind."""
    return [(n.audience, shown(n.not_before)) for n in life.told if n.kind == kind]


def test_a_disposal_tells_the_reporter_and_the_unit_at_once() -> None:
    life = received(START)
    life.now = at("2026-03-17", "22:00")
    life.do(COORDINATOR, a.Note(entry=TYPED))
    assert life.told == []

    life = disposed(at("2026-03-17", "22:00"))

    assert told(life, "disposed") == [
        ("reporter", "2026-03-17 22:00"),
        ("unit:kab/dpupr", "2026-03-17 22:00"),
    ]


def test_alarms_wait_for_working_hours() -> None:
    life = received(START)
    life.wait_until(at("2026-04-08"))

    assert told(life, "breached")[0] == ("head:kab/dinkominfo", "2026-03-25 07:30")
    assert told(life, "reminded") == [("coordinator", "2026-03-26 07:30")]


def test_what_silence_ends_is_told_in_working_hours_too() -> None:
    life = answered(START)
    life.wait_until(at("2026-05-01"))
    asked = received(START)
    asked.do(COORDINATOR, a.AskReporter(entry=TYPED))
    asked.wait_until(at("2026-05-01"))

    assert told(life, "closed") == [("reporter", "2026-04-09 07:30")]
    assert told(asked, "archived") == [("reporter", "2026-04-09 07:30")]
    assert {audience for audience, _ in told(asked, "reminded")} == {"reporter"}


def test_the_ladder_of_the_coordinators_clocks() -> None:
    life = received(START)
    life.wait_until(at("2026-04-07"))

    assert told(life, "escalated") == [
        ("supervisor:kab/setda", "2026-03-27 07:30"),
        ("supervisor:kab", "2026-04-01 07:30"),
        ("supervisor:kab/setda", "2026-04-01 07:30"),
        ("supervisor:kab", "2026-04-07 07:30"),
    ]


def test_the_ladder_of_the_units_clocks() -> None:
    life = disposed(START)
    life.wait_until(at("2026-04-01"))

    assert told(life, "breached") == [
        ("head:kab/dpupr", "2026-04-01 07:30"),
        ("coordinator", "2026-04-01 07:30"),
    ]


def test_an_answer_that_lies_with_the_coordinator_is_the_coordinators() -> None:
    life = disposed(START)
    life.do(DPUPR_ADMIN, a.Return(entry=TYPED))
    life.wait_until(at("2026-04-15"))

    assert told(life, "breached") == [("head:kab/dinkominfo", "2026-04-15 07:30")]


def test_a_late_delegation_is_told_to_the_unit_and_then_its_head() -> None:
    life = in_progress(START, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))
    life.wait_until(at("2026-04-14", "16:00"))

    assert told(life, "breached")[0] == (f"unit:{KEC}", "2026-04-13 07:30")
    assert told(life, "escalated") == [(f"head:{KEC}", "2026-04-15 07:30")]


@pytest.mark.parametrize(
    ("approver", "expected"),
    [
        (Approver.UNIT_HEAD, [f"head:{KEC}", "coordinator"]),
        (Approver.COORDINATOR, ["head:kab/dinkominfo"]),
    ],
)
def test_a_late_approval_is_told_above_the_approver(
    approver: Approver, expected: list[str]
) -> None:
    policy = RULES.policy.model_copy(update={"approver": approver, "reviewed_units": (KEC,)})
    life = disposed(START, KEC, rules=RULES.model_copy(update={"policy": policy}))
    life.do(KEC_ADMIN, a.Answer(entry=TYPED))
    asked = f"head:{KEC}" if approver is Approver.UNIT_HEAD else "coordinator"
    assert life.audiences() == [asked]

    life.wait_until(life.clock(ClockName.REVIEW).due_at)

    assert [audience for audience, _ in told(life, "breached")] == expected


def test_the_supervisor_is_told_of_the_third_return() -> None:
    life = disposed(START)
    for number, (admin, unit) in enumerate(
        [(DPUPR_ADMIN, HEALTH), (HEALTH_ADMIN, "kab/dpupr"), (DPUPR_ADMIN, KEC)], start=1
    ):
        life.do(admin, a.Return(entry=TYPED))
        above = ["supervisor:kab/setda"] if number == 3 else []
        assert life.audiences() == ["coordinator", *above]
        life.do(COORDINATOR, a.Redispose(unit=unit, entry=TYPED))
        assert life.audiences() == [f"unit:{unit}"]
    life.do(KEC_ADMIN, a.Accept())
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))

    life.do(KEL_ADMIN, a.Return(entry=TYPED))

    assert life.audiences() == [f"unit:{KEC}"], "a sub-unit's return is the unit's matter"


def test_extensions_are_told_to_those_who_decide_and_those_who_wait() -> None:
    life = in_progress(START)
    life.do(DPUPR_ADMIN, a.RequestExtension(days=2, entry=TYPED))
    assert life.audiences() == ["coordinator"]
    life.do(COORDINATOR, a.GrantExtension())
    assert life.audiences() == ["reporter", "unit:kab/dpupr"]


def test_an_instruction_reaches_the_accountable_desk() -> None:
    life = in_progress(START, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))
    life.do(SEKDA, a.Instruct(entry=TYPED))

    assert life.audiences() == [f"unit:{KEL}"]


def test_a_reply_reaches_the_desk_that_asked() -> None:
    life = in_progress(START)
    life.do(COORDINATOR, a.AskReporter(entry=TYPED))
    assert life.audiences() == ["reporter"]
    life.do(REPORTER, a.ReporterReply(entry=TYPED))

    assert life.audiences() == ["unit:kab/dpupr"], "it is back where it was"


def test_a_leads_answers_reach_every_linked_reporter() -> None:
    life = in_progress(START)
    life.do(SYSTEM, a.JoinDuplicate(duplicate=OTHER))
    for action in (a.ReportProgress(entry=TYPED), a.Answer(entry=TYPED)):
        life.do(DPUPR_ADMIN, action)
        assert life.audiences() == ["reporter", f"reporter:{OTHER}"]
    archived = received(START)
    archived.do(SYSTEM, a.JoinDuplicate(duplicate=OTHER))
    archived.do(COORDINATOR, a.Archive(reason=ArchiveReason.INCOMPLETE, entry=TYPED))
    assert archived.audiences() == ["reporter", f"reporter:{OTHER}"]


def test_nobody_of_the_reported_unit_is_told() -> None:
    life = received(START)
    life.do(COORDINATOR, berkadar(KEC))
    life.do(INSPECTOR, a.Answer(entry=TYPED))
    life.wait_until(at("2026-08-01"))

    assert len(life.told) > 5
    assert not [n for n in life.told if KEC in n.audience]
