"""The fields of an action, as a page or an API client needs them."""

from enum import StrEnum

from domain.actions import ActionBase
from domain.base import Value
from domain.policy import Policy
from domain.terms import ArchiveReason, Classification
from domain.words import ARCHIVE_REASON, CLASSIFICATION


class FieldKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    NUMBER = "number"
    UNIT = "unit"
    """The code of a unit."""
    COMPLAINT = "complaint"
    """The ticket of another complaint."""


class Choice(Value):
    value: str
    label: str


class FormField(Value):
    name: str
    label: str
    kind: FieldKind
    required: bool
    choices: tuple[Choice, ...] = ()


LABELS = {
    "classification": ("Klasifikasi", FieldKind.CHOICE),
    "category": ("Kategori", FieldKind.CHOICE),
    "unit": ("Unit tujuan", FieldKind.UNIT),
    "reported_unit": ("Unit yang dilaporkan", FieldKind.UNIT),
    "suggested_unit": ("Unit yang seharusnya", FieldKind.UNIT),
    "anonymous": ("Sembunyikan identitas pelapor (anonim)", FieldKind.FLAG),
    "secret": ("Sembunyikan laporan dari publik (rahasia)", FieldKind.FLAG),
    "reason": ("Alasan", FieldKind.CHOICE),
    "lead": ("Nomor aduan induk", FieldKind.COMPLAINT),
    "days": ("Tambahan hari kerja", FieldKind.NUMBER),
    "score": ("Nilai 1 sampai 5", FieldKind.NUMBER),
    "clock": ("Jam tenggat", FieldKind.CHOICE),
    "duplicate": ("Duplikat", FieldKind.COMPLAINT),
}
NOT_TYPED = {"action", "entry"}


def form_fields(kind: type[ActionBase], policy: Policy) -> tuple[FormField, ...]:
    """What a person fills in for that action: its own fields, then its texts."""
    own = [
        FormField(
            name=name,
            label=LABELS[name][0],
            kind=LABELS[name][1],
            required=field.is_required(),
            choices=_choices(kind, name, policy),
        )
        for name, field in kind.model_fields.items()
        if name not in NOT_TYPED
    ]
    texts = [
        FormField(name=text.name, label=text.label, kind=FieldKind.TEXT, required=text.required)
        for text in kind.TEXTS
    ]
    return (*own, *texts)


def category_label(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _choices(kind: type[ActionBase], name: str, policy: Policy) -> tuple[Choice, ...]:
    match name:
        case "classification":
            return tuple(Choice(value=c, label=CLASSIFICATION[c]) for c in Classification)
        case "category":
            return tuple(Choice(value=c, label=category_label(c)) for c in policy.categories)
        case "reason":
            return tuple(Choice(value=r, label=ARCHIVE_REASON[r]) for r in ArchiveReason)
        case _:
            return ()
