"""Working days: the check values of the specification, and the arithmetic beside numpy's."""

from datetime import date, datetime, time, timedelta
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, Period, local_date
from tests.domain.cast import CALENDAR, DAYS_OFF
from tests.domain.life import at, moments

OFF = np.array(sorted(DAYS_OFF), dtype="datetime64[D]")

days = st.dates(date(2024, 1, 1), date(2027, 9, 30))

CHECK = {
    "2026-03-17": "2026-03-25 2026-03-27 2026-03-31 2026-04-08 2026-04-14 2026-06-26",
    "2026-05-13": "2026-05-18 2026-05-20 2026-05-22 2026-06-03 2026-06-09 2026-08-13",
    "2026-08-14": "2026-08-18 2026-08-20 2026-08-24 2026-09-01 2026-09-07 2026-11-10",
    "2026-12-23": "2026-12-28 2026-12-30 2027-01-04 2027-01-12 2027-01-18 2027-04-05",
    "2027-03-05": "2027-03-16 2027-03-18 2027-03-22 2027-03-31 2027-04-06 2027-06-17",
}


@pytest.mark.parametrize("received", CHECK)
def test_the_check_values_hold(received: str) -> None:
    counted = {
        n: CALENDAR.nth_working_day(date.fromisoformat(received), n) for n in (1, 3, 5, 10, 14, 60)
    }

    assert " ".join(day.isoformat() for day in counted.values()) == CHECK[received]


@given(day=days, n=st.integers(1, 65))
def test_the_nth_working_day_is_numpys(day: date, n: int) -> None:
    expected = np.busday_offset(day, n, roll="backward", holidays=OFF)

    assert CALENDAR.nth_working_day(day, n) == expected.item()


@given(first=days, last=days)
def test_working_days_between_are_numpys(first: date, last: date) -> None:
    early, late = sorted((first, last))
    expected = np.busday_count(early + timedelta(1), late + timedelta(1), holidays=OFF)

    assert CALENDAR.working_days_between(early, late) == expected
    assert CALENDAR.working_days_between(late, early) == -expected


@given(day=days)
def test_a_working_day_is_numpys(day: date) -> None:
    assert CALENDAR.is_working(day) == np.is_busday(day, holidays=OFF)
    after = list(islice(CALENDAR.working_days_after(day), 3))
    assert after == [CALENDAR.nth_working_day(day, n) for n in (1, 2, 3)]


def test_a_count_of_no_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        CALENDAR.nth_working_day(date(2026, 3, 17), 0)


def test_the_date_is_purbalinggas_whatever_the_zone() -> None:
    assert local_date(datetime.fromisoformat("2026-03-17T16:59:59+00:00")) == date(2026, 3, 17)
    assert local_date(datetime.fromisoformat("2026-03-17T17:00:00+00:00")) == date(2026, 3, 18)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (at("2026-03-17", "06:00"), at("2026-03-17", "07:30")),
        (at("2026-03-17", "07:30"), at("2026-03-17", "07:30")),
        (at("2026-03-17", "15:59"), at("2026-03-17", "15:59")),
        (at("2026-03-17", "16:00"), at("2026-03-25", "07:30")),
        (at("2026-03-27", "14:30"), at("2026-03-30", "07:30")),
        (at("2026-03-27", "14:29"), at("2026-03-27", "14:29")),
        (at("2026-03-28", "10:00"), at("2026-03-30", "07:30")),
        (at("2026-03-18", "10:00"), at("2026-03-25", "07:30")),
    ],
)
def test_people_are_disturbed_in_working_hours_only(moment: datetime, opening: datetime) -> None:
    assert CALENDAR.next_opening(moment) == opening


@given(moment=moments("2024-01-01", "2027-09-30"))
def test_the_next_opening_is_the_first_working_minute(moment: datetime) -> None:
    opening = CALENDAR.next_opening(moment)

    assert opening >= moment
    assert (
        CALENDAR.opens_at(local_date(opening)) <= opening < CALENDAR.closes_at(local_date(opening))
    )
    assert opening == moment or opening == CALENDAR.opens_at(local_date(opening))
    assert CALENDAR.working_days_between(local_date(moment), local_date(opening)) <= 1


def test_ramadan_opens_later() -> None:
    ramadan = Period(first=date(2026, 2, 18), last=date(2026, 3, 19), opening=time(8))
    calendar = Calendar(version=2, periods=(ramadan,))

    assert calendar.opens_at(date(2026, 2, 17)) == at("2026-02-17", "07:30")
    assert calendar.opens_at(date(2026, 2, 18)) == at("2026-02-18", "08:00")
    assert calendar.opens_at(date(2026, 3, 19)) == at("2026-03-19", "08:00")
    assert calendar.opens_at(date(2026, 3, 20)) == at("2026-03-20", "07:30")


def test_a_day_off_without_a_name_is_a_day_off_too() -> None:
    calendar = Calendar(version=2, days_off={date(2026, 6, 8): ""})

    assert calendar.nth_working_day(date(2026, 6, 5), 1) == date(2026, 6, 9)
