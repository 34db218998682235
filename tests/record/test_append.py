"""Appending: in order, once, and never two truths."""

import asyncio
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select

from domain.case import Case
from domain.chain import Recorded, seal
from domain.decide import decide
from domain.events import Noted
from domain.evolve import evolve
from domain.notices import notices
from domain.permissions import Refused
from domain.projection import project
from record.append import append
from record.errors import DivergedError, GapError, UnknownCaseError
from record.events import load_events, mark_started, unstarted_cases
from record.tables import cases, events, outbox
from tests.record.office import COORDINATOR, DISPOSE, MORNING, Office, count, statements


def noted(case: Case, actor: str = "system") -> Recorded:
    (recorded,) = seal(case.id, case.seq, case.head, [Noted(at=case.updated_at, actor=actor)])
    return recorded


async def test_an_action_is_recorded_whole(office: Office) -> None:
    _, case = await office.file()
    case = await office.act(case, DISPOSE, COORDINATOR)
    recorded = await load_events(office.engine, case.id)
    assert [one.type for one in recorded] == ["received", "disposed"]
    assert recorded[1].hash == case.head
    assert recorded[1].event().clocks, "a deadline survives the way through the database"
    async with office.engine.connect() as connection:
        row = (await connection.execute(select(cases))).mappings().one()
        told = (await connection.execute(select(outbox).order_by(outbox.c.n))).mappings().all()
    assert (row["seq"], row["head"].hex()) == (2, case.head)
    assert (row["stage"], row["unit"], row["desk"]) == ("disposed", "kab/dpupr", "unit")
    assert (row["kecamatan"], row["channel"]) == ("kec.bobotsari", "matur")
    assert row["due_at"] == project(case, office.rules).due_at
    assert [(one["seq"], one["n"], one["audience"]) for one in told] == [
        (2, 1, "reporter"),
        (2, 2, "unit:kab/dpupr"),
    ]


async def test_one_round_trip(office: Office) -> None:
    _, case = await office.file()
    with statements() as sent:
        await office.act(case, DISPOSE, COORDINATOR)
    assert sent == {"SELECT": 1}


async def test_what_is_recorded_already_is_skipped(office: Office) -> None:
    _, case = await office.file()
    outcome = decide(case, DISPOSE, COORDINATOR, MORNING, office.rules)
    assert not isinstance(outcome, Refused)
    recorded = seal(case.id, case.seq, case.head, outcome)
    after = evolve(case, recorded[0])
    told = notices(after, recorded[0], office.rules)
    for _ in range(2):
        assert (
            await append(office.engine, case.id, recorded, project(after, office.rules), told)
        ).seq == 2
    assert await count(office.engine, events) == 2
    assert await count(office.engine, outbox) == 2


async def test_the_rest_of_a_half_known_append_is_added(office: Office) -> None:
    _, case = await office.file()
    first = noted(case)
    case = evolve(case, first)
    await append(office.engine, case.id, [first], project(case, office.rules))
    second = noted(case)
    case = evolve(case, second)
    appended = await append(office.engine, case.id, [first, second], project(case, office.rules))
    assert appended.seq == 3


async def test_an_old_append_leaves_the_newer_projection(office: Office) -> None:
    _, case = await office.file()
    first = noted(case)
    earlier = evolve(case, first)
    await append(office.engine, case.id, [first], project(earlier, office.rules))
    later = await office.act(earlier, DISPOSE, COORDINATOR)
    await append(office.engine, case.id, [first], project(earlier, office.rules))
    async with office.engine.connect() as connection:
        row = (await connection.execute(select(cases))).mappings().one()
    assert (row["seq"], row["stage"]) == (later.seq, "disposed")


async def test_a_second_truth_is_refused(office: Office) -> None:
    _, case = await office.file()
    one, other = noted(case), noted(case, actor="reporter")
    await append(office.engine, case.id, [one], project(evolve(case, one), office.rules))
    with pytest.raises(DivergedError, match="another hash"):
        await append(office.engine, case.id, [other], project(evolve(case, other), office.rules))
    forked = evolve(case, other)
    third = noted(forked)
    with pytest.raises(DivergedError, match="not chained"):
        await append(office.engine, case.id, [third], project(evolve(forked, third), office.rules))
    assert await count(office.engine, events) == 2


async def test_a_gap_is_refused_and_nothing_of_it_stays(office: Office) -> None:
    _, case = await office.file()
    second = noted(case)
    third = noted(evolve(case, second))
    fourth = noted(evolve(evolve(case, second), third))
    projection = project(evolve(case, second), office.rules)
    with pytest.raises(GapError):
        await append(office.engine, case.id, [third], projection)
    with pytest.raises(GapError):
        await append(office.engine, case.id, [second, fourth], projection)
    assert await count(office.engine, events) == 1


async def test_an_unknown_case_is_refused(office: Office) -> None:
    _, case = await office.file()
    with pytest.raises(UnknownCaseError):
        await append(office.engine, UUID(int=1), [noted(case)], project(case, office.rules))


async def test_of_many_at_once_one_wins(office: Office) -> None:
    _, case = await office.file()
    forks = [noted(case, actor=f"account:{UUID(int=k)}") for k in range(8)]
    done = await asyncio.gather(
        *(
            append(office.engine, case.id, [one], project(evolve(case, one), office.rules))
            for one in forks
        ),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, DivergedError) for one in done) == [False] + [True] * 7


async def test_whoever_listens_is_told_of_the_case(
    office: Office, superuser: psycopg.AsyncConnection
) -> None:
    await superuser.execute("LISTEN cases")
    _, case = await office.file()
    await office.act(case, DISPOSE, COORDINATOR)
    heard = [one.payload async for one in superuser.notifies(timeout=2, stop_after=2)]
    assert heard == [str(case.id)] * 2


async def test_what_was_filed_waits_to_be_started(office: Office) -> None:
    _, case = await office.file()
    before = case.received_at
    assert await unstarted_cases(office.engine, before, 10) == []
    later = before.replace(hour=3)
    assert await unstarted_cases(office.engine, later, 10) == [case.id]
    await mark_started(office.engine, case.id)
    await mark_started(office.engine, case.id)
    assert await unstarted_cases(office.engine, later, 10) == []
