"""Each clock of the life table over Lebaran 2026: what starts, stops and moves it, how it ends."""

import pytest

from domain import actions as a
from domain import events as e
from domain.actors import REPORTER
from domain.terms import Classification, ClockName, Stage
from tests.domain.cast import (
    BUPATI,
    COORDINATOR,
    DPUPR,
    DPUPR_ADMIN,
    HEALTH,
    HEALTH_ADMIN,
    INSPECTOR,
    INSPECTORATE_HEAD,
    KEC,
    KEC_ADMIN,
    KEL,
    KEL_ADMIN,
)
from tests.domain.life import (
    TYPED,
    Life,
    answered,
    at,
    berkadar,
    dispose,
    disposed,
    in_progress,
    received,
    shown,
)

EVE = at("2026-03-17", "09:00")
"""The day before six days off and a weekend."""


def test_received_starts_first_response_and_verification() -> None:
    life = received(EVE)

    assert life.due(ClockName.FIRST_RESPONSE) == "2026-03-18 09:00"
    assert life.due(ClockName.VERIFICATION) == "2026-03-27 14:30"
    assert set(life.case.clocks) == {ClockName.FIRST_RESPONSE, ClockName.VERIFICATION}


def test_nobody_touches_it_and_it_climbs() -> None:
    assert received(EVE).rings(at("2026-04-14")) == [
        "2026-03-18 09:00 breached first_response 1",
        "2026-03-26 07:30 reminded verification",
        "2026-03-26 16:00 escalated first_response 2",
        "2026-03-27 14:30 breached verification 1",
        "2026-03-31 16:00 escalated first_response 3",
        "2026-03-31 16:00 escalated verification 2",
        "2026-04-06 16:00 escalated verification 3",
        "2026-04-08 16:00 escalated first_response 3",
        "2026-04-13 16:00 escalated verification 3",
    ]


def test_the_unit_does_nothing_and_it_climbs() -> None:
    life = disposed(EVE)

    assert life.rings(at("2026-05-07", "12:00"), ClockName.ANSWER) == [
        "2026-04-02 07:30 reminded answer",
        "2026-04-10 07:30 reminded answer",
        "2026-04-14 16:00 breached answer 1",
        "2026-04-16 16:00 escalated answer 2",
        "2026-04-21 16:00 escalated answer 3",
        "2026-04-28 16:00 escalated answer 3",
        "2026-05-06 16:00 escalated answer 3",
    ]
    assert life.case.level == 3


def test_follow_up_is_reminded_breached_and_stopped() -> None:
    life = disposed(EVE)

    assert life.rings(at("2026-04-01"), ClockName.FOLLOW_UP) == [
        "2026-03-27 07:30 reminded follow_up",
        "2026-03-30 07:30 reminded follow_up",
        "2026-03-31 16:00 breached follow_up 1",
    ]
    life.do(DPUPR_ADMIN, a.Accept())
    assert life.rings(at("2026-06-30"), ClockName.FOLLOW_UP) == []
    assert life.case.clocks[ClockName.FOLLOW_UP].rungs == 1, "what was late stays in the history"


@pytest.mark.parametrize(
    ("classification", "due"),
    [
        (Classification.PERMINTAAN_INFORMASI, "2026-03-31 16:00"),
        (Classification.TIDAK_BERKADAR, "2026-04-14 16:00"),
        (Classification.BERKADAR, "2026-06-26 14:30"),
        (Classification.ASPIRASI, "2026-04-14 16:00"),
    ],
)
def test_the_answer_is_due_by_classification(classification: Classification, due: str) -> None:
    life = received(EVE)
    life.do(
        COORDINATOR,
        berkadar(DPUPR)
        if classification is Classification.BERKADAR
        else dispose(classification=classification),
    )

    assert life.due(ClockName.ANSWER) == due


def test_disposing_stops_what_the_coordinator_had_to_do() -> None:
    life = disposed(EVE)

    assert {c.name for c in life.case.ticking} == {ClockName.FOLLOW_UP, ClockName.ANSWER}


def test_ping_pong_never_restarts_the_answer() -> None:
    life = in_progress(EVE)
    life.do(DPUPR_ADMIN, a.Return(entry=TYPED), at("2026-03-26"))
    assert [c.name for c in life.case.ticking] == [ClockName.ANSWER]

    life.do(COORDINATOR, a.Redispose(unit=HEALTH, entry=TYPED), at("2026-03-27"))
    life.do(HEALTH_ADMIN, a.Note(entry=TYPED))

    assert life.due(ClockName.ANSWER) == "2026-04-14 16:00"
    assert life.due(ClockName.FOLLOW_UP) == "2026-04-06 16:00"


def test_asking_pauses_every_clock_and_the_reply_moves_it() -> None:
    life = disposed(EVE)
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED), at("2026-03-26", "15:00"))
    assert [c.name for c in life.case.ticking] == [ClockName.REPORTER_INFO]
    assert life.due(ClockName.REPORTER_INFO) == "2026-04-10 14:30"

    life.do(REPORTER, a.ReporterReply(entry=TYPED), at("2026-04-01", "20:00"))

    assert life.stage() is Stage.DISPOSED
    assert life.due(ClockName.FOLLOW_UP) == "2026-04-07 16:00"
    assert life.due(ClockName.ANSWER) == "2026-04-20 16:00"
    answer = life.clock(ClockName.ANSWER)
    assert answer.deadline.paused == 4
    assert [p.by for p in answer.pauses] == [DPUPR_ADMIN.id]


def test_asking_on_the_last_day_leaves_what_is_left_of_it() -> None:
    life = disposed(EVE)
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED), at("2026-03-31", "15:00"))

    life.do(REPORTER, a.ReporterReply(entry=TYPED), at("2026-04-06", "09:00"))

    assert life.due(ClockName.FOLLOW_UP) == "2026-04-06 16:00"
    assert life.rings(at("2026-04-06", "16:00"), ClockName.FOLLOW_UP) == [
        "2026-04-06 16:00 breached follow_up 1"
    ]


def test_a_late_clock_stays_late_but_climbs_no_further_while_the_reporter_is_asked() -> None:
    life = disposed(EVE)
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED), at("2026-04-01"))
    life.do(REPORTER, a.ReporterReply(entry=TYPED), at("2026-04-09"))

    assert life.due(ClockName.FOLLOW_UP) == "2026-03-31 16:00"
    assert life.rings(at("2026-04-16", "12:00"), ClockName.FOLLOW_UP) == [
        "2026-04-10 14:30 escalated follow_up 2",
        "2026-04-15 16:00 escalated follow_up 3",
    ]


def test_silence_after_a_question_archives() -> None:
    life = disposed(EVE)
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED), at("2026-03-26"))

    assert life.rings(at("2026-04-10", "14:00")) == [
        "2026-04-02 07:30 reminded reporter_info",
        "2026-04-08 07:30 reminded reporter_info",
    ]
    [archived] = life.wait_until(at("2026-04-10", "14:30"))

    assert isinstance(archived, e.Archived)
    assert archived.reason == "incomplete"
    assert shown(archived.at) == "2026-04-10 14:30"
    assert not life.case.ticking[1:], "nothing runs but the window"


def test_silence_after_an_answer_closes() -> None:
    life = answered(EVE)
    assert life.due(ClockName.REPORTER_SAY) == "2026-04-08 16:00"

    assert [(ev.type, shown(ev.at)) for ev in life.wait_until(at("2026-05-01"))] == [
        ("reminded", "2026-03-31 07:30"),
        ("reminded", "2026-04-06 07:30"),
        ("closed", "2026-04-08 16:00"),
    ]


def test_a_delegation_ends_two_working_days_before_the_answer() -> None:
    life = in_progress(EVE, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED), at("2026-03-26"))

    assert life.due(ClockName.DELEGATION) == "2026-04-10 14:30"
    assert life.rings(at("2026-04-15"), ClockName.DELEGATION) == [
        "2026-04-02 07:30 reminded delegation",
        "2026-04-08 07:30 reminded delegation",
        "2026-04-10 14:30 breached delegation 1",
        "2026-04-14 16:00 escalated delegation 2",
    ]
    assert life.case.level == 1, "the answer's breach; a delegation's ladder stays in the unit"
    assert life.rings(at("2026-06-30"), ClockName.DELEGATION) == []


def test_a_late_delegation_lasts_one_working_day() -> None:
    life = in_progress(EVE, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED), at("2026-04-13"))

    assert life.due(ClockName.DELEGATION) == "2026-04-14 16:00"


def test_a_pause_counts_once_for_a_delegation_that_is_then_extended() -> None:
    life = in_progress(EVE, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED), at("2026-03-26"))
    life.do(KEL_ADMIN, a.AskReporter(entry=TYPED), at("2026-03-27"))
    life.do(REPORTER, a.ReporterReply(entry=TYPED), at("2026-04-01"))
    life.do(KEC_ADMIN, a.RequestExtension(days=5, entry=TYPED))
    life.do(COORDINATOR, a.GrantExtension())

    assert life.due(ClockName.ANSWER) == "2026-04-24 14:30"
    assert life.due(ClockName.DELEGATION) == "2026-04-22 16:00"


def test_review_ends_two_working_days_later_and_the_answer_runs_on() -> None:
    life = received(EVE)
    life.do(COORDINATOR, berkadar(DPUPR))
    life.do(INSPECTOR, a.Answer(entry=TYPED), at("2026-04-30"))

    assert life.due(ClockName.REVIEW) == "2026-05-05 16:00"
    assert life.due(ClockName.ANSWER) == "2026-06-26 14:30"
    life.do(INSPECTORATE_HEAD, a.SendBackAnswer(entry=TYPED), at("2026-05-04"))
    assert [c.name for c in life.case.ticking] == [ClockName.ANSWER]


def test_the_window_for_reopening_is_thirty_days() -> None:
    life = answered(EVE)
    life.do(REPORTER, a.Rate(score=5), at("2026-03-25"))
    assert life.due(ClockName.REOPEN_WINDOW) == "2026-04-24 10:00"

    life.now = at("2026-04-24", "09:59")
    assert "reopen" in life.offered(REPORTER)
    assert not life.case.is_final(life.now)
    life.now = at("2026-04-24", "10:00")
    assert "reopen" not in life.offered(REPORTER)
    assert life.case.is_final(life.now)


def test_a_supervisors_word_starts_and_stops_nothing() -> None:
    life = disposed(EVE)
    before = life.case.clocks

    life.do(BUPATI, a.Instruct(entry=TYPED))

    assert life.case.clocks == before


def test_first_response_ends_with_the_first_thing_that_the_reporter_sees() -> None:
    def running(life: Life) -> bool:
        return life.case.clock(ClockName.FIRST_RESPONSE) is not None

    life = received(EVE)
    life.do(COORDINATOR, a.Note(entry=TYPED))
    life.do(REPORTER, a.ReporterReply(entry=TYPED))
    assert running(life)
    life.do(COORDINATOR, a.AskReporter(entry=TYPED))
    assert not running(life)
