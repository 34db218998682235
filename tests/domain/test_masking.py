"""What is hidden of a text before anybody reads it, and what stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import LEAST_DIGITS, masked

HIDDEN = "[…]"


@pytest.mark.parametrize(
    "secret",
    [
        "081234567890",
        "0812 3456 7890",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "+62(812)34567890",
        "(0281) 891234",
        "3303051203850001",
        "3303 0512 0385 0001",
        "33.03.05.120385.0001",
        "budi.santoso+lapor@example.co.id",
        "budi @ example.com",
    ],
)
def test_what_leads_to_a_person_is_hidden(secret: str) -> None:
    assert masked(f"Hubungi {secret}, terima kasih.", HIDDEN) == f"Hubungi {HIDDEN}, terima kasih."


@pytest.mark.parametrize(
    "text",
    [
        "Sejak 20-11-2026 di RT 02 RW 03, gang 12.",
        "Tanggal 20/11/2026 dan 2026-11-20 pukul 16.05.",
        "Anggaran Rp 1.500.000.000 tahun 2024-2025.",
        "Rp10000000 untuk 1234567 orang @ 5 kg",
        "Jalan nomor 110, SD 1 Bancar, KM 12,5",
    ],
)
def test_days_years_money_and_short_numbers_stay(text: str) -> None:
    assert masked(text, HIDDEN) == text


SEPARATORS = st.sampled_from(["", " ", "-", ".", " - ", "/", "\n"])


@given(
    st.lists(st.integers(0, 9).map(str), min_size=9, max_size=20),
    st.lists(SEPARATORS, min_size=20, max_size=20),
    st.text(st.characters(exclude_categories=["N"], exclude_characters="@")),
)
def test_no_long_run_of_digits_survives_however_it_is_spaced(
    digits: list[str], between: list[str], around: str
) -> None:
    number = "".join(map("".join, zip(digits, between, strict=False))).rstrip(" -./\n")
    shown = masked(f"{around} {number} {around}", HIDDEN)
    assert not re.search(rf"(\d\s*){{{LEAST_DIGITS},}}", shown) or "rp" in around.lower()
    assert masked(shown, HIDDEN) == shown


@given(st.text())
def test_any_text_can_be_masked_and_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text, HIDDEN)
    assert masked(once, HIDDEN) == once
