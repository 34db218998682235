"""Deadlines in words for people."""

from domain import actions as a
from domain.actors import REPORTER
from domain.clocks import Clock
from domain.explain import explain, long_date, short_date
from domain.terms import ClockName
from tests.domain.cast import COORDINATOR, DPUPR_ADMIN
from tests.domain.life import TYPED, answered, at, disposed, in_progress, received

START = at("2026-03-17", "09:00")
LEBARAN = (
    "dilewati: 18 Mar Cuti Bersama Hari Suci Nyepi, 19 Mar Hari Suci Nyepi, 20 Mar Cuti Bersama "
    "Hari Raya Idul Fitri, 23 Mar Cuti Bersama Hari Raya Idul Fitri, 24 Mar Cuti Bersama Hari "
    "Raya Idul Fitri"
)


def words(clock: Clock) -> str:
    return explain(clock.deadline, clock.started_at)


def test_working_days_and_the_days_passed_over() -> None:
    life = disposed(START)

    assert words(life.clock(ClockName.FOLLOW_UP)) == (
        f"5 hari kerja sejak 17 Maret 2026; {LEBARAN}"
    )


def test_pause_and_extension() -> None:
    life = in_progress(at("2026-08-18"))
    life.do(DPUPR_ADMIN, a.RequestExtension(days=3, entry=TYPED))
    life.do(COORDINATOR, a.GrantExtension())
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED), at("2026-08-19"))
    life.do(REPORTER, a.ReporterReply(entry=TYPED), at("2026-08-21"))

    assert words(life.clock(ClockName.ANSWER)) == (
        "14 hari kerja sejak 18 Agustus 2026; dilewati: 25 Agu Maulid Nabi Muhammad; "
        "ditambah 3 hari kerja perpanjangan; dijeda 2 hari kerja"
    )


def test_hours_and_the_window_of_thirty_days() -> None:
    life = answered(START)
    life.do(REPORTER, a.Rate(score=5), at("2026-03-25", "08:05"))

    assert words(received(START).clock(ClockName.FIRST_RESPONSE)) == (
        "24 jam sejak 17 Maret 2026 pukul 09.00"
    )
    assert words(life.clock(ClockName.REOPEN_WINDOW)) == ("30 hari sejak 25 Maret 2026 pukul 08.05")


def test_dates_in_indonesian() -> None:
    assert [short_date(at(f"2026-{m:02}-05").date()) for m in (1, 5, 8, 10, 12)] == [
        "5 Jan",
        "5 Mei",
        "5 Agu",
        "5 Okt",
        "5 Des",
    ]
    assert long_date(at("2026-02-01").date()) == "1 Februari 2026"
