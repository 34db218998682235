"""What the columns of a portal's spreadsheet mean: guessed from headings, confirmed by a person."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from rapidfuzz import fuzz

from portals.sheets import Sheet


class Column(StrEnum):
    ID = "id"
    TITLE = "title"
    BODY = "body"
    FILED_AT = "filed_at"
    OCCURRED_ON = "occurred_on"
    CATEGORY = "category"
    ADDRESS = "address"
    REGION = "region"
    STATUS = "status"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ANONYMOUS = "anonymous"
    SECRET = "secret"  # noqa: S105
    SP4N_ID = "sp4n_id"


REQUIRED = (Column.ID, Column.BODY)

HEADINGS: Mapping[Column, Sequence[str]] = {
    Column.ID: ("tracking id", "nomor laporan", "no laporan", "id laporan", "nomor tiket",
                "no tiket", "tiket", "kode laporan", "nomor aduan", "no aduan", "id aduan"),
    Column.TITLE: ("judul", "judul laporan", "judul aduan", "perihal", "subjek"),
    Column.BODY: ("isi", "isi laporan", "isi aduan", "uraian", "deskripsi", "aduan", "laporan",
                  "keluhan", "pesan"),
    Column.FILED_AT: ("tanggal laporan", "tanggal masuk", "tanggal aduan", "tanggal lapor",
                      "dibuat pada", "tanggal", "waktu", "tgl"),
    Column.OCCURRED_ON: ("tanggal kejadian", "waktu kejadian", "tgl kejadian"),
    Column.CATEGORY: ("kategori", "kategori laporan", "topik", "jenis laporan"),
    Column.ADDRESS: ("lokasi", "alamat", "lokasi kejadian", "alamat kejadian", "tempat kejadian"),
    Column.REGION: ("kode wilayah", "kode desa", "kode kelurahan", "kode kecamatan"),
    Column.STATUS: ("status", "status laporan", "status aduan"),
    Column.NAME: ("nama pelapor", "nama", "pelapor", "nama lengkap"),
    Column.PHONE: ("telepon", "nomor telepon", "no hp", "nomor hp", "no telp", "kontak",
                   "telepon pelapor", "whatsapp"),
    Column.EMAIL: ("email", "surel", "e-mail", "email pelapor", "alamat email"),
    Column.ANONYMOUS: ("anonim",),
    Column.SECRET: ("rahasia", "dirahasiakan"),
    Column.SP4N_ID: ("sp4n id", "id sp4n", "nomor sp4n", "tracking id sp4n", "no sp4n"),
}  # fmt: skip
ALIKE = 88
"""Of 100, from which a heading is taken for one of these."""


def guess(sheet: Sheet, remembered: Mapping[str, str]) -> dict[str, str]:
    """Heading by `Column`: as it was for the portal's last sheet, else by what it sounds like; the
    best matches first, each heading for one column."""
    found: dict[str, str] = {
        name: heading
        for name, heading in remembered.items()
        if heading in sheet.headings and name in set(Column)
    }
    scored = sorted(
        (
            (score, column, heading)
            for column, words in HEADINGS.items()
            for heading in sheet.headings
            if (score := _score(heading, words)) >= ALIKE
        ),
        key=lambda one: -one[0],
    )
    for _, column, heading in scored:
        if column not in found and heading not in found.values():
            found[column] = heading
    return found


def _score(heading: str, words: Sequence[str]) -> float:
    plain = " ".join("".join(c if c.isalnum() else " " for c in heading.lower()).split())
    return max(fuzz.ratio(plain, word.replace("-", " ")) for word in words)
