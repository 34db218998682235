"""What can be asked of a case, one class each; the names are those of the API.

An action holds ids, enums and dates. What people type goes beside it as an entry (`TEXTS` says
which texts an action takes); the action carries only the entry's id and digest.
"""

from typing import Annotated, ClassVar, Literal, NamedTuple
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter

from domain.base import Value
from domain.events import Entry
from domain.terms import ArchiveReason, Channel, Classification, ClockName
from domain.units import UnitPath

Category = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]


class Text(NamedTuple):
    """A free text that goes with an action."""

    name: str
    label: str
    required: bool = True


class ActionBase(Value):
    LABEL: ClassVar[str]
    """The button."""
    DOES: ClassVar[str]
    """As it reads after "dapat": `mendisposisikan aduan`."""
    TEXTS: ClassVar[tuple[Text, ...]] = ()

    entry: Entry | None = None

    @classmethod
    def name(cls) -> str:
        """The action's name in the API."""
        name: str = cls.model_fields["action"].default
        return name


class Dispose(ActionBase):
    LABEL = "Terima dan disposisikan"
    DOES = "mendisposisikan aduan"
    TEXTS = (Text("text", "Catatan untuk unit", required=False),)

    action: Literal["dispose"] = "dispose"
    classification: Classification
    category: Category
    unit: UnitPath
    anonymous: bool | None = None
    """None leaves it as the reporter chose."""
    secret: bool | None = None
    reported_unit: UnitPath | None = None


class AskReporter(ActionBase):
    LABEL = "Minta keterangan pelapor"
    DOES = "meminta keterangan pelapor"
    TEXTS = (Text("text", "Pertanyaan kepada pelapor"),)

    action: Literal["ask_reporter"] = "ask_reporter"


class ReporterReply(ActionBase):
    LABEL = "Balas"
    DOES = "menyampaikan balasan pelapor"
    TEXTS = (Text("text", "Balasan"),)

    action: Literal["reporter_reply"] = "reporter_reply"


class Archive(ActionBase):
    LABEL = "Arsipkan"
    DOES = "mengarsipkan aduan"
    TEXTS = (Text("text", "Penjelasan kepada pelapor"),)

    action: Literal["archive"] = "archive"
    reason: ArchiveReason


class HandBack(ActionBase):
    LABEL = "Bukan wewenang"
    DOES = "mengembalikan aduan karena bukan wewenang"
    TEXTS = (
        Text("to", "Instansi yang berwenang"),
        Text("reason", "Alasan"),
        Text("text", "Ke mana pelapor dapat melanjutkan"),
    )

    action: Literal["hand_back"] = "hand_back"


class LinkDuplicate(ActionBase):
    LABEL = "Tautkan sebagai duplikat"
    DOES = "menautkan aduan sebagai duplikat"
    TEXTS = (Text("reason", "Alasan", required=False),)

    action: Literal["link_duplicate"] = "link_duplicate"
    lead: UUID


class UnlinkDuplicate(ActionBase):
    LABEL = "Lepaskan dari aduan induk"
    DOES = "melepaskan aduan dari induknya"
    TEXTS = (Text("reason", "Alasan"),)

    action: Literal["unlink_duplicate"] = "unlink_duplicate"


class Accept(ActionBase):
    LABEL = "Terima tugas"
    DOES = "menerima tugas"

    action: Literal["accept"] = "accept"


class Return(ActionBase):
    LABEL = "Kembalikan, salah alamat"
    DOES = "mengembalikan aduan yang salah alamat"
    TEXTS = (Text("reason", "Alasan"),)

    action: Literal["return"] = "return"
    suggested_unit: UnitPath | None = None


class Redispose(ActionBase):
    LABEL = "Alihkan ke unit lain"
    DOES = "mengalihkan aduan ke unit lain"
    TEXTS = (Text("reason", "Alasan"),)

    action: Literal["redispose"] = "redispose"
    unit: UnitPath


class Delegate(ActionBase):
    LABEL = "Delegasikan ke unit di bawah"
    DOES = "mendelegasikan aduan"
    TEXTS = (Text("text", "Arahan", required=False),)

    action: Literal["delegate"] = "delegate"
    unit: UnitPath


class TakeBack(ActionBase):
    LABEL = "Tarik kembali delegasi"
    DOES = "menarik kembali delegasi"
    TEXTS = (Text("reason", "Alasan", required=False),)

    action: Literal["take_back"] = "take_back"


class ReportProgress(ActionBase):
    LABEL = "Laporkan kemajuan"
    DOES = "melaporkan kemajuan"
    TEXTS = (Text("text", "Kemajuan, terlihat oleh pelapor"),)

    action: Literal["report_progress"] = "report_progress"


class RequestExtension(ActionBase):
    LABEL = "Minta perpanjangan waktu"
    DOES = "meminta perpanjangan waktu"
    TEXTS = (Text("reason", "Alasan"),)

    action: Literal["request_extension"] = "request_extension"
    days: int = Field(ge=1, le=365)
    """Working days."""


class GrantExtension(ActionBase):
    LABEL = "Setujui perpanjangan"
    DOES = "menyetujui perpanjangan"

    action: Literal["grant_extension"] = "grant_extension"


class RefuseExtension(ActionBase):
    LABEL = "Tolak perpanjangan"
    DOES = "menolak perpanjangan"
    TEXTS = (Text("reason", "Alasan"),)

    action: Literal["refuse_extension"] = "refuse_extension"


class Answer(ActionBase):
    LABEL = "Jawab"
    DOES = "menjawab aduan"
    TEXTS = (Text("text", "Jawaban kepada pelapor"),)

    action: Literal["answer"] = "answer"


class ApproveAnswer(ActionBase):
    LABEL = "Setujui jawaban"
    DOES = "menyetujui jawaban"

    action: Literal["approve_answer"] = "approve_answer"


class SendBackAnswer(ActionBase):
    LABEL = "Kembalikan jawaban untuk diperbaiki"
    DOES = "mengembalikan jawaban untuk diperbaiki"
    TEXTS = (Text("reason", "Yang harus diperbaiki"),)

    action: Literal["send_back_answer"] = "send_back_answer"


class Rate(ActionBase):
    LABEL = "Beri nilai"
    DOES = "memberi nilai"
    TEXTS = (Text("text", "Komentar", required=False),)

    action: Literal["rate"] = "rate"
    score: int = Field(ge=1, le=5)


class Reopen(ActionBase):
    LABEL = "Belum selesai, buka lagi"
    DOES = "membuka lagi aduan"
    TEXTS = (Text("reason", "Yang belum selesai"),)

    action: Literal["reopen"] = "reopen"


class Reclassify(ActionBase):
    LABEL = "Ubah klasifikasi"
    DOES = "mengubah klasifikasi"
    TEXTS = (Text("reason", "Alasan"),)

    action: Literal["reclassify"] = "reclassify"
    classification: Classification
    category: Category
    reported_unit: UnitPath | None = None


class SetVisibility(ActionBase):
    LABEL = "Ubah keterbukaan"
    DOES = "mengubah keterbukaan aduan"

    action: Literal["set_visibility"] = "set_visibility"
    anonymous: bool
    secret: bool


class OpenIdentity(ActionBase):
    LABEL = "Buka identitas pelapor"
    DOES = "membuka identitas pelapor"
    TEXTS = (Text("reason", "Alasan, tercatat"),)

    action: Literal["open_identity"] = "open_identity"


class Instruct(ActionBase):
    LABEL = "Beri perintah"
    DOES = "memberi perintah"
    TEXTS = (Text("text", "Perintah"),)

    action: Literal["instruct"] = "instruct"


class Note(ActionBase):
    LABEL = "Tambah catatan internal"
    DOES = "menulis catatan internal"
    TEXTS = (Text("text", "Catatan internal"),)

    action: Literal["note"] = "note"


class Remind(ActionBase):
    LABEL = "Ingatkan"
    DOES = "mengingatkan"

    action: Literal["remind"] = "remind"
    clock: ClockName


class Breach(ActionBase):
    LABEL = "Catat keterlambatan"
    DOES = "mencatat keterlambatan"

    action: Literal["breach"] = "breach"
    clock: ClockName


class Escalate(ActionBase):
    LABEL = "Eskalasikan"
    DOES = "mengeskalasikan"

    action: Literal["escalate"] = "escalate"
    clock: ClockName


class Close(ActionBase):
    """The reporter said nothing in time, or the lead of this duplicate ended."""

    LABEL = "Tutup"
    DOES = "menutup aduan"

    action: Literal["close"] = "close"


class JoinDuplicate(ActionBase):
    """Asked of the lead by a case that is about to follow it."""

    LABEL = "Terima duplikat"
    DOES = "menerima duplikat"

    action: Literal["join_duplicate"] = "join_duplicate"
    duplicate: UUID


class LeaveDuplicate(ActionBase):
    LABEL = "Lepas duplikat"
    DOES = "melepas duplikat"

    action: Literal["leave_duplicate"] = "leave_duplicate"
    duplicate: UUID


class JoinOrigin(ActionBase):
    """The same complaint came by another portal as well."""

    LABEL = "Gabungkan laporan kanal lain"
    DOES = "menggabungkan laporan kanal lain"

    action: Literal["join_origin"] = "join_origin"
    portal: Channel
    origin: UUID
    """The report there, as the record names it."""


class ChangeOrigin(ActionBase):
    """The reporter changed the report in the portal: `entry` is its text now."""

    LABEL = "Catat perubahan di kanal"
    DOES = "mencatat perubahan laporan di kanal"

    action: Literal["change_origin"] = "change_origin"
    portal: Channel
    origin: UUID
    entry: Entry


class CloseOrigin(ActionBase):
    """The portal closed the report by itself. The case goes on: whether it is done is ours."""

    LABEL = "Catat penutupan oleh kanal"
    DOES = "mencatat penutupan oleh kanal"

    action: Literal["close_origin"] = "close_origin"
    portal: Channel
    origin: UUID


class AddFiles(ActionBase):
    """Attachments of a report were fetched: they came with `entry`."""

    LABEL = "Tambahkan lampiran dari kanal"
    DOES = "menambahkan lampiran dari kanal"

    action: Literal["add_files"] = "add_files"
    portal: Channel
    origin: UUID
    entry: Entry


class Replan(ActionBase):
    """New rules: the caller passes them to `decide`."""

    LABEL = "Hitung ulang tenggat"
    DOES = "menghitung ulang tenggat"

    action: Literal["replan"] = "replan"


PersonAction = (
    Dispose
    | AskReporter
    | ReporterReply
    | Archive
    | HandBack
    | LinkDuplicate
    | UnlinkDuplicate
    | Accept
    | Return
    | Redispose
    | Delegate
    | TakeBack
    | ReportProgress
    | RequestExtension
    | GrantExtension
    | RefuseExtension
    | Answer
    | ApproveAnswer
    | SendBackAnswer
    | Rate
    | Reopen
    | Reclassify
    | SetVisibility
    | OpenIdentity
    | Instruct
    | Note
)
SystemAction = (
    Remind
    | Breach
    | Escalate
    | Close
    | JoinDuplicate
    | LeaveDuplicate
    | JoinOrigin
    | ChangeOrigin
    | CloseOrigin
    | AddFiles
    | Replan
)
Action = Annotated[PersonAction | SystemAction, Field(discriminator="action")]

BY_NAME: dict[str, type[ActionBase]] = {
    kind.name(): kind for union in (PersonAction, SystemAction) for kind in union.__args__
}
"""Every action by its name in the API, in the order of docs/domain.md."""

action_adapter: TypeAdapter[Action] = TypeAdapter(Action)
