"""The fields of each page, and what they may hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from domain.calendar import local_date
from web.filing import Location, SentReporter, What, check_day, kecamatan_of
from web.house import House
from web.pages.filing.draft import ADDRESS, CONTACT, HIDDEN, NAME, NOBODY, OPEN, WHAT, WHERE, Draft
from web.pages.forms import Field, Group
from web.pages.language import N_, _
from web.problems import Problem, validation_errors

Faults = Sequence[tuple[str, str]]
"""A field's name, and what is wrong with it, translated."""

REQUIRED = {
    WHAT: {
        "title": N_("Tulis judul laporan."),
        "body": N_("Ceritakan apa yang terjadi."),
    },
    CONTACT: {"identity": N_("Pilih bagaimana identitas Anda diperlakukan.")},
    NAME: {"name": N_("Tulis nama Anda, atau kembali dan pilih anonim.")},
}
TRAP = "website"
TRAPPED = N_("Kosongkan isian ini. Isian ini hanya untuk menjebak program pengirim spam.")

TITLE_HINT = N_("Satu kalimat, misalnya: Jalan berlubang di depan SD 1 Bancar.")
BODY_HINT = N_(
    "Apa yang terjadi, sejak kapan, dan siapa yang terdampak."
    " Jangan tulis nama Anda di sini kalau ingin anonim."
)
ADDRESS_HINT = N_("Nama jalan, RT/RW, atau bangunan di dekatnya.")

ASKED = {
    WHAT: ("title", "body", "occurred_on"),
    WHERE: ("kecamatan_code",),
    ADDRESS: ("village_code", "address", "lat", "lng"),
    CONTACT: ("identity", "secret"),
    NAME: ("name", "phone", "email"),
}


class Faulty(Exception):
    """What was typed on a page will not do."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self.faults = faults


async def read(house: House, step: str, typed: Mapping[str, str], draft: Draft) -> dict[str, str]:
    """The page's answers, for the draft; an empty one takes an earlier one back. Raises Faulty."""
    given = {name: typed.get(name, "").strip() for name in ASKED[step]}
    faults = [(name, _(why)) for name, why in REQUIRED.get(step, {}).items() if not given[name]]
    if step == WHAT and typed.get(TRAP):
        faults.append((TRAP, _(TRAPPED)))
    if step == CONTACT and given["identity"] not in ("", OPEN, HIDDEN, NOBODY):
        faults.append(("identity", _(REQUIRED[CONTACT]["identity"])))
    if step == ADDRESS and typed.get("drop_point"):
        given |= {"lat": "", "lng": ""}
    named = {name for name, _why in faults}
    # All that is wrong is said at once.
    faults += [one for one in await _faults(house, step, given, draft) if one[0] not in named]
    if faults:
        raise Faulty(faults)
    return given | _consequences(step, given, draft)


def _consequences(step: str, given: Mapping[str, str], draft: Draft) -> dict[str, str]:
    """Earlier answers that this one makes void."""
    village = draft.answers.get("village_code", "")
    if step == WHERE and not village.startswith(given["kecamatan_code"] or "-"):
        return {"village_code": ""}
    if step == CONTACT and given["identity"] == NOBODY:
        return {"name": "", "phone": "", "email": ""}
    return {}


async def _faults(house: House, step: str, given: Mapping[str, str], draft: Draft) -> Faults:
    """What the API would refuse in it."""
    sent = {name: value for name, value in given.items() if value}
    kecamatan = draft.answers.get("kecamatan_code")
    try:
        match step:
            case "isi":
                check_day(_valid(What, {"title": "-", "body": "-", **sent}), local_date(house.now))
            case "lokasi":
                await kecamatan_of(house, _valid(Location, sent))
            case "alamat":
                place = {**sent, "kecamatan_code": kecamatan}
                await kecamatan_of(house, _valid(Location, place))
            case "nama":
                _valid(SentReporter, {"name": "-", **sent})
    except ValidationError as error:
        return faults_of(validation_errors(error))
    except Problem as problem:
        return faults_of(problem.errors)
    return []


def _valid(model: type[Any], sent: Mapping[str, Any]) -> Any:
    assert issubclass(model, BaseModel)
    return model.model_validate(sent)


def faults_of(errors: Sequence[Mapping[str, str]]) -> Faults:
    """Fields of the API by their names in the form."""
    named = [(error["field"].rpartition(".")[2], error["message"]) for error in errors]
    return [(name, _(why)) for name, why in named]


async def fields(
    house: House, step: str, values: Mapping[str, str], draft: Draft | None, faults: Faults = ()
) -> list[Field]:
    """As the page shows them, with what was typed and what is wrong."""
    wrong = dict(faults)

    def field(name: str, label: str, widget: str = "text", **more: Any) -> Field:
        required = more.pop("required", False)
        return Field(
            name, label, widget, required, values.get(name, ""), wrong.get(name, ""), **more
        )

    match step:
        case "isi":
            return [
                field("title", _("Judul"), hint=_(TITLE_HINT), required=True),
                field("body", _("Cerita lengkapnya"), "textarea", hint=_(BODY_HINT), required=True),
                field(
                    "occurred_on",
                    _("Tanggal kejadian"),
                    type="date",
                    latest=local_date(house.now).isoformat(),
                ),
            ]
        case "lokasi":
            return [
                field(
                    "kecamatan_code",
                    _("Kecamatan"),
                    "select",
                    groups=await _places(house, "kecamatan"),
                    empty=_("Tidak tahu, atau umum"),
                    required=True,
                )
            ]
        case "alamat":
            address = field("address", _("Alamat atau patokan"), hint=_(ADDRESS_HINT))
            kecamatan = draft and draft.answers.get("kecamatan_code")
            if not kecamatan:
                return [address]
            villages = field(
                "village_code",
                _("Desa atau kelurahan"),
                "select",
                groups=await _places(house, "desa", "kelurahan", within=kecamatan),
                empty=_("Tidak tahu"),
            )
            return [villages, address]
        case "nama":
            return [
                field("name", _("Nama"), required=True, autocomplete="name"),
                field(
                    "phone",
                    _("Nomor telepon"),
                    hint=_("Seperti 0812 3456 7890."),
                    type="tel",
                    autocomplete="tel",
                ),
                field("email", _("Surel"), type="email", autocomplete="email"),
            ]
        case _:
            return []


async def _places(house: House, *kinds: str, within: str = "") -> list[Group]:
    units = (await house.directory()).by_region
    found = [
        (code, unit.name)
        for code, unit in units.items()
        if unit.kind in kinds and code.startswith(within)
    ]
    return [Group(None, sorted(found, key=lambda one: one[1]))]
