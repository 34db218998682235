"""What people typed, and its end."""

import psycopg
from psycopg import sql

from domain.chain import text_digest
from record.entries import entries_of, erase_texts, store_entry
from record.identity import erase_identity, open_identity
from tests.record.office import MORNING, Office, a_filing


async def test_a_text_is_kept_beside_its_salt(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    _, case = await office.file()
    texts = {"text": "Sudah ditambal — terima kasih", "reason": ""}
    entry = await store_entry(office.engine, case.id, "account:x", texts, MORNING)
    kept = (await entries_of(office.engine, case.id))[entry.id]
    assert (kept.author, kept.texts, kept.created_at) == ("account:x", texts, MORNING)
    row = await (await superuser.execute("SELECT salt, digest FROM entries")).fetchone()
    assert row is not None
    salt, digest = row
    assert len(salt) == 16
    assert digest.hex() == entry.digest == text_digest(salt, texts)


async def test_two_equal_texts_have_different_digests(office: Office) -> None:
    _, case = await office.file()
    one, other = [
        await store_entry(office.engine, case.id, "reporter", {"text": "ya"}, MORNING)
        for _ in range(2)
    ]
    assert one.digest != other.digest


async def test_what_is_erased_is_gone_everywhere(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    words = {"title": "Selokan mampet", "body": "Selokan depan rumah Kertarajasa bau."}
    _, case = await office.file(a_filing(**words, address="Gang Melati", idempotency_key="k"))
    _, other = await office.file(a_filing(title="Selokan", body="Selokan di rumah saya kotor."))
    await store_entry(office.engine, case.id, "reporter", {"text": "Rumah Kertarajasa"}, MORNING)
    await erase_texts(office.engine, case.id)
    await erase_identity(office.engine, case.id)
    for _ in range(2):  # a second time changes nothing
        await erase_texts(office.engine, case.id)
        await erase_identity(office.engine, case.id)
    assert await open_identity(office.engine, office.keyring, case.id) is None
    assert await open_identity(office.engine, office.keyring, other.id) is not None
    names = await superuser.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in await names.fetchall():
        query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))
        kept = " ".join(row for (row,) in await (await superuser.execute(query)).fetchall())
        for word in ("kertarajasa", "Kertarajasa", "Melati", "mampet"):
            assert word not in kept, table
    left = await superuser.execute("SELECT word FROM words WHERE word = 'rumah'")
    assert await left.fetchone(), "a word that another complaint has stays"
