"""What portals say of a case, on the real engine: also of one that is over for good."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from temporalio.client import WorkflowExecutionStatus

from domain import actions as a
from domain.actors import SYSTEM
from domain.chain import seal
from domain.decide import decide
from domain.evolve import evolve
from domain.permissions import Refused
from domain.projection import project
from domain.terms import ArchiveReason, Channel, Stage
from record.append import append
from record.entries import store_entry
from record.verify import verify_case
from tests.workflows.world import COORDINATOR, World

PORTAL = Channel.SP4N
ORIGIN = UUID(int=301)


async def archived_long_ago(world: World) -> UUID:
    """A case that nobody can open again, and whose workflow is no more."""
    then = datetime.now(UTC) - timedelta(days=90)
    complaint = (await world.file(then, start=False)).complaint_id
    case = await world.case(complaint)
    archive = a.Archive(reason=ArchiveReason.WITHDRAWN)
    outcome = decide(case, archive, COORDINATOR, then + timedelta(hours=1), world.rules)
    assert not isinstance(outcome, Refused)
    events = seal(complaint, case.seq, case.head, outcome)
    for recorded in events:
        case = evolve(case, recorded)
    await append(world.engine, complaint, events, project(case, world.rules))
    assert case.is_final(datetime.now(UTC))
    return complaint


async def test_a_final_case_takes_it_and_ends_again(world: World) -> None:
    complaint = await archived_long_ago(world)
    entry = await store_entry(
        world.engine, complaint, "reporter", {"title": "Lain", "body": "Baru."}, datetime.now(UTC)
    )
    for action in (
        a.ChangeOrigin(portal=PORTAL, origin=ORIGIN, entry=entry),
        a.CloseOrigin(portal=PORTAL, origin=ORIGIN),
    ):
        first = await world.act(complaint, SYSTEM, action, request=action.action)
        again = await world.act(complaint, SYSTEM, action, request=action.action)
        assert first == again
        assert first.stage is Stage.ARCHIVED

    types = [one.type for one in await world.events(complaint)]
    assert types == ["received", "archived", "origin_changed", "origin_closed"]
    assert await verify_case(world.engine, complaint) is None
    await world.handle(complaint).result()
    described = await world.handle(complaint).describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED


async def test_the_desk_is_told_and_the_deadlines_stay(world: World) -> None:
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    before = await world.case(complaint)

    await world.act(complaint, SYSTEM, a.JoinOrigin(portal=PORTAL, origin=ORIGIN))
    await world.act(complaint, SYSTEM, a.JoinOrigin(portal=PORTAL, origin=ORIGIN))
    closed = await world.act(complaint, SYSTEM, a.CloseOrigin(portal=PORTAL, origin=ORIGIN))

    after = await world.case(complaint)
    assert after.seq == before.seq + 2, "joined once"
    assert (after.stage, after.clocks, after.desk) == (before.stage, before.clocks, before.desk)
    async with world.engine.connect() as connection:
        told = await connection.execute(
            text("SELECT audience, kind FROM outbox WHERE complaint_id = :id AND seq > :seq"),
            {"id": complaint, "seq": before.seq},
        )
    assert [tuple(row) for row in told] == [("unit:kab/dpupr", "origin_closed")]
    assert closed.seq == after.seq
