"""Files: covered by the digest, bound once, forgotten, erased with the text they came with."""

import asyncio
import json
import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.case import Case
from domain.chain import text_digest
from domain.events import Noted
from domain.terms import Role
from record.drafts import drop_draft, new_cookie, read_draft, save_draft
from record.entries import erase_entry, erase_texts, store_entry
from record.errors import FileGoneError
from record.files.cleaning import JPEG, Cleaned
from record.files.rows import (
    content,
    drop_waiting,
    file_of,
    files_of,
    keep,
    let_wait,
    uploaded_files,
    waiting_files,
)
from record.files.store import DamagedError, Store
from record.files.sweeping import remove_forgotten, remove_loose
from record.identity import Keyring
from record.verify import verify_case
from tests.record.office import DPUPR, MORNING, Office, a_filing, staff

SECRET = b"s" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def picture(data: bytes, preview: bytes | None = None) -> Cleaned:
    return Cleaned("foto.jpg", JPEG, data, preview)


def names(store: Store) -> set[str]:
    return {path.name for path in store.directory.rglob("*") if path.is_file()}


async def kept(office: Office, store: Store, data: bytes, author: str = "reporter") -> UUID:
    return await keep(office.engine, store, picture(data), author, MORNING)


async def noted(office: Office, case: Case, *files: UUID) -> Case:
    """A note with files."""
    rows = await waiting_files(office.engine, files, "system", case.id)
    entry = await store_entry(office.engine, case.id, "system", {"text": "é"}, MORNING, rows)
    at = case.updated_at + timedelta(seconds=1)
    return await office.append(case, [Noted(at=at, actor="system", entry=entry)])


async def filed_with(office: Office, *files: UUID) -> Case:
    rows = await uploaded_files(office.engine, files, "reporter")
    _, case = await office.file(a_filing(files=tuple(rows)))
    return case


def test_the_store_keeps_by_content_and_for_its_owner_alone(store: Store) -> None:
    name = store.put(b"satu")
    assert store.put(b"satu") == name
    [path] = [path for path in store.directory.rglob("*") if path.is_file()]
    assert path.name == name.hex()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert store.get(name) == b"satu"
    path.write_bytes(b"dua")
    with pytest.raises(DamagedError):
        store.get(name)
    store.remove(name)
    store.remove(name)
    with pytest.raises(FileNotFoundError):
        store.get(name)


def test_a_full_disk_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.put(b"satu")
    assert not names(store)


async def test_the_digest_of_what_was_filed_covers_its_files(office: Office, store: Store) -> None:
    files = [await kept(office, store, data) for data in (b"satu", b"dua")]
    case = await filed_with(office, *files)
    assert await verify_case(office.engine, case.id) is None
    rows = await files_of(office.engine, case.id)
    assert [row.id for row in rows] == files
    assert {row.entry_id for row in rows} == {case.id}
    found = await content(office.engine, store, files[0])
    assert found == b"satu"


def test_a_digest_without_files_is_what_it_was() -> None:
    salt, texts = bytes(16), {"text": "a"}
    assert text_digest(salt, texts) == text_digest(salt, texts, [])
    assert text_digest(salt, texts, ["b", "a"]) == text_digest(salt, texts, ["a", "b"])
    assert text_digest(salt, texts, ["a"]) != text_digest(salt, texts)


def test_the_example_in_the_documentation_holds() -> None:
    document = (Path(__file__).parents[2] / "docs/record.md").read_text(encoding="utf-8")
    covered = re.search(r'^ {4}(\{"files":.*\})$', document, re.MULTILINE)
    digest = re.search(r"with the same salt the digest `(\w{64})`", document)
    salt = re.search(r"its salt `(\w{32})`", document)
    assert covered is not None
    assert digest is not None
    assert salt is not None
    assert sha256(bytes.fromhex(salt[1]) + covered[1].encode()).hexdigest() == digest[1]
    given = json.loads(covered[1])
    assert given["files"] == [sha256(data).hexdigest() for data in (b"satu", b"dua")]
    files = given.pop("files")
    assert text_digest(bytes.fromhex(salt[1]), given, reversed(files)) == digest[1]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE files SET sha256 = decode(repeat('00', 32), 'hex')",
        "DELETE FROM entry_files",
        "DELETE FROM files",
    ],
)
async def test_tampering_with_a_file_is_named(
    office: Office, store: Store, superuser: psycopg.AsyncConnection, tampering: str
) -> None:
    _, case = await office.file()
    case = await noted(office, case, await kept(office, store, b"satu", "system"))
    assert await verify_case(office.engine, case.id) is None
    await superuser.execute(tampering.encode())
    fault = await verify_case(office.engine, case.id)
    assert fault is not None
    assert fault.seq == 2


async def test_a_file_goes_with_one_complaint_only(office: Office, store: Store) -> None:
    file = await kept(office, store, b"satu")
    await filed_with(office, file)
    [row] = await uploaded_files(office.engine, [file], "reporter")
    _, other = await office.file()
    with pytest.raises(FileGoneError):
        await store_entry(office.engine, other.id, "reporter", {"text": "a"}, MORNING, [row])
    with pytest.raises(FileGoneError):
        await office.file(a_filing(files=(row,)))
    assert not await files_of(office.engine, other.id)
    assert await waiting_files(office.engine, [file], "reporter") == []


async def test_another_author_has_no_use_of_a_file(office: Office, store: Store) -> None:
    file = await kept(office, store, b"satu", "account:a")
    assert [row.id for row in await waiting_files(office.engine, [file], "account:a")] == [file]
    assert await waiting_files(office.engine, [file], "account:b") == []


async def test_what_was_refused_shows_no_files_and_may_send_them_again(
    office: Office, store: Store
) -> None:
    file = await kept(office, store, b"satu", "system")
    _, case = await office.file()
    rows = await waiting_files(office.engine, [file], "system")
    await store_entry(office.engine, case.id, "system", {"text": "ditolak"}, MORNING, rows)
    assert await files_of(office.engine, case.id) == []
    assert await file_of(office.engine, file) is None
    case = await noted(office, case, file)
    assert [row.id for row in await files_of(office.engine, case.id)] == [file]
    assert await verify_case(office.engine, case.id) is None


async def test_only_who_sees_the_case_sees_its_files(office: Office, store: Store) -> None:
    file = await kept(office, store, b"satu")
    await filed_with(office, file)
    coordinator = staff((Role.COORDINATOR, "kab/dinkominfo"))
    assert await file_of(office.engine, file, coordinator)
    assert await file_of(office.engine, file, DPUPR) is None


async def test_the_same_filing_twice_is_one_with_its_files(office: Office, store: Store) -> None:
    file = await kept(office, store, b"satu")
    rows = tuple(await uploaded_files(office.engine, [file], "reporter"))
    filing = a_filing(files=rows, idempotency_key="kunci")
    first, second = await asyncio.gather(office.file(filing), office.file(filing))
    assert first[0].complaint_id == second[0].complaint_id
    assert {first[0].created, second[0].created} == {True, False}


async def test_what_nobody_came_for_is_forgotten(office: Office, store: Store) -> None:
    early, late, bound = [await kept(office, store, data) for data in (b"1", b"2", b"3")]
    await filed_with(office, bound)
    await let_wait(office.engine, [late], MORNING + timedelta(days=7))
    assert await remove_forgotten(office.engine, MORNING + timedelta(hours=23)) == 0
    assert await remove_forgotten(office.engine, MORNING + timedelta(hours=25)) == 1
    assert len(names(store)) == 3
    assert await remove_loose(office.engine, store) == 1
    assert len(names(store)) == 2
    assert await uploaded_files(office.engine, [early], "reporter") == []
    await drop_waiting(office.engine, [late, bound])
    await remove_loose(office.engine, store)
    assert len(names(store)) == 1
    assert await content(office.engine, store, bound) == b"3"


async def test_bytes_stay_while_any_file_has_them(office: Office, store: Store) -> None:
    small = picture(b"besar", b"kecil")
    one = await keep(office.engine, store, small, "reporter", MORNING)
    other = await keep(office.engine, store, picture(b"kecil"), "reporter", MORNING)
    await drop_waiting(office.engine, [one])
    await remove_loose(office.engine, store)
    assert await content(office.engine, store, other) == b"kecil"
    assert len(names(store)) == 1
    await drop_waiting(office.engine, [other])
    await remove_loose(office.engine, store)
    assert not names(store)


async def test_erasing_takes_the_files_and_the_chain_holds(office: Office, store: Store) -> None:
    case = await filed_with(office, await kept(office, store, b"satu"))
    case = await noted(office, case, await kept(office, store, b"dua", "system"))
    case = await noted(office, case, await kept(office, store, b"tiga", "system"))
    first, second, third = await files_of(office.engine, case.id)
    assert second.entry_id is not None
    for _ in range(2):  # a second time changes nothing
        await erase_entry(office.engine, second.entry_id)
    assert await files_of(office.engine, case.id) == [first, third]
    await remove_loose(office.engine, store)
    assert len(names(store)) == 2
    assert await verify_case(office.engine, case.id) is None
    await erase_texts(office.engine, case.id)
    await erase_texts(office.engine, case.id)
    assert await files_of(office.engine, case.id) == []
    await remove_loose(office.engine, store)
    assert not names(store)
    assert await verify_case(office.engine, case.id) is None


async def test_a_draft_is_sealed_and_found_by_its_cookie_alone(
    engine: AsyncEngine, superuser: psycopg.AsyncConnection
) -> None:
    keyring, cookie = Keyring({"k1": b"k" * 32}), new_cookie()
    until = MORNING + timedelta(days=7)

    async def read(cookie: str = cookie, keyring: Keyring = keyring, at=MORNING) -> object:  # type: ignore[no-untyped-def]
        return await read_draft(engine, cookie, at, secret=SECRET, keyring=keyring)

    for said in ("Selokan", "Selokan mampet"):
        await save_draft(engine, cookie, {"title": said}, until, secret=SECRET, keyring=keyring)
    assert await read() == {"title": "Selokan mampet"}
    assert await read(new_cookie()) is None
    assert await read(keyring=Keyring({"k2": b"k" * 32})) is None
    assert await read(keyring=Keyring({"k1": b"x" * 32})) is None
    assert await read(at=until) is None
    [row] = await (await superuser.execute("SELECT d::text FROM drafts d")).fetchall()
    assert "mampet" not in row[0]
    assert b"mampet".hex() not in row[0]
    assert cookie not in row[0]
    assert await remove_forgotten(engine, until) == 0
    assert await remove_forgotten(engine, until + timedelta(seconds=1)) == 1
    await drop_draft(engine, cookie, secret=SECRET)
    assert await read() is None
