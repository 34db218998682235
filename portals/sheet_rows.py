"""Rows of a portal's spreadsheet as reports, and what is wrong with those that are none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portals.columns import Column
from portals.protocol import Person, Report
from portals.sheets import MOST_LETTERS, Sheet

WIB = ZoneInfo("Asia/Jakarta")
LONGEST_ID = 60
EARLIEST = date(2010, 1, 1)
TOMORROW = timedelta(days=1)
"""Whose clock is a little ahead is not yet wrong."""
REGION = re.compile(r"\d{2}\.\d{2}\.\d{2}(\.\d{4})?")
YES, NO = (
    ("ya", "y", "yes", "true", "1", "x", "✓"),
    ("tidak", "t", "n", "no", "false", "0", "-", ""),
)
MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan januari january", "feb februari february", "mar maret march", "apr april",
         "mei may", "jun juni june", "jul juli july", "agu agt ags agustus aug august",
         "sep sept september", "okt oktober oct october", "nov nopember november",
         "des desember dec december"), start=1)
    for name in names.split()
}  # fmt: skip
DATE = re.compile(
    r"(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2}|[a-z]+)[-/. ](?P<y>\d{4}))"
    r"(?:[t, ]+(?:pukul |jam )?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:\.\d+)?)?)?"
    r"\s*(?:wib|\+0?7(?::?00)?)?"
)


@dataclass(frozen=True)
class Row:
    """`number`: as a spreadsheet counts. `filed_at`: None where the sheet does not say."""

    number: int
    report: Report
    filed_at: datetime | None

    @property
    def said(self) -> Sequence[object]:
        """What tells whether a later sheet says something else."""
        report = self.report
        return [
            report.title,
            report.body,
            report.category,
            report.occurred_on and report.occurred_on.isoformat(),
            report.address,
            report.region_code,
            report.anonymous,
            report.secret,
        ]


@dataclass(frozen=True)
class Fault:
    """`why` and what it is about: a `Column`, and for `double` the number of the earlier row."""

    number: int
    column: Column
    why: str
    """`missing`, `too_long`, `date`, `future`, `region`, `yes_no`, `double`."""
    other: int = 0


class _Wrong(Exception):
    def __init__(self, column: Column, why: str, other: int = 0) -> None:
        super().__init__(why)
        self.column = column
        self.why = why
        self.other = other


def rows_of(
    sheet: Sheet, columns: Mapping[str, str], portal: str, now: datetime
) -> tuple[list[Row], list[Fault]]:
    """Every row of the sheet is in one of the two. `columns`: heading by `Column`. Pure, about
    20 µs a row."""
    places = {
        Column(name): sheet.headings.index(heading)
        for name, heading in columns.items()
        if heading in sheet.headings
    }
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, cells in sheet.rows:
        values = {column: cells[place] for column, place in places.items()}
        try:
            row = _row(number, values, portal, now)
            if earlier := seen.get(row.report.id):
                raise _Wrong(Column.ID, "double", earlier)
        except _Wrong as wrong:
            faults.append(Fault(number, wrong.column, wrong.why, wrong.other))
            continue
        seen[row.report.id] = number
        rows.append(row)
    return rows, faults


def _row(number: int, values: Mapping[Column, str], portal: str, now: datetime) -> Row:
    id = _line(values, Column.ID, LONGEST_ID)
    if not id:
        raise _Wrong(Column.ID, "missing")
    body = values.get(Column.BODY, "")
    if not body:
        raise _Wrong(Column.BODY, "missing")
    if len(body) > MOST_LETTERS:
        raise _Wrong(Column.BODY, "too_long")
    filed_at = _moment(values, Column.FILED_AT, now)
    occurred = _moment(values, Column.OCCURRED_ON, now)
    sp4n_id = _line(values, Column.SP4N_ID, LONGEST_ID)
    report = Report(
        id=id,
        title=values.get(Column.TITLE, ""),
        body=body,
        category=values.get(Column.CATEGORY) or None,
        occurred_on=occurred.astimezone(WIB).date() if occurred else None,
        address=values.get(Column.ADDRESS) or None,
        region_code=_region(values),
        anonymous=_yes(values, Column.ANONYMOUS),
        secret=_yes(values, Column.SECRET),
        reporter=_person(values),
        filed_at=filed_at or now,
        changed_at=filed_at or now,
        status=values.get(Column.STATUS) or None,
        same_as=("sp4n", sp4n_id) if sp4n_id and portal != "sp4n" else None,
    )
    return Row(number, report, filed_at)


def _line(values: Mapping[Column, str], column: Column, most: int) -> str:
    line = " ".join(values.get(column, "").split())
    if len(line) > most:
        raise _Wrong(column, "too_long")
    return line


def _moment(values: Mapping[Column, str], column: Column, now: datetime) -> datetime | None:
    """`2026-11-24 10:02`, `24-11-2026 10.02 WIB`, `24 November 2026`; in WIB."""
    typed = values.get(column, "")
    if not typed:
        return None
    found = DATE.fullmatch(" ".join(typed.lower().split()))
    if not found:
        raise _Wrong(column, "date")
    part = found.groupdict()
    month = part["month"] or part["m"]
    number = int(month) if month.isdecimal() else MONTHS.get(month, 0)
    try:
        moment = datetime(
            int(part["year"] or part["y"]),
            number,
            int(part["day"] or part["d"]),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            tzinfo=WIB,
        )
    except ValueError as error:
        raise _Wrong(column, "date") from error
    if moment.date() < EARLIEST:
        raise _Wrong(column, "date")
    if moment > now + TOMORROW:
        raise _Wrong(column, "future")
    return moment


def _region(values: Mapping[Column, str]) -> str | None:
    code = values.get(Column.REGION, "")
    if not code:
        return None
    if not REGION.fullmatch(code):
        raise _Wrong(Column.REGION, "region")
    return code


def _yes(values: Mapping[Column, str], column: Column) -> bool:
    typed = values.get(column, "").lower()
    if typed not in YES and typed not in NO:
        raise _Wrong(column, "yes_no")
    return typed in YES


def _person(values: Mapping[Column, str]) -> Person | None:
    name = _line(values, Column.NAME, 200)
    phone, email = _line(values, Column.PHONE, 60), _line(values, Column.EMAIL, 200)
    if not (name or phone or email):
        return None
    return Person(name=name or phone or email, phone=phone or None, email=email or None)
