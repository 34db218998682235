"""Each refusal says in a sentence who could do it, or what has to happen first."""

import pytest

from domain import actions as a
from domain.actors import REPORTER, SYSTEM, Actor
from domain.terms import ArchiveReason, ClockName
from tests.domain.cast import (
    AUDITOR,
    COORDINATOR,
    DPUPR_ADMIN,
    DPUPR_HEAD,
    HEALTH_ADMIN,
    SEKDA,
)
from tests.domain.life import TYPED, answered, at, dispose, disposed, in_progress, received

START = at("2026-06-02")


@pytest.mark.parametrize(
    ("actor", "action", "kind", "why"),
    [
        (SEKDA, dispose(), "who", "Hanya koordinator yang dapat mendisposisikan aduan."),
        (
            AUDITOR,
            a.AskReporter(entry=TYPED),
            "who",
            "Hanya koordinator atau admin unit atau subunit yang menangani yang dapat meminta "
            "keterangan pelapor.",
        ),
        (
            COORDINATOR,
            a.Accept(),
            "who",
            "Hanya admin unit yang menangani yang dapat menerima tugas.",
        ),
        (HEALTH_ADMIN, a.Accept(), "unseen", "Aduan ini tidak ada atau bukan kewenangan Anda."),
        (
            DPUPR_ADMIN,
            a.ReportProgress(entry=TYPED),
            "state",
            "Status aduan ini didisposisikan; melaporkan kemajuan hanya dapat dilakukan saat "
            "ditangani.",
        ),
        (
            COORDINATOR,
            dispose(),
            "state",
            "Status aduan ini didisposisikan; mendisposisikan aduan hanya dapat dilakukan saat "
            "diterima.",
        ),
        (
            REPORTER,
            a.Rate(score=5),
            "state",
            "Status aduan ini didisposisikan; memberi nilai hanya dapat dilakukan saat dijawab "
            "atau selesai.",
        ),
        (
            REPORTER,
            a.Note(entry=TYPED),
            "who",
            "Hanya koordinator, admin unit atau subunit yang menangani, kepala unit yang "
            "menangani, atau pengawas yang dapat menulis catatan internal.",
        ),
        (
            COORDINATOR,
            a.GrantExtension(),
            "state",
            "Tidak ada permintaan perpanjangan yang menunggu keputusan.",
        ),
        (DPUPR_HEAD, a.Answer(entry=TYPED), "who", "Hanya admin unit"),
        (COORDINATOR, a.Close(), "who", "Hanya sistem yang dapat menutup aduan."),
    ],
)
def test_a_disposed_case_refuses(actor: Actor, action: a.Action, kind: str, why: str) -> None:
    refused = disposed(START).refusal(actor, action)

    assert (refused.kind, refused.why[: len(why)]) == (kind, why)


def test_archiving_names_people_and_not_the_system() -> None:
    refused = received(START).refusal(SEKDA, a.Archive(reason=ArchiveReason.REPEATED, entry=TYPED))

    assert refused.why == "Hanya koordinator yang dapat mengarsipkan aduan."


def test_a_click_that_came_too_late_reads_what_happened() -> None:
    life = in_progress(START)
    life.do(DPUPR_ADMIN, a.Answer(entry=TYPED))

    assert life.refusal(DPUPR_ADMIN, a.Answer(entry=TYPED)).why == (
        "Status aduan ini dijawab; menjawab aduan hanya dapat dilakukan saat didisposisikan atau "
        "ditangani."
    )


@pytest.mark.parametrize(
    "action",
    [
        a.Remind(clock=ClockName.ANSWER),
        a.Breach(clock=ClockName.ANSWER),
        a.Escalate(clock=ClockName.ANSWER),
        a.Remind(clock=ClockName.FOLLOW_UP),
        a.Breach(clock=ClockName.DELEGATION),
        a.Escalate(clock=ClockName.REOPEN_WINDOW),
    ],
)
def test_no_alarm_rings_before_its_time_or_for_a_clock_that_stopped(action: a.Action) -> None:
    assert in_progress(START).refusal(SYSTEM, action).why.startswith("Belum waktunya")


def test_silence_has_to_last_before_it_ends_a_case() -> None:
    life = answered(START)
    assert life.refusal(SYSTEM, a.Close()).kind == "state"
    asked = received(START)
    asked.do(COORDINATOR, a.AskReporter(entry=TYPED))
    archive = a.Archive(reason=ArchiveReason.INCOMPLETE)
    assert asked.refusal(SYSTEM, archive).kind == "state"
    assert received(START).refusal(SYSTEM, archive).kind == "state"


def test_nothing_to_change_is_said() -> None:
    life = received(START)

    same = life.refusal(COORDINATOR, a.SetVisibility(anonymous=False, secret=False))

    assert (same.kind, same.why) == ("field", "Tidak ada yang diubah.")
