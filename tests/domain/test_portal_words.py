"""What a portal's reader gets to read of all that a reporter is told, and who speaks."""

import pytest

from domain import actions as a
from domain import events as e
from domain.notices import RELAYED_TO_DUPLICATES, TELLS_REPORTER
from domain.portal_words import NEEDS_TEXT, speaker, to_portal
from portals.protocol import Told
from tests.domain.cast import COORDINATOR, DPUPR_ADMIN, RULES
from tests.domain.life import TYPED, Life, at, disposed, in_progress

COORDINATES = RULES.policy.coordinator_unit


def says(life: Life, **typed: str) -> str:
    return to_portal(life.recorded[-1].event(), typed, "MB-2026-000123", "DPUPR")


def speaks(life: Life) -> str:
    return speaker(life.recorded[-1].event(), life.case, COORDINATES)


def test_portals_have_a_word_for_all_that_reporters_are_told() -> None:
    told = {kind.model_fields["type"].default for kind in (e.Received, *TELLS_REPORTER)}
    assert told == set(Told)
    assert set(RELAYED_TO_DUPLICATES) <= set(TELLS_REPORTER)


def test_a_report_is_received_by_its_number_and_passed_on_by_name() -> None:
    life = disposed(at("2026-03-17"))
    received = to_portal(life.recorded[0].event(), {"body": "rahasia"}, "MB-2026-000123", "")
    assert "MB-2026-000123" in received
    assert "rahasia" not in received
    assert "diteruskan kepada DPUPR" in says(life)
    assert speaks(life) == COORDINATES


def test_the_unit_says_itself_what_it_did() -> None:
    life = in_progress(at("2026-03-17"))
    life.do(DPUPR_ADMIN, a.ReportProgress(entry=TYPED))
    assert says(life, text="Bahan {dipesan}.") == "Kemajuan penanganan: Bahan {dipesan}."
    assert speaks(life) == "kab/dpupr"
    life.do(DPUPR_ADMIN, a.Answer(entry=TYPED))
    assert says(life, text=" Sudah. ") == "Sudah."
    assert speaks(life) == "kab/dpupr"


def test_who_asks_speaks() -> None:
    life = in_progress(at("2026-03-17"))
    life.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED))
    assert says(life, text="Di RT berapa?") == "Kami memerlukan keterangan Anda: Di RT berapa?"
    assert speaks(life) == "kab/dpupr"


def test_more_time_is_told_with_its_end() -> None:
    life = in_progress(at("2026-03-17"))
    life.do(DPUPR_ADMIN, a.RequestExtension(days=3, entry=TYPED))
    life.do(COORDINATOR, a.GrantExtension())
    said = says(life)
    assert "3 hari kerja lebih lama, paling lambat sampai " in said
    assert said.endswith(" April 2026.")


def test_a_hand_back_says_where_to_and_keeps_its_reason() -> None:
    life = Life(now=at("2026-03-17"))
    life.do(COORDINATOR, a.HandBack(entry=TYPED))
    said = says(life, to="PLN", reason="internal", text="Hubungi 123.")
    assert said.split("\n\n")[1:] == ["Instansi yang berwenang: PLN.", "Hubungi 123."]
    assert "internal" not in said
    assert says(life).count("\n") == 0, "also once its texts were erased"


def test_what_is_internal_is_nobodys_to_read() -> None:
    life = Life(now=at("2026-03-17"))
    life.do(COORDINATOR, a.Note(entry=TYPED))
    with pytest.raises(ValueError, match="Noted"):
        says(life, text="rahasia")


def test_what_says_nothing_without_its_text_is_known() -> None:
    assert set(NEEDS_TEXT) <= set(TELLS_REPORTER)
