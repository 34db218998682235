"""Reading a portal's spreadsheet: xlsx or csv, into headings and rows of plain text.

A workbook is a zip that a stranger may have made: what it unpacks to, its rows and its columns are
limited before and while it is read. Formulas are never worked out: what was saved beside them is
read, as any viewer would show it.
"""

import csv
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook

LARGEST = 10_000_000
"""Bytes of a file."""
UNPACKED = 60_000_000
"""Bytes of all that a workbook holds."""
PARTS = 2_000
MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 20_000, 100, 50_000
SEARCHED = 20
"""Rows among which the headings are."""


class NotASheet(Exception):
    """`why`: `kind`, `broken`, `too_large`, `too_many_rows`, `too_wide` or `empty`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Sheet:
    """`first` is the number of the first row below the headings, as a spreadsheet counts. Rows are
    as long as the headings; those without a single cell are left out, but counted."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Their numbers, and their cells."""

    def packed(self) -> bytes:
        return zlib.compress(json.dumps([self.headings, self.rows]).encode(), 3)

    @classmethod
    def unpacked(cls, data: bytes) -> "Sheet":
        headings, rows = json.loads(zlib.decompress(data))
        return cls(tuple(headings), tuple((n, tuple(cells)) for n, cells in rows))


def read(data: bytes) -> Sheet:
    """The first sheet with anything in it. Takes a second or so: not on an event loop.

    Raises NotASheet.
    """
    if len(data) > LARGEST:
        raise NotASheet("too_large")
    rows = _workbook(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    return _sheet(rows)


def _workbook(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            # What a part says of its size is true: no more of it is ever unpacked.
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise NotASheet("too_large")
            if "xl/workbook.xml" not in packed.namelist():
                raise NotASheet("kind")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                # What a sheet says of its own size is often wrong, and not to be trusted.
                sheet.reset_dimensions()
                values = sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
                found = [
                    [_text(cell) for cell in row]
                    for row in islice(values, MOST_ROWS + SEARCHED + 1)
                ]
                if any(any(row) for row in found):
                    yield from found
                    return
    except (
        zipfile.BadZipFile,
        DefusedXmlException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        EOFError,
        OSError,
        SyntaxError,
        zlib.error,
    ) as error:
        raise NotASheet("broken") from error


def _csv(data: bytes) -> Iterator[list[str]]:
    """Comma, semicolon (as a spreadsheet in Indonesian saves it) or tab; UTF-8, or what Windows
    calls ANSI."""
    if b"\x00" in data:
        raise NotASheet("kind")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    beginning = text[:20_000].partition("\n")[0]
    delimiter = max(";,\t", key=beginning.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        yield from ([_tidy(cell) for cell in row] for row in rows)
    except csv.Error as error:
        raise NotASheet("broken") from error


def _sheet(rows: Iterable[list[str]]) -> Sheet:
    """The headings are the first row with as many cells filled as any of the first few, so that a
    title above them is none."""
    found = list(islice(rows, MOST_ROWS + SEARCHED + 1))
    if not any(any(row) for row in found):
        raise NotASheet("empty")
    filled = [sum(map(bool, row)) for row in found[:SEARCHED]]
    at = next(
        n
        for n, count in enumerate(filled)
        if count >= max(2, max(filled) * 0.6) or (count == max(filled))
    )
    width = max(n for n, cell in enumerate(found[at], start=1) if cell)
    if width > MOST_COLUMNS:
        raise NotASheet("too_wide")
    body = [
        (number, tuple((row + [""] * width)[:width]))
        for number, row in enumerate(found[at + 1 :], start=at + 2)
        if any(row[:width])
    ]
    if not body:
        raise NotASheet("empty")
    if len(body) > MOST_ROWS:
        raise NotASheet("too_many_rows")
    return Sheet(_named(found[at][:width]), tuple(body))


def _named(headings: list[str]) -> tuple[str, ...]:
    """Each heading once: one that comes again, or is empty, is told apart by its place."""
    names: list[str] = []
    for place, heading in enumerate(headings, start=1):
        name = " ".join(heading.split())[:80] or f"Kolom {place}"
        names.append(f"{name} ({place})" if name in names else name)
    return tuple(names)


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "ya" if cell else "tidak"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
        case date():
            return cell.isoformat()
    return _tidy(str(cell))


def _tidy(text: str) -> str:
    """Without the mark that keeps a spreadsheet from taking a text of ours for a formula."""
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]
    return text.replace("\x00", "").strip()[: MOST_LETTERS + 1]
