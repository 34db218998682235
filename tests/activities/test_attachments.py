"""Attachments of portals' reports: fetched, made anew, and the case's; or named with the reason."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from PIL import Image
from sqlalchemy import select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.attachments import STUBBORN, AttachmentActivities
from activities.calls import NotYet
from activities.cases import CaseActivities
from activities.intake import IntakeActivities
from activities.messages import OriginWork, Progress
from portals.protocol import Attachment, Away, Connector, PortalError
from practice.config import Config
from practice.store import Filing
from record.entries import erase_texts
from record.files.rows import content, files_of
from record.files.store import Store
from record.portal_tables import attachments as table
from record.portals import attachments
from record.portals.origins import Origin, origins_known
from record.portals.state import Mode, ensure_portal
from tests.portals import conftest as portals
from tests.portals.conftest import MANY, Meet, Pair
from tests.workflows.world import World
from worker import make_worker
from workflows.client import SystemClient

meet = portals.meet
"""The fixture."""


class Desk:
    def __init__(self, world: World, directory: Path) -> None:
        self.world, self.store = world, Store(directory)

    async def arrive(self, code: str, pair: Pair, *files: str, **filing: Any) -> Origin:
        filed = pair.portal.file(
            Filing(**{"title": "Jalan", "text": "Rusak.", "files": files} | filing)
        )
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

    async def once(self, origin: Origin, connector: Connector) -> Progress:
        system = SystemClient(self.world.client)
        load = CaseActivities(self.world.engine, system).load
        fetching = AttachmentActivities(
            self.world.engine, self.store, {origin.portal: connector}, system, load
        )
        work = OriginWork(origin=origin.id, portal=origin.portal)
        progress: Progress = await ActivityEnvironment().run(fetching.fetch_next, work)
        return progress

    async def all(self, origin: Origin, connector: Connector) -> None:
        for _ in range(50):
            try:
                if not (await self.once(origin, connector)).more:
                    return
            except ApplicationError as error:
                if error.non_retryable:
                    raise
        raise AssertionError("it has no end")

    async def became(self, origin: Origin) -> list[tuple[str, str | None]]:
        query = select(table.c.state, table.c.reason).where(table.c.origin_id == origin.id)
        async with self.world.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(query.order_by(table.c.n))]

    async def added(self, origin: Origin) -> int:
        events = await self.world.events(origin.complaint_id)
        return sum(event.type == "files_added" for event in events)


@pytest.fixture
async def desk(world: World, tmp_path: Path) -> AsyncIterator[Desk]:
    for code in ("sp4n", "laporgub", "open311"):
        await ensure_portal(world.engine, code, Mode.API, datetime.now(UTC))
    async with make_worker(world.client, world.engine):
        yield Desk(world, tmp_path / "files")


@dataclass
class Failing:
    """A connector that never gets one file."""

    connector: Connector
    file: str
    error: PortalError

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        if self.file in attachment.url:
            raise self.error
        return await self.connector.fetch(attachment, most)


def a_photo(colour: str = "red") -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG", comment=b"rahasia")
    return written.getvalue()


@pytest.mark.parametrize("code", ["sp4n", "laporgub"])
async def test_what_came_with_a_report_is_the_cases(desk: Desk, meet: Meet, code: str) -> None:
    engine = desk.world.engine
    async with meet(code) as pair:
        kept = [
            pair.portal.keep(f"foto-{colour}.jpg", "image/jpeg", a_photo(colour))
            for colour in ("red", "green")
        ]
        origin = await desk.arrive(code, pair, *kept)
        await desk.all(origin, pair.connector)
    files = await files_of(engine, origin.complaint_id)
    assert [file.name for file in files] == ["foto-red.jpg", "foto-green.jpg"]
    data = await content(engine, desk.store, files[0].id)
    assert data
    assert b"rahasia" not in data, "made anew"
    assert await desk.became(origin) == [("kept", None)] * 2
    assert await desk.added(origin) == 1, "one event for what was fetched together"
    case = await desk.world.case(origin.complaint_id)
    assert case.seq == 2


async def test_what_cannot_be_kept_is_named_with_the_reason(desk: Desk, meet: Meet) -> None:
    async with meet("sp4n") as pair:
        bad = pair.portal.keep("virus.exe", "image/jpeg", b"MZ nothing that is a picture")
        good = pair.portal.keep("foto.jpg", "image/jpeg", a_photo())
        origin = await desk.arrive("sp4n", pair, bad, good)
        await desk.all(origin, pair.connector)
    (refused, kept) = await desk.became(origin)
    assert kept == ("kept", None)
    assert refused[0] == "refused"
    assert refused[1]
    assert refused[1].startswith("Jenis berkas ini tidak dapat diterima.")


async def test_an_expired_address_is_asked_for_anew(desk: Desk, meet: Meet) -> None:
    short = Config(
        client_secret="s", webhook_secret="w", api_key="k", per_minute=MANY, attachment_s=0
    )
    async with meet("sp4n", short) as pair:
        photo = pair.portal.keep("foto.jpg", "image/jpeg", a_photo())
        origin = await desk.arrive("sp4n", pair, photo)
        [before] = await attachments.waiting_of(desk.world.engine, origin.id)
        pair.portal.config = replace(short, attachment_s=600)
        await desk.all(origin, pair.connector)
    assert await desk.became(origin) == [("kept", None)]
    assert before.attempts == 0


async def test_an_address_that_stays_expired_is_given_up(desk: Desk, meet: Meet) -> None:
    async with meet("laporgub") as pair:
        origin = await desk.arrive(
            "laporgub", pair, pair.portal.keep("a.jpg", "image/jpeg", a_photo())
        )
        pair.portal.store._db.execute("DELETE FROM files")
        await desk.all(origin, pair.connector)
    assert await desk.became(origin) == [("refused", "expired")]
    assert await desk.added(origin) == 0


async def test_the_same_picture_by_two_portals_is_one_file(desk: Desk, meet: Meet) -> None:
    async with meet("sp4n") as national, meet("laporgub") as province:
        photo = a_photo()
        first = await desk.arrive(
            "sp4n", national, national.portal.keep("a.jpg", "image/jpeg", photo)
        )
        await desk.all(first, national.connector)
        second = await desk.arrive(
            "laporgub",
            province,
            province.portal.keep("b.jpg", "image/jpeg", photo),
            same_as=first.external_id,
        )
        await desk.all(second, province.connector)
    assert second.complaint_id == first.complaint_id
    assert [file.name for file in await files_of(desk.world.engine, first.complaint_id)] == [
        "a.jpg"
    ]
    assert await desk.became(second) == [("kept", None)]
    assert await desk.added(first) == 1


@pytest.mark.parametrize("last", ["keep", "became"])
async def test_a_worker_that_dies_on_the_way_adds_nothing_twice(
    desk: Desk, meet: Meet, last: str
) -> None:
    """After the file was stored and before that was noted; after the case had it and before."""

    class Killed(BaseException):
        pass

    async with meet("sp4n") as pair:
        origin = await desk.arrive("sp4n", pair, pair.portal.keep("a.jpg", "image/jpeg", a_photo()))
        dies = "fetched" if last == "keep" else "became"
        with patch.object(attachments, dies, side_effect=Killed), pytest.raises(Killed):
            await desk.all(origin, pair.connector)
        await desk.all(origin, pair.connector)
    assert await desk.became(origin) == [("kept", None)]
    assert len(await files_of(desk.world.engine, origin.complaint_id)) == 1
    assert await desk.added(origin) == 1


async def test_the_houses_own_limit_leaves_it_to_the_sweeper(desk: Desk, meet: Meet) -> None:
    engine = desk.world.engine
    async with meet("sp4n") as pair:
        photo = pair.portal.keep("a.jpg", "image/jpeg", a_photo())
        origin = await desk.arrive("sp4n", pair, photo)
        full: Any = Failing(pair.connector, photo, NotYet(after=timedelta(seconds=9)))
        assert not (await desk.once(origin, full)).more
    [one] = await attachments.waiting_of(engine, origin.id)
    assert one.attempts == 0
    now = datetime.now(UTC)
    soon = now + timedelta(minutes=1)
    assert await attachments.idle_fetches(engine, soon, now, 9) == [(origin.id, "sp4n")]
    assert await attachments.idle_fetches(engine, now - timedelta(minutes=1), soon, 9) == []


async def test_of_an_erased_complaint_nothing_is_fetched_nor_called_by_name(
    desk: Desk, meet: Meet
) -> None:
    async with meet("sp4n") as pair:
        photo = pair.portal.keep("KTP Sutrisno.jpg", "image/jpeg", a_photo())
        origin = await desk.arrive("sp4n", pair, photo)
        await erase_texts(desk.world.engine, origin.complaint_id)
        await desk.all(origin, pair.connector)
    assert await desk.became(origin) == [("refused", "erased")]
    assert await files_of(desk.world.engine, origin.complaint_id) == []
    async with desk.world.engine.connect() as connection:
        named = (await connection.execute(select(table.c.name, table.c.url))).one()
    assert tuple(named) == ("", "")


async def test_one_that_will_not_come_keeps_no_other_back(desk: Desk, meet: Meet) -> None:
    async with meet("sp4n") as pair:
        good = pair.portal.keep("baik.jpg", "image/jpeg", a_photo())
        bad = pair.portal.keep("macet.jpg", "image/jpeg", a_photo("blue"))
        origin = await desk.arrive("sp4n", pair, bad, good)
        stuck: Any = Failing(pair.connector, bad, Away("HTTP 500"))
        for _ in range(2 * STUBBORN + 2):
            try:
                await desk.once(origin, stuck)
            except ApplicationError:
                continue
        assert await desk.became(origin) == [("waiting", None), ("kept", None)]
        assert await desk.added(origin) == 1
