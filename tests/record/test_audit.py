"""The search over events."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from domain.actions import Accept, Answer
from domain.actors import Actor, Grant
from domain.terms import Role
from record.accounts import add_account
from record.audit import (
    LOOKUP,
    SPANS,
    Before,
    EventFilters,
    EventRow,
    Person,
    people,
    search_events,
)
from record.phones import cases_by_phone
from tests.record.office import (
    AUDITOR,
    COORDINATOR,
    DISPOSE,
    MORNING,
    Office,
    a_filing,
    staff,
    statements,
)

NOW = MORNING + timedelta(days=30)


async def found(office: Office, viewer: Actor = AUDITOR, **filters: Any) -> Sequence[EventRow]:
    page = await search_events(office.engine, viewer, EventFilters(**filters), NOW)
    assert page.before is None
    return page.rows


async def test_each_filter_finds_its_own_newest_first(office: Office) -> None:
    admin = await add_account(office.engine, "uji.dpupr", "Siti Admin", "rahasia-sekali", [])
    unit = staff((Role.UNIT_ADMIN, "kab/dpupr")).model_copy(update={"id": admin.actor.id})
    filed, case = await office.file()
    await office.file(a_filing(received_at=MORNING + timedelta(days=2)))
    case = await office.act(case, DISPOSE, COORDINATOR, MORNING + timedelta(days=1))
    case = await office.act(case, Accept(), unit, MORNING + timedelta(days=3))
    await office.act(case, Answer(), unit, MORNING + timedelta(days=4))
    for filters, types in (
        ({}, ["answered", "accepted", "received", "disposed", "received"]),
        ({"ticket": filed.ticket}, ["answered", "accepted", "disposed", "received"]),
        ({"type": "received"}, ["received", "received"]),
        ({"actor": "reporter"}, ["received", "received"]),
        ({"actor": "uji.dpupr"}, ["answered", "accepted"]),
        ({"actor": "siti"}, ["answered", "accepted"]),
        ({"actor": "%"}, []),
        ({"actor": "system"}, []),
        ({"unit": "kab/dpupr"}, ["answered", "accepted", "disposed", "received"]),
        ({"unit": "kab/setda"}, []),
        ({"since": MORNING + timedelta(days=3)}, ["answered", "accepted"]),
        ({"until": MORNING + timedelta(days=3)}, ["received", "disposed", "received"]),
        ({"since": MORNING + timedelta(days=1), "until": MORNING + timedelta(days=3)},
         ["received", "disposed"]),
    ):  # fmt: skip
        assert [row.type for row in await found(office, **filters)] == types, filters


async def test_only_of_cases_that_one_may_see(office: Office) -> None:
    _, case = await office.file()
    about_us = DISPOSE.model_copy(
        update={"unit": "kab/inspektorat", "reported_unit": "kab/dinkominfo"}
    )
    await office.act(case, about_us, COORDINATOR)
    assert len(await found(office, AUDITOR)) == 2
    assert await found(office, COORDINATOR) == []


async def test_a_search_by_phone_is_found_by_those_who_see_all(office: Office) -> None:
    desk = await add_account(office.engine, "uji.loket", "Rina Loket", "rahasia-sekali", [])
    await office.file()
    looked = MORNING + timedelta(hours=1)
    await cases_by_phone(
        office.engine, COORDINATOR, desk.id, "+628123", looked, secret=office.secret
    )
    for filters, types in (
        ({}, [LOOKUP, "received"]),
        ({"type": LOOKUP}, [LOOKUP]),
        ({"type": "received"}, ["received"]),
        ({"actor": "rina"}, [LOOKUP]),
        ({"actor": "reporter"}, ["received"]),
        ({"unit": "kab/setda"}, []),
        ({"unit": "kab/setda", "type": LOOKUP}, []),
        ({"since": looked}, [LOOKUP]),
    ):
        assert [row.type for row in await found(office, **filters)] == types, filters
    [row] = await found(office, type=LOOKUP)
    assert (row.actor, row.ticket, row.at, row.data) == (desk.actor.id, None, looked, {})
    assert [row.type for row in await found(office, COORDINATOR)] == ["received"]
    assert await found(office, COORDINATOR, type=LOOKUP) == []


async def test_people_are_told_with_what_they_may_do(office: Office) -> None:
    held = [
        Grant(role=Role.UNIT_ADMIN, unit="kab/dpupr"),
        Grant(role=Role.UNIT_HEAD, unit="kab/setda"),
    ]
    two = await add_account(office.engine, "uji.dua", "Dua", "rahasia-sekali", held)
    none = await add_account(office.engine, "uji.nol", "Nol", "rahasia-sekali", [])
    known = await people(office.engine, [two.id, none.id])
    assert known == {two.id: Person("Dua", tuple(held)), none.id: Person("Nol", ())}
    with statements() as sent:
        assert await people(office.engine, []) == {}
    assert not sent


async def test_pages_go_on_without_loss_at_equal_times(office: Office) -> None:
    for _ in range(7):
        await office.file()
    seen: list[EventRow] = []
    before: Before | None = None
    while not seen or before is not None:
        with statements() as sent:
            page = await search_events(
                office.engine, AUDITOR, EventFilters(), NOW, before=before, limit=3
            )
        assert sent["SELECT"] <= len(SPANS) + 1
        seen, before = [*seen, *page.rows], page.before
    assert len({row.complaint_id for row in seen}) == 7
    assert seen == sorted(seen, key=lambda row: (row.at, row.complaint_id, row.seq), reverse=True)


async def test_a_search_that_stops_short_says_how_far_it_looked(office: Office) -> None:
    old: datetime = NOW - 2 * SPANS[-1]
    filed, _ = await office.file(a_filing(received_at=old))
    await office.file()
    first = await search_events(office.engine, AUDITOR, EventFilters(), NOW)
    assert [row.at for row in first.rows] == [MORNING]
    assert first.looked_back_to == NOW - SPANS[-1]
    second = await search_events(office.engine, AUDITOR, EventFilters(), NOW, before=first.before)
    assert [row.ticket for row in second.rows] == [filed.ticket]
    assert (second.before, second.looked_back_to) == (None, None)


async def test_a_day_of_many_is_a_few_pages_of_the_index(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    await office.file()
    await superuser.execute(
        "INSERT INTO events SELECT complaint_id, n, 'noted', at + n * interval '1 minute', actor,"
        " data, prev, hash FROM events, generate_series(2, 50000) n"
    )
    await superuser.execute("VACUUM ANALYZE events")
    plan = await superuser.execute(
        "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM events WHERE at >= %s AND at < %s"
        " ORDER BY at DESC LIMIT 51",
        [MORNING + timedelta(days=20), MORNING + timedelta(days=21)],
    )
    lines = "\n".join(row[0] for row in await plan.fetchall())
    assert "Bitmap Index Scan on events_at" in lines, lines
