"""What is usual for a portal, learned from when its reports were filed: by hours, workdays apart
from weekends."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.calendar import SATURDAY, WIB

LEARNT_FROM = timedelta(days=28)
"""Before the newest report: a silence is not learned as a habit."""
LEAST_DAYS, LEAST_REPORTS = timedelta(days=7), 20
"""With less there is no habit yet."""
MISSED = 8.0
"""Reports that would usually have come: where they come by chance, none of 8 comes once in 3,000
times."""
HOUR = timedelta(hours=1)

Hours = Mapping[datetime, int]
"""How many reports were filed in the hour that begins then; hours without any are left out."""
Slot = tuple[bool, int]
"""Whether on a weekend, and the hour of the day."""


@dataclass(frozen=True)
class Silence:
    """Longer than is usual. `expected`: how many reports come in such a time, as a rule."""

    since: datetime
    expected: int


def silence(filed: Hours, newest: datetime, now: datetime) -> Silence | None:
    """None where nothing is unusual, or not enough is known to say so."""
    known = {hour: n for hour, n in filed.items() if newest - LEARNT_FROM <= hour <= newest}
    if sum(known.values()) < LEAST_REPORTS or newest - min(known) < LEAST_DAYS:
        return None
    came: Counter[Slot] = Counter()
    for hour, n in known.items():
        came[_slot(hour)] += n
    lived = Counter(_slot(hour) for hour in _hours(min(known), newest))
    missed = sum(
        came[slot] / lived[slot] * share for slot, share in _shares(newest, now) if lived[slot]
    )
    return Silence(newest, round(missed)) if missed >= MISSED else None


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    while start <= end:
        yield start
        start += HOUR


def _shares(start: datetime, end: datetime) -> Iterator[tuple[Slot, float]]:
    """Each hour between, with how much of it lies there."""
    while start < end:
        following = start.replace(minute=0, second=0, microsecond=0) + HOUR
        yield _slot(start), (min(following, end) - start) / HOUR
        start = following


def _slot(at: datetime) -> Slot:
    local = at.astimezone(WIB)
    return local.weekday() >= SATURDAY, local.hour
