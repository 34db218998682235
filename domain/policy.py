"""The rules that a decree can change, as versioned data.

Defaults and their sources: docs/domain.md. A case records the version that set each deadline.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from domain.base import Value
from domain.calendar import Calendar
from domain.terms import Classification, ClockName
from domain.units import UnitPath


class Measure(StrEnum):
    HOURS = "hours"
    """Clock hours: nights and days off count."""
    WORKING_DAYS = "working_days"


class Limit(Value):
    n: int = Field(ge=1)
    measure: Measure = Measure.WORKING_DAYS


class Rung(Value):
    """A step of the ladder: `after` working days past the breach the case reaches `level`."""

    after: int = Field(ge=0)
    level: int = Field(ge=1)


class Ladder(Value):
    """The steps of a breached clock; the last comes again every `repeat` working days, or never."""

    rungs: tuple[Rung, ...]
    repeat: int | None = None

    def rung(self, k: int) -> Rung | None:
        """The k-th step, counted from 0 (the breach)."""
        if k < len(self.rungs):
            return self.rungs[k]
        if self.repeat is None:
            return None
        last = self.rungs[-1]
        return Rung(after=last.after + self.repeat * (k - len(self.rungs) + 1), level=last.level)


LIMITS: Mapping[ClockName, Limit] = {
    ClockName.FIRST_RESPONSE: Limit(n=24, measure=Measure.HOURS),
    ClockName.VERIFICATION: Limit(n=3),
    ClockName.FOLLOW_UP: Limit(n=5),
    ClockName.REVIEW: Limit(n=2),
    ClockName.REPORTER_INFO: Limit(n=10),
    ClockName.REPORTER_SAY: Limit(n=10),
    ClockName.REOPEN_WINDOW: Limit(n=30 * 24, measure=Measure.HOURS),
}

ANSWER_LIMITS: Mapping[Classification, int] = {
    Classification.PERMINTAAN_INFORMASI: 5,
    Classification.TIDAK_BERKADAR: 14,
    Classification.BERKADAR: 60,
    Classification.ASPIRASI: 14,
}

CATEGORIES = (
    "infrastruktur",
    "kesehatan",
    "energi",
    "pendidikan",
    "kepegawaian",
    "pertanian",
    "pembangunan_daerah",
    "permades_dan_kependudukan",
    "keuangan_dan_aset",
    "bencana",
    "ekonomi_dan_industri",
    "sosial_masyarakat",
    "lingkungan",
    "pariwisata_dan_budaya",
    "lain_lain",
)
"""LaporGub's categories, without the four that name an authority instead of a subject."""


class Approver(StrEnum):
    UNIT_HEAD = "unit_head"
    COORDINATOR = "coordinator"


class Policy(Value):
    version: int
    limits: dict[ClockName, Limit] = dict(LIMITS)
    answer_days: dict[Classification, int] = dict(ANSWER_LIMITS)
    reopened_answer_days: int = 5
    delegation_margin_days: int = 2
    """A delegation ends so many working days before the answer clock, and lasts at least one."""
    ladder: Ladder = Ladder(
        rungs=(Rung(after=0, level=1), Rung(after=2, level=2), Rung(after=5, level=3)), repeat=5
    )
    delegation_ladder: Ladder = Ladder(rungs=(Rung(after=0, level=1), Rung(after=2, level=2)))
    coordinator_unit: UnitPath = "kab/dinkominfo"
    level_2: str = "supervisor:kab/setda"
    level_3: str = "supervisor:kab"
    inspectorate: UnitPath = "kab/inspektorat"
    """Where a `berkadar` case begins, unless it is the unit reported."""
    reviewed_classifications: tuple[Classification, ...] = ()
    """Whose answers pass under four eyes, besides `berkadar`, which always do."""
    reviewed_units: tuple[UnitPath, ...] = ()
    """Units whose every answer passes under four eyes."""
    approver: Approver = Approver.UNIT_HEAD
    identity_for_units: tuple[Classification, ...] = (
        Classification.PERMINTAAN_INFORMASI,
        Classification.TIDAK_BERKADAR,
    )
    """Where a unit may open the identity of a reporter who is not anonymous."""
    returns_until_supervisor: int = 3
    categories: tuple[str, ...] = CATEGORIES

    def ladder_of(self, clock: ClockName) -> Ladder:
        return self.delegation_ladder if clock is ClockName.DELEGATION else self.ladder


class Rules(Value):
    """What a decision is taken under: a version of the policy and one of the calendar."""

    policy: Policy
    calendar: Calendar
