"""The fields of an action, as a page or an API client needs them."""

from enum import StrEnum
from typing import NamedTuple

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


class Input(NamedTuple):
    label: str
    kind: FieldKind


INPUTS = {
    "classification": Input("Klasifikasi", FieldKind.CHOICE),
    "category": Input("Kategori", FieldKind.CHOICE),
    "unit": Input("Unit tujuan", FieldKind.UNIT),
    "reported_unit": Input("Unit yang dilaporkan", FieldKind.UNIT),
    "suggested_unit": Input("Unit yang seharusnya", FieldKind.UNIT),
    "anonymous": Input("Sembunyikan identitas pelapor (anonim)", FieldKind.FLAG),
    "secret": Input("Sembunyikan laporan dari publik (rahasia)", FieldKind.FLAG),
    "reason": Input("Alasan", FieldKind.CHOICE),
    "lead": Input("Nomor aduan induk", FieldKind.COMPLAINT),
    "days": Input("Tambahan hari kerja", FieldKind.NUMBER),
    "score": Input("Nilai 1 sampai 5", FieldKind.NUMBER),
    "clock": Input("Jam tenggat", FieldKind.CHOICE),
    "duplicate": Input("Duplikat", FieldKind.COMPLAINT),
    "portal": Input("Kanal", FieldKind.TEXT),
    "origin": Input("Laporan di kanal", FieldKind.TEXT),
}
NOT_TYPED = {"action", "entry"}


def form_fields(kind: type[ActionBase], policy: Policy) -> tuple[FormField, ...]:
    """What a person fills in for that action: its own fields, then its texts."""
    own = [
        FormField(
            name=name,
            label=INPUTS[name].label,
            kind=INPUTS[name].kind,
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
