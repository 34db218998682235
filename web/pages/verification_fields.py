"""What a question of a verification shows and takes: fields, what the system suggests, and the
answers in words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.actors import Actor
from domain.forms import INPUTS, category_label, form_fields
from domain.terms import ArchiveReason, Classification
from domain.words import ARCHIVE_REASON
from domain.words import CLASSIFICATION as CLASSIFICATION_WORDS
from record.accounts import Account
from record.cases import get_case
from web.house import Directory, House
from web.pages import verification as v
from web.pages.forms import Field, field_of
from web.pages.language import N_, _
from web.pages.suggesting import suggested
from web.pages.tags import upper
from web.pages.verification import Answers, Outcome, Question
from web.viewing import Viewed

OUTCOMES = {
    Outcome.ACCEPT: (
        N_("Terima dan disposisikan"),
        N_("Laporan ini jelas dan menjadi wewenang kabupaten; teruskan kepada unit."),
    ),
    Outcome.DUPLICATE: (
        N_("Duplikat dari aduan lain"),
        N_("Kejadiannya sama; pelapor menerima jawaban yang sama."),
    ),
    Outcome.REJECT: (
        N_("Tolak"),
        N_("Bukan wewenang kabupaten, atau tidak dapat ditangani; pelapor membaca alasannya."),
    ),
    Outcome.ASK: (
        N_("Minta keterangan pelapor"),
        N_("Ada yang kurang jelas; tenggat berhenti sampai pelapor membalas."),
    ),
}
MEANS = {
    Classification.PERMINTAAN_INFORMASI: N_("Pelapor bertanya atau meminta data."),
    Classification.TIDAK_BERKADAR: N_("Keluhan tentang layanan atau sarana umum."),
    Classification.BERKADAR: N_(
        "Dugaan penyalahgunaan wewenang atau pelanggaran oleh aparat; dirahasiakan dan ditangani"
        " Inspektorat dulu."
    ),
    Classification.ASPIRASI: N_("Usul, harapan, atau ucapan terima kasih."),
}
ELSEWHERE = (N_("Bukan wewenang kabupaten"), N_("Sebut instansi lain yang berwenang."))

OTHER = "lain"
"""A radio beside suggestions: from the list, or written, in the field named after it."""
CHOSEN_FROM = {"category": "category_other", "unit": "unit_other", "lead": "lead_other"}
BOTH = N_("Anda memilih dari saran dan juga mengisi sendiri; pakai salah satu.")

Rows = list[tuple[str, str, str]]
Options = list[tuple[str, str, str]]


async def asked(
    house: House,
    account: Account,
    viewed: Viewed,
    one: Question,
    answers: Answers,
    faults: Mapping[str, str],
) -> dict[str, Any]:
    """What the page of a question needs besides its words."""
    fields = await _fields(house, viewed, one, answers, faults)
    options: Options = []
    guesses: Sequence[Any] = ()
    likely: Sequence[Any] = ()
    if one is v.FIRST:
        options = [(code, _(label), _(means)) for code, (label, means) in OUTCOMES.items()]
    elif one is v.CLASSIFICATION:
        options = [
            (code, upper(_(words)), _(MEANS[code])) for code, words in CLASSIFICATION_WORDS.items()
        ]
    elif one is v.REFUSE:
        options = [("hand_back", _(ELSEWHERE[0]), _(ELSEWHERE[1]))]
        options += [(code, upper(_(words)), "") for code, words in ARCHIVE_REASON.items()]
    if one in (v.FIRST, v.CATEGORY, v.UNIT, v.LEAD):
        category = answers.get(v.CATEGORY.key("category")) if one is v.UNIT else None
        found = await suggested(house, account, viewed, category=category)
        guesses = {v.CATEGORY: found.categories, v.UNIT: found.units}.get(one, ())
        likely = found.duplicates
    name = one.fields[0]
    value = answers.get(one.key(name), "")
    offered = {guess.value for guess in guesses} | {other.ticket for other in likely}
    if value in offered:  # chosen there; what was written oneself stays empty
        fields = [replace(f, value="") if f.name == CHOSEN_FROM.get(name) else f for f in fields]
    return {
        "name": name,
        "value": value,
        "own": bool(value) and value not in offered,
        "wrong": faults.get(name, ""),
        "errors": [(CHOSEN_FROM.get(name, name), why) for name, why in faults.items()],
        "options": options,
        "guesses": guesses,
        "likely": likely,
        "fields": fields,
    }


async def _fields(
    house: House, viewed: Viewed, one: Question, answers: Answers, faults: Mapping[str, str]
) -> list[Field]:
    """The domain's own fields of the action, in this question's order."""
    if one.kind is None or one is v.CLASSIFICATION:
        return []
    given = {field.name: field for field in form_fields(one.kind, viewed.rules.policy)}
    units = await house.directory()
    made = []
    for name in one.fields:
        field = field_of(
            given[name],
            one.kind,
            viewed.case,
            units,
            answers.get(one.key(name)) or None,
            "",
        )
        made.append(
            replace(
                field,
                name=CHOSEN_FROM.get(name, name),
                error=faults.get(name, ""),
                required=field.required or name in one.needed,
            )
        )
    return made


async def taken(
    house: House,
    actor: Actor,
    viewed: Viewed,
    one: Question,
    typed: Mapping[str, str],
    before: Answers,
) -> tuple[dict[str, str], dict[str, str]]:
    """What was answered, by `question.field`, and what is wrong with it, by field; `before` is what
    was answered when the page was drawn."""
    answers, faults = {}, {}
    for name in one.fields:
        value = typed.get(name, "").strip()
        if name in CHOSEN_FROM:
            own = typed.get(CHOSEN_FROM[name], "").strip()
            stood = before.get(one.key(name), "")
            if value in ("", OTHER) or (own and value == stood):
                value = own
            elif own not in ("", value, stood):
                faults[name] = _(BOTH)
        answers[one.key(name)] = value
    if one is v.LEAD and (lead := answers[one.key("lead")]) and not faults:
        found = await get_case(house.engine, actor, lead.upper(), house.now)
        if found is None:
            faults["lead"] = _("Aduan “%(ticket)s” tidak ditemukan.") % {"ticket": lead[:60]}
        elif found.complaint_id == viewed.file.complaint_id:
            faults["lead"] = _("Aduan tidak dapat menjadi duplikat dari dirinya sendiri.")
        else:
            answers[one.key("lead")] = found.ticket
    if one is v.REFUSE and answers[v.REFUSAL] not in v.REFUSALS:
        answers[v.REFUSAL] = ""
    return answers, faults


def answered_rows(answers: Answers, units: Directory, url: str) -> Rows:
    """Question, answer, and where to change it."""
    rows = []
    for one in v.way(answers):
        for name in one.fields:
            label = (
                _(one.title) if name in one.needed and name == one.fields[0] else _label(one, name)
            )
            value = _words(one, name, answers.get(one.key(name), ""), units)
            rows.append((label, value, f"{url}/{one.slug}"))
    return rows


def _label(one: Question, name: str) -> str:
    """As the action's own form has it."""
    texts = {text.name: text.label for text in one.kind.TEXTS} if one.kind else {}
    return _(texts.get(name) or INPUTS[name].label)


FLAGS = {"true": N_("Ya"), "false": N_("Tidak"), "": N_("Seperti pilihan pelapor")}


def _words(one: Question, name: str, value: str, units: Directory) -> str:
    match name:
        case "outcome":
            return _(OUTCOMES[Outcome(value)][0])
        case "classification":
            return upper(_(CLASSIFICATION_WORDS[Classification(value)]))
        case "category":
            return _(category_label(value))
        case "unit" | "reported_unit":
            unit = units.by_code.get(value)
            return unit.name if unit else value
        case "anonymous" | "secret":
            return _(FLAGS[value])
        case "refusal":
            known = value in set(ArchiveReason)
            return upper(_(ARCHIVE_REASON[ArchiveReason(value)])) if known else _(ELSEWHERE[0])
        case _:
            return value


def written(answers: Answers) -> list[tuple[str, str]]:
    """The free texts among the answers, to be taken elsewhere."""
    texts = [
        (_(one.title), answers.get(one.key(name), ""))
        for one in v.ALL
        for name in one.fields
        if name in ("text", "reason", "to")
    ]
    return [(title, text) for title, text in texts if text]
