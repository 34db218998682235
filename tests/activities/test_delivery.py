"""Telling portals, the practice ones over HTTP: in order and once, whatever dies on the way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.calls import NotYet
from activities.delivery import DeliveryActivities
from activities.intake import IntakeActivities
from activities.messages import OriginWork, Progress
from domain import actions as a
from domain.actors import Actor
from domain.events import Entry
from portals.protocol import Away, Connector, Push, Receipt, Refused, Throttled, Unreadable
from practice.store import Filing
from record.entries import erase_texts, store_entry
from record.files.store import Store
from record.portals import attempts
from record.portals.calls import take_turn
from record.portals.content import content_of
from record.portals.deliveries import (
    Delivery,
    deliveries_of,
    next_of,
    send_again,
    settle,
    steps_of,
)
from record.portals.origins import Origin, origins_known
from record.portals.state import Mode, ensure_portal, pause, resume, set_mode
from tests.portals import conftest as portals
from tests.portals.conftest import Meet, Pair
from tests.workflows.world import COORDINATOR, UNIT, World
from worker import make_worker
from workflows.client import SystemClient

meet = portals.meet
"""The fixture."""
KEYED, UNKEYED = "sp4n", "laporgub"
BOTH = pytest.mark.parametrize("code", [KEYED, UNKEYED])


@dataclass
class Desk:
    """The cases, and a portal's deliveries, tried one by one."""

    world: World
    store: Store

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def arrive(self, code: str, pair: Pair, **filing: Any) -> Origin:
        """A report filed in the portal, as a case here."""
        filed = pair.portal.file(Filing(**{"title": "Jalan rusak", "text": "Rusak."} | filing))
        intake = IntakeActivities(
            self.world.engine,
            SystemClient(self.world.client),
            {code: pair.connector},
            self.world.secret,
            self.world.keyring,
        )
        while (await ActivityEnvironment().run(intake.pull_page, code)).more:
            pass
        return (await origins_known(self.world.engine, code, [filed.id]))[filed.id]

    async def say(self, origin: Origin, actor: Actor, action: type[Any], said: str) -> Entry:
        texts = {"text": said}
        entry = await store_entry(
            self.world.engine, origin.complaint_id, actor.id, texts, self.now()
        )
        await self.world.act(origin.complaint_id, actor, action(entry=entry))
        return entry

    async def accept(self, origin: Origin) -> None:
        """In the unit's hands."""
        await self.world.dispose(origin.complaint_id)
        await self.world.act(origin.complaint_id, UNIT, a.Accept())

    async def handle(self, origin: Origin, *progress: str, answer: str = "Sudah ditambal.") -> None:
        """To its answer."""
        await self.accept(origin)
        for said in progress:
            await self.say(origin, UNIT, a.ReportProgress, said)
        await self.say(origin, UNIT, a.Answer, answer)

    async def once(self, origin: Origin, connector: Any) -> Progress:
        telling = DeliveryActivities(self.world.engine, self.store, {origin.portal: connector})
        work = OriginWork(origin=origin.id, portal=origin.portal)
        progress: Progress = await ActivityEnvironment().run(telling.deliver_next, work)
        return progress

    async def all(self, origin: Origin, connector: Connector) -> None:
        """One after the other and again where it failed, as the workflow does."""
        for _ in range(200):
            try:
                if not (await self.once(origin, connector)).more:
                    return
            except ApplicationError as error:
                if error.non_retryable:
                    raise
        raise AssertionError("it has no end")

    async def of(self, origin: Origin) -> list[Delivery]:
        found = await deliveries_of(self.world.engine, origin.complaint_id)
        return [one for one in found if one.origin_id == origin.id]

    async def states(self, origin: Origin) -> list[tuple[str, str]]:
        return [(one.kind, one.state) for one in await self.of(origin)]

    async def next(self, origin: Origin) -> Delivery:
        found = await next_of(self.world.engine, origin.id)
        assert found is not None
        return found

    async def dead_for_long(self) -> None:
        """The lease of an attempt that left no word is over."""
        async with self.world.engine.connect() as connection:
            await connection.execute(text("UPDATE deliveries SET busy_until = now()"))


def told(pair: Pair, origin: Origin) -> list[str]:
    """What stands under the report in the portal, by the agency."""
    entries = pair.portal.store.entries(origin.external_id)
    return [one.text.partition("\n\n[")[0] for one in entries if one.author == "agency"]


class Killed(BaseException):
    """The worker is no more."""


@dataclass
class Wrapped:
    """A connector that does its work, or not, and then raises what it is to raise."""

    connector: Connector
    then: Sequence[BaseException]
    work: bool = True

    async def push(self, report: str, push: Push, *, again: bool) -> Receipt | None:
        receipt = None
        if self.work or not self.then:
            receipt = await self.connector.push(report, push, again=again)
        for error in self.then:
            raise error
        return receipt


@pytest.fixture
async def desk(world: World, tmp_path: Any) -> AsyncIterator[Desk]:
    for code in ("sp4n", "laporgub", "open311"):
        await ensure_portal(world.engine, code, Mode.API, datetime.now(UTC))
    async with make_worker(world.client, world.engine):
        yield Desk(world, Store(tmp_path / "files"))


@pytest.mark.parametrize("code", ["sp4n", "laporgub"])
async def test_a_portal_is_told_all_in_order_with_proof(desk: Desk, meet: Meet, code: str) -> None:
    async with meet(code) as pair:
        origin = await desk.arrive(code, pair)
        await desk.handle(origin, "Bahan dipesan.", "Mulai dikerjakan.")
        await desk.all(origin, pair.connector)
        said = told(pair, origin)
    kinds = ["received", "disposed", "progress_reported", "progress_reported", "answered"]
    rows = await desk.of(origin)
    assert [(one.kind, one.state) for one in rows] == [(kind, "delivered") for kind in kinds]
    assert [len(said), said[-1]] == [5, "Sudah ditambal."]
    assert rows[0].ticket in said[0]
    assert "Dinas Pekerjaan Umum" in said[1]
    assert len({one.receipt for one in rows}) == 5
    assert all(one.receipt_at and one.attempts == 1 and not one.unsure for one in rows)
    [step] = await steps_of(desk.world.engine, rows[-1].id)
    assert (step.what, step.actor, step.detail) == ("delivered", "system", rows[-1].receipt)


@BOTH
async def test_what_was_told_is_known_where_the_answer_was_lost(
    desk: Desk, meet: Meet, code: str
) -> None:
    async with meet(code) as pair:
        origin = await desk.arrive(code, pair)
        pair.fail(lost=1)
        with pytest.raises(ApplicationError) as failed:
            await desk.once(origin, Wrapped(pair.connector, []))
        assert failed.value.next_retry_delay == timedelta(seconds=30), "the portal may be at it"
        assert (await desk.next(origin)).unsure
        pair.fail(lost=0)
        await desk.all(origin, pair.connector)
        assert len(told(pair, origin)) == 1
    [row] = await desk.of(origin)
    assert (row.state, row.attempts, row.unsure) == ("delivered", 2, False)


@BOTH
async def test_a_worker_dies_between_call_and_record(desk: Desk, meet: Meet, code: str) -> None:
    async with meet(code) as pair:
        origin = await desk.arrive(code, pair)
        with patch.object(attempts, "delivered", side_effect=Killed), pytest.raises(Killed):
            await desk.once(origin, pair.connector)
        assert len(told(pair, origin)) == 1
        met = await desk.once(origin, pair.connector)
        assert (met.more, met.wait_s) == (True, attempts.BUSY.total_seconds())
        await desk.dead_for_long()
        await desk.all(origin, pair.connector)
        assert len(told(pair, origin)) == 1
    assert await desk.states(origin) == [("received", "delivered")]


@BOTH
async def test_a_worker_dies_before_the_call(desk: Desk, meet: Meet, code: str) -> None:
    async with meet(code) as pair:
        origin = await desk.arrive(code, pair)
        dying = Wrapped(pair.connector, [Killed()], work=False)
        with patch.object(attempts, "put_off", side_effect=Killed), pytest.raises(Killed):
            await desk.once(origin, dying)
        await desk.dead_for_long()
        await desk.all(origin, pair.connector)
        assert len(told(pair, origin)) == 1
    [row] = await desk.of(origin)
    assert (row.state, row.attempts) == ("delivered", 2)


@BOTH
async def test_a_worker_that_is_stopped_leaves_word(desk: Desk, meet: Meet, code: str) -> None:
    """The next attempt need not wait until the lease is over."""
    async with meet(code) as pair:
        origin = await desk.arrive(code, pair)
        stopped = Wrapped(pair.connector, [asyncio.CancelledError()])
        with pytest.raises(asyncio.CancelledError):
            await desk.once(origin, stopped)
        await desk.all(origin, pair.connector)
        assert len(told(pair, origin)) == 1


@BOTH
async def test_two_attempts_at_once_tell_once(desk: Desk, meet: Meet, code: str) -> None:
    async with meet(code) as pair:
        origin = await desk.arrive(code, pair)
        pair.fail(slow=1, slow_s=0.5)
        both = await asyncio.gather(*(desk.once(origin, pair.connector) for _ in range(2)))
        assert len(told(pair, origin)) == 1
    assert sorted(one.wait_s for one in both) == [0, attempts.BUSY.total_seconds()]


async def test_a_late_answer_that_it_was_told_counts_whatever_came_meanwhile(
    desk: Desk, meet: Meet
) -> None:
    """And a late one that it was refused does not."""
    async with meet(KEYED) as pair:
        engine, origin = desk.world.engine, await desk.arrive(KEYED, pair)
    id = (await desk.next(origin)).id
    first = await attempts.begin(engine, id, desk.now())
    assert first
    assert not first.again
    assert await attempts.begin(engine, id, desk.now()) is None
    later = desk.now() + attempts.BUSY
    second = await attempts.begin(engine, id, later)
    assert second
    assert second.again
    await attempts.refused(engine, first, "terlambat", later)
    await attempts.put_off(engine, first, later, unsure=False)
    row = await desk.next(origin)
    assert (row.state, row.unsure) == ("waiting", True)
    await attempts.refused(engine, second, "tidak", later)
    await attempts.delivered(engine, first, "77", later, later)
    [row] = await desk.of(origin)
    assert (row.state, row.receipt, row.words) == ("delivered", "77", None)
    assert [step.what for step in await steps_of(engine, id)] == ["refused", "delivered"]


async def test_the_portal_says_when_to_come_again(desk: Desk, meet: Meet) -> None:
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        pair.fail(throttle=1)
        with pytest.raises(ApplicationError) as failed:
            await desk.once(origin, pair.connector)
    assert failed.value.next_retry_delay == timedelta(seconds=1)
    row = await desk.next(origin)
    assert (row.state, row.attempts, row.unsure) == ("waiting", 1, False)


async def test_a_portal_that_wants_rest_is_called_by_nobody(desk: Desk, meet: Meet) -> None:
    engine = desk.world.engine
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        assert await take_turn(engine, KEYED, 60, desk.now()) == 0
        rest = Throttled(after=timedelta(minutes=2))
        with pytest.raises(ApplicationError):
            await desk.once(origin, Wrapped(pair.connector, [rest], work=False))
    assert 110 < await take_turn(engine, KEYED, 60, desk.now()) <= 120
    assert await take_turn(engine, KEYED, 60, desk.now() + timedelta(minutes=2)) == 0


async def test_the_houses_own_limit_is_no_attempt(desk: Desk, meet: Meet) -> None:
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        full = NotYet(after=timedelta(seconds=9))
        acknowledgement = await desk.once(origin, Wrapped(pair.connector, [full], work=False))
        assert not acknowledgement.more, "left to the sweeper"
        await desk.all(origin, pair.connector)
        await desk.world.dispose(origin.complaint_id)
        with pytest.raises(ApplicationError) as failed:
            await desk.once(origin, Wrapped(pair.connector, [full], work=False))
    assert failed.value.next_retry_delay is not None
    assert failed.value.next_retry_delay >= timedelta(seconds=9)
    row = await desk.next(origin)
    assert (row.kind, row.attempts, row.unsure) == ("disposed", 0, False)


async def test_of_a_backlog_what_people_said_goes_before_acknowledgements(
    desk: Desk, meet: Meet
) -> None:
    engine, now = desk.world.engine, desk.now()
    soon = now + timedelta(minutes=1)
    async with meet(KEYED) as pair:
        older = await desk.arrive(KEYED, pair)
        newer = await desk.arrive(KEYED, pair)
        await desk.world.dispose(newer.complaint_id)
        assert await attempts.idle_lanes(engine, now, now, 9) == [], "they have just come"
        both = [(newer.id, KEYED), (older.id, KEYED)]
        assert await attempts.idle_lanes(engine, soon, now, 9) == both
        assert await attempts.idle_lanes(engine, soon, now, 1) == both[:1]
        with pytest.raises(ApplicationError):
            await desk.once(newer, Wrapped(pair.connector, [Away()], work=False))
    assert await attempts.idle_lanes(engine, soon, now, 9) == both[1:], "it was tried just now"


async def test_why_it_waits_is_shown_and_what_cannot_be_read_may_have_been_done(
    desk: Desk, meet: Meet
) -> None:
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        for error in (Away("halaman pemeliharaan"), Unreadable("id: bukan teks")):
            with pytest.raises(ApplicationError) as failed:
                await desk.once(origin, Wrapped(pair.connector, [error], work=False))
            row = await desk.next(origin)
            assert (row.state, row.words, row.unsure) == ("waiting", error.words, True)
            assert error.words not in str(failed.value)
        assert failed.value.next_retry_delay == timedelta(minutes=5)


async def test_what_is_refused_waits_for_a_person_and_holds_its_lane(
    desk: Desk, meet: Meet
) -> None:
    engine = desk.world.engine
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        await desk.handle(origin, "panjang " * 2000)
        await desk.all(origin, pair.connector)
        row = await desk.next(origin)
        assert (row.kind, row.state) == ("progress_reported", "refused")
        assert row.words
        assert "paling panjang 10000 huruf" in row.words
        assert not (await desk.once(origin, pair.connector)).more
        entry = await store_entry(
            engine, row.complaint_id, UNIT.id, {"text": "Pendek."}, desk.now()
        )
        assert await send_again(engine, row.id, UNIT, entry, desk.now())
        assert not await send_again(engine, row.id, UNIT, entry, desk.now())
        await desk.all(origin, pair.connector)
        assert told(pair, origin)[-2:] == ["Pendek.", "Sudah ditambal."]
    assert (await desk.of(origin))[-1].state == "delivered"
    whats = [step.what for step in await steps_of(engine, row.id)]
    assert whats == ["refused", "edited", "delivered"]


@BOTH
async def test_an_edited_text_is_not_told_where_the_first_went_through_unseen(
    desk: Desk, meet: Meet, code: str
) -> None:
    """The answer to the first attempt was lost, the second was refused for another reason."""
    engine = desk.world.engine
    async with meet(code) as pair:
        origin = await desk.arrive(code, pair)
        await desk.once(origin, pair.connector)
        await desk.handle(origin, answer="Lama.")
        await desk.once(origin, pair.connector)
        with pytest.raises(ApplicationError):
            await desk.once(origin, Wrapped(pair.connector, [Away()]))
        await desk.once(origin, Wrapped(pair.connector, [Refused("tutup")], work=False))
        row = await desk.next(origin)
        assert (row.state, row.unsure) == ("refused", True)
        entry = await store_entry(engine, row.complaint_id, UNIT.id, {"text": "Baru."}, desk.now())
        await send_again(engine, row.id, UNIT, entry, desk.now())
        await desk.all(origin, pair.connector)
        assert told(pair, origin)[-1] == "Lama."
        assert len(told(pair, origin)) == 3
    last = (await desk.of(origin))[-1]
    if code == UNKEYED:
        assert last.state == "delivered", "the timeline has it"
    else:
        assert last.state == "refused"
        assert last.words
        assert "Kunci ini sudah dipakai" in last.words, "for a person to look at, and to settle"


async def test_what_is_settled_by_hand_lets_the_lane_go_on(desk: Desk, meet: Meet) -> None:
    engine = desk.world.engine
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        await desk.handle(origin, "x" * 10_001)
        await desk.all(origin, pair.connector)
        row = await desk.next(origin)
        assert await settle(engine, row.id, COORDINATOR, "surat 12/XI", desk.now())
        assert not await settle(engine, row.id, COORDINATOR, "lagi", desk.now())
        await desk.all(origin, pair.connector)
        assert told(pair, origin)[-1] == "Sudah ditambal."
    settled = next(one for one in await desk.of(origin) if one.id == row.id)
    assert (settled.state, settled.receipt) == ("settled", "surat 12/XI")


async def test_what_is_just_being_tried_is_not_settled(desk: Desk, meet: Meet) -> None:
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
    engine, row, now = desk.world.engine, await desk.next(origin), desk.now()
    assert await attempts.begin(engine, row.id, now)
    assert not await settle(engine, row.id, COORDINATOR, "surat", now)
    assert await settle(engine, row.id, COORDINATOR, "surat", now + attempts.BUSY * 2)


async def test_who_is_not_called_is_not_told(desk: Desk, meet: Meet) -> None:
    engine = desk.world.engine
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        await pause(engine, KEYED, COORDINATOR, desk.now())
        assert not (await desk.once(origin, pair.connector)).more
        await resume(engine, KEYED, COORDINATOR, desk.now())
        await set_mode(engine, KEYED, Mode.RELAY, COORDINATOR, desk.now())
        assert not (await desk.once(origin, pair.connector)).more
        assert told(pair, origin) == []
        await set_mode(engine, KEYED, Mode.API, COORDINATOR, desk.now())
        await desk.all(origin, pair.connector)
        assert len(told(pair, origin)) == 1


async def test_one_complaint_of_two_portals_is_answered_in_both(desk: Desk, meet: Meet) -> None:
    async with meet(KEYED) as national, meet(UNKEYED) as province:
        first = await desk.arrive(KEYED, national)
        await desk.handle(first)
        second = await desk.arrive(UNKEYED, province, same_as=first.external_id)
        assert second.complaint_id == first.complaint_id
        for origin, pair in ((first, national), (second, province)):
            await desk.all(origin, pair.connector)
            assert len(told(pair, origin)) == 3
            assert told(pair, origin)[-1] == "Sudah ditambal."


async def test_duplicates_get_their_leads_answers_each_in_its_own_portal(
    desk: Desk, meet: Meet
) -> None:
    """And none that was still to be told when they were unlinked."""
    world = desk.world
    async with meet(KEYED) as national, meet(UNKEYED) as province:
        lead = await desk.arrive(KEYED, national)
        other = await desk.arrive(UNKEYED, province)
        await desk.accept(lead)
        link = a.LinkDuplicate(lead=lead.complaint_id)
        await world.act(other.complaint_id, COORDINATOR, link)
        await _joined(world, lead, 1)
        await desk.say(lead, UNIT, a.ReportProgress, "Untuk semua.")
        await desk.all(other, province.connector)
        assert told(province, other)[-1] == "Kemajuan penanganan: Untuk semua."
        await desk.say(lead, UNIT, a.ReportProgress, "Terlambat.")
        await world.act(other.complaint_id, COORDINATOR, a.UnlinkDuplicate())
        await _joined(world, lead, 0)
        await desk.say(lead, UNIT, a.Answer, "Hanya untuk induk.")
        await desk.all(other, province.connector)
        await desk.all(lead, national.connector)
        assert told(province, other)[-1] == "Kemajuan penanganan: Untuk semua."
        assert told(national, lead)[-1] == "Hanya untuk induk."
    relayed = [one for one in await desk.of(other) if one.complaint_id == lead.complaint_id]
    assert [one.state for one in relayed] == ["delivered", "skipped"]
    assert relayed[0].reported_ticket != relayed[0].ticket
    content = await content_of(world.engine, relayed[0])
    assert content.reference.startswith(relayed[0].reported_ticket), "the lead's stays unknown"


async def test_what_was_erased_is_not_told(desk: Desk, meet: Meet) -> None:
    async with meet(KEYED) as pair:
        origin = await desk.arrive(KEYED, pair)
        await desk.handle(origin)
        await erase_texts(desk.world.engine, origin.complaint_id)
        await desk.all(origin, pair.connector)
        assert len(told(pair, origin)) == 2
    assert (await desk.states(origin))[-1] == ("answered", "skipped")


@BOTH
async def test_all_of_it_once_and_in_order_whatever_fails(
    desk: Desk, meet: Meet, code: str
) -> None:
    async with meet(code) as pair:
        lanes = [await desk.arrive(code, pair, title=f"L{n}") for n in range(5)]
        for origin in lanes:
            await desk.handle(origin, "satu", "dua", "tiga")
        pair.fail(error=0.1, throttle=0.1, maintenance=0.1, revoke=0.1, lost=0.3)
        await asyncio.gather(*(desk.all(origin, pair.connector) for origin in lanes))
        for origin in lanes:
            said = told(pair, origin)
            assert len(said) == 6
            assert said[2:] == [
                *(f"Kemajuan penanganan: {one}" for one in ("satu", "dua", "tiga")),
                "Sudah ditambal.",
            ]


async def _joined(world: World, lead: Origin, duplicates: int) -> None:
    for _ in range(200):
        if len((await world.case(lead.complaint_id)).duplicates) == duplicates:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the lead does not know")
