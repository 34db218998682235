"""Spreadsheets of portals: what is read, what a heading means, what is wrong with a row."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from openpyxl import Workbook

from portals.columns import Column, guess
from portals.sheet_rows import rows_of
from portals.sheets import MOST_COLUMNS, MOST_ROWS, NotASheet, Sheet, read

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def csv(*lines: str) -> Sheet:
    return read("\n".join(lines).encode())


def why(data: bytes) -> str:
    with pytest.raises(NotASheet) as error:
        read(data)
    return error.value.why


def packed(**parts: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), part)
    return data.getvalue()


def faults(body: Sequence[str], headings: str = "No Tiket;Uraian;Tanggal") -> list[tuple[int, str]]:
    sheet = csv(headings, *body)
    _, wrong = rows_of(sheet, guess(sheet, {}), "laporgub", NOW)
    return [(fault.number, fault.why) for fault in wrong]


def test_the_headings_are_found_below_a_title_and_rows_keep_their_numbers() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (
        ["Rekap laporan"], [], ["ID", "Isi", None, "Isi"], [1916449.0, "Lubang", True, None], [],
        [2, NOW.replace(tzinfo=None), date(2026, 11, 23), "=1+1"],
    ):  # fmt: skip
        sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    found = read(data.getvalue())
    assert found.headings == ("ID", "Isi", "Kolom 3", "Isi (4)")
    assert found.rows == (
        (4, ("1916449", "Lubang", "ya", "")),
        (6, ("2", "2026-11-24 12:00:00", "2026-11-23", "")),
    )
    assert Sheet.unpacked(found.packed()) == found


def test_csv_as_spreadsheets_of_here_save_it() -> None:
    for text in ("ID;Isi\n1;a, b\n", 'ID,Isi\r\n1,"a, b"\r\n', "\ufeffID\tIsi\n1\ta, b\n"):
        found = read(text.encode())
        assert (found.headings, found.rows) == (("ID", "Isi"), ((2, ("1", "a, b")),))
    assert read("ID;Isi\n1;kafé\n".encode("cp1252")).rows == ((2, ("1", "kafé")),)
    assert csv("ID;Isi", "1;'=1+1").rows[0][1] == ("1", "=1+1")


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = packed(xl__workbook_xml=b"", xl__worksheets__sheet1_xml=b"0" * 61_000_000)
    assert len(bomb) < 100_000
    assert why(bomb) == "too_large"
    assert why(packed(**{f"a{n}": b"" for n in range(2001)})) == "too_large"
    entity = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert why(packed(xl__workbook_xml=entity, Content_Types_xml=entity)) == "broken"
    assert why(packed(word__document_xml=b"")) == "kind"


def test_more_rows_and_columns_than_anybody_has_are_refused() -> None:
    assert why(b"ID;Isi\n" + b"1;a\n" * (MOST_ROWS + 1)) == "too_many_rows"
    assert why(b"a;" * (MOST_COLUMNS + 2) + b"a\n1;2\n") == "too_wide"
    assert why(b"\n \n") == "empty"
    wide = io.BytesIO()
    book = xlsxwriter.Workbook(wide, {"in_memory": True})
    sheet = book.add_worksheet()
    for column in range(MOST_COLUMNS + 5):
        sheet.write(0, column, "a")
        sheet.write(1, column, "b")
    book.close()
    assert why(wide.getvalue()) == "too_wide"


def test_headings_are_known_by_their_sound_each_for_one_column() -> None:
    sheet = csv("Nomer Laporan;ISI_LAPORAN;Tgl. Kejadian;No. HP;Keterangan", "1;a;;;")
    assert guess(sheet, {}) == {
        Column.ID: "Nomer Laporan",
        Column.BODY: "ISI_LAPORAN",
        Column.OCCURRED_ON: "Tgl. Kejadian",
        Column.PHONE: "No. HP",
    }
    kept = guess(sheet, {"body": "Keterangan", "title": "tidak ada", "lain": "No. HP"})
    assert kept[Column.BODY] == "Keterangan"
    assert Column.TITLE not in kept


def test_each_row_is_a_report_or_says_what_is_wrong() -> None:
    assert faults(["A1;isi;24-11-2026", "A2;;", ";isi;", "A1;lain;", f"{'9' * 61};isi;"]) == [
        (3, "missing"), (4, "missing"), (5, "double"), (6, "too_long"),
    ]  # fmt: skip
    assert faults(["A1;isi;31-02-2026", "A2;isi;kemarin", "A3;isi;24-12-2026"]) == [
        (2, "date"), (3, "date"), (4, "future"),
    ]  # fmt: skip
    more = "No Tiket;Uraian;Kode Wilayah;Anonim"
    assert faults(["A1;isi;33.03.09;ya", "A2;isi;Bobotsari;", "A3;isi;;mungkin"], more) == [
        (3, "region"), (4, "yes_no"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    ["24-11-2026 10:02 WIB", "2026-11-24T10:02:00+07:00", "24 November 2026 pukul 10.02",
     "24/11/2026 10:02:00", "24 nov 2026, 10:02"],
)  # fmt: skip
def test_times_are_read_as_people_write_them(typed: str) -> None:
    sheet = csv("No Tiket\tUraian\tTanggal\tSP4N ID\tNama", f"A1\tisi\t{typed}\t1916449\tBudi")
    rows, wrong = rows_of(sheet, guess(sheet, {}), "laporgub", NOW)
    assert not wrong
    assert rows[0].filed_at == datetime(2026, 11, 24, 3, 2, tzinfo=UTC)
    assert rows[0].report.same_as == ("sp4n", "1916449")
    assert rows[0].report.reporter is not None
    assert rows_of(sheet, guess(sheet, {}), "sp4n", NOW)[0][0].report.same_as is None
