"""What is usual: the cold start, before there is enough to learn from.

`ASSUMED` is where a category goes before anybody decided anything: a guess from the names of the
regency's offices, confirmed by no source, and outvoted by the first decisions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 3
"""Decisions that make something usual."""
MAJORITY = 0.5
"""The share below which nothing is usual."""
MOST = 3

ASSUMED = {
    "infrastruktur": "kab/dpupr",
    "kesehatan": "kab/dinkesppkb",
    "energi": "kab/dinhub",
    "pendidikan": "kab/dindikbud",
    "kepegawaian": "kab/bkpsdm",
    "pertanian": "kab/dinpertan",
    "pembangunan_daerah": "kab/bapperida",
    "permades_dan_kependudukan": "kab/dinsospmdpppa",
    "keuangan_dan_aset": "kab/bakeuda",
    "bencana": "kab/bpbd",
    "ekonomi_dan_industri": "kab/dindagkopukm",
    "sosial_masyarakat": "kab/dinsospmdpppa",
    "lingkungan": "kab/dlhperkim",
    "pariwisata_dan_budaya": "kab/dinporapar",
}
"""Category → path of a unit; assumed."""


class Where(StrEnum):
    """How near the decisions are that make it usual."""

    VILLAGE = "village"
    KECAMATAN = "kecamatan"
    REGENCY = "regency"
    NOWHERE = "nowhere"
    """Nobody decided anything like it yet: the unit is assumed."""


@dataclass(frozen=True)
class Tally:
    """How often complaints of one category went to `unit`: from anywhere, and from near."""

    unit: str
    regency: int
    kecamatan: int
    village: int


@dataclass(frozen=True)
class Usual:
    unit: str
    where: Where
    times: int
    of: int

    @property
    def share(self) -> float:
        return self.times / self.of if self.of else 0.0


COUNTS: tuple[tuple[Where, Callable[[Tally], int]], ...] = (
    (Where.VILLAGE, lambda tally: tally.village),
    (Where.KECAMATAN, lambda tally: tally.kecamatan),
    (Where.REGENCY, lambda tally: tally.regency),
)


def usual_units(category: str, tallies: Sequence[Tally]) -> list[Usual]:
    """The units such complaints usually go to, by the decisions that are nearest; at most three.

    Empty where decisions differ so much that none is usual.
    """
    for where, counted in COUNTS:
        of = sum(map(counted, tallies))
        if of < ENOUGH:
            continue
        found = [Usual(one.unit, where, counted(one), of) for one in tallies if counted(one)]
        found.sort(key=lambda one: (-one.times, one.unit))
        return found[:MOST] if found[0].share >= MAJORITY else []
    assumed = ASSUMED.get(category)
    return [Usual(assumed, Where.NOWHERE, 0, 0)] if assumed else []
