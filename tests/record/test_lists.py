"""Lists, filters, pages and the inbox."""

from datetime import timedelta
from typing import Any

import pytest

from domain.actions import Accept, Answer, AskReporter, Delegate, Dispose
from domain.case import Case
from domain.terms import Channel, Classification, Role, Stage
from record.cases import CaseRow, Filters, case_of_reporter, get_case
from record.entries import store_entry
from record.inbox import Tasks, count_tasks, inbox
from record.search import list_cases
from tests.record.office import (
    AUDITOR,
    COORDINATOR,
    DISPOSE,
    DPUPR,
    MORNING,
    SEKDA,
    Office,
    a_filing,
    staff,
    statements,
)

WEEK = timedelta(days=7)
PURBALINGGA = staff((Role.UNIT_ADMIN, "kab/kec.purbalingga"))
BANCAR = staff((Role.UNIT_ADMIN, "kab/kec.purbalingga/kel.bancar"))


def dispose(unit: str, **changes: Any) -> Dispose:
    return DISPOSE.model_copy(update={"unit": unit, **changes})


async def tickets(office: Office, actor: Any = AUDITOR, **filters: Any) -> list[str]:
    now = filters.pop("now", MORNING)
    page = await list_cases(office.engine, actor, Filters(**filters), now)
    return [row.ticket[-1] for row in page.rows]


async def test_each_filter_and_all_together(office: Office) -> None:
    _, plain = await office.file()
    _, loket = await office.file(a_filing(channel=Channel.LOKET, village_code="33.03.05.1005"))
    _, delegated = await office.file(a_filing())
    await office.act(plain, DISPOSE, COORDINATOR)
    await office.act(
        loket,
        dispose("kab/kec.bobotsari", category="bencana", classification=Classification.ASPIRASI),
        COORDINATOR,
    )
    delegated = await office.act(delegated, dispose("kab/kec.purbalingga"), COORDINATOR)
    delegated = await office.act(delegated, Accept(), PURBALINGGA)
    await office.act(delegated, Delegate(unit="kab/kec.purbalingga/kel.bancar"), PURBALINGGA)
    await office.file(a_filing())

    assert await tickets(office) == ["4", "3", "2", "1"], "newest first"
    assert await tickets(office, stage=Stage.RECEIVED) == ["4"]
    assert await tickets(office, channel=Channel.LOKET) == ["2"]
    assert await tickets(office, kecamatan="kec.purbalingga") == ["2"]
    assert await tickets(office, category="bencana") == ["2"]
    assert await tickets(office, classification=Classification.ASPIRASI) == ["2"]
    assert await tickets(office, unit="kab/dpupr") == ["1"]
    assert await tickets(office, unit="kab/kec.purbalingga") == ["3"]
    assert await tickets(office, unit="kab/kec.purbalingga/kel.bancar") == ["3"], "delegated"
    assert await tickets(office, unit="kab") == ["3", "2", "1"]
    assert await tickets(office, stage=Stage.DISPOSED, unit="kab/kec.bobotsari") == ["2"]
    assert await tickets(office, stage=Stage.DISPOSED, channel=Channel.WHATSAPP) == []
    assert await tickets(office, PURBALINGGA) == ["3"]
    assert await tickets(office, BANCAR) == ["3"]
    assert await tickets(office, DPUPR, unit="kab/kec.bobotsari") == [], "a filter opens nothing"


async def test_late_is_what_the_clock_says(office: Office) -> None:
    _, early = await office.file()
    await office.file(a_filing(received_at=MORNING + WEEK))
    due = (await office.act(early, DISPOSE, COORDINATOR)).next_deadline
    assert due is not None
    at, moment = due.due_at, timedelta(microseconds=1)
    assert await tickets(office, late=True, now=at) == []
    assert await tickets(office, late=False, now=at) == ["2", "1"]
    assert await tickets(office, late=True, now=at + moment) == ["1"]
    assert await tickets(office, late=False, now=at + moment) == ["2"]
    page = await list_cases(office.engine, AUDITOR, Filters(), at + moment)
    assert [row.late for row in page.rows] == [False, True]


async def test_pages_follow_one_another_without_gap_or_repeat(office: Office) -> None:
    filed = [(await office.file(a_filing()))[0].ticket for _ in range(7)]
    seen: list[str] = []
    after, pages = None, 0
    while pages == 0 or after is not None:
        with statements() as sent:
            page = await list_cases(
                office.engine, AUDITOR, Filters(), MORNING, after=after, limit=3
            )
        assert sent == {"SELECT": 1}
        seen += [row.ticket for row in page.rows]
        after, pages = page.after, pages + 1
        await office.file(a_filing())  # what comes in meanwhile moves nothing
    assert (seen, pages) == (filed[::-1], 3)


async def test_a_case_is_shown_whole_in_one_statement(office: Office) -> None:
    filing = a_filing(address="Jl. Raya 1", lat=-7.3, lng=109.36)
    filed, case = await office.file(filing)
    case = await office.act(case, DISPOSE, COORDINATOR)
    with statements() as sent:
        found = await get_case(office.engine, DPUPR, filed.ticket, MORNING)
    assert sent == {"SELECT": 1}
    assert found is not None
    assert (found.complaint_id, found.title, found.body) == (case.id, filing.title, filing.body)
    assert (found.address, found.lat, found.lng) == ("Jl. Raya 1", -7.3, 109.36)
    assert (found.stage, found.unit, found.seq, found.late) == ("disposed", "kab/dpupr", 2, False)
    deadline = case.next_deadline
    assert deadline is not None
    assert (found.due_clock, found.due_at) == (deadline.name, deadline.due_at)
    assert await get_case(office.engine, PURBALINGGA, filed.ticket, MORNING) is None
    assert await case_of_reporter(office.engine, case.id, MORNING) == found


@pytest.fixture
async def desks(office: Office) -> dict[str, Case]:
    """A task at each kind of desk."""
    _, received = await office.file()
    _, disposed = await office.file(a_filing(received_at=MORNING + WEEK))
    disposed = await office.act(disposed, DISPOSE, COORDINATOR)
    _, asked = await office.file(a_filing())
    asked = await office.act(asked, AskReporter(), COORDINATOR)
    _, review = await office.file(a_filing())
    review = await office.act(
        review,
        dispose(
            "kab/inspektorat",
            classification=Classification.BERKADAR,
            reported_unit="kab/dinkominfo",
        ),
        COORDINATOR,
    )
    admin = staff((Role.UNIT_ADMIN, "kab/inspektorat"))
    entry = await store_entry(office.engine, review.id, admin.id, {"text": "Selesai"}, MORNING)
    review = await office.act(review, Answer(entry=entry), admin)
    return {"received": received, "disposed": disposed, "asked": asked, "review": review}


async def tasks(office: Office, *held: tuple[Role, str | None]) -> list[object]:
    actor = staff(*held)
    found = await inbox(office.engine, Tasks(actor), MORNING)
    assert await count_tasks(office.engine, Tasks(actor), MORNING) == [len(found.rows)]
    return [row.complaint_id for row in found.rows]


async def test_an_inbox_holds_what_waits_at_ones_desks(
    office: Office, desks: dict[str, Case]
) -> None:
    at = {name: case.id for name, case in desks.items()}
    dinkominfo, dpupr = "kab/dinkominfo", "kab/dpupr"
    assert await tasks(office, (Role.COORDINATOR, dinkominfo)) == [at["received"], at["asked"]]
    assert await tasks(office, (Role.UNIT_ADMIN, dpupr)) == [at["disposed"]]
    assert await tasks(office, (Role.UNIT_HEAD, dpupr)) == []
    assert await tasks(office, (Role.UNIT_HEAD, "kab/inspektorat")) == [at["review"]]
    assert await tasks(office, (Role.UNIT_ADMIN, "kab/inspektorat")) == []
    assert await tasks(office, (Role.SUPERVISOR, "kab"), (Role.AUDITOR, None)) == []
    assert await tasks(office) == []
    both = await tasks(office, (Role.COORDINATOR, None), (Role.UNIT_ADMIN, dpupr))
    assert both == [at["received"], at["disposed"], at["asked"]], "soonest due first"


async def test_no_task_about_ones_own_unit(office: Office, desks: dict[str, Case]) -> None:
    head_of_both = ((Role.UNIT_HEAD, "kab/inspektorat"), (Role.UNIT_HEAD, "kab/dinkominfo"))
    assert await tasks(office, *head_of_both) == []


async def test_the_inbox_goes_on_after_its_last_task(office: Office) -> None:
    for k in range(7):
        await office.file(a_filing(received_at=MORNING + k % 3 * WEEK))
    seen: list[CaseRow] = []
    after = None
    while not seen or after is not None:
        with statements() as sent:
            page = await inbox(office.engine, Tasks(COORDINATOR), MORNING, after=after, limit=3)
        assert sent == {"SELECT": 1}
        seen, after = [*seen, *page.rows], page.after
    assert len({row.ticket for row in seen}) == 7
    assert seen == sorted(seen, key=lambda row: (row.due_at, row.complaint_id))


async def test_a_task_without_a_deadline_comes_last_and_is_not_lost(
    office: Office, superuser: Any
) -> None:
    _, case = await office.file()
    await office.file(a_filing())
    await superuser.execute(
        "UPDATE cases SET due_at = NULL, due_clock = NULL WHERE complaint_id = %s", (case.id,)
    )
    first = await inbox(office.engine, Tasks(COORDINATOR), MORNING, limit=1)
    second = await inbox(office.engine, Tasks(COORDINATOR), MORNING, after=first.after, limit=1)
    assert [row.complaint_id for row in second.rows] == [case.id]
    assert second.after is None
    assert not second.rows[0].late


async def test_what_ended_leaves_the_inbox(office: Office, superuser: Any) -> None:
    await office.file()
    assert await count_tasks(office.engine, Tasks(COORDINATOR), MORNING) == [1]
    await superuser.execute("UPDATE cases SET open = false, stage = 'archived'")
    assert await count_tasks(office.engine, Tasks(COORDINATOR), MORNING) == [0]
    assert await count_tasks(office.engine, Tasks(SEKDA), MORNING) == [0]
