"""The domain's words as people read them (Indonesian)."""

from collections.abc import Iterable

from domain.terms import ArchiveReason, Classification, ClockName, Role, Stage

STAGE = {
    Stage.RECEIVED: "diterima",
    Stage.WAITING_REPORTER: "menunggu keterangan pelapor",
    Stage.DISPOSED: "didisposisikan",
    Stage.IN_PROGRESS: "ditangani",
    Stage.IN_REVIEW: "menunggu persetujuan jawaban",
    Stage.ANSWERED: "dijawab",
    Stage.DUPLICATE: "ditangani bersama laporan lain",
    Stage.CLOSED: "selesai",
    Stage.ARCHIVED: "diarsipkan",
    Stage.HANDED_BACK: "dikembalikan, bukan wewenang",
}

ROLE = {
    Role.COORDINATOR: "koordinator",
    Role.UNIT_ADMIN: "admin unit",
    Role.UNIT_HEAD: "kepala unit",
    Role.SUPERVISOR: "pengawas",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
}

CLOCK = {
    ClockName.FIRST_RESPONSE: "respons pertama",
    ClockName.VERIFICATION: "verifikasi",
    ClockName.FOLLOW_UP: "tindak lanjut unit",
    ClockName.ANSWER: "jawaban",
    ClockName.DELEGATION: "delegasi",
    ClockName.REVIEW: "persetujuan jawaban",
    ClockName.REPORTER_INFO: "keterangan pelapor",
    ClockName.REPORTER_SAY: "tanggapan pelapor",
    ClockName.REOPEN_WINDOW: "batas buka lagi",
}

CLASSIFICATION = {
    Classification.PERMINTAAN_INFORMASI: "permintaan informasi",
    Classification.TIDAK_BERKADAR: "pengaduan tidak berkadar pengawasan",
    Classification.BERKADAR: "pengaduan berkadar pengawasan",
    Classification.ASPIRASI: "aspirasi",
}

ARCHIVE_REASON = {
    ArchiveReason.INCOMPLETE: "keterangan tidak lengkap",
    ArchiveReason.NOT_PUBLIC_SERVICE: "bukan pelayanan publik",
    ArchiveReason.UNINTELLIGIBLE: "tidak dapat dipahami",
    ArchiveReason.REPEATED: "laporan berulang",
    ArchiveReason.WITHDRAWN: "dicabut pelapor",
    ArchiveReason.ABUSIVE: "kata-kata kasar",
    ArchiveReason.IN_COURT: "sedang di pengadilan",
}


def either(words: Iterable[str], or_: str = "atau") -> str:
    """`a`, `a atau b`, `a, b, atau c`."""
    *most, last = words
    match most:
        case []:
            return last
        case [one]:
            return f"{one} {or_} {last}"
        case _:
            return f"{', '.join(most)}, {or_} {last}"
