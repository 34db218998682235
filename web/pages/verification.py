"""The questions of a verification: which come one after the other, and what the answers ask of the
domain. A draft keeps the answers by `question.field`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain import actions as a
from domain.terms import ArchiveReason, Classification
from web.pages.language import N_

Answers = Mapping[str, str]

OUTCOME, REFUSAL = "hasil.outcome", "tolak.refusal"
REFUSALS = (*ArchiveReason, a.HandBack.name())
"""What `refusal` may be."""
CHECK = "periksa"


class Outcome(StrEnum):
    ACCEPT = "terima"
    DUPLICATE = "duplikat"
    REJECT = "tolak"
    ASK = "tanya"


@dataclass(frozen=True, eq=False)
class Question:
    """`fields` are those of the action `kind` that it fills in, or its own; `needed` says of those
    that may not be empty what to say where they are."""

    slug: str
    title: str
    fields: Sequence[str]
    needed: Mapping[str, str]
    kind: type[a.ActionBase] | None = None
    hint: str = ""

    def key(self, field: str) -> str:
        return f"{self.slug}.{field}"

    def is_answered(self, answers: Answers) -> bool:
        """Shown and sent once, with all that it needs."""
        return self.slug in answers and not self.missing(answers)

    def missing(self, answers: Answers) -> dict[str, str]:
        return {
            field: why
            for field, why in self.needed.items()
            if not answers.get(self.key(field), "").strip()
        }


WRITE_REASON = N_("Tulis alasannya.")

FIRST = Question(
    "hasil",
    N_("Apa hasil pemeriksaan laporan ini?"),
    ("outcome",),
    {"outcome": N_("Pilih hasil pemeriksaan.")},
)
CLASSIFICATION = Question(
    "klasifikasi",
    N_("Apa klasifikasi laporan ini?"),
    ("classification",),
    {"classification": N_("Pilih klasifikasi.")},
    a.Dispose,
)
REPORTED = Question(
    "terlapor",
    N_("Unit mana yang dilaporkan?"),
    ("reported_unit",),
    {"reported_unit": N_("Pilih unit yang dilaporkan.")},
    a.Dispose,
)
CATEGORY = Question(
    "kategori",
    N_("Apa kategori laporan ini?"),
    ("category",),
    {"category": N_("Pilih kategori.")},
    a.Dispose,
)
UNIT = Question(
    "unit",
    N_("Unit mana yang menangani?"),
    ("unit", "text"),
    {"unit": N_("Pilih unit yang menangani.")},
    a.Dispose,
)
VISIBILITY = Question(
    "keterbukaan",
    N_("Siapa yang boleh melihat?"),
    ("anonymous", "secret"),
    {},
    a.Dispose,
    N_("Kalau ragu, sembunyikan: membuka nanti lebih mudah daripada menarik kembali."),
)
LEAD = Question(
    "induk",
    N_("Laporan ini duplikat dari aduan mana?"),
    ("lead",),
    {"lead": N_("Pilih aduan induk, atau tulis nomornya.")},
    a.LinkDuplicate,
)
WHY_SAME = Question(
    "alasan",
    N_("Mengapa keduanya sama?"),
    ("reason",),
    {"reason": WRITE_REASON},
    a.LinkDuplicate,
)
REFUSE = Question(
    "tolak",
    N_("Mengapa laporan ini ditolak?"),
    ("refusal",),
    {"refusal": N_("Pilih alasan penolakan.")},
)
ELSEWHERE = Question(
    "wewenang",
    N_("Siapa yang berwenang?"),
    ("to", "reason", "text"),
    {
        "to": N_("Tulis instansi yang berwenang."),
        "reason": WRITE_REASON,
        "text": N_("Tulis ke mana pelapor dapat melanjutkan."),
    },
    a.HandBack,
)
EXPLAIN = Question(
    "penjelasan",
    N_("Apa penjelasan untuk pelapor?"),
    ("text",),
    {"text": N_("Tulis penjelasan untuk pelapor.")},
    a.Archive,
)
ASK = Question(
    "pertanyaan",
    N_("Apa yang perlu ditanyakan kepada pelapor?"),
    ("text",),
    {"text": N_("Tulis pertanyaan untuk pelapor.")},
    a.AskReporter,
)
ALL = (
    FIRST,
    CLASSIFICATION,
    REPORTED,
    CATEGORY,
    UNIT,
    VISIBILITY,
    LEAD,
    WHY_SAME,
    REFUSE,
    ELSEWHERE,
    EXPLAIN,
    ASK,
)
BY_SLUG = {one.slug: one for one in ALL}


def way(answers: Answers) -> list[Question]:
    """The questions that these answers lead through, in their order."""
    return [FIRST, *_after_first(answers)]


def _after_first(answers: Answers) -> Iterator[Question]:
    match answers.get(OUTCOME):
        case Outcome.ACCEPT:
            yield CLASSIFICATION
            if answers.get(CLASSIFICATION.key("classification")) == Classification.BERKADAR:
                yield REPORTED
            yield from (CATEGORY, UNIT, VISIBILITY)
        case Outcome.DUPLICATE:
            yield from (LEAD, WHY_SAME)
        case Outcome.REJECT:
            yield REFUSE
            if reason := answers.get(REFUSAL):
                yield ELSEWHERE if reason == a.HandBack.name() else EXPLAIN
        case Outcome.ASK:
            yield ASK


def kind_of(answers: Answers) -> type[a.ActionBase] | None:
    """What is going to be asked of the case."""
    match answers.get(OUTCOME):
        case Outcome.ACCEPT:
            return a.Dispose
        case Outcome.DUPLICATE:
            return a.LinkDuplicate
        case Outcome.REJECT:
            return a.HandBack if answers.get(REFUSAL) == a.HandBack.name() else a.Archive
        case Outcome.ASK:
            return a.AskReporter
        case _:
            return None


def next_after(answers: Answers) -> str:
    """The first question that is open yet, or the page to check them all."""
    return next((one.slug for one in way(answers) if not one.is_answered(answers)), CHECK)


def sent(answers: Answers) -> dict[str, str]:
    """What is asked of the case, as a form would send it."""
    kind = kind_of(answers)
    assert kind is not None, "the questions are answered"
    fields = {"action": kind.name()}
    if kind is a.Archive:
        fields["reason"] = answers[REFUSAL]
    for question in way(answers):
        if question.kind:
            fields |= {name: answers.get(question.key(name), "") for name in question.fields}
    return fields
