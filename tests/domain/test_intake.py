"""The coordinator's rows of the life table, and duplicates."""

from uuid import UUID

import pytest

from domain import actions as a
from domain import events as e
from domain.actors import REPORTER, SYSTEM
from domain.case import COORDINATOR_DESK, DeskKind
from domain.terms import ArchiveReason, Classification, ClockName, Stage
from tests.domain.cast import (
    COORDINATOR,
    DPUPR,
    DPUPR_ADMIN,
    HEALTH,
    INSPECTORATE,
    KEC,
    KEC_ADMIN,
    KEL,
    SEKDA,
)
from tests.domain.life import (
    TYPED,
    answered,
    at,
    berkadar,
    dispose,
    disposed,
    in_progress,
    received,
)

START = at("2026-06-02")
LEAD = UUID(int=42)


def test_a_case_begins_at_the_coordinators_desk() -> None:
    life = received(START, anonymous=True)

    assert life.stage() is Stage.RECEIVED
    assert life.case.desk == COORDINATOR_DESK
    assert (life.case.anonymous, life.case.secret) == (True, False)


def test_dispose_routes_classifies_and_keeps_the_reporters_choice() -> None:
    life = received(START, anonymous=True, secret=True)
    life.do(COORDINATOR, dispose(HEALTH))

    assert life.stage() is Stage.DISPOSED
    assert str(life.case.desk) == f"unit:{HEALTH}"
    assert (life.case.classification, life.case.category) == ("tidak_berkadar", "infrastruktur")
    assert (life.case.anonymous, life.case.secret) == (True, True)


def test_dispose_may_hide_or_show() -> None:
    life = received(START)
    life.do(COORDINATOR, dispose(anonymous=True, secret=True))

    assert (life.case.anonymous, life.case.secret) == (True, True)


def test_berkadar_names_a_unit_becomes_secret_and_begins_at_the_inspektorat() -> None:
    life = received(START)
    nameless = dispose(INSPECTORATE, Classification.BERKADAR)
    elsewhere = dispose(HEALTH, Classification.BERKADAR, reported_unit=DPUPR)
    shown = berkadar(DPUPR, secret=False)

    assert "menyebut unit terlapor" in life.refusal(COORDINATOR, nameless).why
    assert "Inspektorat" in life.refusal(COORDINATOR, elsewhere).why
    life.do(COORDINATOR, shown)
    assert life.case.secret
    assert life.case.unit == INSPECTORATE
    assert life.case.reported_unit == DPUPR


def test_a_case_about_the_inspektorat_begins_elsewhere() -> None:
    life = received(START)
    at_home = dispose(INSPECTORATE, Classification.BERKADAR, reported_unit=INSPECTORATE)

    assert "unit yang dilaporkan" in life.refusal(COORDINATOR, at_home).why
    life.do(COORDINATOR, dispose(HEALTH, Classification.BERKADAR, reported_unit=INSPECTORATE))
    assert life.case.unit == HEALTH


def test_nobody_below_the_reported_unit_handles_it() -> None:
    life = received(START)

    assert life.refusal(COORDINATOR, dispose(KEL, reported_unit=KEC)).kind == "field"
    life.do(COORDINATOR, dispose(KEC, reported_unit=KEL))
    life.do(KEC_ADMIN, a.Accept())
    assert "dilaporkan" in life.refusal(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED)).why


def test_a_reported_unit_once_named_stays_named() -> None:
    life = received(START)
    reclassify = a.Reclassify(
        classification=Classification.BERKADAR,
        category="kesehatan",
        reported_unit=HEALTH,
        entry=TYPED,
    )
    life.do(COORDINATOR, reclassify)

    assert life.refusal(COORDINATOR, dispose(HEALTH)).kind == "field"
    life.do(COORDINATOR, dispose(DPUPR))
    assert life.case.reported_unit == HEALTH


def test_a_case_leaves_the_unit_before_that_is_reported() -> None:
    life = in_progress(START, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))

    def accuse(unit: str) -> a.Reclassify:
        return a.Reclassify(
            classification=Classification.BERKADAR,
            category="lain_lain",
            reported_unit=unit,
            entry=TYPED,
        )

    assert life.refusal(COORDINATOR, accuse(KEC)).why.startswith("Alihkan dulu")
    assert life.refusal(COORDINATOR, accuse(KEL)).why.startswith("Tarik kembali dulu")
    life.do(COORDINATOR, accuse(DPUPR))
    assert life.case.secret


def test_an_unknown_category_is_refused() -> None:
    life = received(START)
    action = a.Dispose(
        classification=Classification.ASPIRASI, category="ramalan", unit=DPUPR, entry=TYPED
    )

    assert "ramalan" in life.refusal(COORDINATOR, action).why


@pytest.mark.parametrize("stage", ["received", "waiting_reporter"])
def test_archive_with_a_reason_from_the_list(stage: str) -> None:
    life = received(START)
    if stage == "waiting_reporter":
        life.do(COORDINATOR, a.AskReporter(entry=TYPED))

    [archived] = life.do(COORDINATOR, a.Archive(reason=ArchiveReason.IN_COURT, entry=TYPED))

    assert isinstance(archived, e.Archived)
    assert archived.reason == "in_court"
    assert life.stage() is Stage.ARCHIVED
    assert life.case.desk.kind is DeskKind.NONE


def test_a_reply_reopens_an_archived_case_within_the_window() -> None:
    life = disposed(START)
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))
    life.wait_until(at("2026-06-30"))
    assert life.stage() is Stage.ARCHIVED

    life.do(REPORTER, a.ReporterReply(entry=TYPED))

    assert life.stage() is Stage.RECEIVED
    assert life.case.unit is None
    assert life.due(ClockName.VERIFICATION) == "2026-07-03 14:30"
    assert "dispose" in life.offered(COORDINATOR)
    life.do(COORDINATOR, dispose(HEALTH))
    assert life.clock(ClockName.ANSWER).started_at == life.now


def test_a_reply_after_the_window_is_told_to_file_anew() -> None:
    life = received(START)
    life.do(COORDINATOR, a.Archive(reason=ArchiveReason.REPEATED, entry=TYPED))
    life.now = at("2026-07-03")

    refused = life.refusal(REPORTER, a.ReporterReply(entry=TYPED))

    assert (refused.kind, "aduan baru" in refused.why) == ("state", True)


def test_the_desk_may_type_a_reply_on_the_reporters_behalf() -> None:
    life = disposed(START)
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))

    [replied] = life.do(COORDINATOR, a.ReporterReply(entry=TYPED))

    assert isinstance(replied, e.Replied)
    assert replied.on_behalf
    assert life.stage() is Stage.DISPOSED


def test_the_asking_desk_is_accountable_while_it_waits() -> None:
    life = disposed(START)
    life.do(COORDINATOR, a.AskReporter(entry=TYPED))
    assert life.case.desk == COORDINATOR_DESK
    life.do(REPORTER, a.ReporterReply(entry=TYPED))
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))
    assert str(life.case.desk) == f"unit:{DPUPR}"


@pytest.mark.parametrize("stage", ["received", "disposed", "in_progress"])
def test_hand_back_ends_it_and_reopening_returns_it_to_the_coordinator(stage: str) -> None:
    life = {"received": received, "disposed": disposed, "in_progress": in_progress}[stage](START)
    life.do(COORDINATOR, a.HandBack(entry=TYPED))
    assert life.stage() is Stage.HANDED_BACK

    life.do(REPORTER, a.Reopen(entry=TYPED))

    assert life.stage() is Stage.RECEIVED
    assert life.case.desk == COORDINATOR_DESK
    assert life.case.unit is None


def test_after_a_return_only_another_unit_is_asked_for() -> None:
    life = disposed(START)
    life.do(DPUPR_ADMIN, a.Return(suggested_unit=HEALTH, entry=TYPED))

    assert life.stage() is Stage.RECEIVED
    assert "dispose" not in life.offered(COORDINATOR)
    assert "redispose" in life.offered(SEKDA)
    assert "verifikasi ulang" in life.refusal(COORDINATOR, dispose(HEALTH)).why
    life.do(SEKDA, a.Redispose(unit=HEALTH, entry=TYPED))
    assert str(life.case.desk) == f"unit:{HEALTH}"


def test_redispose_goes_to_another_unit() -> None:
    life = disposed(START)

    assert life.refusal(COORDINATOR, a.Redispose(unit=DPUPR, entry=TYPED)).kind == "field"
    assert (
        "belum pernah" in received(START).refusal(SEKDA, a.Redispose(unit=DPUPR, entry=TYPED)).why
    )


def test_a_linked_case_follows_its_lead_and_comes_back_as_if_never_linked() -> None:
    life = disposed(START)
    life.do(DPUPR_ADMIN, a.RequestExtension(days=3, entry=TYPED))
    before = life.case
    life.do(COORDINATOR, a.LinkDuplicate(lead=LEAD), at("2026-06-03"))
    assert life.stage() is Stage.DUPLICATE
    assert life.case.desk.kind is DeskKind.LEAD
    assert life.wait_until(at("2026-07-01")) == [], "no alarm of its own"

    life.do(COORDINATOR, a.UnlinkDuplicate(entry=TYPED))

    told_apart = {"seq", "head", "updated_at"}
    assert life.case.model_dump(exclude=told_apart) == before.model_dump(exclude=told_apart)
    assert life.rings(life.now, ClockName.FOLLOW_UP)[0] == "2026-07-01 10:00 breached follow_up 1"


def test_a_linked_case_has_no_alarms_even_if_somebody_rings_them() -> None:
    life = received(START)
    life.do(COORDINATOR, a.LinkDuplicate(lead=LEAD))

    for action in (
        a.Breach(clock=ClockName.VERIFICATION),
        a.Remind(clock=ClockName.VERIFICATION),
        a.Escalate(clock=ClockName.VERIFICATION),
    ):
        assert life.refusal(SYSTEM, action, at("2026-07-01")).kind == "state"


def test_a_duplicate_ends_with_its_lead_and_may_be_reopened() -> None:
    life = received(START)
    life.do(COORDINATOR, a.LinkDuplicate(lead=LEAD))

    [closed] = life.do(SYSTEM, a.Close())

    assert isinstance(closed, e.Closed)
    assert closed.with_lead
    assert life.stage() is Stage.CLOSED
    life.do(REPORTER, a.Reopen(entry=TYPED))
    assert life.stage() is Stage.RECEIVED, "no unit ever had it"


def test_a_lead_is_no_duplicate_and_open() -> None:
    lead = in_progress(START)
    lead.do(SYSTEM, a.JoinDuplicate(duplicate=LEAD))
    assert "lepaskan dulu" in lead.refusal(COORDINATOR, a.LinkDuplicate(lead=UUID(int=43))).why
    assert lead.do(SYSTEM, a.JoinDuplicate(duplicate=LEAD)) == [], "taken in once"

    duplicate = received(START)
    duplicate.do(COORDINATOR, a.LinkDuplicate(lead=LEAD))
    assert duplicate.refusal(SYSTEM, a.JoinDuplicate(duplicate=LEAD)).kind == "state"

    over = answered(START)
    over.do(REPORTER, a.Rate(score=5))
    assert over.refusal(SYSTEM, a.JoinDuplicate(duplicate=LEAD)).kind == "state"


def test_a_case_is_not_its_own_duplicate() -> None:
    life = received(START)

    assert life.refusal(COORDINATOR, a.LinkDuplicate(lead=life.case.id)).kind == "field"
