"""What is usual for a portal, and when its silence is longer."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.calendar import SATURDAY, WIB
from record.portals.habit import HOUR, LEARNT_FROM, silence

MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""08.00 WIB."""


def filed(days: int, each_hour: int = 2, *, weekends: bool = False) -> dict[datetime, int]:
    """Reports in office hours (08.00 to 15.00 WIB), of so many days from that Monday."""
    hours = [MONDAY + timedelta(days=day) + HOUR * hour for day in range(days) for hour in range(7)]
    return {
        hour: each_hour for hour in hours if weekends or hour.astimezone(WIB).weekday() < SATURDAY
    }


def last(hours: dict[datetime, int]) -> datetime:
    return max(hours) + timedelta(minutes=30)


def test_a_portal_is_not_silent_at_night_but_is_when_its_hours_pass() -> None:
    hours = filed(19)  # up to a Friday
    newest = last(hours)
    assert newest.astimezone(WIB).weekday() == SATURDAY - 1
    for pause in (timedelta(hours=3), timedelta(hours=16), timedelta(days=2, hours=17)):
        assert silence(hours, newest, newest + pause) is None, "evening, night and weekend"
    found = silence(hours, newest, newest + timedelta(days=2, hours=22))
    assert found is not None, "the better part of a Monday"
    assert found.since == newest
    assert 8 <= found.expected <= 12


def test_a_portal_that_works_on_weekends_is_missed_there() -> None:
    hours = filed(19, weekends=True)
    newest = last(hours)
    assert silence(hours, newest, newest + timedelta(days=1)) is not None


@pytest.mark.parametrize(
    ("hours", "known"),
    [(filed(4, 20), False), (filed(9), True), (filed(28, 1), True)],
    ids=["four days", "a week and a half", "four weeks"],
)
def test_a_habit_needs_a_week(hours: dict[datetime, int], known: bool) -> None:
    newest = last(hours)
    assert (silence(hours, newest, newest + timedelta(days=14)) is not None) is known


def test_a_habit_needs_some_reports() -> None:
    few = {MONDAY + timedelta(days=day): 1 for day in range(19)}
    assert silence(few, max(few), max(few) + timedelta(days=40)) is None


def test_a_rare_portal_may_be_silent_for_a_week() -> None:
    hours = {MONDAY + timedelta(days=day): 1 for day in range(28)}
    newest = max(hours)
    assert silence(hours, newest, newest + timedelta(days=6)) is None
    found = silence(hours, newest, newest + timedelta(days=9))
    assert found is not None
    assert found.expected == 9


def test_what_was_long_ago_is_no_habit() -> None:
    """Only the four weeks before the newest report tell what is usual."""
    busy = {MONDAY - LEARNT_FROM - timedelta(days=day): 500 for day in range(1, 15)}
    calm = {MONDAY + timedelta(days=day): 1 for day in range(28)}
    newest = max(calm)
    assert silence(busy | calm, newest, newest + timedelta(days=6)) is None
