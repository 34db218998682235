"""`matur deadline`: a due date, and the days that were counted on the way."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import groupby

from babel.dates import format_date
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from cli.accounts import record
from domain.calendar import WIB, Calendar
from domain.clocks import Day, walk
from record.rules import current_rules
from record.seed import first_calendar

KINDS = {Day.COUNTED: "dihitung", Day.WEEKEND: "akhir pekan", Day.HOLIDAY: "libur"}


async def explain(start: date, days: int) -> list[str]:
    """The due date (ISO), when that day ends, and a line for each run of days counted alike.

    Counts by the calendar in the record, or by the first one where there is no record to ask.
    """
    calendar, source = await _calendar()
    noon = datetime.combine(start, time(12), WIB)
    walked = list(walk(noon, days, 0, (), calendar))
    due = walked[-1][0]
    closes = calendar.closes_at(due).strftime("%H.%M")
    return [
        due.isoformat(),
        f"{days} hari kerja sesudah {_day(start)} (hari ke-0): {_day(due)} pukul {closes} WIB",
        f"menurut kalender versi {calendar.version} {source}:",
        *_runs(walked),
    ]


async def _calendar() -> tuple[Calendar, str]:
    try:
        async with record() as engine:
            return (await current_rules(engine)).calendar, "dalam rekaman"
    except (LookupError, SQLAlchemyError, TimeoutError, ValidationError):
        return first_calendar(), "bawaan"


def _runs(walked: list[tuple[date, Day, str | None]]) -> Iterator[str]:
    counted = 0
    for (kind, name), run in groupby(walked, key=lambda step: step[1:]):
        days = [day for day, _, _ in run]
        span = _day(days[0]) if len(days) == 1 else f"{_day(days[0])} - {_day(days[-1])}"
        if kind is Day.COUNTED:
            counted += len(days)
            how = f"ke-{counted}" if len(days) == 1 else f"ke-{counted - len(days) + 1} - {counted}"
        else:
            how = "tidak dihitung"
        yield f"  {span:<43} {how:<15} {KINDS[kind]}{f': {name}' if name else ''}"


def _day(day: date) -> str:
    return format_date(day, "EEEE, d MMM y", locale="id")
