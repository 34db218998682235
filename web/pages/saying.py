"""What happened, and what is awaited, in words for people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.case import Case, DeskKind
from domain.chain import Recorded
from domain.forms import category_label
from domain.terms import ArchiveReason, Channel, Classification, ClockName, Stage
from domain.visibility import reporter_reads
from domain.words import ARCHIVE_REASON, CLASSIFICATION, CLOCK
from record.files.rows import FileRow
from web.house import Directory
from web.pages.dates import working_days
from web.pages.language import N_, _
from web.pages.tags import CHANNELS
from web.viewing import Entry, Viewed

TITLES = {
    "received": N_("Laporan diterima"),
    "disposed": N_("Didisposisikan kepada %(unit)s"),
    "redisposed": N_("Dialihkan kepada %(unit)s"),
    "asked": N_("Pelapor diminta memberi keterangan"),
    "replied": N_("Balasan pelapor"),
    "archived": N_("Diarsipkan: %(reason)s"),
    "handed_back": N_("Dikembalikan, bukan wewenang"),
    "linked": N_("Ditautkan sebagai duplikat"),
    "unlinked": N_("Dilepaskan dari aduan induk"),
    "duplicate_joined": N_("Laporan lain ditautkan ke aduan ini"),
    "duplicate_left": N_("Laporan lain dilepaskan dari aduan ini"),
    "accepted": N_("Tugas diterima"),
    "returned": N_("Dikembalikan, salah alamat"),
    "delegated": N_("Didelegasikan kepada %(unit)s"),
    "taken_back": N_("Delegasi ditarik kembali"),
    "progress_reported": N_("Kemajuan dilaporkan"),
    "extension_requested": N_("Perpanjangan %(days)s diminta"),
    "extension_granted": N_("Perpanjangan %(days)s disetujui"),
    "extension_refused": N_("Perpanjangan ditolak"),
    "answer_submitted": N_("Jawaban diajukan untuk disetujui"),
    "answer_sent_back": N_("Jawaban dikembalikan untuk diperbaiki"),
    "answered": N_("Dijawab"),
    "rated": N_("Dinilai %(score)s dari 5"),
    "closed": N_("Selesai"),
    "reopened": N_("Dibuka lagi"),
    "reclassified": N_("Klasifikasi diubah: %(classification)s, %(category)s"),
    "visibility_set": N_("Keterbukaan diubah"),
    "identity_opened": N_("Identitas pelapor dibuka"),
    "instructed": N_("Perintah kepada yang menangani"),
    "noted": N_("Catatan internal"),
    "reminded": N_("Pengingat tenggat %(clock)s"),
    "breached": N_("Tenggat %(clock)s terlewat"),
    "escalated": N_("Naik ke tingkat %(level)s karena %(clock)s terlambat"),
    "replanned": N_("Tenggat dihitung ulang menurut aturan baru"),
    "origin_joined": N_("Laporan yang sama masuk juga lewat %(portal)s"),
    "origin_changed": N_("Laporan diubah pelapor di %(portal)s"),
    "origin_closed": N_("Laporan ditutup oleh %(portal)s"),
    "files_added": N_("Lampiran diterima dari %(portal)s"),
}
"""By the type of the event."""

TO_REPORTER = TITLES | {
    "received": N_("Laporan Anda kami terima"),
    "disposed": N_("Laporan Anda diteruskan kepada %(unit)s"),
    "redisposed": N_("Laporan Anda dialihkan kepada %(unit)s"),
    "asked": N_("Kami meminta keterangan Anda"),
    "replied": N_("Balasan Anda"),
    "linked": N_("Ditangani bersama laporan lain"),
    "progress_reported": N_("Kemajuan penanganan"),
    "extension_granted": N_("Batas waktu jawaban ditambah %(days)s"),
    "answered": N_("Jawaban"),
    "rated": N_("Penilaian Anda: %(score)s dari 5"),
    "visibility_set": N_("Anda mengubah keterbukaan laporan"),
    "origin_changed": N_("Anda mengubah laporan di %(portal)s"),
    "files_added": N_("Lampiran Anda diterima dari %(portal)s"),
}

TEXT_LABELS = {
    "reason": N_("Alasan"),
    "to": N_("Instansi yang berwenang"),
    "text": N_("Keterangan"),
    "title": N_("Judul"),
    "body": N_("Laporan"),
    "address": N_("Alamat"),
}


class Topic(StrEnum):
    """What an entry of the timeline is about; the values stand in addresses."""

    DECISION = "keputusan"
    MESSAGE = "pesan"
    INTERNAL = "internal"
    DEADLINE = "tenggat"


TOPICS = {
    Topic.DECISION: N_("Keputusan"),
    Topic.MESSAGE: N_("Pesan dengan pelapor"),
    Topic.INTERNAL: N_("Internal"),
    Topic.DEADLINE: N_("Tenggat"),
}
MESSAGES = frozenset(
    {
        "asked",
        "replied",
        "progress_reported",
        "answered",
        "rated",
        "origin_changed",
        "files_added",
    }
)
DEADLINES = frozenset(
    {
        "extension_requested",
        "extension_granted",
        "extension_refused",
        "reminded",
        "breached",
        "escalated",
        "replanned",
    }
)
NOTES = frozenset({"instructed", "noted"})


class Kind(StrEnum):
    """How an entry of the timeline looks."""

    PROCESS = "process"
    INTERNAL = "internal"
    """Its text is not the reporter's to read."""
    SYSTEM = "system"


@dataclass(frozen=True)
class Happening:
    """One entry of a timeline."""

    seq: int
    kind: Kind
    title: str
    at: str
    who: str
    texts: tuple[tuple[str, str], ...]
    """Label, if it needs one, and text."""
    topics: frozenset[Topic] = frozenset()
    files: Sequence[FileRow] = ()


Name = Callable[[str], str]
"""Who an actor is, for people."""


def happening(
    recorded: Recorded,
    viewed: Viewed,
    units: Directory,
    name: Name,
    files: Iterable[FileRow] = (),
) -> Happening:
    """An event as staff read it; of `files` those that came with it."""
    event = recorded.event()
    typed = event.entry and viewed.typed.get(event.entry.id)
    texts = _texts(typed.texts if typed else None)
    if recorded.actor == "system":
        kind = Kind.SYSTEM
    else:
        kind = Kind.INTERNAL if texts and not reporter_reads(event) else Kind.PROCESS
    return Happening(
        seq=recorded.seq,
        kind=kind,
        title=title(TITLES, recorded.type, recorded.data, units),
        at=recorded.at,
        who=name(recorded.actor),
        texts=texts,
        topics=_topics(recorded.type, kind),
        files=[one for one in files if event.entry and one.entry_id == event.entry.id],
    )


def _topics(event: str, kind: Kind) -> frozenset[Topic]:
    """A decision whose reason is internal is both."""
    topics = {Topic.INTERNAL} if kind is Kind.INTERNAL or event in NOTES else set()
    if event in MESSAGES:
        topics.add(Topic.MESSAGE)
    elif event in DEADLINES:
        topics.add(Topic.DEADLINE)
    elif event not in NOTES:
        topics.add(Topic.DECISION)
    return frozenset(topics)


def told(number: int, entry: Entry, units: Directory, files: Iterable[FileRow] = ()) -> Happening:
    """An entry as its reporter reads it, with those of `files` that came with it; staff are not
    named."""
    who = {"reporter": _("Anda"), "system": _("Sistem")}.get(entry.by, _("Petugas"))
    return Happening(
        seq=number,
        kind=Kind.SYSTEM if entry.by == "system" else Kind.PROCESS,
        title=title(TO_REPORTER, entry.type, entry.data, units),
        at=entry.at,
        who=who,
        texts=_texts(entry.texts),
        files=[one for one in files if entry.entry and one.entry_id == entry.entry],
    )


def title(titles: Mapping[str, str], kind: str, data: Mapping[str, Any], units: Directory) -> str:
    """`data` holds a unit's path, or its code."""
    words = dict(data)
    if unit := data.get("unit"):
        words["unit"] = unit_name(units, unit)
    if reason := data.get("reason"):
        words["reason"] = _(ARCHIVE_REASON[ArchiveReason(reason)])
    if clock := data.get("clock"):
        words["clock"] = _(CLOCK[ClockName(clock)])
    if classification := data.get("classification"):
        words["classification"] = _(CLASSIFICATION[Classification(classification)])
    if category := data.get("category"):
        words["category"] = _(category_label(category))
    if portal := data.get("portal"):
        words["portal"] = _(CHANNELS[Channel(portal)])
    if days := data.get("days"):
        words["days"] = working_days(days)
    return _(titles[kind]) % words


def unit_name(units: Directory, path_or_code: str) -> str:
    known = units.by_code.get(path_or_code)
    return known.name if known else units.name(path_or_code) or path_or_code


def _texts(texts: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    typed = texts or {}
    if list(typed) == ["text"]:
        return (("", typed["text"]),)
    ordered = sorted(typed, key=lambda name: name != "title")
    return tuple((_(TEXT_LABELS[name]), typed[name]) for name in ordered)


DUTIES = {
    Stage.RECEIVED: N_("%(who)s harus memverifikasi aduan ini"),
    Stage.WAITING_REPORTER: N_("%(who)s diminta memberi keterangan"),
    Stage.DISPOSED: N_("%(who)s harus menerima tugas ini"),
    Stage.IN_PROGRESS: N_("%(who)s harus menjawab aduan ini"),
    Stage.IN_REVIEW: N_("%(who)s harus memutuskan jawaban yang diajukan"),
    Stage.ANSWERED: N_("%(who)s dapat menilai jawaban, atau membuka lagi aduan"),
    Stage.DUPLICATE: N_("Aduan ini mengikuti aduan induknya"),
}
REROUTE = N_("%(who)s harus mengalihkan aduan ini ke unit lain")
ENDED = N_("Tidak ada yang ditunggu; aduan ini sudah berakhir")


def duty(case: Case, units: Directory) -> str:
    """Who has to do what; the deadline stands beside it."""
    if not case.open:
        return _(ENDED)
    if case.returned:
        return _(REROUTE) % {"who": desk_name(case, units)}
    waits_for_reporter = case.stage in (Stage.WAITING_REPORTER, Stage.ANSWERED)
    who = _("Pelapor") if waits_for_reporter else desk_name(case, units)
    return _(DUTIES[case.stage]) % {"who": who}


def desk_name(case: Case, units: Directory) -> str:
    """The accountable desk."""
    return desk_words(case.desk.kind, case.desk.unit, units)


def desk_words(kind: str, unit: str | None, units: Directory) -> str:
    match kind:
        case DeskKind.COORDINATOR:
            return _("Koordinator pengaduan")
        case DeskKind.UNIT:
            return units.name(unit) or ""
        case DeskKind.HEAD:
            return _("Kepala %(unit)s") % {"unit": units.name(unit)}
        case DeskKind.LEAD:
            return _("Aduan induk")
        case _:
            return _("Tidak ada")


def actor_id(actor: str) -> UUID | None:
    """The account of `account:<uuid>`."""
    kind, _sep, value = actor.partition(":")
    return UUID(value) if kind == "account" else None
