"""What staff began to write, the texts they answer with, and cases that go together."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from record.answer_templates import (
    NameTakenError,
    drop_template,
    get_template,
    save_template,
    templates_for,
    templates_within,
)
from record.engine import fetch
from record.entries import erase_texts
from record.linked import linked_cases
from record.staff_drafts import KEPT, draft_of, drop_draft, save_draft
from record.tables import accounts
from tests.record.office import COORDINATOR, DISPOSE, DPUPR, MORNING, Office, statements


async def account(office: Office, username: str) -> UUID:
    (row,) = await fetch(
        office.engine, select(accounts.c.id).where(accounts.c.username == username)
    )
    found: UUID = row["id"]
    return found


async def test_a_draft_is_its_writers_and_of_one_form(office: Office) -> None:
    _, case = await office.file()
    mine, other = await account(office, "koordinator"), await account(office, "dpupr")
    fields = {"key": "k1", "text": "Belum\x00 selesai"}
    await save_draft(office.engine, mine, case.id, "answer", {"text": "lama"}, MORNING)
    await save_draft(office.engine, mine, case.id, "answer", fields, MORNING)
    kept = {"key": "k1", "text": "Belum selesai"}
    assert await draft_of(office.engine, mine, case.id, "answer") == kept
    assert await draft_of(office.engine, mine, case.id, "verifikasi") == {}
    assert await draft_of(office.engine, other, case.id, "answer") == {}
    await drop_draft(office.engine, mine, case.id, "answer", "another window's")
    assert await draft_of(office.engine, mine, case.id, "answer") == kept
    for _ in range(2):
        await drop_draft(office.engine, mine, case.id, "answer", "k1")
    assert await draft_of(office.engine, mine, case.id, "answer") == {}


async def test_a_draft_goes_after_a_week_and_with_the_texts(office: Office) -> None:
    (_, case), (_, other) = await office.file(), await office.file()
    mine, late = await account(office, "koordinator"), MORNING + KEPT + timedelta(seconds=1)
    await save_draft(office.engine, mine, case.id, "answer", {"text": "lama"}, MORNING)
    await save_draft(office.engine, mine, other.id, "answer", {"text": "baru"}, late)
    assert await draft_of(office.engine, mine, case.id, "answer") == {}
    assert await draft_of(office.engine, mine, other.id, "answer") == {"text": "baru"}
    await erase_texts(office.engine, other.id)
    assert await draft_of(office.engine, mine, other.id, "answer") == {}


async def test_templates_serve_their_unit_and_those_below(office: Office) -> None:
    by = await account(office, "koordinator")

    async def save(unit: str, name: str, template: UUID | None = None) -> UUID:
        return await save_template(
            office.engine, template, unit=unit, name=name, body=name, by=by, now=MORNING
        )

    for unit in ("kab", "kab/dpupr", "kab/kec.purbalingga", "kab/kec.purbalingga/kel.bancar"):
        await save(unit, "Salam")
    with pytest.raises(NameTakenError):
        await save("kab/dpupr", "Salam")
    with statements() as sent:
        found = await templates_for(office.engine, "kab/kec.purbalingga/kel.bancar")
    assert sent.total() == 1
    units = [one.unit for one in found]
    assert units == ["kab/kec.purbalingga/kel.bancar", "kab/kec.purbalingga", "kab"]
    within = await templates_within(office.engine, ["kab/kec.purbalingga"])
    assert [one.unit for one in within] == units[1::-1]
    assert await templates_within(office.engine, []) == []
    own = found[0].id
    assert await save("kab/kec.purbalingga/kel.bancar", "Salam baru", own) == own
    changed = await get_template(office.engine, own)
    assert changed
    assert changed.name == "Salam baru"
    for _ in range(2):
        await drop_template(office.engine, own)
    assert await get_template(office.engine, own) is None


async def test_linked_cases_are_those_that_one_may_see(office: Office) -> None:
    (filed, case), (_, other) = await office.file(), await office.file()
    await office.act(case, DISPOSE, COORDINATOR)
    ids = [case.id, other.id]
    everything = await linked_cases(office.engine, COORDINATOR, ids)
    assert [one.complaint_id for one in everything] == ids
    assert [one.ticket for one in await linked_cases(office.engine, DPUPR, ids)] == [filed.ticket]
    assert await linked_cases(office.engine, COORDINATOR, []) == []
