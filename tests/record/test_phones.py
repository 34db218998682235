"""Complaints by their reporter's number."""

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from domain.terms import Role
from record.accounts import Account, add_account
from record.identity import Reporter, erase_identity
from record.phones import cases_by_phone, phone_hash
from record.tables import lookups, reporter_phones
from tests.record.office import COORDINATOR, MORNING, Office, a_filing, count, staff, statements

NUMBER = "+6281234567890"


async def clerk(engine: AsyncEngine) -> Account:
    return await add_account(engine, "loket", "Petugas", "kata-sandi-panjang", [])


async def found(office: Office, actor: Actor, who: Account, phone: str = NUMBER) -> list[str]:
    page = await cases_by_phone(office.engine, actor, who.id, phone, MORNING, secret=office.secret)
    return [row.ticket[-1] for row in page.rows]


async def test_a_number_finds_what_it_filed_and_only_that(office: Office) -> None:
    who = await clerk(office.engine)
    await office.file()
    await office.file(a_filing(reporter=Reporter(name="Lain", phone="+6281100000000")))
    await office.file(a_filing(reporter=Reporter(name="Tanpa nomor")))
    await office.file(a_filing(reporter=None))
    await office.file(a_filing())
    assert await found(office, COORDINATOR, who) == ["5", "1"]
    assert await found(office, COORDINATOR, who, "+6281100000000") == ["2"]
    assert await found(office, COORDINATOR, who, "+6281100000001") == []
    bancar = staff((Role.UNIT_ADMIN, "kab/kec.purbalingga/kel.bancar"))
    assert await found(office, bancar, who) == [], "a search opens nothing"


async def test_only_a_keyed_hash_is_kept_and_it_goes_with_the_identity(office: Office) -> None:
    _, case = await office.file()
    async with office.engine.connect() as connection:
        (row,) = (await connection.execute(select(reporter_phones))).mappings().all()
    assert row["hash"] == phone_hash(office.secret, NUMBER)
    assert row["hash"] != phone_hash(b"another secret", NUMBER)
    await erase_identity(office.engine, case.id)
    assert await count(office.engine, reporter_phones) == 0
    who = await clerk(office.engine)
    assert await found(office, COORDINATOR, who) == []


async def test_every_search_is_on_record_without_its_number(office: Office) -> None:
    who = await clerk(office.engine)
    with structlog.testing.capture_logs() as logs, statements() as sent:
        await found(office, COORDINATOR, who)
        await found(office, COORDINATOR, who, "+6281100000000")
    assert sent["INSERT"] == sent["SELECT"] == 2
    async with office.engine.connect() as connection:
        rows = (await connection.execute(select(lookups))).mappings().all()
    assert [(row["account_id"], row["at"]) for row in rows] == [(who.id, MORNING)] * 2
    assert [log["account"] for log in logs] == [str(who.id)] * 2
    assert "81" not in str([{**log, "account": ""} for log in logs])
