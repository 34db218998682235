"""Taking in, from the practice portals over HTTP: nothing lost, nothing twice, whatever fails."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.calls import NotYet, turn
from activities.intake import IntakeActivities
from activities.messages import Progress, TakeAgain
from domain import actions as a
from domain.terms import Stage
from portals.protocol import Connector, Message, Misread, Person, Pulled, Report
from practice.store import Filing
from record.entries import entries_of
from record.identity import open_identity
from record.portal_tables import attachments
from record.portals.calls import hold, take_turn
from record.portals.origins import Origin, origins_known, origins_of
from record.portals.quarantine import Kind, drop, waiting
from record.portals.state import Mode, PortalState, ensure_portal, pause, portal
from record.tables import cases, complaints
from tests.portals import conftest as portals
from tests.portals.conftest import Meet
from tests.workflows.world import COORDINATOR, World
from worker import make_worker
from workflows.client import SystemClient

meet = portals.meet
"""The fixture."""
FILED = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
POTHOLE = Filing(
    title="Jalan berlubang",
    text="Jalan di depan pasar berlubang.",
    region="33.03.09.2001",
    name="Siti Aminah",
    phone="0812 3456 7890",
)


class Cases(SystemClient):
    """The cases as they are, and a note of what was woken beside them."""

    woken: list[tuple[str, UUID, str]]

    async def deliver(self, origin: UUID, portal: str, *, anew: bool = True) -> None:
        self.woken.append(("deliver", origin, portal))

    async def fetch(self, origin: UUID, portal: str, *, anew: bool = True) -> None:
        self.woken.append(("fetch", origin, portal))


@dataclass(frozen=True)
class Intake:
    world: World
    cases: Cases

    @property
    def woken(self) -> list[str]:
        return [what for what, _, _ in self.cases.woken]

    def by(self, **connectors: Connector) -> IntakeActivities:
        return IntakeActivities(
            self.world.engine, self.cases, connectors, self.world.secret, self.world.keyring
        )

    async def pull(self, code: str, connector: Connector) -> Progress:
        """One page."""
        pull = self.by(**{code: connector}).pull_page
        progress: Progress = await ActivityEnvironment().run(pull, code)
        return progress

    async def pull_all(self, code: str, connector: Connector) -> None:
        """Page by page, and again where it failed, as the workflow does."""
        for _ in range(300):
            try:
                if not (await self.pull(code, connector)).more:
                    return
            except ApplicationError as error:
                if error.non_retryable:
                    raise
        raise AssertionError("it has no end")

    async def again(self, code: str, connector: Connector, quarantined: UUID) -> bool:
        taken: bool = await ActivityEnvironment().run(
            self.by(**{code: connector}).take_in_again,
            TakeAgain(quarantined=quarantined, portal=code, actor=COORDINATOR.id),
        )
        return taken

    async def state(self, code: str) -> PortalState:
        found = await portal(self.world.engine, code)
        assert found is not None
        return found

    async def origin(self, code: str, number: str) -> Origin:
        return (await origins_known(self.world.engine, code, [number]))[number]

    async def types(self, origin: Origin) -> list[str]:
        return [event.type for event in await self.world.events(origin.complaint_id)]

    async def complaints(self) -> Sequence[Any]:
        async with self.world.engine.connect() as connection:
            query = select(complaints).order_by(complaints.c.id)
            return (await connection.execute(query)).mappings().all()


@pytest.fixture
async def intake(world: World) -> AsyncIterator[Intake]:
    for code in ("sp4n", "laporgub", "open311"):
        await ensure_portal(world.engine, code, Mode.API, datetime.now(UTC))
    cases = Cases(world.client)
    object.__setattr__(cases, "woken", [])
    async with make_worker(world.client, world.engine):
        yield Intake(world, cases)


@dataclass
class Scripted:
    """A connector that says what a test has it say."""

    pages: Sequence[Sequence[Report | Misread]] = ()
    now: dict[str, Report | Misread] = field(default_factory=dict)
    talk: list[Message] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    readable: Report | None = None

    async def pull(self, cursor: str | None) -> Pulled:
        page = int(cursor or 0)
        reports = self.pages[page] if page < len(self.pages) else ()
        most = min(page + 1, len(self.pages))
        return Pulled(reports=reports, cursor=str(most), more=most < len(self.pages))

    async def report(self, report: str) -> Report | Misread | None:
        return self.now.get(report)

    async def messages(self, report: str, after: str | None) -> Sequence[Message]:
        self.asked.append(report)
        return self.talk

    def read(self, raw: bytes) -> Report | Misread:
        return self.readable or Misread(id=None, raw=raw, reason="masih salah")

    push: Any = None
    fetch: Any = None
    hint: Any = None

    async def close(self) -> None: ...


def a_report(number: str, **changes: Any) -> Report:
    plain = Report(
        id=number,
        title="Jalan berlubang",
        body="Di depan pasar.",
        filed_at=FILED,
        changed_at=FILED,
    )
    return replace(plain, **changes)


def later(minutes: int) -> datetime:
    return FILED + timedelta(minutes=minutes)


async def test_a_portals_report_stands_in_the_inbox(intake: Intake, meet: Meet) -> None:
    async with meet("sp4n") as pair:
        photo = pair.portal.keep("lubang.jpg", "image/jpeg", b"jpeg")
        filed = pair.portal.file(Filing(**{**vars(POTHOLE), "files": (photo,)}))
        await intake.pull_all("sp4n", pair.connector)
        await intake.pull_all("sp4n", pair.connector)
    [row] = await intake.complaints()
    assert (row["channel"], row["title"], row["body"]) == ("sp4n", POTHOLE.title, POTHOLE.text)
    assert (row["kecamatan"], row["village_code"]) == ("kec.bobotsari", "33.03.09.2001")
    world, origin = intake.world, await intake.origin("sp4n", filed.id)
    reporter = await open_identity(world.engine, world.keyring, row["id"])
    assert reporter is not None
    assert (reporter.name, reporter.phone) == ("Siti Aminah", "+6281234567890")
    assert (await world.handle(row["id"]).describe()).close_time is None, "its case runs"
    assert intake.woken == ["deliver", "fetch"]
    assert origin.filed_at is not None
    assert row["received_at"] > origin.filed_at, "when we got it"
    state = await intake.state("sp4n")
    assert state.cursor
    assert state.newest_at == origin.filed_at
    async with world.engine.connect() as connection:
        names = (await connection.execute(select(attachments.c.name))).scalars().all()
    assert names == ["lubang.jpg"]


@pytest.mark.parametrize("code", ["sp4n", "laporgub", "open311"])
async def test_every_report_once_whatever_fails(intake: Intake, meet: Meet, code: str) -> None:
    async with meet(code) as pair:
        filed = [pair.portal.file(Filing(title=f"L{n}", text=f"Isi {n}")).id for n in range(40)]
        pair.fail(error=0.15, throttle=0.15, maintenance=0.15, revoke=0.1, repeat=0.3, lost=0.15)
        await intake.pull_all(code, pair.connector)
        filed += [pair.portal.file(Filing(title=f"N{n}", text=f"Baru {n}")).id for n in range(5)]
        await intake.pull_all(code, pair.connector)
        pair.fail(error=0, throttle=0, maintenance=0, revoke=0, repeat=0, lost=0)
        await intake.pull_all(code, pair.connector)
    assert len(await intake.complaints()) == len(filed) == 45
    assert await origins_known(intake.world.engine, code, filed) != {}
    assert set(await origins_known(intake.world.engine, code, filed)) == set(filed)
    assert await waiting(intake.world.engine) == []
    state = await intake.state(code)
    assert state.failure is None


async def test_a_reply_typed_in_the_portal_arrives_in_the_case_once(
    intake: Intake, meet: Meet
) -> None:
    for code in ("sp4n", "laporgub"):
        async with meet(code) as pair:
            report = pair.portal.file(POTHOLE)
            await intake.pull_all(code, pair.connector)
            origin = await intake.origin(code, report.id)
            pair.portal.answer(report, "Sedang kami periksa.", title="Ditindaklanjuti")
            pair.portal.reply(report, "Masih berlubang.")
            pair.portal.reply(report, "Malah bertambah.")
            for _ in range(3):
                await intake.pull_all(code, pair.connector)
        assert await intake.types(origin) == ["received", "replied", "replied"]
        typed = await entries_of(intake.world.engine, origin.complaint_id)
        said = [one.texts for one in typed.values()]
        assert said == [{"text": "Masih berlubang."}, {"text": "Malah bertambah."}]
        events = await intake.world.events(origin.complaint_id)
        assert {event.actor for event in events} == {"reporter"}


async def test_one_complaint_from_two_portals_is_one_case_that_knows(intake: Intake) -> None:
    sp4n = Scripted([[a_report("77")]])
    gub = Scripted(
        [[a_report("LG1", same_as=("sp4n", "77"))], [a_report("LG1", same_as=("sp4n", "77"))]]
    )
    await intake.pull_all("laporgub", gub)
    await intake.pull_all("sp4n", sp4n)
    assert len(await intake.complaints()) == 1
    origin = await intake.origin("sp4n", "77")
    assert origin.joined
    assert await intake.types(origin) == ["received", "origin_joined"]
    assert len(await origins_of(intake.world.engine, origin.complaint_id)) == 2


async def test_what_a_crash_left_of_a_joining_is_mended(intake: Intake) -> None:
    """The report is stored, and the worker dies before its case is asked."""
    await intake.pull_all("laporgub", Scripted([[a_report("LG1", same_as=("sp4n", "77"))]]))

    async def died(*_: Any) -> None:
        raise ConnectionError

    ask, intake.cases.__dict__["ask"] = intake.cases.ask, died
    with pytest.raises(ConnectionError):
        await intake.pull("sp4n", Scripted([[a_report("77")]]))
    del intake.cases.__dict__["ask"]
    assert ask is not died
    assert (await intake.state("sp4n")).cursor is None, "not moved before all is stored"
    await intake.pull_all("sp4n", Scripted([[a_report("77")]]))
    origin = await intake.origin("sp4n", "77")
    assert await intake.types(origin) == ["received", "origin_joined"]


async def test_a_changed_report_tells_its_case_and_an_old_state_does_not(intake: Intake) -> None:
    changed = a_report("1", body="Di depan pasar, dan di jembatan.", changed_at=later(5))
    pages = [[a_report("1")], [changed], [a_report("1")], [changed, a_report("1"), changed]]
    await intake.pull_all("sp4n", Scripted(pages))
    origin = await intake.origin("sp4n", "1")
    assert await intake.types(origin) == ["received", "origin_changed"]
    typed = await entries_of(intake.world.engine, origin.complaint_id)
    assert [one.texts for one in typed.values()] == [
        {"title": "Jalan berlubang", "body": "Di depan pasar, dan di jembatan."}
    ]
    assert origin.changed_at == later(5)


async def test_a_report_that_its_portal_closed_is_seen_and_the_case_goes_on(
    intake: Intake,
) -> None:
    closed = a_report("1", status="ditutup", closed=True, changed_at=later(5))
    await intake.pull_all("sp4n", Scripted([[a_report("1")], [closed], [closed]]))
    origin = await intake.origin("sp4n", "1")
    assert await intake.types(origin) == ["received", "origin_closed"]
    assert origin.closed_at is not None
    assert (await intake.world.case(origin.complaint_id)).open


async def test_a_portal_that_closes_what_it_was_told_is_answered_is_no_news(
    intake: Intake,
) -> None:
    await intake.pull_all("sp4n", Scripted([[a_report("1")]]))
    async with intake.world.engine.connect() as connection:
        await connection.execute(
            text("UPDATE deliveries SET kind = 'answered', attempts = 1, state = 'delivered'")
        )
    closed = a_report("1", status="selesai", closed=True, changed_at=later(5))
    await intake.pull_all("sp4n", Scripted([[a_report("1")], [closed]]))
    origin = await intake.origin("sp4n", "1")
    assert await intake.types(origin) == ["received"]
    assert origin.closed_at is None


async def test_messages_are_asked_for_only_where_there_may_be_some(intake: Intake) -> None:
    portal_ = Scripted([[a_report("1"), a_report("2", changed_at=later(1))], [a_report("1")]])
    await intake.pull_all("sp4n", portal_)
    assert portal_.asked == ["2"]


async def test_a_message_to_a_case_that_is_past_it_is_kept_and_can_be_taken_in_again(
    intake: Intake,
) -> None:
    world = intake.world
    await intake.pull_all("sp4n", Scripted([[a_report("1")]]))
    origin = await intake.origin("sp4n", "1")
    await world.act(origin.complaint_id, COORDINATOR, a.HandBack())
    message = Message(id="m1", by_reporter=True, text="Kok dikembalikan?", at=later(9))
    again = Scripted([[a_report("1")], [a_report("1", changed_at=later(9))]], talk=[message])
    await intake.pull_all("sp4n", again)
    assert await intake.types(origin) == ["received", "handed_back"]
    [kept] = await waiting(world.engine, "sp4n")
    assert (kept.kind, kept.external_id) == (Kind.MESSAGE, "1")
    assert kept.reason
    assert (await intake.origin("sp4n", "1")).last_message == "m1"
    typed = await entries_of(world.engine, origin.complaint_id)
    assert all(one.texts is None for one in typed.values()), "refused words are taken away"
    assert not await intake.again("sp4n", again, kept.id)
    await world.act(origin.complaint_id, COORDINATOR, a.Reopen(entry=None))
    assert await intake.again("sp4n", again, kept.id)
    assert await intake.again("sp4n", again, kept.id), "once"
    assert (await intake.types(origin))[-1] == "replied"
    assert await waiting(world.engine) == []


async def test_what_cannot_be_read_is_kept_and_taken_in_after_a_fix(intake: Intake) -> None:
    misread = Misread(id="9", raw=b'{"judul": null}', reason="judul: kosong")
    broken = Scripted([[a_report("1"), misread, a_report("2")], [misread]])
    await intake.pull_all("sp4n", broken)
    assert len(await intake.complaints()) == 2, "the others go on"
    [kept] = await waiting(intake.world.engine, "sp4n")
    assert (kept.reason, kept.external_id) == ("judul: kosong", "9")
    assert not await intake.again("sp4n", broken, kept.id)
    [kept] = await waiting(intake.world.engine, "sp4n")
    assert kept.reason == "masih salah"
    mended = Scripted(readable=a_report("9"))
    assert await intake.again("sp4n", mended, kept.id)
    assert await intake.again("sp4n", mended, kept.id)
    assert len(await intake.complaints()) == 3
    assert await waiting(intake.world.engine) == []


async def test_what_the_portal_mended_leaves_the_quarantine_by_itself(intake: Intake) -> None:
    misread = Misread(id="9", raw=b"{}", reason="judul: kosong")
    await intake.pull_all("sp4n", Scripted([[misread], [a_report("9", changed_at=later(1))]]))
    assert await waiting(intake.world.engine) == []
    assert len(await intake.complaints()) == 1
    await intake.pull_all("laporgub", Scripted([[misread]]))
    [kept] = await waiting(intake.world.engine)
    assert await intake.again("laporgub", Scripted(now={"9": a_report("9")}), kept.id), "asked anew"


async def test_a_dropped_one_is_not_taken_in(intake: Intake) -> None:
    misread = Misread(id="9", raw=b"{}", reason="judul: kosong")
    await intake.pull_all("sp4n", Scripted([[misread]]))
    [kept] = await waiting(intake.world.engine)
    await drop(intake.world.engine, kept.id, COORDINATOR.id, later(0))
    assert not await intake.again("sp4n", Scripted(readable=a_report("9")), kept.id)
    assert await intake.complaints() == []


async def test_one_that_cannot_be_stored_keeps_no_other_back(intake: Intake) -> None:
    odd = a_report("8", lat=float("nan"), reporter=Person(name="Siti"))
    await intake.pull_all("sp4n", Scripted([[a_report("1"), odd, a_report("2")]]))
    assert len(await intake.complaints()) == 2
    [kept] = await waiting(intake.world.engine)
    assert (kept.external_id, kept.reason) == ("8", "tidak dapat disimpan")
    assert await intake.again("sp4n", Scripted(readable=a_report("8")), kept.id)


@pytest.mark.parametrize(
    "odd",
    [
        {"title": "", "body": "Hanya isi"},
        {"title": "\x00Judul\ud800", "body": "x\x00"},
        {"title": "J" * 500, "body": "kata " * 400_000},
        {"region_code": "33.04.01.2001"},
        {"region_code": "33.03.09"},
        {"reporter": Person(name="X", phone="bukan nomor")},
        {"id": "a\x00/b"},
    ],
)
async def test_odd_reports_are_complaints_too(intake: Intake, odd: dict[str, Any]) -> None:
    await intake.pull_all("sp4n", Scripted([[replace(a_report("1"), **odd)]]))
    assert await waiting(intake.world.engine) == []
    [row] = await intake.complaints()
    assert 0 < len(row["title"]) <= 150
    assert row["body"]
    if odd.get("region_code") == "33.03.09":
        assert row["kecamatan"] == "kec.bobotsari"


async def test_a_paused_portal_and_one_without_a_connector_are_not_asked(intake: Intake) -> None:
    engine = intake.world.engine
    one = Scripted([[a_report("1")]])
    await pause(engine, "sp4n", COORDINATOR, later(0))
    assert not (await intake.pull("sp4n", one)).more
    assert await ActivityEnvironment().run(intake.by().pull_page, "laporgub") == Progress(
        more=False
    )
    assert await intake.complaints() == []


async def test_a_failure_stands_in_the_record_until_a_page_comes(
    intake: Intake, meet: Meet
) -> None:
    async with meet("sp4n") as pair:
        pair.fail(throttle=1)
        with pytest.raises(ApplicationError) as raised:
            await intake.pull("sp4n", pair.connector)
        assert raised.value.next_retry_delay is not None
        assert not raised.value.non_retryable
        state = await intake.state("sp4n")
        assert (state.failure or "").startswith("throttled")
        assert state.failed_at is not None
        pair.fail(throttle=0)
        await intake.pull_all("sp4n", pair.connector)
    state = await intake.state("sp4n")
    assert (state.failure, state.succeeded_at is not None) == (None, True)


async def test_a_backlog_is_started_and_left_to_the_sweeper_beside(intake: Intake) -> None:
    await intake.pull_all("sp4n", Scripted([[a_report(f"{n}") for n in range(30)]]))
    assert intake.woken == []
    async with intake.world.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM unstarted"))).scalar_one() == 0
        stages = (await connection.execute(select(cases.c.stage))).scalars().all()
    assert stages == [Stage.RECEIVED] * 30


async def test_pulling_waits_for_its_turn_where_others_come_back_later(intake: Intake) -> None:
    engine = intake.world.engine
    for _ in range(100):
        await take_turn(engine, "sp4n", 60, datetime.now(UTC), first=True)
    with pytest.raises(NotYet) as raised:
        await turn(engine, "sp4n", 60)()
    assert raised.value.after is not None
    assert raised.value.after > timedelta(seconds=5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(turn(engine, "sp4n", 60, first=True)(), 0.5)
    await hold(engine, "sp4n", datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(NotYet):
        await turn(engine, "sp4n", 60, first=True)()
