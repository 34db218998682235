"""Sentences that keep what they were made of."""

import json
import pickle

from domain import actions as a
from domain.sentences import Said
from tests.domain.cast import COORDINATOR, DPUPR_ADMIN
from tests.domain.life import TYPED, at, disposed, received

START = at("2026-06-02")


def test_a_sentence_reads_as_a_string_and_knows_its_parts() -> None:
    said = Said("Hanya %(who)s, %(n)s kali.", who=("satu", "dua", "tiga"), n=2)
    assert said == "Hanya satu, dua, atau tiga, 2 kali."
    assert said.source == "Hanya %(who)s, %(n)s kali."
    assert json.loads(json.dumps(said)) == said
    assert type(str(said)) is str
    again = Said(said.source, **json.loads(json.dumps(said.values)))
    assert (again, again.values) == (said, said.values)


def test_a_sentence_without_values_is_taken_as_it_stands() -> None:
    plain = Said("100 % benar.")
    assert plain == "100 % benar."
    assert pickle.loads(pickle.dumps(plain)) == plain  # noqa: S301 - our own


def test_a_refusal_tells_its_parts_in_the_domains_own_words() -> None:
    wrong_role = disposed(START).refusal(DPUPR_ADMIN, a.Archive(reason="repeated", entry=TYPED)).why
    assert isinstance(wrong_role, Said)
    assert wrong_role.values == {"who": ("koordinator",), "does": "mengarsipkan aduan"}
    too_early = received(START).refusal(COORDINATOR, a.UnlinkDuplicate(entry=TYPED)).why
    assert isinstance(too_early, Said)
    assert too_early.values["stage"] == "diterima"
    assert too_early.values["when"] == ("ditangani bersama laporan lain",)
