"""Filing: whole, once, and with a receipt that only its holder knows."""

import asyncio
from datetime import UTC, date, datetime

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select

from domain.chain import text_digest
from record.errors import KeyReusedError
from record.events import load_events
from record.identity import open_identity
from record.receipts import check_receipt
from record.tables import complaints, events, idempotency, identities, words
from tests.record.office import MORNING, Office, a_filing, count, statements


async def test_a_complaint_is_stored_whole(office: Office) -> None:
    filing = a_filing(occurred_on=date(2026, 3, 1), address="Jl. Raya 1", lat=-7.3, lng=109.36)
    with statements() as sent:
        filed, case = await office.file(filing)
    assert sent.total() == 1, "one round trip"
    assert (filed.ticket, filed.complaint_id, filed.created) == ("MB-2026-000001", case.id, True)
    async with office.engine.connect() as connection:
        row = (await connection.execute(select(complaints))).mappings().one()
    for name in ("title", "body", "occurred_on", "address", "lat", "lng", "salt", "village_code"):
        assert row[name] == getattr(filing, name), name
    assert row["kecamatan"] == "kec.bobotsari", "follows from the village"
    (first,) = await load_events(office.engine, case.id)
    texts = {"title": filing.title, "body": filing.body, "address": "Jl. Raya 1"}
    assert first.data["entry"] == {
        "id": str(case.id),
        "digest": text_digest(filing.salt, texts),
    }
    assert await open_identity(office.engine, office.keyring, case.id) == filing.reporter


async def test_no_identity_is_kept_of_who_gives_none(office: Office) -> None:
    _, case = await office.file(reporter=None)
    assert await open_identity(office.engine, office.keyring, case.id) is None


async def test_tickets_count_within_the_year_of_purbalingga(office: Office) -> None:
    new_year = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # 00.30 of 1 January there
    tickets = [(await office.file(a_filing()))[0].ticket for _ in range(2)]
    tickets.append((await office.file(a_filing(received_at=new_year)))[0].ticket)
    assert tickets == ["MB-2026-000001", "MB-2026-000002", "MB-2027-000001"]


async def test_the_millionth_ticket_keeps_its_digits(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    await superuser.execute("SELECT setval('ticket_2026', 999999)")
    filed, _ = await office.file()
    assert filed.ticket == "MB-2026-1000000"


async def test_twenty_at_once_with_one_key_are_one_complaint(office: Office) -> None:
    same = [a_filing(idempotency_key="form-1") for _ in range(20)]
    filed = [one for one, _ in await asyncio.gather(*(office.file(one) for one in same))]
    assert len({(one.ticket, one.complaint_id, one.receipt) for one in filed}) == 1
    assert sorted(one.created for one in filed) == [False] * 19 + [True]
    for table in (complaints, events, identities, idempotency):
        assert await count(office.engine, table) == 1
    assert filed[0].ticket == "MB-2026-000001"


async def test_the_same_complaint_again_is_not_filed_twice(office: Office) -> None:
    filing = a_filing()
    first, _ = await office.file(filing)
    again, _ = await office.file(filing)
    assert (again.ticket, again.receipt) == (first.ticket, first.receipt)
    assert (first.created, again.created) == (True, False)


@pytest.mark.parametrize(
    "change", [{"title": "Lain"}, {"reporter": None}, {"secret": True}, {"lat": 1.0}]
)
async def test_a_key_with_another_request_is_refused(
    office: Office, change: dict[str, object]
) -> None:
    await office.file(a_filing(idempotency_key="form-1"))
    with pytest.raises(KeyReusedError):
        await office.file(a_filing(idempotency_key="form-1", **change))
    assert await count(office.engine, complaints) == 1


async def test_a_failed_filing_leaves_nothing_behind(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    await superuser.execute("ALTER TABLE words ADD CONSTRAINT broken CHECK (word <> 'pasar')")
    with pytest.raises(Exception, match="broken"):
        await office.file(a_filing(idempotency_key="form-1"))
    await superuser.execute("ALTER TABLE words DROP CONSTRAINT broken")
    for table in (complaints, events, identities, idempotency, words):
        assert await count(office.engine, table) == 0
    filed, _ = await office.file(a_filing(idempotency_key="form-1"))
    assert filed.created


async def test_the_receipt_opens_its_complaint_and_no_other(office: Office) -> None:
    filed, case = await office.file()
    other, _ = await office.file(a_filing())
    secret = office.secret
    assert len(filed.receipt) == 16
    assert filed.receipt.isdigit()
    assert filed.receipt != other.receipt
    grouped = " ".join(filed.receipt[k : k + 4] for k in range(0, 16, 4))
    for typed in (filed.receipt, grouped, grouped.replace(" ", "-")):
        assert await check_receipt(office.engine, secret, filed.ticket, typed) == case.id
    assert await check_receipt(office.engine, secret, f" {filed.ticket.lower()} ", filed.receipt)
    wrong = str(int(filed.receipt) ^ 1).zfill(16)
    for ticket, receipt in (
        (filed.ticket, wrong),
        (filed.ticket, other.receipt),
        (filed.ticket, ""),
        ("MB-2026-999999", filed.receipt),
        ("\x00", "\x00"),
        ("", "0" * 16),
    ):
        assert await check_receipt(office.engine, secret, ticket, receipt) is None
    assert (
        await check_receipt(office.engine, b"another secret", filed.ticket, filed.receipt) is None
    )


async def test_the_database_holds_nothing_to_guess_from(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    filed, _ = await office.file(a_filing(idempotency_key="form-key-1"))
    names = await superuser.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in await names.fetchall():
        query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))
        found = await superuser.execute(query)
        kept = " ".join(row for (row,) in await found.fetchall())
        for told_once in (filed.receipt, "form-key-1", "Sutrisno", "81234567890"):
            assert told_once not in kept, table


async def test_the_moment_of_receipt_is_kept_to_the_microsecond(office: Office) -> None:
    moment = MORNING.replace(microsecond=123456)
    _, case = await office.file(received_at=moment)
    (first,) = await load_events(office.engine, case.id)
    assert first.at == "2026-03-02T02:00:00.123456Z"
