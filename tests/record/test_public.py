"""What anybody may read: which complaints, searched and counted, and nothing besides."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from domain.actions import Answer, LinkDuplicate
from domain.projection import project
from domain.terms import Classification, Stage
from domain.visibility import public_sees
from record.append import columns_of
from record.entries import store_entry
from record.ids import uuid7
from record.public import (
    PublicFilters,
    figures,
    public,
    public_case,
    public_lead,
    public_list,
    shares,
)
from record.tables import cases, complaints
from tests.record.office import COORDINATOR, DISPOSE, DPUPR, MORNING, Office, a_filing, statements


def dispose(**changes: Any) -> Any:
    return DISPOSE.model_copy(update=changes)


async def listed(office: Office, q: str = "", **filters: Any) -> list[str]:
    page = await public_list(office.engine, MORNING, PublicFilters(**filters), q=q)
    return [row.ticket for row in page.rows]


async def published(office: Office, **changes: Any) -> str:
    filed, case = await office.file(a_filing(**changes))
    await office.act(case, DISPOSE, COORDINATOR)
    return filed.ticket


async def test_the_public_reads_what_was_verified_and_is_not_secret(office: Office) -> None:
    one, case = await office.file(anonymous=True)
    hidden, secret = await office.file(a_filing())
    unverified, _ = await office.file(a_filing())
    assert await listed(office) == []
    await office.act(case, DISPOSE, COORDINATOR)
    await office.act(secret, dispose(secret=True), COORDINATOR)
    assert await listed(office) == [one.ticket]
    found = await public_case(office.engine, one.ticket.lower())
    assert found is not None
    assert (found.title, found.unit, found.stage) == ("Jalan berlubang", "kab/dpupr", "disposed")
    assert "Sutrisno" not in str(found)
    for ticket in (hidden.ticket, unverified.ticket, "MB-2026-999999", "\x00", ""):
        assert await public_case(office.engine, ticket) is None
    assert await public_lead(office.engine, secret.id) is None


async def test_sql_says_what_the_domain_says(office: Office) -> None:
    _, plain = office.received(a_filing())
    made = [
        plain.model_copy(
            update={
                "id": uuid7(),
                "own_stage": stage,
                "secret": secret,
                "classification": classification,
            }
        )
        for stage in Stage
        for secret in (False, True)
        for classification in (None, Classification.TIDAK_BERKADAR)
    ]
    facts = {"channel": "matur", "received_at": MORNING}
    async with office.engine.connect() as connection:
        for case in made:
            await connection.execute(
                insert(complaints),
                facts | {"id": case.id, "ticket": str(case.id), "receipt_hash": b"", "title": "x"},
            )
            row = {"complaint_id": case.id, "seq": 1, "head": b"", **facts}
            projection = project(case, office.rules)
            row |= projection.model_dump(include=set(columns_of(projection)))
            await connection.execute(insert(cases), row)
        found = await connection.execute(select(cases.c.complaint_id).where(public()))
        seen = set(found.scalars())
    expected = {case.id for case in made if public_sees(case)}
    assert seen == expected
    assert 0 < len(expected) < len(made)


async def test_filters_search_and_words_that_were_meant(office: Office) -> None:
    lamp = await published(office, title="Lampu jalan mati", body="Penerangan padam sejak Senin.")
    waste = await published(
        office, title="Sampah menumpuk", body="Tempat sampah penuh.", village_code="33.03.05.1005"
    )
    assert await listed(office) == [waste, lamp]
    assert await listed(office, "lampu") == [lamp]
    assert await listed(office, "menerangkan jalannya") == [lamp], "stems, not forms"
    assert await listed(office, lamp) == [lamp]
    assert await listed(office, kecamatan="kec.purbalingga") == [waste]
    assert await listed(office, stages=(Stage.CLOSED,)) == []
    assert await listed(office, "sampah", category="infrastruktur") == [waste]
    assert await listed(office, category="kesehatan\x00") == []
    page = await public_list(office.engine, MORNING, q="smpah")
    assert ([row.ticket for row in page.rows], page.corrected) == ([waste], True)


async def test_a_search_finds_nothing_that_only_secret_complaints_say(office: Office) -> None:
    _, case = await office.file(a_filing(title="Pungutan", body="Oknum meminta gratifikasi"))
    await office.act(case, dispose(secret=True), COORDINATOR)
    await published(office)
    for q in ("gratifikasi", "gratifikasy", "oknum or pungutan"):
        page = await public_list(office.engine, MORNING, q=q)
        assert (page.rows, page.corrected) == ([], False), q


@pytest.mark.parametrize(
    "q",
    [
        "081234567890",
        "0812 3456 7890",
        "0812-3456-7890",
        "3456",
        "budi@example.com",
        "12 34 56 78",
        "a@b 7890",
    ],
)
async def test_whose_number_it_is_cannot_be_searched(office: Office, q: str) -> None:
    for body in ("Hubungi 081234567890", "WA 0812 3456 7890 atau budi@example.com 12 34 56 78"):
        await published(office, body=body)
    assert await listed(office, q) == []
    assert len(await listed(office, f"hubungi {q}")) == 1, "the other words still count"


async def test_a_list_goes_on_after_its_last_row(office: Office) -> None:
    tickets = [await published(office) for _ in range(7)]
    seen: list[str] = []
    after = None
    while not seen or after is not None:
        with statements() as sent:
            page = await public_list(office.engine, MORNING, after=after, limit=3)
        assert sent == {"SELECT": 1}
        seen, after = [*seen, *(row.ticket for row in page.rows)], page.after
    assert seen == tickets[::-1]


async def test_a_duplicate_names_its_lead_only_where_that_is_public(office: Office) -> None:
    _, lead = await office.file()
    _, case = await office.file(a_filing())
    case = await office.act(case, DISPOSE, COORDINATOR)
    await office.act(case, LinkDuplicate(lead=lead.id), COORDINATOR)
    assert await public_lead(office.engine, lead.id) is None
    await office.act(lead, DISPOSE, COORDINATOR)
    found = await public_lead(office.engine, lead.id)
    assert found is not None
    assert found.complaint_id == lead.id


async def test_figures_are_of_thirty_days_and_shares_of_what_is_public(office: Office) -> None:
    rng = random.Random(7)
    for _ in range(3):
        await published(office, body=f"Jalan {rng.random()}")
    _, old = await office.file(a_filing(received_at=MORNING - timedelta(days=45)))
    old = await office.act(old, DISPOSE, COORDINATOR)
    text = {"text": "Sudah ditambal."}
    entry = await store_entry(office.engine, old.id, DPUPR.id, text, MORNING)
    await office.act(old, Answer(entry=entry), DPUPR, MORNING)
    _, secret = await office.file(a_filing())
    await office.act(secret, dispose(secret=True, category="kesehatan"), COORDINATOR)
    with statements() as sent:
        counted = await figures(office.engine, MORNING + timedelta(hours=1))
        shared = await shares(office.engine)
    assert sent == {"SELECT": 2}
    assert (counted.received, counted.answered) == (4, 1)
    assert shared.kecamatan == {"kec.bobotsari": 4}
    assert shared.category == {"infrastruktur": 4}
