"""The unit's rows of the life table, and the reporter's turn after the answer."""

import pytest

from domain import actions as a
from domain import events as e
from domain.actors import REPORTER
from domain.policy import Approver, Rules
from domain.terms import Classification, ClockName, Stage
from tests.domain.cast import (
    ADMIN_AND_HEAD,
    BUPATI,
    COORDINATOR,
    COORDINATOR_AND_ADMIN,
    DPUPR,
    DPUPR_ADMIN,
    DPUPR_HEAD,
    HEALTH,
    HEALTH_ADMIN,
    INSPECTOR,
    INSPECTORATE_HEAD,
    KEC,
    KEC_ADMIN,
    KEC_HEAD,
    KEL,
    KEL_ADMIN,
    OTHER_COORDINATOR,
    ROADS,
    RULES,
    SEKDA,
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
)

START = at("2026-06-02")


def policy(**changed: object) -> Rules:
    return RULES.model_copy(update={"policy": RULES.policy.model_copy(update=changed)})


def delegated() -> Life:
    life = in_progress(START, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))
    return life


def test_accepting_is_the_units_alone() -> None:
    life = disposed(START)

    assert "accept" not in life.offered(HEALTH_ADMIN) | life.offered(COORDINATOR)
    life.do(DPUPR_ADMIN, a.Accept())
    assert life.stage() is Stage.IN_PROGRESS


def test_a_sub_unit_is_accountable_for_what_it_was_delegated() -> None:
    life = delegated()

    assert str(life.case.desk) == f"unit:{KEL}"
    assert {"answer", "return", "report_progress"} <= life.offered(KEL_ADMIN)
    assert not {"accept", "delegate", "take_back", "request_extension"} & life.offered(KEL_ADMIN)
    assert {"take_back", "answer", "request_extension"} <= life.offered(KEC_ADMIN)


def test_delegation_goes_below_only() -> None:
    life = in_progress(START, KEC, KEC_ADMIN)

    assert life.refusal(KEC_ADMIN, a.Delegate(unit=ROADS, entry=TYPED)).kind == "field"
    assert life.refusal(KEC_ADMIN, a.Delegate(unit=KEC, entry=TYPED)).kind == "field"


def test_taking_back_ends_the_delegation() -> None:
    life = delegated()
    life.do(KEC_ADMIN, a.TakeBack(entry=TYPED))

    assert str(life.case.desk) == f"unit:{KEC}"
    assert life.case.clock(ClockName.DELEGATION) is None
    assert "take_back" not in life.offered(KEC_ADMIN)


def test_a_sub_unit_returns_to_its_unit_and_that_to_the_coordinator() -> None:
    life = delegated()
    assert "tarik kembali" in life.refusal(KEC_ADMIN, a.Return(entry=TYPED)).why

    life.do(KEL_ADMIN, a.Return(entry=TYPED))
    assert (life.case.stage, life.case.unit, life.case.delegate) == ("in_progress", KEC, None)
    assert life.case.returns == 0
    life.do(KEC_ADMIN, a.Return(entry=TYPED))
    assert (life.case.stage, life.case.unit, life.case.returns) == ("received", None, 1)


def test_what_was_answered_is_not_returned() -> None:
    life = answered(START)
    life.do(REPORTER, a.Reopen(entry=TYPED))

    assert "mintalah pengalihan" in life.refusal(DPUPR_ADMIN, a.Return(entry=TYPED)).why


def test_progress_changes_nothing_but_what_the_reporter_knows() -> None:
    life = in_progress(START)
    before = life.case.clocks

    life.do(DPUPR_ADMIN, a.ReportProgress(entry=TYPED))

    assert (life.case.stage, life.case.clocks) == ("in_progress", before)


@pytest.mark.parametrize("stage", ["disposed", "in_progress"])
def test_an_extension_is_asked_once_and_at_most_the_limit_again(stage: str) -> None:
    life = {"disposed": disposed, "in_progress": in_progress}[stage](START)

    assert "14 hari kerja" in life.refusal(DPUPR_ADMIN, extension(15)).why
    life.do(DPUPR_ADMIN, extension(14))
    assert "menunggu keputusan" in life.refusal(DPUPR_ADMIN, extension(1)).why
    life.do(COORDINATOR, a.RefuseExtension(entry=TYPED))
    assert "sekali" in life.refusal(DPUPR_ADMIN, extension(1)).why


def test_an_extension_is_never_decided_by_the_one_who_asked() -> None:
    life = in_progress(START, KEC, COORDINATOR_AND_ADMIN)
    assert not {"grant_extension", "refuse_extension"} & life.offered(COORDINATOR)
    life.do(COORDINATOR_AND_ADMIN, extension(3))

    own = life.refusal(COORDINATOR_AND_ADMIN, a.GrantExtension())

    assert (own.kind, "sendiri" in own.why) == ("state", True)
    assert "refuse_extension" not in life.offered(COORDINATOR_AND_ADMIN)
    life.do(OTHER_COORDINATOR, a.GrantExtension())


def test_an_extension_is_decided_while_the_reporter_is_asked_too() -> None:
    life = in_progress(START)
    life.do(DPUPR_ADMIN, extension(3))
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))
    life.do(BUPATI, a.GrantExtension())
    life.do(REPORTER, a.ReporterReply(entry=TYPED), at("2026-06-05"))

    assert life.due(ClockName.ANSWER) == "2026-07-01 16:00"


def test_an_extension_asked_under_another_limit_lapses() -> None:
    life = in_progress(START)
    life.do(DPUPR_ADMIN, extension(14))
    life.do(
        COORDINATOR,
        a.Reclassify(
            classification=Classification.PERMINTAAN_INFORMASI, category="energi", entry=TYPED
        ),
    )

    assert "grant_extension" not in life.offered(COORDINATOR)
    assert life.refusal(DPUPR_ADMIN, extension(6)).kind == "field"
    life.do(DPUPR_ADMIN, extension(5))


def test_each_answer_clock_may_be_extended_once() -> None:
    life = in_progress(START)
    life.do(DPUPR_ADMIN, extension(3))
    life.do(COORDINATOR, a.RefuseExtension(entry=TYPED))
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))
    life.wait_until(at("2026-06-30"))
    life.do(REPORTER, a.ReporterReply(entry=TYPED))
    life.do(COORDINATOR, dispose())

    assert "request_extension" in life.offered(DPUPR_ADMIN)


def extension(days: int) -> a.RequestExtension:
    return a.RequestExtension(days=days, entry=TYPED)


def test_answering_a_disposed_case_accepts_it() -> None:
    life = disposed(START)

    accepted, answer = life.do(DPUPR_ADMIN, a.Answer(entry=TYPED))

    assert (accepted.type, answer.type) == ("accepted", "answered")
    assert [c.name for c in life.case.ticking] == [ClockName.REPORTER_SAY]


def test_a_sub_units_answer_is_the_units() -> None:
    life = delegated()
    life.do(KEL_ADMIN, a.Answer(entry=TYPED))

    assert (life.case.stage, life.case.unit, life.case.delegate) == ("answered", KEC, None)


def test_berkadar_always_passes_under_four_eyes() -> None:
    life = received(START)
    life.do(COORDINATOR, berkadar(DPUPR))
    life.do(INSPECTOR, a.Answer(entry=TYPED))
    assert life.stage() is Stage.IN_REVIEW
    assert "approve_answer" not in life.offered(INSPECTOR) | life.offered(COORDINATOR)

    life.do(INSPECTORATE_HEAD, a.SendBackAnswer(entry=TYPED))
    assert life.stage() is Stage.IN_PROGRESS
    life.do(INSPECTOR, a.Answer(entry=TYPED))
    [approved] = life.do(INSPECTORATE_HEAD, a.ApproveAnswer())

    assert isinstance(approved, e.Answered)
    assert (approved.approved, approved.entry) == (INSPECTOR.id, TYPED)
    assert life.stage() is Stage.ANSWERED


def test_nobody_approves_what_they_wrote() -> None:
    life = disposed(START, rules=policy(reviewed_units=(DPUPR,)))
    life.do(ADMIN_AND_HEAD, a.Answer(entry=TYPED))

    own = life.refusal(ADMIN_AND_HEAD, a.ApproveAnswer())

    assert "sendiri" in own.why
    assert "send_back_answer" not in life.offered(ADMIN_AND_HEAD)
    life.do(DPUPR_HEAD, a.ApproveAnswer())


def test_the_policy_says_whose_answers_are_reviewed_and_by_whom() -> None:
    rules = policy(reviewed_units=(KEC,), approver=Approver.COORDINATOR)
    life = disposed(START, KEL, rules=rules)
    life.do(KEL_ADMIN, a.Answer(entry=TYPED))

    assert str(life.case.desk) == "coordinator"
    assert "approve_answer" not in life.offered(KEC_HEAD)
    life.do(COORDINATOR, a.ApproveAnswer())
    elsewhere = disposed(START, HEALTH, rules=rules)
    elsewhere.do(HEALTH_ADMIN, a.Answer(entry=TYPED))
    assert elsewhere.stage() is Stage.ANSWERED


def test_sent_back_it_is_the_sub_units_again_with_a_new_limit() -> None:
    life = in_progress(START, KEC, KEC_ADMIN, rules=policy(reviewed_units=(KEC,)))
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))
    life.do(KEL_ADMIN, a.Answer(entry=TYPED), at("2026-06-22", "09:00"))
    assert life.case.clock(ClockName.DELEGATION) is None

    life.do(KEC_HEAD, a.SendBackAnswer(entry=TYPED))

    assert str(life.case.desk) == f"unit:{KEL}"
    assert life.due(ClockName.DELEGATION) == "2026-06-23 16:00"


def test_rating_closes_and_is_given_once() -> None:
    life = answered(START)

    rated, closed = life.do(REPORTER, a.Rate(score=2))

    assert (rated.type, closed.type) == ("rated", "closed")
    assert life.case.rating == 2
    assert life.refusal(REPORTER, a.Rate(score=5)).why == "Aduan ini sudah Anda nilai."


def test_a_case_closed_by_silence_may_still_be_rated_once() -> None:
    life = answered(START)
    life.wait_until(at("2026-07-01"))
    assert life.stage() is Stage.CLOSED

    assert [event.type for event in life.do(REPORTER, a.Rate(score=4))] == ["rated"]
    assert life.stage() is Stage.CLOSED
    assert "rate" not in life.offered(REPORTER)


@pytest.mark.parametrize("by", [REPORTER, COORDINATOR])
def test_reopening_goes_back_to_the_same_unit(by: object) -> None:
    life = answered(START)
    life.do(REPORTER, a.Rate(score=1))
    life.do(COORDINATOR if by is COORDINATOR else REPORTER, a.Reopen(entry=TYPED))

    assert str(life.case.desk) == f"unit:{DPUPR}"
    assert life.stage() is Stage.IN_PROGRESS
    assert life.case.clock(ClockName.REOPEN_WINDOW) is None


def test_an_instruction_waits_for_the_desks_next_work() -> None:
    life = in_progress(START)
    life.do(SEKDA, a.Instruct(entry=TYPED))
    life.do(DPUPR_HEAD, a.Instruct(entry=TYPED))
    life.do(DPUPR_ADMIN, a.Note(entry=TYPED))
    assert life.case.instructions == 2

    life.do(DPUPR_ADMIN, a.ReportProgress(entry=TYPED))

    assert life.case.instructions == 0
