"""Deadlines in words for people."""

from datetime import datetime, timedelta

import pytest

from domain import actions as a
from domain.actors import REPORTER
from domain.clocks import Clock
from domain.explain import explain, long_date, short_date, state
from domain.terms import ClockName
from tests.domain.cast import CALENDAR, COORDINATOR, DPUPR_ADMIN
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


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (START, "sisa 5 hari kerja"),
        (at("2026-03-24", "23:59"), "sisa 5 hari kerja"),
        (at("2026-03-27"), "sisa 2 hari kerja"),
        (at("2026-03-28"), "sisa 2 hari kerja"),
        (at("2026-03-31", "15:59"), "berakhir hari ini pukul 16.00"),
        (at("2026-03-31", "16:00"), "terlambat sejak hari ini pukul 16.00"),
        (at("2026-04-01", "00:01"), "terlambat 1 hari kerja"),
        (at("2026-04-05"), "terlambat 2 hari kerja"),
    ],
)
def test_how_a_deadline_of_working_days_stands(now: datetime, expected: str) -> None:
    deadline = disposed(START).clock(ClockName.FOLLOW_UP).deadline

    assert state(deadline, now, CALENDAR) == expected


def test_late_since_a_friday() -> None:
    deadline = received(START).clock(ClockName.VERIFICATION).deadline

    assert state(deadline, at("2026-03-29"), CALENDAR) == "terlambat sejak 27 Mar pukul 14.30"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(), "sisa 24 jam"),
        (timedelta(minutes=1), "sisa 23 jam"),
        (timedelta(hours=23, minutes=20), "sisa 40 menit"),
        (timedelta(hours=24, minutes=5), "terlambat 5 menit"),
        (timedelta(hours=71), "terlambat 47 jam"),
        (timedelta(days=6), "terlambat 5 hari"),
    ],
)
def test_how_a_deadline_of_hours_stands(after: timedelta, expected: str) -> None:
    deadline = received(START).clock(ClockName.FIRST_RESPONSE).deadline

    assert state(deadline, START + after, CALENDAR) == expected


def test_dates_in_indonesian() -> None:
    assert [short_date(at(f"2026-{m:02}-05").date()) for m in (1, 5, 8, 10, 12)] == [
        "5 Jan",
        "5 Mei",
        "5 Agu",
        "5 Okt",
        "5 Des",
    ]
    assert long_date(at("2026-02-01").date()) == "1 Februari 2026"
