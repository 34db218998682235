"""Which complaints might tell of the same thing, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from suggest.likeness import Told, distance, likenesses, marked

ONE = Told(
    "Jalan berlubang di depan Pasar Bobotsari. Lubangnya dalam, sudah ada yang jatuh.",
    datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
    kecamatan="kec.bobotsari",
    village_code="33.03.09.2001",
    lat=-7.3000,
    lng=109.3600,
)
SAME = replace(
    ONE,
    text="Mohon perbaikan jalan depan pasar Bobotsari, berlubang dalam dan membuat orang jatuh",
    received_at=ONE.received_at + timedelta(days=2),
    lat=-7.3003,
)
OTHER_SUBJECT = replace(ONE, text="Guru di SD Negeri 2 tidak pernah masuk, murid pulang cepat.")
OTHER_ROAD = Told(
    "Jalan rusak menuju balai desa, mohon diaspal",
    ONE.received_at,
    kecamatan="kec.rembang",
    village_code="33.03.14.2001",
)


def test_the_same_thing_told_twice_is_likely_and_says_why() -> None:
    same, subject, road = likenesses(ONE, [SAME, OTHER_SUBJECT, OTHER_ROAD], [False] * 3)
    assert same is not None
    assert subject is None
    assert road is None
    assert same.days == 2
    assert same.same_village
    assert same.distance_m == pytest.approx(33, abs=1)
    assert {"berlubang", "pasar", "bobotsari"} & set(same.common)
    assert len(same.common) == 4
    assert "jalan" not in same.common  # what everybody writes says least


def test_each_thing_in_common_makes_it_likelier() -> None:
    far = replace(SAME, lat=-7.32, village_code="33.03.09.2002")
    late = replace(SAME, received_at=ONE.received_at + timedelta(days=40))
    best, further, later, known = likenesses(
        ONE, [SAME, far, late, SAME], [False, False, False, True]
    )
    assert best
    assert further
    assert later
    assert known
    assert best.score > further.score
    assert best.score > later.score
    assert known.score > best.score


def test_the_same_words_far_away_and_place_and_time_without_words() -> None:
    copied = replace(ONE, kecamatan="kec.rembang", village_code=None, lat=None, lng=None)
    (again,) = likenesses(ONE, [copied], [False])
    assert again is not None
    assert again.text == pytest.approx(1)
    assert again.distance_m is None
    (nothing,) = likenesses(ONE, [replace(ONE, text="Lampu mati")], [True])
    assert nothing is None
    assert likenesses(replace(ONE, text=""), [replace(ONE, text="")], [True]) == [None]


def test_words_in_common_are_marked_however_they_are_built() -> None:
    pieces = marked("Jalan DIPERBAIKI asal-asalan di RT 04.", "perbaiki jalan RT 04")
    assert "".join(piece for piece, _ in pieces) == "Jalan DIPERBAIKI asal-asalan di RT 04."
    assert [piece for piece, is_common in pieces if is_common] == ["Jalan", "04"]
    assert marked("", "jalan") == []
    assert marked("<b>jalan</b>", "x") == [("<b>jalan</b>", False)]


def test_distance() -> None:
    assert distance(ONE, replace(ONE, lat=None)) is None
    # A minute of arc of a meridian is a nautical mile, nearly.
    assert distance(ONE, replace(ONE, lat=-7.3 - 1 / 60)) == pytest.approx(1853, abs=2)
