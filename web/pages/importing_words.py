"""What is said of a portal's sheet: its columns, what is wrong with a row; and sheets of ours."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from portals.columns import Column
from portals.sheet_rows import Fault
from web.pages.language import N_, _

COLUMNS = {
    Column.ID: N_("Nomor laporan di portal"),
    Column.TITLE: N_("Judul laporan"),
    Column.BODY: N_("Isi laporan"),
    Column.FILED_AT: N_("Tanggal laporan"),
    Column.OCCURRED_ON: N_("Tanggal kejadian"),
    Column.CATEGORY: N_("Kategori di portal"),
    Column.ADDRESS: N_("Lokasi"),
    Column.REGION: N_("Kode wilayah Kemendagri"),
    Column.STATUS: N_("Status di portal"),
    Column.NAME: N_("Nama pelapor"),
    Column.PHONE: N_("Telepon pelapor"),
    Column.EMAIL: N_("Surel pelapor"),
    Column.ANONYMOUS: N_("Anonim (ya atau tidak)"),
    Column.SECRET: N_("Rahasia (ya atau tidak)"),
    Column.SP4N_ID: N_("Nomor SP4N-LAPOR!"),
}
FAULTS = {
    "missing": N_("%(column)s tidak diisi."),
    "too_long": N_("%(column)s terlalu panjang."),
    "date": N_("%(column)s bukan tanggal yang dapat dibaca, seperti 24-11-2026."),
    "future": N_("%(column)s belum terjadi."),
    "region": N_("%(column)s bukan kode wilayah, seperti 33.03.09.2001."),
    "yes_no": N_("%(column)s bukan ya atau tidak."),
    "double": N_("%(column)s sama dengan baris %(other)s."),
}
UNREADABLE = {
    "kind": N_("Berkas ini bukan xlsx atau csv. Simpan sebagai xlsx atau csv, lalu unggah lagi."),
    "broken": N_("Berkas ini rusak atau tidak dapat dibaca. Simpan sekali lagi, lalu unggah."),
    "too_large": N_("Berkas ini terlalu besar. Bagi menjadi beberapa berkas di bawah 10 MB."),
    "too_many_rows": N_("Paling banyak 20.000 baris sekali impor. Bagi menjadi beberapa berkas."),
    "too_wide": N_("Berkas ini punya lebih dari 100 kolom. Hapus kolom yang tidak dipakai."),
    "empty": N_("Tidak ada baris laporan di bawah judul kolom dalam berkas ini."),
}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 28
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def fault_words(fault: Fault) -> str:
    return _(FAULTS[fault.why]) % {"column": _(COLUMNS[fault.column]), "other": fault.other}


def harmless(cell: str) -> str:
    """What no spreadsheet takes for a formula, also once it is saved as csv."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def written(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An xlsx of plain text. Takes its time: not on an event loop."""
    data = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(data, {"in_memory": True, **never})
    sheet = book.add_worksheet()
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    wrapped.set_align("top")
    sheet.set_column(0, len(headings) - 1, WIDTH)
    sheet.freeze_panes(1, 0)
    for n, cells in enumerate([headings, *rows]):
        for place, cell in enumerate(cells):
            sheet.write_string(n, place, harmless(cell)[:32_767], wrapped if n else bold)
    book.close()
    return data.getvalue()
