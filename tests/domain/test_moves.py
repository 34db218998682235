"""What moves a clock that runs: reclassification, extension, reopening, a decree."""

from datetime import date

from domain import actions as a
from domain import events as e
from domain.actors import REPORTER, SYSTEM
from domain.deadlines import is_outdated
from domain.terms import Classification, ClockName
from tests.domain.cast import (
    COORDINATOR,
    DAYS_OFF,
    DPUPR_ADMIN,
    KEC,
    KEC_ADMIN,
    KEL,
    SEKDA,
)
from tests.domain.life import (
    TYPED,
    answered,
    at,
    dispose,
    disposed,
    in_progress,
    received,
)

EVE = at("2026-03-17", "09:00")
"""The day before six days off and a weekend."""


def test_reclassification_counts_from_the_same_start() -> None:
    life = disposed(EVE)
    life.do(
        COORDINATOR,
        a.Reclassify(
            classification=Classification.PERMINTAAN_INFORMASI, category="kesehatan", entry=TYPED
        ),
        at("2026-03-27"),
    )

    assert life.due(ClockName.ANSWER) == "2026-03-31 16:00"
    assert life.clock(ClockName.ANSWER).started_at == EVE


def test_reclassification_after_the_breach_starts_the_ladder_anew() -> None:
    life = received(EVE)
    life.do(COORDINATOR, dispose(classification=Classification.PERMINTAAN_INFORMASI))
    life.do(DPUPR_ADMIN, a.Accept())
    assert life.rings(at("2026-04-02", "17:00"))[-1] == "2026-04-02 16:00 escalated answer 2"

    life.do(
        COORDINATOR,
        a.Reclassify(classification=Classification.ASPIRASI, category="energi", entry=TYPED),
    )

    assert life.case.level == 0
    assert life.rings(at("2026-04-14", "17:00")) == [
        "2026-04-02 17:00 reminded answer",
        "2026-04-10 07:30 reminded answer",
        "2026-04-14 16:00 breached answer 1",
    ]


def test_an_extension_adds_working_days_and_is_reminded_of_again() -> None:
    life = in_progress(EVE)
    life.do(DPUPR_ADMIN, a.RequestExtension(days=14, entry=TYPED), at("2026-04-13"))

    [granted] = life.do(SEKDA, a.GrantExtension())

    assert granted.type == "extension_granted"
    assert life.due(ClockName.ANSWER) == "2026-05-05 16:00"
    assert life.rings(at("2026-05-05", "12:00")) == [
        "2026-04-14 07:30 reminded answer",
        "2026-04-27 07:30 reminded answer",
    ]


def test_a_reopening_starts_a_new_answer_clock_of_five_days() -> None:
    life = answered(EVE)
    life.do(REPORTER, a.Reopen(entry=TYPED), at("2026-03-26"))

    assert life.due(ClockName.ANSWER) == "2026-04-02 16:00"
    assert [c.name for c in life.case.ticking] == [ClockName.ANSWER]
    life.do(
        COORDINATOR,
        a.Reclassify(classification=Classification.ASPIRASI, category="energi", entry=TYPED),
    )
    assert life.due(ClockName.ANSWER) == "2026-04-02 16:00", "the limit of a reopening stays"


def test_what_comes_back_to_the_coordinator_is_disposed_under_the_whole_limit() -> None:
    life = disposed(EVE)
    life.do(COORDINATOR, a.HandBack(entry=TYPED), at("2026-03-25"))
    life.do(REPORTER, a.Reopen(entry=TYPED), at("2026-03-26"))
    assert life.due(ClockName.VERIFICATION) == "2026-03-31 16:00"

    life.do(COORDINATOR, dispose(), at("2026-03-27"))
    due = life.due(ClockName.ANSWER)
    life.change()

    assert due == life.due(ClockName.ANSWER) == "2026-04-17 14:30"


def test_a_reopened_case_that_was_archived_is_disposed_under_the_whole_limit() -> None:
    life = answered(EVE)
    life.do(REPORTER, a.Reopen(entry=TYPED), at("2026-03-26"))
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))
    life.wait_until(at("2026-04-10", "15:00"))
    life.do(REPORTER, a.ReporterReply(entry=TYPED))

    life.do(COORDINATOR, dispose(), at("2026-04-13"))
    life.change()

    assert life.due(ClockName.ANSWER) == "2026-05-04 16:00"


def test_the_citizens_clock_never_restarts() -> None:
    life = answered(EVE)
    life.do(REPORTER, a.Reopen(entry=TYPED), at("2026-03-26"))
    life.do(DPUPR_ADMIN, a.Answer(entry=TYPED), at("2026-03-27"))

    assert (life.case.received_at, life.case.answered_at) == (EVE, EVE)


def test_a_new_day_off_moves_what_still_runs_and_says_so() -> None:
    life = disposed(EVE)

    [replanned] = life.change(days_off=DAYS_OFF | {date(2026, 4, 7): "Libur Daerah"})

    assert isinstance(replanned, e.Replanned)
    assert replanned.calendar == 2
    assert [(c.clock, c.change) for c in replanned.clocks] == [("answer", "moved")]
    assert life.due(ClockName.ANSWER) == "2026-04-15 16:00"
    assert life.due(ClockName.FOLLOW_UP) == "2026-03-31 16:00"
    moved = life.clock(ClockName.ANSWER).deadline
    assert moved.calendar == 2
    assert "Libur Daerah" in {off.name for off in moved.skipped}


def test_a_lost_day_off_moves_it_back_and_a_stopped_clock_not() -> None:
    life = disposed(EVE)
    stopped = life.case.clocks[ClockName.VERIFICATION]

    life.change(days_off={day: name for day, name in DAYS_OFF.items() if day != date(2026, 3, 24)})

    assert life.due(ClockName.ANSWER) == "2026-04-13 16:00"
    assert life.due(ClockName.FOLLOW_UP) == "2026-03-30 16:00"
    assert life.case.clocks[ClockName.VERIFICATION] == stopped


def test_a_calendar_that_changes_nothing_here_records_nothing() -> None:
    assert disposed(EVE).change(days_off=DAYS_OFF | {date(2026, 3, 16): "Kemarin"}) == []


def test_a_case_that_slept_through_a_decree_is_outdated_until_it_is_counted_again() -> None:
    life = received(EVE)
    decreed = life.rules.calendar.model_copy(
        update={"version": 2, "days_off": DAYS_OFF | {date(2026, 3, 26): "Libur Daerah"}}
    )
    assert not is_outdated(life.case, life.rules)
    assert is_outdated(life.case, life.rules.model_copy(update={"calendar": decreed}))

    life.do(COORDINATOR, a.AskReporter(entry=TYPED))
    life.rules = life.rules.model_copy(update={"calendar": decreed})
    life.do(SYSTEM, a.Replan())

    assert not is_outdated(life.case, life.rules)


def test_a_new_limit_moves_answer_and_delegation_together() -> None:
    life = in_progress(EVE, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED), at("2026-03-26"))
    policy = life.rules.policy.model_copy(
        update={
            "version": 2,
            "answer_days": life.rules.policy.answer_days | {Classification.TIDAK_BERKADAR: 10},
        }
    )
    life.rules = life.rules.model_copy(update={"policy": policy})

    life.change()

    assert life.due(ClockName.ANSWER) == "2026-04-08 16:00"
    assert life.due(ClockName.DELEGATION) == "2026-04-06 16:00"
    assert life.clock(ClockName.ANSWER).deadline.policy == 2
