"""Who reads what is typed with an action, and which actions take files along."""

from domain import actions as a
from domain.case import Case
from domain.visibility import public_sees
from web.pages.language import N_, _

SEEN_BY_REPORTER = (a.AskReporter, a.Archive, a.HandBack, a.ReportProgress, a.Answer)

WITH_FILES = (*SEEN_BY_REPORTER, a.ReporterReply, a.Note)

STAFF = N_("Dibaca oleh semua petugas yang melihat aduan ini, tidak oleh pelapor.")
AUDIENCE: dict[type[a.ActionBase], str] = {
    a.AskReporter: N_("Dibaca oleh pelapor dan oleh petugas."),
    a.Archive: N_("Dibaca oleh pelapor dan oleh petugas."),
    a.HandBack: N_("Dibaca oleh pelapor dan oleh petugas."),
    a.ReportProgress: N_("Dibaca oleh pelapor dan oleh petugas."),
    a.Answer: N_("Dibaca oleh pelapor dan oleh petugas."),
    a.ReporterReply: N_("Dibaca oleh petugas, dan oleh pelapor sebagai balasannya sendiri."),
    a.Reopen: N_("Dibaca oleh pelapor dan oleh petugas."),
    a.Dispose: N_("Dibaca oleh unit tujuan dan oleh petugas lain, tidak oleh pelapor."),
    a.Redispose: N_("Dibaca oleh unit yang baru dan oleh petugas lain, tidak oleh pelapor."),
    a.Delegate: N_("Dibaca oleh unit yang diberi tugas dan oleh petugas lain, tidak oleh pelapor."),
    a.TakeBack: N_("Dibaca oleh unit yang diberi tugas dan oleh petugas lain, tidak oleh pelapor."),
    a.Return: N_("Dibaca oleh koordinator, yang memilih unit lain; tidak oleh pelapor."),
    a.RequestExtension: N_(
        "Dibaca oleh koordinator dan pengawas, yang memutuskan; tidak oleh pelapor."
    ),
    a.RefuseExtension: N_(
        "Dibaca oleh unit yang meminta dan oleh petugas lain, tidak oleh pelapor."
    ),
    a.SendBackAnswer: N_("Dibaca oleh penulis jawaban dan oleh petugas lain, tidak oleh pelapor."),
    a.Instruct: N_("Dibaca oleh yang bertanggung jawab dan oleh petugas lain, tidak oleh pelapor."),
    a.OpenIdentity: N_("Dibaca oleh auditor dan oleh petugas lain, dan oleh pelapor bila meminta."),
}
"""Who reads what is typed, where it is not STAFF."""
PUBLIC = N_(
    "Dibaca oleh pelapor, oleh petugas, dan oleh umum: jangan sebut nama atau data pribadi siapa"
    " pun."
)


def audience_of(kind: type[a.ActionBase], case: Case) -> str:
    """An answer is public where its case is."""
    if kind is a.Answer and public_sees(case):
        return _(PUBLIC)
    return _(AUDIENCE.get(kind, STAFF))
