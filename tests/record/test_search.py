"""Searching."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.actors import Actor
from domain.terms import Stage
from record import search
from record.cases import CaseRow, Filters
from record.search import list_cases
from tests.record.office import (
    AUDITOR,
    COORDINATOR,
    DISPOSE,
    DPUPR,
    MORNING,
    Office,
    a_filing,
    statements,
)

TEXTS = [
    ("Jalan rusak", "Jalan di depan pasar Bobotsari berlubang, mohon diperbaiki."),
    ("Lampu mati", "Penerangan jalan umum padam sejak Senin."),
    ("Bantuan sosial", "Tetangga saya lansia belum menerima bantuan."),
    ("Sampah menumpuk", "Perbaikan tempat sampah pasar lama sekali."),
]


@pytest.fixture
async def filed(office: Office) -> Office:
    for title, body in TEXTS:
        await office.file(a_filing(title=title, body=body))
    return office


async def found(office: Office, q: str, actor: Actor = AUDITOR, **filters: Any) -> list[int]:
    page = await list_cases(office.engine, actor, Filters(**filters), MORNING, q=q)
    return [int(row.ticket[-6:]) for row in page.rows]


@pytest.mark.parametrize(
    ("q", "numbers"),
    [
        ("jalan", [2, 1]),
        ("JALAN rusak", [1]),
        ("jalan sampah", []),
        ("perbaikan", [4, 1]),
        ("diperbaiki", [4, 1]),
        ('"pasar lama"', [4]),
        ('"lama pasar"', []),
        ("pasar -sampah", [1]),
        ("lansia or padam", [3, 2]),
        ("MB-2026-000003", [3]),
        ("mb 2026 3", [3]),
        ("2026-3", [3]),
        ("MB-2025-000003", []),
        ("", [4, 3, 2, 1]),
        ("   ", [4, 3, 2, 1]),
        ("!!!", []),
        ("membahayakan", []),
    ],
)
async def test_what_is_found(filed: Office, q: str, numbers: list[int]) -> None:
    assert await found(filed, q) == numbers


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [("jaln", [2, 1]), ("bobotsri", [1]), ("samph psar", [4]), ("lampuu", [2]), ("lansai", [3])],
)
async def test_misspelt_words_find_what_was_meant(
    filed: Office, typed: str, numbers: list[int]
) -> None:
    assert await found(filed, typed) == numbers


async def test_the_word_meant_is_said_only_where_it_finds_something(filed: Office) -> None:
    page = await list_cases(filed.engine, AUDITOR, Filters(), MORNING, q="bobotsri")
    assert page.corrected == "bobotsari"
    page = await list_cases(filed.engine, AUDITOR, Filters(), MORNING, q="bobotsari")
    assert page.corrected is None
    page = await list_cases(filed.engine, DPUPR, Filters(), MORNING, q="bobotsri")
    assert (page.rows, page.corrected) == ([], None), "a word of others' cases tells nothing"


async def test_a_known_word_that_filters_exclude_is_not_replaced(filed: Office) -> None:
    assert await found(filed, "lansia", stage=Stage.CLOSED) == []
    assert await found(filed, "lansai", stage=Stage.CLOSED) == []


async def test_search_and_filters_and_visibility_together(filed: Office) -> None:
    for title in ("Jalan satu", "Jalan dua"):
        _, case = await filed.file(a_filing(title=title, body="Jalan desa"))
        await filed.act(case, DISPOSE, COORDINATOR)
    assert await found(filed, "jalan", DPUPR) == [6, 5]
    assert await found(filed, "jalan", stage=Stage.RECEIVED) == [2, 1]
    assert await found(filed, "jalan dua", DPUPR, stage=Stage.DISPOSED) == [6]
    assert await found(filed, "MB-2026-000001", DPUPR) == []


async def test_pages_of_a_search(filed: Office) -> None:
    for typed in ("jalan", "jaln"):
        first = await list_cases(filed.engine, AUDITOR, Filters(), MORNING, q=typed, limit=1)
        assert first.after is not None
        second = await list_cases(
            filed.engine, AUDITOR, Filters(), MORNING, q=typed, limit=1, after=first.after
        )
        assert [row.ticket[-1] for row in (*first.rows, *second.rows)] == ["2", "1"]
        assert second.after is None


@pytest.mark.parametrize(
    "q",
    ["jalan", "lampu", "jalan lampu", '"lampu jalan"', "jalan -lampu", "lampu or gelap", "jaln"],
)
async def test_every_match_is_found_however_far_back(
    office: Office, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    """With windows of a few cases each way through the search is taken; none loses anything."""
    rng = random.Random(7)
    for _ in range(60):
        words = rng.choices(["jalan", "lampu", "gelap", "pasar", "sampah"], [4, 2, 2, 9, 9], k=5)
        _, case = await office.file(a_filing(title="x", body=" ".join(words)))
        if rng.random() < 0.7:
            await office.act(case, DISPOSE, COORDINATOR)
    for actor, filters in ((AUDITOR, Filters()), (DPUPR, Filters(category="infrastruktur"))):
        monkeypatch.undo()
        whole = await list_cases(office.engine, actor, filters, MORNING, q=q, limit=100)
        for windows in ((4, 3, 6), (9, 60, 1), (1, 0, 2)):
            for name, width in zip(("NEWEST", "INDEXED", "OLDER"), windows, strict=True):
                monkeypatch.setattr(search, name, width)
            rows: list[CaseRow] = []
            after, pages = None, 0
            while pages == 0 or after is not None:
                page = await list_cases(
                    office.engine, actor, filters, MORNING, q=q, limit=4, after=after
                )
                rows += page.rows
                after, pages = page.after, pages + 1
            assert rows == whole.rows, windows
        assert whole.rows


@pytest.mark.parametrize(("q", "number"), [("jalan", 2), ("MB-2026-000001", 1), ("jaln", 5)])
async def test_the_number_of_statements_is_fixed(filed: Office, q: str, number: int) -> None:
    with statements() as sent:
        await found(filed, q)
    assert sum(sent.values()) == number


@given(q=st.text(max_size=300) | st.from_regex(r"""[\w'"()&|!:*<>\\\x00 -]{0,40}"""))
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_no_input_is_an_error(filed: Office, q: str) -> None:
    await list_cases(filed.engine, AUDITOR, Filters(), MORNING, q=q)
