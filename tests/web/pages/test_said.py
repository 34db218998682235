"""A refusal composed of the domain's words, in another language."""

from collections.abc import Iterator

import pytest

from domain.actions import Note
from domain.permissions import permit
from domain.sentences import Said
from tests.domain import cast
from tests.domain.life import at, received
from web.pages import language
from web.pages.language import _

ENGLISH = {
    "": "Project-Id-Version: made up",
    "Hanya %(who)s yang dapat %(does)s.": "Only %(who)s may %(does)s.",
    "koordinator": "the coordinator",
    "admin unit atau subunit yang menangani": "the unit's admin",
    "kepala unit yang menangani": "the unit's head",
    "pengawas": "a supervisor",
    "atau": "or",
    "menulis catatan internal": "write a note",
}


class Catalogue:
    def gettext(self, message: str) -> str:
        return ENGLISH.get(message, message)


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(language._catalogues, "en", Catalogue())
    token = language._spoken.set("en")
    yield
    language._spoken.reset(token)


def test_its_sentence_and_its_words_are_translated_and_joined(english: None) -> None:
    life = received(at("2026-06-02"))
    refused = permit(life.case, Note, cast.AUDITOR, life.now, life.rules)
    assert refused is not None
    assert refused.why.startswith("Hanya koordinator, admin unit atau subunit")
    expected = "Only the coordinator, the unit's admin, the unit's head, or a supervisor may write"
    assert _(refused.why) == f"{expected} a note."


def test_what_somebody_typed_stays_and_nothing_stays_nothing(english: None) -> None:
    assert _(Said("Aduan “%(ticket)s” tidak ditemukan.", ticket="")) == (
        "Aduan “” tidak ditemukan."
    )
    assert _(Said("%(n)s hari", n=3)) == "3 hari"
    assert _("") == ""
