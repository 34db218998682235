"""Who sees a case, what the reporter sees of it, who may open an identity."""

import pytest

from domain import actions as a
from domain import events as e
from domain.actors import REPORTER, SYSTEM, Actor
from domain.terms import ArchiveReason, Classification, Role, Stage
from domain.visibility import can_see, public_sees, reporter_reads, reporter_sees
from tests.domain.cast import (
    ADMINISTRATOR,
    AUDITOR,
    BUPATI,
    COORDINATOR,
    DPUPR,
    DPUPR_ADMIN,
    DPUPR_HEAD,
    HEALTH,
    HEALTH_ADMIN,
    INSPECTOR,
    KEC,
    KEC_ADMIN,
    KEC_HEAD,
    KEL,
    KEL_ADMIN,
    ROADS_ADMIN,
    SEKDA,
    STAFF,
    staff,
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
READS_ALL = {COORDINATOR.id, SEKDA.id, BUPATI.id, AUDITOR.id}


def seers(life: Life) -> set[str]:
    """The staff who see the case, without those who hold two roles."""
    return {actor.id for actor in STAFF if len(actor.grants) == 1 and can_see(life.case, actor)}


def ids(*actors: Actor) -> set[str]:
    return {actor.id for actor in actors}


OTHER = staff(2, (Role.COORDINATOR, None))


def test_before_a_disposal_no_unit_sees_it() -> None:
    assert seers(received(START)) == READS_ALL | ids(OTHER)


def test_the_unit_and_those_above_it_see_it() -> None:
    assert seers(disposed(START, KEL)) == READS_ALL | ids(OTHER, KEL_ADMIN, KEC_ADMIN, KEC_HEAD)
    assert seers(disposed(START, KEC)) == READS_ALL | ids(OTHER, KEC_ADMIN, KEC_HEAD)


def test_a_secret_case_is_not_seen_from_above() -> None:
    assert seers(disposed(START, KEL, secret=True)) == READS_ALL | ids(OTHER, KEL_ADMIN)


def test_a_secret_case_that_was_delegated_is_seen_by_both() -> None:
    life = in_progress(START, KEC, KEC_ADMIN, secret=True)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))

    assert seers(life) == READS_ALL | ids(OTHER, KEC_ADMIN, KEC_HEAD, KEL_ADMIN)


def test_what_was_returned_is_not_the_units_any_more() -> None:
    life = disposed(START)
    life.do(DPUPR_ADMIN, a.Return(entry=TYPED))

    assert not can_see(life.case, DPUPR_ADMIN)


def test_a_case_about_a_unit_is_invisible_to_it_and_below_it() -> None:
    life = received(START)
    life.do(COORDINATOR, berkadar(DPUPR))

    for actor in (DPUPR_ADMIN, DPUPR_HEAD, ROADS_ADMIN):
        assert not can_see(life.case, actor)
        assert life.offered(actor) == set()
        assert life.refusal(actor, a.Note(entry=TYPED)).kind == "unseen"
    assert can_see(life.case, INSPECTOR)


def test_a_coordinator_of_the_reported_unit_does_not_see_it() -> None:
    life = received(START)
    seated = staff(90, (Role.COORDINATOR, "kab/dinkominfo"))
    assert can_see(life.case, seated)

    life.do(COORDINATOR, berkadar("kab/dinkominfo"))

    assert not can_see(life.case, seated)


def test_the_administrator_sees_no_case_and_does_nothing() -> None:
    life = received(START)

    assert not can_see(life.case, ADMINISTRATOR)
    assert life.offered(ADMINISTRATOR) == set()


def test_the_auditor_sees_all_and_does_nothing() -> None:
    life = received(START)
    life.do(COORDINATOR, berkadar(DPUPR))

    assert can_see(life.case, AUDITOR)
    assert life.offered(AUDITOR) == set()


def test_the_reporter_hides_more_and_never_shows() -> None:
    life = received(START)
    life.do(REPORTER, a.SetVisibility(anonymous=True, secret=False))

    show = life.refusal(REPORTER, a.SetVisibility(anonymous=False, secret=True))
    assert "menyembunyikan lebih banyak" in show.why
    life.do(REPORTER, a.SetVisibility(anonymous=True, secret=True))
    assert "set_visibility" not in life.offered(REPORTER)
    life.do(COORDINATOR, a.SetVisibility(anonymous=False, secret=False))
    assert (life.case.anonymous, life.case.secret) == (False, False)


def test_reclassified_as_berkadar_it_becomes_secret() -> None:
    life = disposed(START, HEALTH)
    life.do(
        COORDINATOR,
        a.Reclassify(
            classification=Classification.BERKADAR,
            category="kesehatan",
            reported_unit=DPUPR,
            entry=TYPED,
        ),
    )

    assert life.case.secret
    assert life.case.unit == HEALTH


@pytest.mark.parametrize(
    ("facts", "classification", "allowed"),
    [
        ({}, Classification.TIDAK_BERKADAR, True),
        ({}, Classification.PERMINTAAN_INFORMASI, True),
        ({}, Classification.ASPIRASI, False),
        ({"anonymous": True}, Classification.TIDAK_BERKADAR, False),
        ({"identified": False}, Classification.TIDAK_BERKADAR, False),
    ],
)
def test_a_unit_opens_an_identity_where_the_policy_allows(
    facts: dict[str, bool], classification: Classification, allowed: bool
) -> None:
    life = received(START, **facts)
    life.do(COORDINATOR, dispose(classification=classification))

    assert ("open_identity" in life.offered(DPUPR_ADMIN)) is allowed
    assert ("open_identity" in life.offered(COORDINATOR)) is facts.get("identified", True)
    assert "open_identity" not in life.offered(HEALTH_ADMIN) | life.offered(SEKDA)


def test_opening_an_identity_is_recorded_and_not_shown() -> None:
    life = disposed(START)

    [opened] = life.do(DPUPR_ADMIN, a.OpenIdentity(entry=TYPED))

    assert (opened.type, opened.actor) == ("identity_opened", DPUPR_ADMIN.id)
    assert opened.entry == TYPED
    assert not reporter_sees(opened)


def test_the_reporter_follows_the_case_without_its_insides() -> None:
    life = in_progress(START, KEC, KEC_ADMIN)
    life.do(KEC_ADMIN, a.Delegate(unit=KEL, entry=TYPED))
    life.do(KEL_ADMIN, a.Return(entry=TYPED))
    life.do(COORDINATOR, a.Note(entry=TYPED))
    life.do(SEKDA, a.Instruct(entry=TYPED))
    life.do(KEC_ADMIN, a.ReportProgress(entry=TYPED))
    life.do(KEC_ADMIN, a.RequestExtension(days=1, entry=TYPED))
    life.do(COORDINATOR, a.GrantExtension())
    life.do(COORDINATOR, a.SetVisibility(anonymous=True, secret=False))
    life.do(REPORTER, a.SetVisibility(anonymous=True, secret=True))
    life.do(COORDINATOR, a.AskReporter(entry=TYPED))
    life.do(REPORTER, a.ReporterReply(entry=TYPED))
    life.wait_until(at("2026-08-01"))
    life.do(KEC_ADMIN, a.Answer(entry=TYPED))
    life.do(REPORTER, a.Rate(score=3))

    seen = [event for recorded in life.recorded if reporter_sees(event := recorded.event())]

    assert [event.type for event in seen] == [
        "received",
        "disposed",
        "progress_reported",
        "extension_granted",
        "visibility_set",
        "asked",
        "replied",
        "answered",
        "rated",
        "closed",
    ]
    assert [event.actor for event in seen if isinstance(event, e.VisibilitySet)] == ["reporter"]
    assert not reporter_reads(seen[1]), "the note for the unit is the unit's"


def test_what_an_ended_case_tells_the_reporter() -> None:
    life = received(START)
    [archived] = life.do(COORDINATOR, a.Archive(reason=ArchiveReason.ABUSIVE, entry=TYPED))
    handed = disposed(START)
    [back] = handed.do(COORDINATOR, a.HandBack(entry=TYPED))

    assert reporter_reads(archived)
    assert reporter_reads(back)


def test_another_reporter_is_never_shown() -> None:
    lead = answered(START)
    joined = lead.do(REPORTER, a.Reopen(entry=TYPED)) and lead.do(
        SYSTEM, a.JoinDuplicate(duplicate=lead.case.id)
    )

    assert not reporter_sees(joined[0])
    assert lead.stage() is Stage.IN_PROGRESS


def test_the_public_sees_what_was_verified_until_it_is_hidden_or_put_aside() -> None:
    life = received(START)
    assert not public_sees(life.case)
    life.do(COORDINATOR, dispose(DPUPR))
    assert public_sees(life.case)
    life.do(COORDINATOR, a.AskReporter(entry=TYPED))
    assert public_sees(life.case)
    life.do(COORDINATOR, a.Archive(reason=ArchiveReason.WITHDRAWN, entry=TYPED))
    assert not public_sees(life.case)
    hidden = disposed(START)
    hidden.do(REPORTER, a.SetVisibility(anonymous=False, secret=True))
    assert not public_sees(hidden.case)
    accused = received(START)
    accused.do(COORDINATOR, berkadar(DPUPR))
    assert not public_sees(accused.case), "secret from the beginning"
