"""Months in seconds, by the engine's own clock.

The engine's clock moves forward only, so Lebaran 2026 is lived 52 weeks later: every day off and
every expected day is moved by 364 days, which keeps the days of the week. Lebaran 2027 is lived as
it stands. Expected days are written out from the check table in docs/domain.md.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain import actions as a
from domain.calendar import WIB, Calendar
from domain.terms import ClockName, Stage
from tests.workflows.world import COORDINATOR, UNIT, World
from workflows.client import SystemClient

LATER = timedelta(days=364)
ALARMS = ("reminded", "breached", "escalated")


@pytest.fixture
def lebaran(world: World) -> World:
    """The house with the days off of 2026 moved to where the engine's clock can reach them."""
    calendar = world.rules.calendar
    moved = {day + LATER: name for day, name in calendar.days_off.items()}
    later = Calendar(version=2026, days_off=moved)
    return replace(world, rules=world.rules.model_copy(update={"calendar": later}))


def at(day: str, hour: int, minute: int = 0, moved: timedelta = LATER) -> datetime:
    return datetime.combine(date.fromisoformat(day) + moved, time(hour, minute), WIB)


async def alarms(world: World, complaint: UUID) -> list[tuple[Any, ...]]:
    """(type, clock, level, due) of each alarm recorded, and that it was recorded when due."""
    found = []
    for recorded in await world.events(complaint):
        if recorded.type in ALARMS:
            due = datetime.fromisoformat(recorded.data["due_at"])
            rang = datetime.fromisoformat(recorded.at)
            assert timedelta() <= rang - due < timedelta(seconds=30), (recorded, rang)
            found.append((recorded.type, recorded.data["clock"], recorded.data.get("level"), due))
    return found


async def test_nobody_touches_it_over_lebaran(lebaran: World) -> None:
    complaint = (await lebaran.file(at("2026-03-17", 9))).complaint_id
    await lebaran.skip_to(complaint, at("2026-04-14", 9))
    found = await alarms(lebaran, complaint)
    assert found == [
        ("breached", "first_response", 1, at("2026-03-18", 9)),
        ("reminded", "verification", None, at("2026-03-26", 7, 30)),
        ("escalated", "first_response", 2, at("2026-03-26", 16)),
        ("breached", "verification", 1, at("2026-03-27", 14, 30)),
        ("escalated", "first_response", 3, at("2026-03-31", 16)),
        ("escalated", "verification", 2, at("2026-03-31", 16)),
        ("escalated", "verification", 3, at("2026-04-06", 16)),
        ("escalated", "first_response", 3, at("2026-04-08", 16)),
        ("escalated", "verification", 3, at("2026-04-13", 16)),
    ]


async def test_a_unit_that_never_answers_over_lebaran(lebaran: World) -> None:
    complaint = (await lebaran.file(at("2026-03-17", 8))).complaint_id
    await lebaran.skip_to(complaint, at("2026-03-17", 9))
    await lebaran.dispose(complaint)
    await lebaran.skip_to(complaint, at("2026-04-23", 9))
    answer = [alarm for alarm in await alarms(lebaran, complaint) if alarm[1] == "answer"]
    assert answer == [
        ("reminded", "answer", None, at("2026-04-02", 7, 30)),
        ("reminded", "answer", None, at("2026-04-10", 7, 30)),
        ("breached", "answer", 1, at("2026-04-14", 16)),
        ("escalated", "answer", 2, at("2026-04-16", 16)),
        ("escalated", "answer", 3, at("2026-04-21", 16)),
    ]
    follow_up = [alarm for alarm in await alarms(lebaran, complaint) if alarm[1] == "follow_up"]
    assert [alarm[3] for alarm in follow_up[:3]] == [
        at("2026-03-27", 7, 30),
        at("2026-03-30", 7, 30),
        at("2026-03-31", 16),
    ]
    assert (await lebaran.case(complaint)).level == 3


async def test_lebaran_2027_as_it_stands(world: World) -> None:
    now = timedelta()
    complaint = (await world.file(at("2027-03-05", 10, moved=now))).complaint_id
    await world.skip_to(complaint, at("2027-03-23", 9, moved=now))
    found = await alarms(world, complaint)
    breached = [alarm for alarm in found if alarm[:2] == ("breached", "verification")]
    assert breached == [("breached", "verification", 1, at("2027-03-18", 16, moved=now))]


async def test_asking_pauses_the_unit_and_silence_archives(lebaran: World) -> None:
    complaint = (await lebaran.file(at("2026-03-17", 8))).complaint_id
    await lebaran.skip_to(complaint, at("2026-03-17", 9))
    await lebaran.dispose(complaint)
    await lebaran.act(complaint, UNIT, a.AskReporter())
    await lebaran.skip_to(complaint, at("2026-04-08", 15))
    assert (await lebaran.case(complaint)).stage is Stage.WAITING_REPORTER
    assert {alarm[1] for alarm in await alarms(lebaran, complaint)} == {"reporter_info"}
    await lebaran.skip_to(complaint, at("2026-04-08", 17))
    events = await lebaran.events(complaint)
    assert (events[-1].type, events[-1].data["reason"]) == ("archived", "incomplete")
    assert datetime.fromisoformat(events[-1].at) - at("2026-04-08", 16) < timedelta(seconds=30)

    await lebaran.act(complaint, COORDINATOR, a.ReporterReply())
    case = await lebaran.case(complaint)
    assert (case.stage, case.next_deadline and case.next_deadline.name) == (
        Stage.RECEIVED,
        "verification",
    )


async def test_a_reply_gives_the_unit_its_time_back(lebaran: World) -> None:
    complaint = (await lebaran.file(at("2026-03-17", 8))).complaint_id
    await lebaran.skip_to(complaint, at("2026-03-17", 9))
    await lebaran.dispose(complaint)
    await lebaran.skip_to(complaint, at("2026-03-26", 9))
    await lebaran.act(complaint, UNIT, a.AskReporter())
    await lebaran.skip_to(complaint, at("2026-03-31", 9))
    await lebaran.act(complaint, COORDINATOR, a.ReporterReply())
    case = await lebaran.case(complaint)
    # Asked on 26 March, answered on the 31st: the 27th, 30th and 31st do not count, so that the
    # 14th day moves from 14 April by three working days.
    assert case.clocks[ClockName.ANSWER].due_at == at("2026-04-17", 14, 30)
    assert case.clocks[ClockName.ANSWER].deadline.paused == 3


async def test_silence_after_an_answer_closes(lebaran: World) -> None:
    complaint = (await lebaran.file(at("2026-03-16", 8))).complaint_id
    await lebaran.skip_to(complaint, at("2026-03-17", 9))
    await lebaran.dispose(complaint)
    await lebaran.act(complaint, UNIT, a.Answer())
    await lebaran.skip_to(complaint, at("2026-04-08", 17))
    closed = (await lebaran.events(complaint))[-1]
    assert closed.type == "closed"
    assert datetime.fromisoformat(closed.at) - at("2026-04-08", 16) < timedelta(seconds=30)


async def test_new_days_off_move_what_still_runs(lebaran: World) -> None:
    complaint = (await lebaran.file(at("2026-03-17", 9))).complaint_id
    days_off = {**lebaran.rules.calendar.days_off, date(2026, 3, 26) + LATER: "Libur tambahan"}
    calendar = lebaran.rules.calendar.model_copy(update={"version": 2027, "days_off": days_off})
    rules = lebaran.rules.model_copy(update={"calendar": calendar})
    await SystemClient(lebaran.client).tell(complaint, rules)
    await lebaran.skip_to(complaint, at("2026-03-18", 8))
    replanned = (await lebaran.events(complaint))[-1]
    assert (replanned.type, replanned.data["calendar"]) == ("replanned", 2027)
    [moved] = replanned.data["clocks"]
    assert moved["clock"] == "verification"
    assert datetime.fromisoformat(moved["deadline"]["due_at"]) == at("2026-03-30", 16)
    assert {"day": str(date(2026, 3, 26) + LATER), "name": "Libur tambahan"} in (
        moved["deadline"]["skipped"]
    )
