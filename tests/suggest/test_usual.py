"""What is usual, before there is anything to learn from."""

import pytest
from pydantic import TypeAdapter

from domain.policy import CATEGORIES
from domain.units import UnitPath
from suggest.usual import ASSUMED, Tally, Where, usual_units


def said(category: str, *tallies: Tally) -> list[tuple[str, str, int, int]]:
    return [(one.unit, one.where, one.times, one.of) for one in usual_units(category, tallies)]


def test_the_nearest_decisions_that_are_enough_speak() -> None:
    dpupr, bobotsari = Tally("kab/dpupr", 40, 4, 0), Tally("kab/kec.bobotsari", 5, 4, 3)
    assert said("infrastruktur", dpupr, bobotsari) == [("kab/kec.bobotsari", Where.VILLAGE, 3, 3)]
    bobotsari = Tally("kab/kec.bobotsari", 5, 4, 2)
    assert said("infrastruktur", dpupr, bobotsari) == [
        ("kab/dpupr", Where.KECAMATAN, 4, 8),
        ("kab/kec.bobotsari", Where.KECAMATAN, 4, 8),
    ]
    assert said("infrastruktur", Tally("kab/dpupr", 2, 1, 0), Tally("kab/dinhub", 1, 0, 0)) == [
        ("kab/dpupr", Where.REGENCY, 2, 3),
        ("kab/dinhub", Where.REGENCY, 1, 3),
    ]


def test_where_decisions_differ_nothing_is_usual() -> None:
    assert said("sosial_masyarakat", *(Tally(f"kab/{n}", 1, 0, 0) for n in "abcd")) == []


def test_before_any_decision_it_is_assumed() -> None:
    assert said("infrastruktur") == [("kab/dpupr", Where.NOWHERE, 0, 0)]
    assert said("infrastruktur", Tally("kab/dinhub", 2, 2, 2)) == [
        ("kab/dpupr", Where.NOWHERE, 0, 0)
    ]
    assert said("lain_lain") == []


@pytest.mark.parametrize("category", ASSUMED)
def test_what_is_assumed_is_a_category_and_a_path(category: str) -> None:
    assert category in CATEGORIES
    TypeAdapter(UnitPath).validate_python(ASSUMED[category])
