"""What became of suggestions, and how good models are, in figures for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from record.models import ModelRow
from record.suggestions import COLD, Kind, Taken
from web.pages.language import N_, _, language

NAMES = {Kind.CATEGORY: N_("Kategori"), Kind.UNIT: N_("Unit tujuan")}
Cells = tuple[str, ...]
NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Bar:
    """As `bars` of the charts draws it."""

    label: str
    value: int
    shown: str


@dataclass(frozen=True)
class Accepted:
    """Of one kind of suggestion: the whole time in bars, months and models in rows."""

    name: str
    decided: int
    bars: Sequence[Bar]
    rows: Sequence[Cells]


def acceptance(taken: Sequence[Taken]) -> list[Accepted]:
    """A part for each kind of which anything was ever suggested."""
    found = []
    for kind, name in NAMES.items():
        of_kind = [one for one in taken if one.kind == kind]
        if not of_kind:
            continue
        decided = sum(one.decided for one in of_kind)
        found.append(
            Accepted(
                name=_(name),
                decided=decided,
                bars=[
                    Bar(label, times, _share(times, decided))
                    for label, times in (
                        (_("Saran pertama diambil"), sum(one.first for one in of_kind)),
                        (_("Saran lain diambil"), sum(one.later for one in of_kind)),
                        (_("Dipilih yang lain"), sum(one.changed for one in of_kind)),
                        (_("Sistem diam"), sum(one.silent for one in of_kind)),
                    )
                ],
                rows=[_row(one) for one in of_kind],
            )
        )
    return found


def _row(one: Taken) -> Cells:
    version = _("yang biasa") if one.model == COLD else str(one.model)
    counts = (one.first, one.later, one.changed, one.silent)
    return (
        _month(one.month),
        version,
        str(one.shown),
        str(one.decided),
        *(_share(times, one.decided) for times in counts),
    )


def learnt_rows(models: Sequence[ModelRow]) -> list[Cells]:
    """Version, when, and by question what it was right about among decisions left out."""
    return [
        (
            str(one.version),
            _(NAMES[Kind(question)]),
            str(figures["rows"]),
            *(_percent(figures[name]) for name in ("first", "three", "spoken", "right")),
        )
        for one in models
        for question, figures in one.figures.items()
    ]


def _month(year_and_month: str) -> str:
    return format_date(date.fromisoformat(f"{year_and_month}-01"), "MMMM y", locale=language())


def _share(times: int, of: int) -> str:
    """`3 (67 %)`, in one piece."""
    return f"{times}{NBSP}({round(times / of * 100)}{NBSP}%)" if of else str(times)


def _percent(share: float) -> str:
    """`82,4 %`."""
    return f"{format_decimal(round(share * 100, 1), locale=language())}{NBSP}%"
