"""What is late and what climbs today, as of any moment, recorded or not yet."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import psycopg

from domain.actions import Accept, Answer, AskReporter, Breach, Delegate, Escalate, ReporterReply
from domain.actors import SYSTEM, Actor
from domain.calendar import WIB
from domain.case import Case
from domain.policy import Policy, Rules
from domain.terms import ClockName, Role
from record.events import load_events_of
from record.oversight import LateFilters, LateRow, count_late, late_cases, rungs_on
from record.seed import first_calendar
from tests.record.office import (
    COORDINATOR,
    DISPOSE,
    DPUPR,
    SEKDA,
    Office,
    a_filing,
    staff,
    statements,
)

HEAD = staff((Role.UNIT_HEAD, "kab/dpupr"))


def at(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour, minute), WIB)


FILED = at("2026-03-02", 9)
"""A Monday. The first response is due on Tuesday at 9.00, verification on Thursday at 16.00; the
unit's follow-up, when it is disposed that day, on Monday the 9th at 16.00."""


async def late(
    office: Office, now: datetime, actor: Actor = SEKDA, **filters: Any
) -> Sequence[LateRow]:
    page = await late_cases(office.engine, actor, LateFilters(**filters), now, office.rules)
    assert page.after is None
    counted = await count_late(office.engine, actor, LateFilters(**filters), now, office.rules)
    assert sum(one.cases for one in counted) == len(page.rows)
    assert sorted((one.level, one.climbs) for one in counted for _ in range(one.cases)) == sorted(
        (row.level, row.climbs) for row in page.rows
    )
    return page.rows


async def disposed(office: Office, unit: str = "kab/dpupr", **changes: Any) -> Case:
    _, case = await office.file(a_filing(received_at=FILED, **changes))
    disposal = DISPOSE.model_copy(update={"unit": unit})
    return await office.act(case, disposal, COORDINATOR, FILED + timedelta(hours=1))


def test_the_ladder_read_backwards_is_the_ladder() -> None:
    """Over Lebaran: for each due time, level and step of today are those of the domain's ladder."""
    rules = Rules(policy=Policy(version=1), calendar=first_calendar())
    calendar, compared = rules.calendar, 0
    for day in range(40):
        for hour in (7, 14, 15, 17):
            now = at("2026-03-09", hour, 1) + timedelta(days=day)
            rungs = rungs_on(rules, now)
            for back in range(-1, 40):
                due_day = (now - timedelta(days=back)).date()
                if not calendar.is_working(due_day):
                    continue
                due = calendar.closes_at(due_day)
                steps = [
                    (
                        calendar.closes_at(calendar.nth_working_day(due_day, one.after))
                        if one.after
                        else due,
                        one.level,
                    )
                    for one in rules.policy.ladder.rungs
                ]
                taken = [level for rings, level in steps if rings < now]
                today = [
                    level for rings, level in steps if rings >= now and rings.date() == now.date()
                ]
                assert [one.level for one in rungs if due < one.reached] == taken
                assert [one.level for one in rungs if one.reached <= due < one.today] == today
                compared += len(today)
    assert compared > 50


async def test_late_at_once_and_climbing_today(office: Office) -> None:
    case = await disposed(office)
    for now, expected in (
        (at("2026-03-06", 10), []),
        (at("2026-03-09", 10), [(0, True)]),
        (at("2026-03-09", 16, 1), [(1, False)]),
        (at("2026-03-10", 10), [(1, False)]),
        (at("2026-03-11", 10), [(1, True)]),
        (at("2026-03-11", 17), [(2, False)]),
        (at("2026-03-15", 10), [(2, False)]),
        (at("2026-03-16", 10), [(2, True)]),
        (at("2026-03-16", 17), [(3, False)]),
        (at("2026-03-23", 17), [(3, False)]),
    ):
        rows = await late(office, now)
        assert [(row.level, row.climbs) for row in rows] == expected, now
    [row] = await late(office, at("2026-03-23", 17))
    assert (row.case.complaint_id, row.case.level, row.case.late) == (case.id, 0, True)


async def test_what_alarms_recorded_counts_while_none_is_overdue(office: Office) -> None:
    case = await disposed(office)
    due = at("2026-03-09", 16)
    case = await office.act(case, Breach(clock=ClockName.FOLLOW_UP), SYSTEM, due)
    assert [row.level for row in await late(office, due + timedelta(hours=1))] == [1]
    case = await office.act(case, AskReporter(), DPUPR, at("2026-03-10", 9))
    assert await late(office, at("2026-03-12", 9)) == [], "the unit's time stands still"
    await office.act(case, ReporterReply(), COORDINATOR, at("2026-03-12", 9))
    # Two working days were the reporter's: the second step comes on the 13th, not on the 11th.
    assert [(row.level, row.climbs) for row in await late(office, at("2026-03-12", 10))] == [
        (1, False)
    ]


async def test_an_answer_ends_it_and_the_reporters_silence_is_nobodys_fault(office: Office) -> None:
    case = await disposed(office)
    case = await office.act(case, Breach(clock=ClockName.FOLLOW_UP), SYSTEM, at("2026-03-09", 16))
    case = await office.act(case, Escalate(clock=ClockName.FOLLOW_UP), SYSTEM, at("2026-03-11", 16))
    assert [row.level for row in await late(office, at("2026-03-11", 17))] == [2]
    await office.act(case, Answer(), DPUPR, at("2026-03-12", 9))
    for day in ("2026-03-13", "2026-04-30"):
        assert await late(office, at(day, 17)) == []


async def test_a_delegation_is_late_without_a_level(office: Office) -> None:
    case = await disposed(office, unit="kab/kec.purbalingga")
    unit = staff((Role.UNIT_ADMIN, "kab/kec.purbalingga"))
    case = await office.act(case, Accept(), unit)
    case = await office.act(case, Delegate(unit="kab/kec.purbalingga/kel.bancar"), unit)
    due = case.clocks[ClockName.DELEGATION].due_at
    assert await late(office, due - timedelta(hours=2)) == []
    assert [(row.level, row.climbs) for row in await late(office, due + timedelta(hours=1))] == [
        (0, False)
    ]


async def test_filters_and_sight(office: Office) -> None:
    await disposed(office)
    await disposed(office, unit="kab/kec.bobotsari", village_code="33.03.05.1005")
    await office.file(a_filing(received_at=FILED))
    reported = DISPOSE.model_copy(update={"unit": "kab/inspektorat", "reported_unit": "kab/dpupr"})
    _, case = await office.file(a_filing(received_at=FILED))
    await office.act(case, reported, COORDINATOR, FILED + timedelta(hours=1))
    now = at("2026-03-13", 17)
    assert [row.level for row in await late(office, now)] == [3, 2, 2, 2]
    units = [row.case.unit for row in await late(office, now, level=2)]
    assert units == ["kab/dpupr", "kab/kec.bobotsari", "kab/inspektorat"]
    assert [row.case.unit for row in await late(office, now, unit="kab/kec.bobotsari")] == [
        "kab/kec.bobotsari"
    ]
    assert len(await late(office, now, kecamatan="kec.purbalingga")) == 1
    assert [row.case.unit for row in await late(office, now, HEAD)] == ["kab/dpupr"]
    assert len(await late(office, now, COORDINATOR)) == 4


async def test_pages_go_on_and_counts_cost_one_statement(office: Office) -> None:
    for k in range(7):
        await office.file(a_filing(received_at=FILED - timedelta(days=k % 4)))
    now, after = at("2026-03-09", 9), None
    seen: list[LateRow] = []
    while not seen or after is not None:
        with statements() as sent:
            page = await late_cases(
                office.engine, SEKDA, LateFilters(), now, office.rules, after=after, limit=2
            )
        assert sent == {"SELECT": 1}
        seen, after = [*seen, *page.rows], page.after
    assert len({row.case.ticket for row in seen}) == 7
    assert seen == sorted(
        seen, key=lambda row: (not row.climbs, -row.level, row.case.due_at, row.case.complaint_id)
    )
    with statements() as sent:
        found = await load_events_of(office.engine, [row.case.complaint_id for row in seen])
    assert sent == {"SELECT": 1}
    assert [len(found[row.case.complaint_id]) for row in seen] == [1] * 7


async def test_a_full_record_is_still_quick_to_ask(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    """The planner reads open cases only, by their own index."""
    await disposed(office)
    for statement in (
        "INSERT INTO complaints SELECT gen_random_uuid(), 'X-' || n, 'matur', now(), 'x', 'x',"
        " NULL, NULL, NULL, NULL, NULL, NULL, NULL, '' FROM generate_series(1, 20000) n",
        "INSERT INTO cases SELECT (jsonb_populate_record(c, jsonb_build_object('complaint_id',"
        " k.id, 'open', false, 'stage', 'closed'))).* FROM cases c, complaints k"
        " WHERE k.ticket LIKE 'X-%'",
    ):
        await superuser.execute(statement.encode())
    await superuser.execute("VACUUM ANALYZE cases")
    plan = await superuser.execute(
        "EXPLAIN SELECT complaint_id FROM cases WHERE open AND due_at < now()"
    )
    lines = "\n".join(row[0] for row in await plan.fetchall())
    assert "cases_open" in lines or "cases_desk" in lines, lines
    assert len(await late(office, at("2026-03-13", 17))) == 1
