"""What the house noted of a portal, in the reader's language."""

from web.pages.language import N_, _

NOTED = frozenset(
    {
        N_("alamat"),
        N_("alamatnya pindah"),
        N_("belum ada alamat"),
        N_("bukan JSON"),
        N_("bukan XML"),
        N_("bukan angka yang mungkin"),
        N_("bukan daftar"),
        N_("bukan laporan"),
        N_("bukan tanggal"),
        N_("bukan teks"),
        N_("bukan waktu"),
        N_("bukan ya atau tidak"),
        N_("halaman lain dari yang diminta"),
        N_("halaman pemeliharaan"),
        N_("jawaban terlalu besar"),
        N_("terlalu lambat"),
        N_("tidak ada"),
        N_("tidak ada atau kosong"),
        N_("tidak dapat disimpan"),
        N_("tidak maju"),
    }
)
"""What connectors and activities say was wrong, alone or behind the field or status it is about."""


def noted(stored: str) -> str:
    """`tanggal: bukan waktu`, or a sentence of the domain. A portal's own words stay as they are,
    for they are in no catalogue."""
    about, colon, wrong = stored.rpartition(": ")
    return f"{about}{colon}{_(wrong)}" if wrong in NOTED else _(stored)
