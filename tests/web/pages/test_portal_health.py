"""How a portal is, in words and a tone, for all that is known of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from record.portals.health import Arrivals, Calls
from record.portals.state import Mode, PortalState
from web.pages.portal_health import Facts, calls_said, health
from web.pages.tags import Tone

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WELL = PortalState(
    code="sp4n",
    mode=Mode.API,
    paused_at=None,
    cursor="c",
    polled_at=NOW,
    succeeded_at=NOW - timedelta(seconds=30),
    failed_at=None,
    failure=None,
    newest_at=NOW,
)
LONG_AGO = NOW - timedelta(days=2)
FAILING = replace(WELL, succeeded_at=LONG_AGO, failed_at=NOW)
GOOD = Calls({"done": 60}, {"done": 15}, 4.5)


@pytest.mark.parametrize(
    ("facts", "words", "tone"),
    [
        (Facts(WELL, GOOD), "Sehat", Tone.DONE),
        (Facts(replace(WELL, paused_at=LONG_AGO, failure="away")), "Dijeda", Tone.OFF),
        (Facts(replace(FAILING, mode=Mode.RELAY, failure="away")), "Dibawa petugas", Tone.WORK),
        (Facts(replace(WELL, mode=Mode.FILE)), "Dibawa petugas", Tone.WORK),
        (Facts(replace(WELL, succeeded_at=None)), "Belum ditanya", Tone.WAIT),
        (Facts(replace(WELL, succeeded_at=LONG_AGO)), "Tidak ditanya", Tone.LATE),
        (Facts(replace(FAILING, failure="away")), "Tidak terjangkau", Tone.LATE),
        (Facts(replace(WELL, failure="away")), "Tersendat", Tone.WAIT),
        (Facts(replace(WELL, failure="throttled")), "Membatasi kita", Tone.WAIT),
        (Facts(replace(WELL, failure="unreadable")), "Jawabannya tidak terbaca", Tone.LATE),
        (Facts(replace(WELL, failure="refused: Kunci salah")), "Menolak kita", Tone.LATE),
        (Facts(WELL, Calls({}, {"done": 8, "away": 2}, 2)), "Tersendat", Tone.WAIT),
        (Facts(WELL, Calls({}, {"done": 9, "away": 1}, 2)), "Sehat", Tone.DONE),
        (Facts(WELL, Calls({}, {"done": 2, "away": 2}, 2)), "Sehat", Tone.DONE),
        (Facts(WELL, Calls({}, {"done": 8, "throttled": 3}, 2)), "Membatasi kita", Tone.WAIT),
        (Facts(WELL, Calls({}, {"done": 10}, 61)), "Lambat", Tone.WAIT),
    ],
)
def test_each_state_has_its_words(facts: Facts, words: str, tone: Tone) -> None:
    found = health(facts, NOW)
    assert (found.tag.words, found.tag.tone) == (words, tone)
    assert found.says.endswith(".")


def test_the_portals_own_words_are_told() -> None:
    assert (
        health(Facts(replace(WELL, failure="refused: Kunci: salah")), NOW).words == "Kunci: salah"
    )


def test_a_portal_that_is_down_says_since_when_and_that_nothing_is_lost() -> None:
    says = health(Facts(replace(FAILING, failure="away")), NOW).says
    assert "22 November 2026 pukul 10.00 WIB" in says
    assert "tetap disimpan" in says


def test_calls_are_counted_by_how_they_went() -> None:
    assert calls_said(Calls({"done": 42, "throttled": 2}, {}, 0)) == "42 berhasil, 2 dibatasi"
    assert calls_said(Calls({}, {}, 0)) == "tidak ada"


def test_a_paused_portal_is_not_missed() -> None:
    hours = {NOW - timedelta(days=day): 3 for day in range(10, 38)}
    silent = Facts(WELL, arrivals=Arrivals(hours, NOW - timedelta(days=10)))
    assert silent.silence(NOW) is not None
    assert replace(silent, state=replace(WELL, paused_at=LONG_AGO)).silence(NOW) is None
