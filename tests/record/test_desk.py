"""What the desk's lists need besides cases: groups, arrivals, notes, delegations, views."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actions import Accept, Delegate, Dispose, Note, Return, TakeBack
from domain.actors import Actor
from domain.terms import Classification, Role, Stage
from record.accounts import Account, add_account
from record.bulk import cases_of, events_of
from record.cases import Filters
from record.counter import typed_in
from record.entries import erase_entry, store_entry
from record.events import load_events
from record.ids import uuid7_floor
from record.inbox import Delegation, Tasks, count_arrivals, count_tasks, inbox
from record.notes import LONGEST, latest_notes
from record.search import list_cases
from record.views import MOST, TooManyViewsError, delete_view, save_view, views_of
from tests.record.office import (
    AUDITOR,
    COORDINATOR,
    DISPOSE,
    DPUPR,
    MORNING,
    Office,
    a_filing,
    staff,
    statements,
)

DAY = timedelta(days=1)
PURBALINGGA = staff((Role.UNIT_ADMIN, "kab/kec.purbalingga"))
BANCAR = staff((Role.UNIT_ADMIN, "kab/kec.purbalingga/kel.bancar"))
TO_PURBALINGGA = Dispose(
    classification=Classification.TIDAK_BERKADAR,
    category="infrastruktur",
    unit="kab/kec.purbalingga",
)


async def tasks(office: Office, actor: Actor, delegation: Delegation | None = None) -> list[UUID]:
    wanted = Tasks(actor, delegation=delegation)
    found = await inbox(office.engine, wanted, MORNING)
    assert sum(await count_tasks(office.engine, wanted, MORNING)) == len(found.rows)
    return [row.complaint_id for row in found.rows]


async def test_tasks_are_counted_by_when_they_are_due(office: Office) -> None:
    for days in (0, 0, 7, 14):
        await office.file(a_filing(received_at=MORNING + days * DAY))
    wanted = Tasks(COORDINATOR)
    first, *_rest = (await inbox(office.engine, wanted, MORNING)).rows
    assert first.due_at is not None
    at, later = first.due_at, first.due_at + 8 * DAY
    with statements() as sent:
        assert await count_tasks(office.engine, wanted, MORNING, (at, later)) == [0, 3, 1]
    assert sent == {"SELECT": 1}
    moment = timedelta(microseconds=1)
    assert await count_tasks(office.engine, wanted, MORNING, (at + moment, later)) == [2, 1, 1]
    assert await count_tasks(office.engine, Tasks(AUDITOR), MORNING, (at, later)) == [0, 0, 0]


async def test_the_inbox_is_narrowed_by_filters(office: Office) -> None:
    _, here = await office.file(a_filing(village_code="33.03.05.1005"))
    await office.file(a_filing())
    wanted = Tasks(COORDINATOR, Filters(kecamatan="kec.purbalingga"))
    found = await inbox(office.engine, wanted, MORNING)
    assert [row.complaint_id for row in found.rows] == [here.id]
    assert await count_tasks(office.engine, wanted, MORNING) == [1]
    late = Tasks(COORDINATOR, Filters(late=True))
    assert (await inbox(office.engine, late, MORNING)).rows == []
    assert len((await inbox(office.engine, late, MORNING + 7 * DAY)).rows) == 2


async def test_what_was_delegated_to_one_and_by_one(office: Office) -> None:
    _, kept = await office.file()
    kept = await office.act(kept, TO_PURBALINGGA, COORDINATOR)
    _, passed = await office.file(a_filing())
    passed = await office.act(passed, TO_PURBALINGGA, COORDINATOR)
    passed = await office.act(passed, Accept(), PURBALINGGA)
    passed = await office.act(passed, Delegate(unit="kab/kec.purbalingga/kel.bancar"), PURBALINGGA)
    assert await tasks(office, PURBALINGGA) == [kept.id]
    assert await tasks(office, PURBALINGGA, Delegation.BY_ME) == [passed.id]
    assert await tasks(office, PURBALINGGA, Delegation.TO_ME) == []
    assert await tasks(office, BANCAR) == [passed.id]
    assert await tasks(office, BANCAR, Delegation.TO_ME) == [passed.id]
    assert await tasks(office, BANCAR, Delegation.BY_ME) == []
    await office.act(passed, TakeBack(), PURBALINGGA)
    assert set(await tasks(office, PURBALINGGA)) == {kept.id, passed.id}
    assert await tasks(office, PURBALINGGA, Delegation.BY_ME) == []
    assert await tasks(office, BANCAR, Delegation.TO_ME) == []


async def arrived(office: Office, actor: Actor, since: datetime) -> int:
    with statements() as sent:
        found = await count_arrivals(office.engine, Tasks(actor), since, MORNING)
    assert sent == {"SELECT": 1}
    return found


async def test_arrivals_are_what_others_sent_to_the_desk_since(office: Office) -> None:
    before, after = MORNING - DAY, MORNING + DAY
    _, case = await office.file()
    assert await arrived(office, COORDINATOR, before) == 1
    assert await arrived(office, COORDINATOR, MORNING) == 0, "that moment was drawn already"
    case = await office.act(case, DISPOSE, COORDINATOR)
    assert await arrived(office, COORDINATOR, before) == 0, "it has left"
    assert await arrived(office, DPUPR, before) == 1
    assert await arrived(office, DPUPR, after) == 0
    case = await office.act(case, Note(), COORDINATOR, after)
    assert await arrived(office, DPUPR, after - timedelta(hours=1)) == 0, "a note is no arrival"
    case = await office.act(case, Accept(), DPUPR, after)
    case = await office.act(case, Return(), DPUPR, after + DAY)
    assert await arrived(office, COORDINATOR, after) == 1
    assert await arrived(office, DPUPR, before) == 0


async def note(office: Office, case: Any, text: str) -> Any:
    entry = await store_entry(office.engine, case.id, COORDINATOR.id, {"text": text}, MORNING)
    return await office.act(case, Note(entry=entry), COORDINATOR), entry


async def test_the_latest_note_of_each_case_in_one_statement(office: Office) -> None:
    _, first = await office.file()
    _, second = await office.file(a_filing())
    _, without = await office.file(a_filing())
    first, _entry = await note(office, first, "Lama")
    first, _entry = await note(office, first, "Baru, baris satu\nbaris dua")
    second, entry = await note(office, second, "x" * 500)
    ids = [first.id, second.id, without.id]
    with statements() as sent:
        found = await latest_notes(office.engine, ids)
    assert sent == {"SELECT": 1}
    assert found == {first.id: "Baru, baris satu", second.id: "x" * LONGEST}
    await erase_entry(office.engine, entry.id)
    assert set(await latest_notes(office.engine, ids)) == {first.id}
    assert await latest_notes(office.engine, []) == {}


async def test_received_between_two_days_of_purbalingga(office: Office) -> None:
    late_evening = datetime(2026, 3, 4, 16, 59, 59, tzinfo=UTC)  # 23.59 there
    midnight = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    for at in (MORNING, late_evening, midnight):
        id_ = uuid7_floor(int(at.timestamp() * 1000))
        await office.file(a_filing(id=id_, received_at=at))

    async def between(first: date | None, last: date | None) -> list[str]:
        filters = Filters(received_from=first, received_to=last)
        page = await list_cases(office.engine, AUDITOR, filters, MORNING)
        return [row.ticket[-1] for row in page.rows]

    assert await between(date(2026, 3, 4), date(2026, 3, 4)) == ["2"]
    assert await between(date(2026, 3, 5), None) == ["3"]
    assert await between(None, date(2026, 3, 4)) == ["2", "1"]
    assert await between(date(2026, 3, 6), date(2026, 3, 1)) == []


@pytest.fixture
async def account(engine: AsyncEngine) -> Account:
    return await add_account(engine, "penyimpan", "Penyimpan", "kata-sandi-panjang", [])


async def test_views_are_ones_own(engine: AsyncEngine, account: Account) -> None:
    other = await add_account(engine, "lain", "Lain", "kata-sandi-panjang", [])
    await save_view(engine, account.id, "aduan", "Terlambat", {"late": "1"}, MORNING)
    await save_view(engine, account.id, "tugas", "Terlambat", {"late": "1"}, MORNING)
    await save_view(engine, other.id, "aduan", "Milik lain", {"q": "x"}, MORNING)
    (view,) = await views_of(engine, account.id, "aduan")
    assert (view.name, view.query) == ("Terlambat", {"late": "1"})
    await delete_view(engine, other.id, view.id)
    assert await views_of(engine, account.id, "aduan") == [view]
    await save_view(engine, account.id, "aduan", "Terlambat", {"late": "1", "q": "y"}, MORNING)
    (again,) = await views_of(engine, account.id, "aduan")
    assert (again.id, again.query) == (view.id, {"late": "1", "q": "y"})
    await delete_view(engine, account.id, view.id)
    assert await views_of(engine, account.id, "aduan") == []
    assert len(await views_of(engine, account.id, "tugas")) == 1


async def test_there_is_room_for_so_many_views(engine: AsyncEngine, account: Account) -> None:
    for number in range(MOST):
        await save_view(engine, account.id, "aduan", f"{number:02}", {"q": "x"}, MORNING)
    with pytest.raises(TooManyViewsError):
        await save_view(engine, account.id, "tugas", "terlalu", {"late": "1"}, MORNING)
    await save_view(engine, account.id, "aduan", "00", {"q": "y"}, MORNING)
    assert len(await views_of(engine, account.id, "aduan")) == MOST
    assert await views_of(engine, account.id, "tugas") == []


async def test_several_cases_with_their_events(office: Office) -> None:
    (one, first), (two, second) = [await office.file(a_filing()) for _ in range(2)]
    second = await office.act(second, DISPOSE, COORDINATOR)
    with statements() as sent:
        found = await cases_of(
            office.engine, COORDINATOR, [one.ticket, two.ticket, "MB-1"], MORNING
        )
        recorded = await events_of(office.engine, [first.id, second.id])
    assert sent == {"SELECT": 2}
    assert {ticket: row.stage for ticket, row in found.items()} == {
        one.ticket: Stage.RECEIVED,
        two.ticket: Stage.DISPOSED,
    }
    assert recorded == {
        case.id: await load_events(office.engine, case.id) for case in (first, second)
    }
    assert set(await cases_of(office.engine, DPUPR, [one.ticket, two.ticket], MORNING)) == {
        two.ticket
    }


async def test_who_typed_a_complaint_in_is_asked_of_its_first_event(office: Office) -> None:
    filed, _case = await office.file()
    before = MORNING - DAY
    assert await typed_in(office.engine, filed.ticket, "reporter", before) == filed.complaint_id
    assert await typed_in(office.engine, filed.ticket, "reporter", MORNING) is None
    assert await typed_in(office.engine, filed.ticket, COORDINATOR.id, before) is None
