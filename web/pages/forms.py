"""Forms, made from what the domain says an action needs; templates only show them."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Request

from domain import actions as a
from domain.case import Case
from domain.forms import FieldKind, FormField, form_fields
from domain.policy import Rules
from domain.units import ROOT, is_below
from record.files.rows import FileRow
from record.units import Unit
from web.house import Directory
from web.pages.audiences import SEEN_BY_REPORTER, WITH_FILES, audience_of
from web.pages.language import N_, _
from web.pages.saying import Happening
from web.pages.tags import upper
from web.problems import Problem
from web.uploading import FIELD as FILES
from web.uploading import form_of

MOST_RADIOS = 7
"""Longer lists are a select."""

KEY, SEQ = "key", "seq"
"""Hidden fields: the nonce that makes a form act once, and the number of the case's last event
when it was drawn."""

Option = tuple[str, str]
"""Value and label."""


@dataclass(frozen=True)
class Group:
    """Options under a heading; no heading where there is one group."""

    label: str | None
    options: Sequence[Option]


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    widget: str
    """`textarea`, `radios`, `select`, `text`, `number`."""
    required: bool
    value: str = ""
    error: str = ""
    hint: str = ""
    groups: Sequence[Group] = ()
    empty: str = ""
    """What a select says where nothing is chosen."""
    type: str = "text"
    autocomplete: str = "off"
    latest: str = ""
    """The last day of a date."""


@dataclass(frozen=True)
class Conflict:
    """Why an action was refused, and what others did since its form was drawn."""

    why: str
    since: Sequence[Happening] = ()


@dataclass(frozen=True)
class Form:
    action: str
    url: str
    title: str
    fields: Sequence[Field]
    hidden: Mapping[str, str]
    seen: bool = False
    audience: str = ""
    """Who will read what is typed, and whether the reporter is among them."""
    takes_files: bool = False
    attached: Sequence[FileRow] = ()
    """What was sent along before, and waits."""
    file_error: str = ""
    templates: Sequence[Group] = ()
    template_error: str = ""
    note: str = ""
    """What was done to the text just now."""
    previewed: bool = False
    """Shown first as the reporter will read it."""
    unanswered: bool = False
    """It was sent, and nobody said whether it arrived."""
    conflict: Conflict | None = None
    errors: Sequence[tuple[str, str]] = field(default=())
    """Name of a field (or none) and what is wrong with it, for the summary."""


HINTS = {
    "reported_unit": N_("Hanya untuk aduan tentang unit; unit itu tidak akan melihat aduan ini."),
    "lead": N_("Seperti MB-2026-000123."),
    "suggested_unit": N_("Boleh dikosongkan bila Anda tidak tahu."),
}
SCORES = {
    "1": N_("1, sangat tidak puas"),
    "2": N_("2, tidak puas"),
    "3": N_("3, cukup"),
    "4": N_("4, puas"),
    "5": N_("5, sangat puas"),
}


STAFF_LABELS: dict[type[a.ActionBase], str] = {
    a.ReporterReply: N_("Catat balasan pelapor"),
    a.HandBack: N_("Kembalikan, bukan wewenang"),
    a.Reopen: N_("Buka lagi"),
}
REPORTER_LABELS: dict[type[a.ActionBase], str] = {
    a.SetVisibility: N_("Sembunyikan lebih banyak"),
}
"""Where the domain's own label says too little to the one who reads it."""


def staff_label(kind: type[a.ActionBase]) -> str:
    return _(STAFF_LABELS.get(kind, kind.LABEL))


def new_key() -> str:
    return secrets.token_urlsafe(16)


def action_form(
    kind: type[a.ActionBase],
    case: Case,
    rules: Rules,
    units: Directory,
    url: str,
    *,
    values: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    since: Sequence[Happening] = (),
    receipt: Mapping[str, str] | None = None,
    attached: Sequence[FileRow] = (),
    templates: Sequence[Group] = (),
    note: str = "",
) -> Form:
    """The form of an action, empty or with what was typed and what is wrong with it.

    `receipt` is what opens a reporter's own complaint, sent along hidden.
    """
    values = values or {}
    faults = {error["field"]: error["message"] for error in problem.errors} if problem else {}
    fields = [
        field_of(given, kind, case, units, values.get(given.name), faults.pop(given.name, ""))
        for given in form_fields(kind, rules.policy)
    ]
    if receipt:
        fields = [_for_reporter(one, case) for one in fields]
    takes_files = kind in WITH_FILES
    file_error = _(faults.pop(FILES, ""))
    template_error = _(faults.pop("template", ""))
    conflict = None
    if problem and problem.status not in (422, 503):
        conflict = Conflict(_(problem.detail), since)
    errors = [(one.name, one.error) for one in fields if one.error]
    errors += [
        (name, error)
        for name, error in ((FILES, file_error), ("template", template_error))
        if error
    ]
    errors += [("", _(message)) for message in faults.values()]
    if problem and problem.status == 503:
        errors.append(("", _(AWAY)))
    return Form(
        action=kind.name(),
        url=url,
        title=_(REPORTER_LABELS.get(kind, kind.LABEL)) if receipt else staff_label(kind),
        fields=fields,
        hidden={
            **(receipt or {}),
            # What was refused did not happen; what got no answer may have.
            KEY: new_key() if conflict else values.get(KEY) or new_key(),
            SEQ: str(case.seq) if conflict else values.get(SEQ, str(case.seq)),
        },
        seen=issubclass(kind, SEEN_BY_REPORTER),
        audience=audience_of(kind, case) if kind.TEXTS and not receipt else "",
        takes_files=takes_files,
        attached=attached,
        file_error=file_error,
        templates=templates,
        template_error=template_error,
        note=note,
        previewed=kind is a.Answer and not receipt,
        unanswered=problem is not None and problem.status == 503,
        conflict=conflict,
        errors=errors,
    )


AWAY = N_(
    "Sistem sedang tidak dapat dihubungi. Tulisan Anda masih ada di bawah ini;"
    " kirim lagi sebentar lagi."
)


def field_of(
    given: FormField,
    kind: type[a.ActionBase],
    case: Case,
    units: Directory,
    typed: str | None,
    error: str,
) -> Field:
    widget, groups = _widget(given, kind, case, units)
    return Field(
        name=given.name,
        label=_(given.label),
        widget=widget,
        # Leaving a question as it is answers it.
        required=given.required or given.kind is FieldKind.FLAG,
        value=_at_first(given, case) if typed is None else typed,
        error=_fault(error, given, typed),
        hint=_(HINTS[given.name]) if given.name in HINTS else "",
        groups=groups,
        empty=_("Pilih"),
    )


def _for_reporter(given: Field, case: Case) -> Field:
    """A reporter may hide more, and not uncover what was hidden."""
    if given.name in ("anonymous", "secret") and getattr(case, given.name):
        return replace(given, groups=(Group(None, [("true", _("Ya, sudah"))]),))
    return given


def _widget(
    given: FormField, kind: type[a.ActionBase], case: Case, units: Directory
) -> tuple[str, Sequence[Group]]:
    match given.kind:
        case FieldKind.TEXT:
            return "textarea", ()
        case FieldKind.CHOICE:
            options = [(choice.value, upper(_(choice.label))) for choice in given.choices]
            return "radios" if len(options) <= MOST_RADIOS else "select", (Group(None, options),)
        case FieldKind.FLAG:
            yes_no = [("true", _("Ya")), ("false", _("Tidak"))]
            as_is = [] if given.required else [("", _("Seperti pilihan pelapor"))]
            return "radios", (Group(None, as_is + yes_no),)
        case FieldKind.UNIT:
            if kind is a.Delegate and case.unit:
                below = [u for u in units.by_path.values() if is_below(u.path, case.unit)]
                return "select", unit_groups(below)
            return "select", unit_groups(units.by_path.values())
        case FieldKind.NUMBER if given.name == "score":
            return "radios", (Group(None, [(n, _(label)) for n, label in SCORES.items()]),)
        case FieldKind.NUMBER:
            return "number", ()
        case FieldKind.COMPLAINT:
            return "text", ()


def _fault(error: str, given: FormField, typed: str | None) -> str:
    """What is wrong, naming the field, since the summary says it too."""
    if not error:
        return ""
    if typed or given.kind is FieldKind.TEXT:
        return _(error)
    return _("Isi atau pilih: %(field)s.") % {"field": _(given.label)}


def _at_first(given: FormField, case: Case) -> str:
    """What the form begins with: what the case says already, where that is a choice."""
    if given.kind is FieldKind.FLAG and given.required:
        return "true" if getattr(case, given.name) else "false"
    if given.name in ("classification", "category"):
        return getattr(case, given.name) or ""
    return ""


def unit_groups(
    units: Iterable[Unit], value: str = "code", headings: Mapping[str, str] | None = None
) -> list[Group]:
    """Offices first, then each kecamatan with its kelurahan and desa.

    `value` is what an option sends: a unit's `code`, or its `region_code`. `headings` names by
    their path those kecamatan that are no options themselves.
    """
    offices: list[Option] = []
    districts: dict[str, list[Option]] = {}
    names = dict(headings or {})
    for unit in sorted(units, key=lambda one: one.path):
        option = (getattr(unit, value), unit.name)
        if unit.kind == "kecamatan":
            names[unit.path] = unit.name
            districts[unit.path] = [option]
        elif unit.kind in ("kelurahan", "desa"):
            districts.setdefault(unit.parent or ROOT, []).append(option)
        elif unit.path != ROOT:
            offices.append(option)
    groups = [Group(_("Dinas, badan, dan kantor"), offices)] if offices else []
    return groups + [Group(names.get(path), options) for path, options in districts.items()]


async def _typed(request: Request) -> dict[str, str]:
    form = await form_of(request)
    return {
        name: value.replace("\r\n", "\n") for name, value in form.items() if isinstance(value, str)
    }


Typed = Annotated[dict[str, str], Depends(_typed)]
"""What a form sent, by field."""
